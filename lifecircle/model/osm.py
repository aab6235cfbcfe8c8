"""What a source of OpenStreetMap data hands to the rooms that prepare it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt

Tags = Mapping[str, str]
Judgement = TypeVar("Judgement")


def by_tags(judge: Callable[[Tags], Judgement], tags: Iterable[Tags]) -> list[Judgement]:
    """Return what `judge` says of every mapping; one that several things share is judged once."""
    held = list(tags)
    known = {number: judge(one) for number, one in {id(one): one for one in held}.items()}
    return [known[id(one)] for one in held]


@dataclass(frozen=True, slots=True)
class OsmWays:
    """Every ``highway=*`` way (and pedestrian area), as runs of present nodes.

    A way whose nodes are partly missing from a clipped file appears once per run
    of consecutive present nodes, so that nothing bridges a hole.

    Attributes
    ----------
    way_id : int64 array, shape (W,)
        OSM id; repeated when a way was cut by missing nodes. Negative: relation id.
    tags : sequence of W mappings
    offsets : int64 array, shape (W + 1,)
        Run w owns references ``offsets[w]:offsets[w + 1]``, at least two.
    node_id : int64 array, shape (N,)
    lon, lat : float64 arrays, shape (N,)
        WGS-84 degrees.
    node_tags : Mapping[int, Tags]
        Tags of the nodes on these ways that carry any (street lamps and mere addresses aside).
    """

    way_id: npt.NDArray[np.int64]
    tags: Sequence[Tags]
    offsets: npt.NDArray[np.int64]
    node_id: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    node_tags: Mapping[int, Tags]

    def __post_init__(self) -> None:
        """Check the ragged arrays against each other and make them read-only."""
        if len(self.tags) != len(self.way_id) or len(self.offsets) != len(self.way_id) + 1:
            raise ValueError("OsmWays: way_id, tags and offsets disagree")
        if len(self.node_id) != self.offsets[-1] or len(self.lon) != len(self.node_id):
            raise ValueError("OsmWays: offsets do not cover the node references")
        for array in (self.way_id, self.offsets, self.node_id, self.lon, self.lat):
            array.flags.writeable = False


@dataclass(frozen=True, slots=True)
class OsmData:
    """One OpenStreetMap extract, read once.

    Attributes
    ----------
    ways : OsmWays
    objects : GeoDataFrame
        Index ``object_id`` (``"n12"``, ``"w34"``, ``"r56"``, unique and sorted by kind n, w, r
        then number), columns ``tags`` (a dict, which things of the same tags share) and ``geometry``;
        EPSG:4326. Tagged nodes, open ways as lines, closed ways and multipolygon relations as (multi)polygons; never
        one object twice. Holds what facilities, residences, barriers, boundaries and base maps
        need; plain streets are in `ways` only.
    bounds : (west, south, east, north) or None
        The header's box.
    timestamp : str
        The data's own date, ISO 8601, or "".
    counts : Mapping[str, int]
        ``nodes`` (tagged ones), ``ways``, ``relations`` read; ``missing_nodes`` (references to absent nodes),
        ``cut_ways``, ``broken_areas``, ``dead_objects`` dropped ...
    file_name, sha256 : str
    addresses : GeoDataFrame or None
        Nodes that carry a house number and are no object by themselves, in the form of `objects`; read by the
        gazetteer alone. None where a source has none.
    """

    ways: OsmWays
    objects: gpd.GeoDataFrame
    bounds: tuple[float, float, float, float] | None
    timestamp: str
    counts: Mapping[str, int]
    file_name: str
    sha256: str
    addresses: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse duplicate object ids and make the counts read-only."""
        if not self.objects.index.is_unique:
            raise ValueError("OsmData.objects: object ids are not unique")
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))
