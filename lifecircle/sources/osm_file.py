"""OpenStreetMap extracts from a file, read as they stream."""

from pathlib import Path

from lifecircle.model.osm import OsmData
from lifecircle.sources.files import file_sha256
from lifecircle.sources.osm_build import build_addresses, build_objects, build_ways, relation_geometries
from lifecircle.sources.osm_collect import EPOCH
from lifecircle.sources.osm_header import osm_format, read_header
from lifecircle.sources.osm_passes import collect


def read_osm(path: Path) -> OsmData:
    """Read an OSM extract: ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.

    A plain PBF file is decoded in one go; any other is streamed three times (relations, nodes, ways), so
    that the order of its parts does not matter; only what a walking audit needs is kept in memory. The result
    depends on the data alone: the same data in another of these formats gives the same. Street
    nodes that carry nothing but an address count as untagged.

    Parameters
    ----------
    path : Path
        A local file. Cut-out extracts are welcome: ways whose nodes are missing are kept
        as runs of present nodes, relations whose members are missing as far as their rings
        close (administrative areas only when whole).

    Returns
    -------
    OsmData
        Its `counts` are: ``nodes`` (tagged ones), ``ways`` and ``relations`` read;
        ``street_runs`` and ``objects`` kept; ``missing_nodes`` (references of kept ways to
        absent nodes), ``cut_ways`` (ways with such), ``lost_ways`` (of these, without two
        neighbouring nodes left); ``broken_areas`` (closed ways kept as lines, and whole
        relations dropped, whose rings enclose nothing or cross themselves),
        ``incomplete_relations`` (dropped), ``partial_relations`` (kept as far as present)
        and ``dead_objects`` (dropped: all their keys are disused, removed, planned ...).

    Raises
    ------
    SourceError
        If the file is missing, a folder, empty, of an unknown kind, not OSM data, cut short
        or damaged.
    """
    path = Path(path)
    kind = osm_format(path)
    bounds, timestamp = read_header(path, kind)
    collected = collect(path, kind, dated=bool(timestamp))
    relations, relation_counts = relation_geometries(collected)
    objects, broken_ways = build_objects(collected, relations)
    ways = build_ways(collected, relations)
    newest = "" if collected.newest == EPOCH else collected.newest.strftime("%Y-%m-%dT%H:%M:%SZ")
    kinds = ("nodes", "ways", "relations", "missing_nodes", "cut_ways", "lost_ways", "dead_objects")
    counts = {name: int(collected.counts[name]) for name in kinds} | dict(relation_counts)
    counts["broken_areas"] += broken_ways
    counts |= {"street_runs": len(ways.way_id), "objects": len(objects)}
    return OsmData(
        ways=ways,
        objects=objects,
        bounds=bounds,
        timestamp=timestamp or newest,
        counts=counts,
        file_name=path.name,
        sha256=file_sha256(path),
        addresses=build_addresses(collected),
    )
