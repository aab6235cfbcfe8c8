"""A town drawn by hand, in metres from the middle of its own CRS."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.area import StudyArea, local_crs
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.residences.prepare import OriginRequest, Residences, prepare_residences

CRS_TOWN = local_crs(shapely.Point(114.297, 35.747))
LAND = {"landuse": "residential"}
Things = Mapping[str, tuple[BaseGeometry, dict[str, str]]]


def square(x, y, side):
    """A square from its south-west corner."""
    return shapely.box(x, y, x + side, y + side)


def objects(things: Things) -> gpd.GeoDataFrame:
    """What a source hands over: id -> (geometry, tags)."""
    shapes = gpd.GeoSeries([shape for shape, _ in things.values()], index=list(things), crs=CRS_TOWN)
    return gpd.GeoDataFrame({"tags": [tags for _, tags in things.values()]}, geometry=shapes, index=list(things))


def study(boundary=None, *, extent=None) -> StudyArea:
    boundary = boundary or square(-1000, -1000, 2000)
    return StudyArea("鹤壁", "Hebi", boundary, extent or boundary, CRS_TOWN, 500.0)


def paths(lines: Sequence[Sequence[tuple[float, float]]] = (), *, permission=None, flags=None) -> WalkNetwork:
    """A network whose edges are these lines, none of them joined."""
    count = len(lines)
    xy = np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2)
    offsets = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    ends = np.array([[line[0], line[-1]] for line in lines], dtype=float).reshape(-1, 2)
    length = np.ceil(shapely.length([shapely.LineString(line) for line in lines]) * 1000).astype(np.int64)
    return WalkNetwork(
        crs=CRS_TOWN,
        node_x=ends[:, 0].copy(),
        node_y=ends[:, 1].copy(),
        node_id=np.arange(2 * count),
        tail=np.arange(0, 2 * count, 2, dtype=np.int32),
        head=np.arange(1, 2 * count, 2, dtype=np.int32),
        length_mm=length.reshape(-1),
        permission=np.array(permission or [Permission.PUBLIC] * count, dtype=np.uint8),
        oneway=np.zeros(count, dtype=np.int8),
        crossing=np.zeros(count, dtype=np.uint8),
        flags=np.array(flags or [0] * count, dtype=np.uint8),
        way_id=np.arange(count),
        street=np.full(count, "", dtype=object),
        island=np.zeros(count, dtype=bool),
        geometry_offsets=offsets,
        geometry_x=xy[:, 0].copy(),
        geometry_y=xy[:, 1].copy(),
    )


def prepare(things: Things, *, kind="building", area=None, network=None, **request) -> Residences:
    return prepare_residences(
        objects(things), area=area or study(), network=network or paths(), request=OriginRequest(kind, **request)
    )


def notes(residences: Residences) -> dict[str, str]:
    """Code -> English sentence."""
    return {note.code: note.en for note in residences.notes}


def starts(residences: Residences, residence_id: str) -> set[tuple[float, float]]:
    """Entrances of one residence, to the centimetre."""
    xy = shapely.get_coordinates(residences.table.loc[residence_id, "entrances"])
    return {(round(x, 2), round(y, 2)) for x, y in xy.tolist()}
