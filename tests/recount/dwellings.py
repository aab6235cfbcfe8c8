"""Residential buildings by a separate pass: areas assembled by libosmium, rules from docs/methods/residences.md.

Only what that page says of kind ``building`` is redone, with libosmium's own assembler of areas.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import shapely
from pyproj import Geod

SURE = (
    "apartments", "residential", "house", "detached", "semidetached_house", "terrace", "terraced_house", "bungalow",
    "dormitory", "farm", "static_caravan", "houseboat", "ger", "trullo",
)  # fmt: skip
UNSURE = ("yes", "cabin", "hut")
HOME_USES = ("residential", "apartments", "dormitory", "house")
OTHER_TAGS = (
    "aeroway", "amenity", "club", "craft", "emergency", "government", "healthcare", "historic", "industrial", "leisure",
    "man_made", "military", "office", "power", "public_transport", "railway", "shop", "telecom", "tourism",
)  # fmt: skip
GONE = ("abandoned", "disused", "ruins", "demolished")
LEAST_M2 = 40.0
GEOD = Geod(ellps="WGS84")


class _Areas(osmium.SimpleHandler):
    """Buildings that are or may be homes, and residential land, as shapes in degrees."""

    def __init__(self) -> None:
        super().__init__()
        self.factory = osmium.geom.WKBFactory()
        self.sure: list[shapely.Geometry] = []
        self.unsure: list[shapely.Geometry] = []
        self.land: list[shapely.Geometry] = []

    def area(self, area: osmium.osm.Area) -> None:
        tags = {tag.k: tag.v for tag in area.tags}
        if tags.get("landuse") == "residential":
            self.land.append(self._shape(area))
        values = [value.strip() for value in tags.get("building", "").split(";")]
        uses = [value.strip() for value in tags.get("building:use", "").split(";")]
        if values in ([""], ["no"]) or "yes" in [tags.get(key) for key in GONE]:
            return
        if set(values) & set(SURE) or set(uses) & set(HOME_USES):
            self.sure.append(self._shape(area))
        elif values[0] in UNSURE and not set(OTHER_TAGS) & set(tags):
            self.unsure.append(self._shape(area))

    def _shape(self, area: osmium.osm.Area) -> shapely.Geometry:
        return shapely.from_wkb(bytes.fromhex(self.factory.create_multipolygon(area)))


def dwellings(path: Path, box: tuple[float, float, float, float]) -> int:
    """Return how many residential buildings of the extract at `path` lie in `box` (west, south, east, north)."""
    found = _Areas()
    found.apply_file(str(path), locations=True)
    large = [shape for shape in found.unsure if abs(GEOD.geometry_area_perimeter(shape)[0]) > LEAST_M2]
    in_land = np.zeros(len(large), dtype=bool)
    points = shapely.point_on_surface(np.array(large, dtype=object))
    in_land[shapely.STRtree(found.land).query(points, predicate="intersects")[0]] = True
    homes = np.array([*found.sure, *np.array(large, dtype=object)[in_land]], dtype=object)
    homes = homes[shapely.intersects(shapely.box(*box), shapely.point_on_surface(homes))]
    return len(homes) - _mapped_twice(homes)


def _mapped_twice(homes: np.ndarray) -> int:
    """Return how many homes lie, by half of the smaller, in another one (in degrees: shares are what counts)."""
    one, other = shapely.STRtree(homes).query(homes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(homes[one], homes[other]))
    same = shared >= np.minimum(shapely.area(homes[one]), shapely.area(homes[other])) / 2
    return len(np.unique(other[same]))
