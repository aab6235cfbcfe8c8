"""The quiet base map and the residences of a figure, painted once and used for every circle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.audit import STATUSES, AuditView
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

LAND = "#fbfaf7"
BASE_COLOURS = {"residential": "#f1eee8", "parks": "#e2eed9", "water": "#d5e5ee", "buildings": "#dcd8d1"}
STREET_COLOUR = "#cdc8bf"
PIXELS = 1300  # on the longer side
ASPECT = (0.70, 1.55)  # narrowest and widest map, width over height
ZONE_CELLS = 130
FINER = 2  # maps are painted so many times finer and reduced

Image = npt.NDArray[np.uint8]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class MapLayers:
    """What is painted once for all maps of a view.

    Attributes
    ----------
    view : AuditView
    """

    view: AuditView

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        """West, south, east and north in metres: the residences with a margin, in a shape that fits a page."""
        shapes = self.view.residences
        west, south, east, north = shapes.total_bounds if len(shapes) else self.view.area.boundary.bounds
        width, height = max(east - west, 100.0) * 1.08, max(north - south, 100.0) * 1.08
        width, height = max(width, height * ASPECT[0]), max(height, width / ASPECT[1])
        x, y = (west + east) / 2, (south + north) / 2
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2

    @property
    def aspect(self) -> float:
        """Width over height of the frame."""
        west, south, east, north = self.frame
        return (east - west) / (north - south)

    @property
    def metres_per_pixel(self) -> float:
        """Ground length of a pixel of the painted images."""
        west, south, east, north = self.frame
        return max(east - west, north - south) / PIXELS

    @cached_property
    def base(self) -> Image:
        """Streets, water, parks, residential land and other buildings, at twice the size of a picture."""
        from matplotlib.collections import LineCollection, PathCollection, PolyCollection

        layers = self.view.base
        areas = [
            PathCollection(_paths(self._near(getattr(layers, name))), facecolor=BASE_COLOURS[name], linewidth=0)
            for name in ("residential", "parks", "water")
        ]
        rings, _ = _outlines(self._near(layers.buildings))
        buildings = PolyCollection(rings, closed=False, facecolor=BASE_COLOURS["buildings"], linewidth=0)
        lines = self._near(gpd.GeoSeries(self.view.network.lines(), crs=self.view.network.crs))
        streets = LineCollection(_lines(lines), colors=STREET_COLOUR, linewidths=1.1, capstyle="round")
        return self._painted([*areas, buildings, streets], background=LAND)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdicts in the order of the residences."""
        return self.view.audit.residences.reindex(self.view.residences.index)

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """A point inside every residence; shape (R, 2)."""
        return shapely.get_coordinates(shapely.centroid(self.view.residences.geometry.to_numpy()))

    @cached_property
    def _pixels(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The pixels that show residences, and the row of each one's residence; painted once for all circles."""
        from matplotlib.collections import PolyCollection

        shapes = self.view.residences.geometry.to_numpy()
        flat = shapely.get_dimensions(shapes) < 2
        side = self.metres_per_pixel * 2.0
        drawn = np.where(flat, shapely.buffer(shapely.centroid(shapes), side, cap_style="square"), shapes)
        rings, owner = _outlines(shapely.simplify(drawn, self.metres_per_pixel * 0.3))
        colours = np.stack([(owner + 1) >> 16, ((owner + 1) >> 8) & 255, (owner + 1) & 255], axis=1) / 255.0
        style: dict[str, Any] = {"facecolors": colours, "edgecolors": colours, "linewidths": 0.7, "antialiaseds": False}
        painted = self._painted([PolyCollection(rings, closed=False, **style)], background="black").reshape(-1, 3)
        pixels = np.flatnonzero(painted.any(axis=1))
        red, green, blue = painted[pixels].astype(np.int64).T
        return pixels, (red << 16) + (green << 8) + blue - 1

    def codes(self, circle: str) -> npt.NDArray[np.int64]:
        """Return the status of every residence as its place in ``STATUSES``."""
        said = self.verdicts[f"{circle}_status"].to_numpy(dtype=object)
        return np.select([said == STATUSES[0], said == STATUSES[1]], [0, 1], default=2)

    def residences(self, codes: npt.NDArray[np.int64], colours: Sequence[str]) -> Image:
        """Return the base with every residence in the colour of its code; shape (height, width, 3)."""
        from matplotlib.colors import to_rgba_array

        palette = np.round(to_rgba_array(list(colours))[:, :3] * 255.0).astype(np.uint8)[codes]
        painted, (pixels, rows) = self.base.copy(), self._pixels
        painted.reshape(-1, 3)[pixels] = palette[rows]
        return picture(painted)

    def status_image(self, circle: str) -> Image:
        """Return the base with the residences of a circle by status; kept for the next figure."""
        if circle not in self._pictures:
            colours = [STATUS_COLOURS[status] for status in STATUSES]
            self._pictures[circle] = self.residences(self.codes(circle), colours)
        return self._pictures[circle]

    @cached_property
    def _pictures(self) -> dict[str, Image]:
        return {}

    def zones(self, codes: npt.NDArray[np.int64], code: int) -> tuple[Any, Any, Any]:
        """Return x, y and a smooth field that is above 0 where most residences around have `code`."""
        from scipy.ndimage import gaussian_filter

        west, south, east, north = self.frame
        step = max(east - west, north - south) / ZONE_CELLS
        edges = (np.arange(south, north + step, step), np.arange(west, east + step, step))
        every, these = (
            gaussian_filter(np.histogram2d(points[:, 1], points[:, 0], bins=edges)[0], 0.8)
            for points in (self.points, self.points[codes == code])
        )
        field = np.minimum(these - 0.5 * every, every - 0.04)
        return edges[1][:-1] + step / 2, edges[0][:-1] + step / 2, field

    def _near(self, shapes: gpd.GeoSeries) -> Geometries:
        found = shapes.to_numpy()
        box = shapely.box(*self.frame)
        near = found[shapely.intersects(shapely.envelope(found), box)] if len(found) else found
        return shapely.simplify(near, self.metres_per_pixel * 0.5)

    def _painted(self, artists: Sequence[Artist], background: str) -> Image:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        west, south, east, north = self.frame
        size = np.round(np.array([east - west, north - south]) / self.metres_per_pixel) * FINER
        figure = Figure(figsize=tuple(size / 100), dpi=100, facecolor=background)
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(west, east), ylim=(south, north))
        for artist in artists:
            axes.add_artist(artist)
        canvas.draw()
        return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def picture(painted: Image, *, width: int | None = None) -> Image:
    """Return what was painted at its own size, or `width` pixels wide."""
    from PIL import Image as Pillow

    whole = Pillow.fromarray(painted)
    if width is None:
        return np.asarray(whole.reduce(FINER))
    return np.asarray(whole.resize((width, round(whole.height * width / whole.width)), Pillow.Resampling.BOX))


