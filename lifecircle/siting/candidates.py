"""Places where a facility could stand: junctions, a grid, vacant and public land, public buildings, gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.errors import ConfigError
from lifecircle.model.network import Permission

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.area import StudyArea
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.osm import Tags
    from lifecircle.model.provenance import Note

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SPACING_M = 200.0
MOST = 2000  # candidates wanted at most; junctions and grids are thinned until they are so few
WIDEN = 1.25
LIVED_IN_M = 300.0  # a candidate of the city's own has a residence within so much
JUNCTION_STREETS = 3
THINNED = ("junctions", "grid")

VACANT_LAND: Final = frozenset({"brownfield", "greenfield", "construction"})
PUBLIC_LAND: Final = frozenset({"grass", "village_green", "recreation_ground"})
PUBLIC_AMENITIES: Final = frozenset(
    {"townhall", "community_centre", "social_centre", "public_building", "library", "school", "kindergarten", "college"}
)
PUBLIC_BUILDINGS: Final = frozenset({"public", "civic", "government", "school", "kindergarten", "community_centre"})
GATES: Final = frozenset({"gate", "sliding_gate", "wicket_gate", "lift_gate", "swing_gate", "entrance"})


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places where a facility could stand, sorted by id.

    Attributes
    ----------
    source : str
        A name of `SOURCES`, or a file's.
    table : DataFrame
        Index ``id``; ``name``, ``x``, ``y`` (metres).
    gone : Mapping[str, str]
        Those that were left out, by id: the reason.
    notes : tuple of Note
        On the list that they were read from.
    """

    source: str
    table: pd.DataFrame
    gone: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Make the mapping read-only."""
        object.__setattr__(self, "gone", MappingProxyType(dict(self.gone)))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.table)

    @property
    def xy(self) -> Floats:
        """Their places (J, 2)."""
        return self.table[["x", "y"]].to_numpy(dtype=float)

    @property
    def left_out(self) -> dict[str, int]:
        """How many were left out, by reason."""
        return dict(sorted(Counter(self.gone.values()).items()))

    def only(self, keep: Bools, *, reason: str) -> Candidates:
        """Return those to `keep`; the others are gone for `reason`."""
        gone = dict.fromkeys(self.table.index[~keep].astype(str), reason)
        return replace(self, table=self.table[keep], gone={**self.gone, **gone})


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """What candidates are taken from; metric CRS.

    Attributes
    ----------
    area : StudyArea
    network : WalkNetwork
    objects : GeoDataFrame
        The map's objects with their ``tags``.
    lived : float64 (N, 2)
        Entrances of residences.
    """

    area: StudyArea
    network: WalkNetwork
    objects: gpd.GeoDataFrame
    lived: Floats


def find_candidates(source: str, town: Town, *, spacing_m: float | None = None, most: int = MOST) -> Candidates:
    """Return the candidates of one kind, inside the study and near residences, sorted by id.

    Parameters
    ----------
    source : str
        One of `SOURCES`. Junctions and the grid are thinned: one a cell, the one nearest to its centre.
    town : Town
    spacing_m : float, optional
        Side of the cells; by default 200 m, wider by quarters until there are at most `most`.
    most : int

    Raises
    ------
    ConfigError
        If `source` is unknown, or the spacing not above 0.
    """
    if source not in SOURCES:
        raise ConfigError(f"candidates: {source!r} is no file and no kind: give a file or one of {', '.join(SOURCES)}")
    if spacing_m is not None and not spacing_m > 0:
        raise ConfigError(f"candidates: a spacing of {spacing_m:g} m: give one above 0")
    if source not in THINNED:
        return near_residences(inside(SOURCES[source](town, SPACING_M), town.area), town.lived)
    spacing = spacing_m or SPACING_M
    while True:
        found = near_residences(inside(SOURCES[source](town, spacing), town.area), town.lived)
        if spacing_m is not None or len(found) <= most:
            return found
        spacing *= WIDEN


def named(source: str, names: Mapping[str, tuple[str, float, float]]) -> Candidates:
    """Return candidates from ``id -> (name, x, y)``."""
    frame = pd.DataFrame.from_dict(dict(names), orient="index", columns=["name", "x", "y"])
    frame.index = pd.Index(frame.index.astype(str), name="id")
    return Candidates(source, frame.astype({"name": object, "x": float, "y": float}).sort_index(), {})


def inside(found: Candidates, area: StudyArea) -> Candidates:
    """Return the candidates inside the study's boundary."""
    xy = found.xy
    return found.only(shapely.intersects_xy(area.boundary, xy[:, 0], xy[:, 1]), reason="outside")


