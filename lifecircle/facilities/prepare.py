"""From OpenStreetMap objects to the facility table of a study."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import SchemaError
from lifecircle.facilities.classify import classify, count_by_type
from lifecircle.facilities.deduplicate import Duplicates, deduplicate, id_key
from lifecircle.facilities.entrances import Door, as_shapes, combined, entrance_nodes, find_entrances, way_in_edges
from lifecircle.facilities.selectors import NAME_KEYS
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.network import WalkNetwork
from lifecircle.model.osm import Tags
from lifecircle.model.provenance import Note
from lifecircle.model.tables import FacilityTable, attributes_text, check_facilities

_PLAIN_NUMBER = re.compile(r"\d{1,6}(\.\d+)?")
_CAPACITY_KEYS = ("capacity", "beds")
# What a rule may ask of a mapped facility beside its type: ``where: {"operator:type": public}``.
ATTRIBUTE_KEYS = (
    *("access", "fee", "grades", "isced:level", "level_of_education", "max_age", "min_age", "opening_hours"),
    *("operator", "operator:type", "ownership", "social_facility:for", "start_date", "wheelchair"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Facilities:
    """The facilities of a study and how they were counted.

    Attributes
    ----------
    table : FacilityTable
        Sorted by ``facility_id``.
    loaded_counts : Mapping[str, int]
        Objects of every type in the whole loaded data, before merging and clipping; 0 where there is none.
    counts : Mapping[str, int]
        ``classified`` rows (object x type) before merging; ``merged`` of them are parts of another; ``facilities``
        after merging; ``outside`` the reach; ``kept``; ``institutional`` and ``sampled`` among those kept.
    notes : tuple of Note
    conflicts : DataFrame
        Where several sources disagree; empty with the map alone.
    """

    table: FacilityTable
    loaded_counts: Mapping[str, int]
    counts: Mapping[str, int]
    notes: tuple[Note, ...]
    conflicts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        """Make the mappings read-only."""
        object.__setattr__(self, "loaded_counts", MappingProxyType(dict(self.loaded_counts)))
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))


def prepare_facilities(
    objects: gpd.GeoDataFrame, *, catalogue: Catalogue, network: WalkNetwork, reach: BaseGeometry
) -> Facilities:
    """Classify objects, count each facility once, find its entrances, keep those within reach.

    Parameters
    ----------
    objects : GeoDataFrame
        ``OsmData.objects`` in the study's metric CRS.
    catalogue : Catalogue
    network : WalkNetwork
        In the same CRS; ways that cross an outline are ways in.
    reach : Polygon or MultiPolygon
        In the same CRS; a facility is kept when any part of it touches this area.

    Returns
    -------
    Facilities

    Raises
    ------
    SchemaError
        If `objects` are not in the CRS of `network`.
    ConfigError
        If the catalogue cannot be compiled.
    """
    if objects.crs != network.crs:
        raise SchemaError(f"objects are in {objects.crs} but the network is in {network.crs}: reproject the objects")
    found = classify(objects, catalogue)
    tagged = objects.loc[found["object_id"].to_numpy()].reset_index(drop=True)
    rows = gpd.GeoDataFrame(
        found.assign(tags=tagged["tags"].to_numpy()),
        geometry=shapely.make_valid(tagged.geometry.to_numpy()),
        crs=objects.crs,
    )
    same = deduplicate(rows, suffix_re=catalogue.gate.strip_suffix_re)
    survivors = np.unique(same.survivor)
    near = _within(rows, same, reach=reach)
    parts = rows.iloc[np.unique(near.part)].drop_duplicates("object_id")
    doors = find_entrances(parts.geometry.to_numpy(), nodes=entrance_nodes(objects), edges=way_in_edges(network))
    table = _table(rows, near, doors=dict(zip(parts["object_id"], doors, strict=True)))
    counts = {
        "classified": len(rows),
        "merged": len(rows) - len(survivors),
        "facilities": len(survivors),
        "outside": len(survivors) - len(table),
        "kept": len(table),
        "institutional": int(rows["institutional"].to_numpy()[np.unique(near.survivor)].sum()),
        "sampled": int((table["entrance_kind"] == "sampled").sum()),
    }
    return Facilities(table, count_by_type(found, catalogue), counts, _notes(counts))


def _within(rows: gpd.GeoDataFrame, same: Duplicates, *, reach: BaseGeometry) -> Duplicates:
    """Return the facilities of which some part touches `reach`."""
    shapely.prepare(reach)
    touches = shapely.intersects(rows.geometry.to_numpy(), reach)[same.part]
    kept = np.isin(same.survivor, same.survivor[touches])
    return Duplicates(same.survivor[kept], same.part[kept])


def _table(rows: gpd.GeoDataFrame, same: Duplicates, *, doors: Mapping[str, Door]) -> FacilityTable:
    """Return one row per facility of `same`; `doors` holds the entrances of every object by its id."""
    survivors, start = np.unique(same.survivor, return_index=True)
    ids, tags = rows["object_id"].to_numpy(), rows["tags"].to_numpy()
    groups = [
        [int(survivor), *sorted((row for row in parts.tolist() if row != survivor), key=lambda row: id_key(ids[row]))]
        for survivor, parts in zip(
            survivors, np.split(same.part, start[1:]), strict=False
        )  # one split of nothing is not none
    ]
    joined = [combined([doors[ids[row]] for row in group]) for group in groups]
    chosen = rows.iloc[survivors]
    frame = pd.DataFrame(
        {
            "object_id": chosen["object_id"].to_numpy(),
            "type": chosen["type"].to_numpy(),
            "name": np.array([_first_name([tags[row] for row in group]) for group in groups], dtype=object),
            "capacity": np.array([_capacity([tags[row] for row in group]) for group in groups], dtype=float),
            "source": np.full(len(groups), "osm", dtype=object),
            "lenient": chosen["lenient"].to_numpy(dtype=bool),
            "area_m2": shapely.area(chosen.geometry.to_numpy()),
            "merged": np.array([";".join(ids[row] for row in group[1:]) for group in groups], dtype=object),
            "entrance_kind": np.array([door.kind for door in joined], dtype=object),
            "attributes": np.array([_attributes([tags[row] for row in group]) for group in groups], dtype=object),
            "entrances": as_shapes(joined),
        },
        index=pd.Index(chosen["object_id"].to_numpy() + ":" + chosen["type"].to_numpy(), name="facility_id"),
    )
    table = gpd.GeoDataFrame(frame, geometry=chosen.geometry.to_numpy(), crs=rows.crs)
    return check_facilities(table.sort_index())


def _first_name(parts: list[Tags]) -> str:
    """Return the name of the first part that has one, as it is mapped."""
    return next((tags[key].strip() for tags in parts for key in NAME_KEYS if tags.get(key, "").strip()), "")


def _capacity(parts: list[Tags]) -> float:
    """Return the first plain number given as capacity, NaN without one."""
    given = (tags[key].strip() for tags in parts for key in _CAPACITY_KEYS if key in tags)
    return next((float(text) for text in given if _PLAIN_NUMBER.fullmatch(text)), float("nan"))


def _attributes(parts: list[Tags]) -> str:
    """Return what the parts say under ATTRIBUTE_KEYS, the first that says it."""
    said = {key: next((tags[key].strip() for tags in parts if key in tags), "") for key in ATTRIBUTE_KEYS}
    return attributes_text(said)


def _notes(counts: Mapping[str, int]) -> tuple[Note, ...]:
    notes = []
    if counts["merged"]:
        notes.append(
            Note(
                "facilities.merged",
                f"{counts['merged']} of {counts['classified']} mapped facility records in the loaded data are parts of "
                "another one of the same type and are counted with it.",
                f"已加载数据的 {counts['classified']} 条设施记录中，{counts['merged']} 条是同类同一设施的组成部分，"
                "已合并计数。",
            )
        )
    if counts["institutional"]:
        notes.append(
            Note(
                "facilities.institutional",
                f"{counts['institutional']} facilities lie inside schools, universities or barracks and are not "
                "marked as open to the public: they count in the lenient reading only.",
                f"{counts['institutional']} 处设施位于学校、高校或营区内且未标注对外开放，仅在放宽口径中计入。",
            )
        )
    if counts["sampled"]:
        notes.append(
            Note(
                "facilities.sampled",
                f"{counts['sampled']} facilities have no mapped entrance and no path across their outline: they are "
                "entered at points of the outline at most 50 m apart, each within 30 m of a walkable way.",
                f"{counts['sampled']} 处设施既无已标绘的出入口，也无步行道路穿过其轮廓：以间距不超过 50 米的轮廓点"
                "作为出入口，且各点距可步行道路不得超过 30 米。",
            )
        )
    return tuple(notes)
