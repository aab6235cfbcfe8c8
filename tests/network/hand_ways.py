"""OSM ways drawn by hand, in metres."""

from collections.abc import Mapping, Sequence

import numpy as np
from pyproj import CRS, Transformer
from shapely.geometry import Point

from lifecircle.model.area import WGS84, local_crs
from lifecircle.model.osm import OsmWays

CRS_HERE: CRS = local_crs(Point(-18.1, 65.68).buffer(0.01))
_TO_LONLAT = Transformer.from_crs(CRS_HERE, WGS84, always_xy=True)
FOOTWAY = {"highway": "footway"}
Way = tuple[int, Sequence[int], Mapping[str, str]]


def hand_ways(
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[Way],
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
) -> OsmWays:
    """Return ways over nodes given as metres east and north of the middle of `CRS_HERE`."""
    refs = [ref for _, members, _ in ways for ref in members]
    xy = np.array([nodes[ref] for ref in refs], dtype=float).reshape(-1, 2)
    lon, lat = _TO_LONLAT.transform(xy[:, 0], xy[:, 1])
    return OsmWays(
        way_id=np.array([number for number, _, _ in ways], dtype=np.int64),
        tags=[dict(tags) for _, _, tags in ways],
        offsets=np.cumsum([0, *(len(members) for _, members, _ in ways)]).astype(np.int64),
        node_id=np.array(refs, dtype=np.int64),
        lon=np.asarray(lon),
        lat=np.asarray(lat),
        node_tags=dict(node_tags or {}),
    )
