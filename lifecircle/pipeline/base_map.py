"""What a map shows quietly behind the results."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.audit import BaseMap
from lifecircle.model.osm import Tags
from lifecircle.pipeline.sea import sea_within

POLYGONAL = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
PARKS = {"park", "garden", "nature_reserve", "golf_course", "pitch"}
GREEN = {"forest", "grass", "meadow", "recreation_ground", "village_green", "cemetery"}


def _kind(tags: Tags) -> str:
    if "building" in tags:
        return "buildings"
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or tags.get("landuse") == "reservoir":
        return "water"
    if tags.get("leisure") in PARKS or tags.get("landuse") in GREEN or tags.get("natural") == "wood":
        return "parks"
    return "residential" if tags.get("landuse") == "residential" else ""


def base_map(objects: gpd.GeoDataFrame, *, reach: BaseGeometry, extent: BaseGeometry) -> BaseMap:
    """Sort the polygons near the study into buildings, water, parks and residential land.

    Parameters
    ----------
    objects : GeoDataFrame
        The extract's objects with ``tags``, in the metric CRS.
    reach : (Multi)Polygon
        In the same CRS; what does not meet it is left out.
    extent : (Multi)Polygon
        Where the data is whole: beyond it the shore breaks off, and no sea is drawn.

    Returns
    -------
    BaseMap
    """
    shapes = objects.geometry.to_numpy()
    near = np.zeros(len(shapes), dtype=bool)
    near[shapely.STRtree(shapes).query(reach, predicate="intersects")] = True
    near &= np.isin(shapely.get_type_id(shapes), POLYGONAL)
    kinds = np.full(len(shapes), "", dtype=object)
    tags: npt.NDArray[np.object_] = objects["tags"].to_numpy()
    kinds[near] = [_kind(row) for row in tags[near]]
    layers = {
        kind: objects.geometry[kinds == kind].reset_index(drop=True)
        for kind in ("buildings", "water", "parks", "residential")
    }
    sea = sea_within(_coast(shapes, tags), reach=shapely.intersection(reach, extent))
    water = [*layers["water"].to_numpy(), *(shapely.intersection(part, reach) for part in sea)]
    return BaseMap(**layers | {"water": gpd.GeoSeries(water, crs=objects.crs)})


def empty_map(objects: gpd.GeoDataFrame) -> BaseMap:
    """Return the ground of outputs that draw nothing."""
    nothing = objects.geometry.iloc[:0]
    return BaseMap(nothing, nothing, nothing, nothing)


def _coast(shapes: npt.NDArray[np.object_], tags: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shore as lines with the water on their right; an island mapped as an area gives its outline."""
    coast = shapes[np.array([row.get("natural") == "coastline" for row in tags], dtype=bool)]
    area = np.isin(shapely.get_type_id(coast), POLYGONAL)
    # OpenStreetMap draws shores with the land on the left: an island runs anticlockwise.
    coast[area] = shapely.boundary(shapely.orient_polygons(coast[area], exterior_cw=False))
    return shapely.get_parts(coast)