def near_residences(found: Candidates, lived: Floats, *, within_m: float = LIVED_IN_M) -> Candidates:
    """Return the candidates with a residence nearby: nobody needs a facility in a field."""
    from scipy.spatial import cKDTree

    if not len(found) or not len(lived):
        return found
    metres, _ = cKDTree(lived).query(found.xy)
    return found.only(metres <= within_m, reason="no_residence_near")


def away_from(found: Candidates, existing: Floats, *, metres: float) -> Candidates:
    """Return the candidates at least `metres` from every one of `existing` (F, 2), in a straight line."""
    from scipy.spatial import cKDTree

    if metres <= 0 or not len(existing) or not len(found):
        return found
    away, _ = cKDTree(existing).query(found.xy)
    return found.only(away >= metres, reason="near_existing")


def _junctions(town: Town, spacing_m: float) -> Candidates:
    """Return junctions of at least three public streets, one a cell."""
    network = town.network
    walkable = (network.permission == Permission.PUBLIC) & ~network.island
    ends = np.concatenate([network.tail[walkable], network.head[walkable]])
    nodes = np.flatnonzero(np.bincount(ends, minlength=network.nodes) >= JUNCTION_STREETS)
    xy = np.column_stack([network.node_x[nodes], network.node_y[nodes]])
    cell = np.floor(xy / spacing_m).astype(np.int64)
    off = np.hypot(*(xy - (cell + 0.5) * spacing_m).T)
    order = np.lexsort((network.node_id[nodes], off, cell[:, 1], cell[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(np.diff(cell[order], axis=0) != 0, axis=1)
    kept = order[first]
    names = _street_at(network)
    return named(
        "junctions",
        {f"node/{network.node_id[nodes[row]]}": (names(int(nodes[row])), *xy[row].tolist()) for row in kept.tolist()},
    )


def _street_at(network: WalkNetwork) -> Callable[[int], str]:
    """Return what tells a street that meets at a node: the first name by edge number, "" for none."""
    named_edges = np.flatnonzero(network.street != "")
    ends = np.concatenate([network.tail[named_edges], network.head[named_edges]])
    edges = np.tile(named_edges, 2)
    order = np.lexsort((edges, ends))
    nodes, first = np.unique(ends[order], return_index=True)
    known = dict(zip(nodes.tolist(), network.street[edges[order][first]].tolist(), strict=True))
    return lambda node: str(known.get(node, ""))


def _grid(town: Town, spacing_m: float) -> Candidates:
    west, south, east, north = town.area.boundary.bounds
    columns = range(int(np.floor(west / spacing_m)), int(np.floor(east / spacing_m)) + 1)
    rows = range(int(np.floor(south / spacing_m)), int(np.floor(north / spacing_m)) + 1)
    return named(
        "grid",
        {f"grid/{c}_{r}": ("", (c + 0.5) * spacing_m, (r + 0.5) * spacing_m) for c in columns for r in rows},
    )


def _mapped(town: Town, wanted: Callable[[Tags], bool], *, source: str) -> Candidates:
    tags: npt.NDArray[np.object_] = town.objects["tags"].to_numpy()
    rows = np.flatnonzero([wanted(each) for each in tags])
    shapes = np.asarray(town.objects.geometry.to_numpy(), dtype=object)[rows]
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    ids = town.objects.index[rows]
    return named(
        source,
        {
            str(thing): (str(tags[row].get("name", "")), *xy.tolist())
            for thing, row, xy in zip(ids, rows, points, strict=True)
        },
    )


def is_land(tags: Tags) -> bool:
    """Say whether an object is vacant land, or open public land."""
    if "building" in tags:
        return False
    if tags.get("landuse") in VACANT_LAND or any(key.startswith(("disused:", "abandoned:")) for key in tags):
        return True
    if tags.get("amenity") == "parking":
        return tags.get("access", "yes") in ("yes", "permissive", "public") and tags.get("parking") != "underground"
    return tags.get("landuse") in PUBLIC_LAND


def is_public_building(tags: Tags) -> bool:
    """Say whether an object is a public building, or an empty one."""
    if tags.get("building") in PUBLIC_BUILDINGS or tags.get("office") == "government":
        return True
    return tags.get("amenity") in PUBLIC_AMENITIES or any(
        key in tags for key in ("disused:shop", "disused:amenity", "disused:office")
    )


SOURCES: Final[Mapping[str, Callable[[Town, float], Candidates]]] = MappingProxyType(
    {
        "junctions": _junctions,
        "grid": _grid,
        "land": lambda town, _: _mapped(town, is_land, source="land"),
        "buildings": lambda town, _: _mapped(town, is_public_building, source="buildings"),
        "gates": lambda town, _: _mapped(town, lambda tags: tags.get("barrier") in GATES, source="gates"),
    }
)
