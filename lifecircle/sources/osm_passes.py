"""From an OSM file to what is kept of it.

Plain PBF files are decoded in one go (`pbf`), all others are streamed by osmium (`osm_stream`); both give the same.
"""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lifecircle.errors import SourceError
from lifecircle.sources.osm_collect import Bools, Collected, Ints, Nodes, Relation, Ways, spread
from lifecircle.sources.osm_stream import collect_stream
from lifecircle.sources.osm_tags import (
    concerns_walkers,
    is_address,
    is_area_relation,
    is_dead,
    is_kept_relation,
    is_object,
    is_street,
)
from lifecircle.sources.pbf import Kind, Plain, UnusualError, read_plain


def collect(path: Path, kind: str, *, dated: bool) -> Collected:
    """Read a file: relations, then nodes, then ways.

    Parameters
    ----------
    path, kind
        The file and its format, checked by ``osm_format``.
    dated : bool
        True when the header tells the date; else the newest date of an object is sought.
    """
    if kind == "pbf":
        with suppress(UnusualError):
            return _collect_plain(read_plain(path), dated=dated)
    try:
        return collect_stream(path, kind, dated=dated)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name}: a text in it is not UTF-8 ({error}); the file may be damaged") from error


def _collect_plain(plain: Plain, *, dated: bool) -> Collected:
    """Take the objects of a decoded file."""
    kinds = (plain.nodes, plain.ways, plain.relations)
    newest = 0 if dated else max(int(kind.stamp.max(initial=0)) for kind in kinds)
    relations, dead_relations = _relations(plain.relations)
    nodes, addresses, dead_nodes = _nodes(plain)
    members = [number for relation in relations.values() for number, _ in relation.members]
    ways, dead_ways = _ways(plain, np.unique(np.array(members, dtype=np.int64)))
    sizes = zip(("nodes", "ways", "relations"), (len(kind.number) for kind in kinds), strict=True)
    counts = Counter(dict(sizes)) + Counter(dead_objects=dead_nodes + dead_ways + dead_relations) + ways.missing()
    return Collected(relations, nodes, addresses, ways.latest(), counts, datetime.fromtimestamp(newest, UTC))


def _relations(kind: Kind) -> tuple[dict[int, Relation], int]:
    """Return the relations worth a geometry, and how many others are dead."""
    bits = kind.tags.said()
    kept = is_kept_relation(bits)
    rows = np.flatnonzero(kept)
    found = {}
    for row, number, tags in zip(rows.tolist(), kind.number[rows].tolist(), kind.tags.mappings(rows), strict=True):
        own = slice(kind.offsets[row], kind.offsets[row + 1])
        members = tuple(zip(kind.refs[own].tolist(), kind.inner[own].tolist(), strict=True))
        found[number] = Relation(tags, int(bits[row]), members)
    return found, int((is_area_relation(bits) & ~kept & is_dead(bits)).sum())


def _nodes(plain: Plain) -> tuple[Nodes, Nodes, int]:
    """Return the nodes that are kept, the addresses, and how many others are dead."""
    kind = plain.nodes
    bits = kind.tags.said()
    thing = is_object(bits, node=True)
    xy, valid = plain.places_of(kind.refs)

    def chosen(which: Bools) -> Nodes:
        rows = np.flatnonzero(which & valid)
        return Nodes(kind.number[rows], kind.tags.mappings(rows), thing[rows], xy[rows]).latest()

    dead = int((~thing & is_dead(bits)).sum())
    return chosen(thing | concerns_walkers(bits)), chosen(~thing & is_address(bits)), dead


def _ways(plain: Plain, members: Ints) -> tuple[Ways, int]:
    """Return the ways that are kept (`members` of relations among them), and how many others are dead."""
    kind = plain.ways
    bits = kind.tags.said()
    kept = is_street(bits) | is_object(bits) | np.isin(kind.number, members)
    rows = np.flatnonzero(kept)
    places, offsets = spread(kind.offsets[rows], np.diff(kind.offsets)[rows])
    refs = kind.refs[places]
    xy, there = plain.places_of(refs)
    found = Ways(kind.number[rows], kind.tags.mappings(rows), bits[rows], offsets, refs, xy, there)
    return found, int((~kept & is_dead(bits)).sum())