def paper_image(axes: Axes, image: Image, *, extent: tuple[float, float, float, float]) -> AxesImage:
    """Return `image` as an artist that fills `axes`; quicker than matplotlib's own resampling, which weighs colours."""
    from matplotlib.image import AxesImage
    from PIL import Image as Pillow

    class PaperImage(AxesImage):
        """Vector files hold the picture as it is; pixels are fitted by Pillow."""

        def make_image(  # type: ignore[override]  # matplotlib asks for `unsampled` by name
            self,
            renderer: Any,  # noqa: ANN401
            magnification: float = 1.0,
            *,
            unsampled: bool = False,
        ) -> Any:  # noqa: ANN401
            if unsampled:
                return super().make_image(renderer, magnification, unsampled=True)
            box = self.axes.bbox
            left, bottom = round(box.x0), round(box.y0)
            size = (round(box.x1) - left, round(box.y1) - bottom)
            fitted = Pillow.fromarray(image).resize(size, Pillow.Resampling.NEAREST).convert("RGBA")
            return np.asarray(fitted)[::-1], left, bottom, None

    shown = PaperImage(axes, interpolation="none", extent=extent, zorder=0)
    shown.set_data(image)
    return shown


def _outlines(shapes: Geometries) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.int64]]:
    """Return the outer rings of polygons and the row that each belongs to."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    rings = shapely.get_exterior_ring(parts[flat])
    full = ~shapely.is_empty(rings)
    return _lines(rings[full]), owner[flat][full]


def _lines(lines: Geometries) -> list[npt.NDArray[np.float64]]:
    xy, index = shapely.get_coordinates(lines, return_index=True)
    return np.split(xy, np.flatnonzero(np.diff(index)) + 1) if len(xy) else []


def _paths(shapes: Geometries) -> list[Any]:
    """Return polygons as paths with their holes."""
    from matplotlib.path import Path

    parts = shapely.get_parts(shapes)
    parts = shapely.orient_polygons(parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)])
    paths = []
    for part in parts:
        xy, ring = shapely.get_coordinates(shapely.get_rings(part), return_index=True)
        starts = np.r_[True, np.diff(ring) > 0]
        codes = np.where(starts, Path.MOVETO, Path.LINETO).astype(np.uint8)
        codes[np.r_[starts[1:], True]] = Path.CLOSEPOLY
        paths.append(Path(xy, codes))
    return paths
