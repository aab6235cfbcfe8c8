"""What is asked of an Overpass server: tiles of the ground, and the query of each.

The queries follow the selection that ``read_osm`` makes of any file, so that a download and
an extract of the same ground hold the same streets and the same objects.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError
from lifecircle.sources.osm_tags import OBJECT_KEYS, ROUTES_ON_FOOT, STOP_HIGHWAYS, STREET_KEY

MICRO: Final = 1_000_000
DEFAULT_TILE_DEGREES: Final = 0.1
MIN_TILE_DEGREES: Final = 0.005
# The usage policy of the public servers allows 10,000 requests a day; a study must leave room for others.
MAX_TILES: Final = 1500
# Relations with more members (a mountain range, the sea) are listed but not followed to their far ends.
MAX_MEMBERS: Final = 400
TIMEOUT_S: Final = 180
_MAX_BYTES: Final = 1 << 30

_ADDRESS_KEYS: Final = ("addr:housenumber", "addr:housename")
_NODE_KEYS: Final = (*(key for key in OBJECT_KEYS if key not in ("natural", "waterway")), *_ADDRESS_KEYS)
_WAY_KEYS: Final = (STREET_KEY, *OBJECT_KEYS, *_ADDRESS_KEYS)
_AREA_KEYS: Final = (STREET_KEY, *OBJECT_KEYS)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A square of the ground in integer millionths of a degree, so that its name is exact.

    Attributes
    ----------
    south, west : int
        Corner, a multiple of `size`.
    size : int
        Side.
    """

    south: int
    west: int
    size: int

    @property
    def name(self) -> str:
        """Name of the tile's file, such as ``s35500000_w114100000_100000``."""
        return f"s{self.south}_w{self.west}_{self.size}"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (
            self.west / MICRO,
            self.south / MICRO,
            (self.west + self.size) / MICRO,
            (self.south + self.size) / MICRO,
        )

    def quarters(self) -> tuple["Tile", ...]:
        """Return the four tiles of half the side, or none when they would be smaller than `MIN_TILE_DEGREES`."""
        half = self.size // 2
        if half * 2 != self.size or half < MIN_TILE_DEGREES * MICRO:
            return ()
        return tuple(Tile(self.south + up, self.west + right, half) for up in (0, half) for right in (0, half))


def tiles_over(area: BaseGeometry, *, degrees: float = DEFAULT_TILE_DEGREES) -> tuple[Tile, ...]:
    """Return the tiles of a world-wide lattice that meet `area`, from south-west to north-east.

    The lattice does not depend on the area, so that a study whose boundary is widened keeps the tiles it has.

    Parameters
    ----------
    area : (Multi)Polygon
        EPSG:4326.
    degrees : float
        Side of a tile.

    Raises
    ------
    ConfigError
        If the side is out of its limits, or the area needs more requests than a public server should be asked for.
    """
    size = round(degrees * MICRO)
    if not MIN_TILE_DEGREES * MICRO <= size <= MICRO:
        raise ConfigError(f"a tile of {degrees:g} degrees: give a side from {MIN_TILE_DEGREES:g} to 1")
    west, south, east, north = (np.asarray(area.bounds) * MICRO / size).tolist()
    columns, rows = range(int(np.floor(west)), int(np.ceil(east))), range(int(np.floor(south)), int(np.ceil(north)))
    if len(columns) * len(rows) > 100 * MAX_TILES:
        raise ConfigError(_too_many(len(columns) * len(rows)))
    lattice = [Tile(row * size, column * size, size) for row in rows for column in columns]
    boxes = shapely.box(*np.array([tile.bounds for tile in lattice]).T)
    shapely.prepare(area)
    met = shapely.intersects(area, boxes)
    if met.sum() > MAX_TILES:
        raise ConfigError(_too_many(int(met.sum())))
    return tuple(tile for tile, wanted in zip(lattice, met, strict=True) if wanted)


def _too_many(count: int) -> str:
    return (
        f"the study needs {count} tiles, and a public server should not be asked for more than {MAX_TILES}: "
        "study a smaller boundary, or use an extract (osm: {download: {geofabrik: ...}}, or osm: {file: ...})"
    )


def _keys(keys: tuple[str, ...]) -> str:
    return f'[~"^({"|".join(keys)})$"~"."]'


def _values(key: str, values: frozenset[str]) -> str:
    return f'["{key}"~"^({"|".join(sorted(values))})$"]'


def _head() -> str:
    return f"[out:json][timeout:{TIMEOUT_S}][maxsize:{_MAX_BYTES}];"


def _box(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = bounds
    return f"({south:.6f},{west:.6f},{north:.6f},{east:.6f})"


def tile_query(tile: Tile) -> str:
    """Return the query for everything that an audit reads of one tile.

    Ways and surfaces that reach out of the tile come whole. Routes, and relations of more than `MAX_MEMBERS`
    members, come without the parts that lie elsewhere. Administrative boundaries are asked for by
    `boundaries_query`, once.
    """
    at = _box(tile.bounds)
    kinds = '["type"~"^(boundary|multipolygon)$"]["boundary"!="administrative"]'
    surfaces = (f"relation{kinds}{_keys(_AREA_KEYS)}{at}", f'relation{kinds}["man_made"="pier"]{at}')
    return "\n".join(
        [
            _head(),
            "(",
            f"  node{_keys(_NODE_KEYS)}{at};",
            f"  node{_values(STREET_KEY, STOP_HIGHWAYS)}{at};",
            f"  way{_keys(_WAY_KEYS)}{at};",
            f'  way["man_made"="pier"]{at};',
            f'  way["boundary"="administrative"]{at};',
            *(f"  {surface}(if:count_members()<={MAX_MEMBERS});" for surface in surfaces),
            ")->.found;",
            "(.found;.found >;);",
            "out body qt;",
            "(",
            *(f"  {surface}(if:count_members()>{MAX_MEMBERS});" for surface in surfaces),
            f'  relation["type"="route"]{_values("route", ROUTES_ON_FOOT)}{at};',
            ");",
            "out body qt;",
        ]
    )


def boundaries_query(bounds: tuple[float, float, float, float], *, relations: tuple[int, ...] = ()) -> str:
    """Return the query for administrative boundaries, whole: from the city's level down, and `relations`."""
    named = [f"  relation({number});" for number in relations]
    levels = '["admin_level"~"^([5-9]|1[0-2])$"]'
    near = f'  relation["boundary"="administrative"]{levels}{_box(bounds)};'
    return "\n".join([_head(), "(", near, *named, ")->.found;", "(.found;.found >;);", "out body qt;"])


def relation_query(relation: int) -> str:
    """Return the query for one relation with all its ways and nodes."""
    return "\n".join([_head(), f"relation({relation})->.found;", "(.found;.found >;);", "out body qt;"])


def query_form() -> str:
    """Return the queries with their places left out: what a stored answer was an answer to."""
    any_tile = Tile(0, 0, MICRO)
    forms = (tile_query(any_tile), boundaries_query(any_tile.bounds))
    return "\n\n".join(re.sub(re.escape(_box(any_tile.bounds)), "({{bbox}})", form) for form in forms)
