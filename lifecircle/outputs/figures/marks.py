"""Marks on a map figure: scale bar, north arrow, numbered gaps, facilities, hatched zones, and the panel beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lifecircle.model.audit import STATUSES, AuditView
from lifecircle.outputs.figures.base_map import paper_image
from lifecircle.outputs.figures.fonts import drawable, wrapped
from lifecircle.outputs.figures.paper import HAIR, INK, QUIET
from lifecircle.outputs.phrases import circle_row, phrase
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from lifecircle.outputs.figures.base_map import Image, MapLayers

HATCHES: Mapping[str, str] = {"covered": "", "not_covered": "////", "unknown": "...."}
STATUS_HATCHES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {code: (HATCHES[name], STATUS_COLOURS[name]) for code, name in enumerate(STATUSES) if HATCHES[name]}
)
MARKERS = ("o", "s", "^", "D", "P", "v", "X", "p")
LINE_IN = 0.155  # of the panel's text


def show_map(axes: Axes, layers: MapLayers, *, image: Image) -> None:
    """Show a picture with its frame."""
    west, south, east, north = layers.frame
    axes.add_image(paper_image(axes, image, extent=(west, east, south, north)))
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set(visible=True, color=HAIR, linewidth=0.6)


def hatch_zones(
    axes: Axes,
    layers: MapLayers,
    *,
    codes: npt.NDArray[np.int64],
    hatches: Mapping[int, tuple[str, str]] = STATUS_HATCHES,
    width: float = 0.45,
) -> None:
    """Hatch where most residences have a code of `hatches` (hatch and colour): colours alone do not decide.

    By default, codes of ``STATUSES``: not covered is hatched, unknown dotted.
    """
    for code, (hatch, colour) in hatches.items():
        if not np.any(codes == code):
            continue
        x, y, field = layers.zones(codes, code)
        if field.max() <= 0:
            continue
        zone = axes.contourf(x, y, field, levels=[0, field.max() + 1], colors="none", hatches=[hatch])
        zone.set(zorder=1, hatch_linewidth=width)
        zone.set_edgecolor(colour)
        zone.set_linewidth(0.0)


def scale_bar(axes: Axes, layers: MapLayers, *, inches: float, language: str) -> None:
    """Draw a scale bar of a round length in the lower left; `inches` is the width of the map."""
    west, south, east, _ = layers.frame
    length = _round_length((east - west) * 0.22)
    pad = (east - west) / inches * 0.14  # metres in 0.14 inches
    x, y = west + pad, south + pad * 1.1
    for part, colour in enumerate((INK, "white")):
        box = [x + part * length / 2, x + (part + 1) * length / 2]
        axes.fill_between(box, y, y + pad * 0.3, facecolor=colour, edgecolor=INK, linewidth=0.6, zorder=6)
    unit, value = ("km", length / 1000) if length >= 1000 else ("m", length)
    text = phrase(f"figure.{unit}", language, value=f"{value:g}")
    style: dict[str, Any] = {"fontsize": 7, "zorder": 6, "va": "bottom", "path_effects": _halo()}
    axes.text(x, y + pad * 0.42, "0", ha="center", **style)
    axes.text(x + length, y + pad * 0.42, drawable(text, language), ha="center", **style)


def north_arrow(axes: Axes, layers: MapLayers, *, inches: float, language: str) -> None:
    """Draw an arrow to the north in the upper right; the map's own meridian is upright."""
    _, _, east, north = layers.frame
    pad = (layers.frame[2] - layers.frame[0]) / inches * 0.14
    x, top = east - pad * 1.3, north - pad * 1.9
    shape = [(x, top), (x - pad * 0.5, top - pad * 1.5), (x, top - pad * 1.15), (x + pad * 0.5, top - pad * 1.5)]
    axes.fill(*zip(*shape, strict=True), facecolor=INK, edgecolor="white", linewidth=0.5, zorder=6)
    text = drawable(phrase("figure.north", language), language)
    axes.text(x, north - pad * 1.75, text, ha="center", va="bottom", fontsize=8, zorder=6, path_effects=_halo())


def number_gaps(axes: Axes, view: AuditView, *, circle: str, shown: int, size: float = 7.0) -> gpd.GeoDataFrame:
    """Write the numbers of the heaviest gaps of a circle, and return those gaps in the order of their numbers."""
    gaps = view.audit.gaps[view.audit.gaps["circle"] == circle].sort_values("gap", kind="stable").head(shown)
    points = gaps.geometry.representative_point()
    badge = {"boxstyle": "circle,pad=0.22", "facecolor": "white", "edgecolor": "#a84300", "linewidth": 1.0}
    for number, x, y in zip(gaps["gap"], points.x, points.y, strict=True):
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "weight": "bold", "bbox": badge}
        axes.text(x, y, str(number), zorder=8, clip_on=True, **style)
    return gaps


def mark_facilities(axes: Axes, view: AuditView, *, kinds: list[str], size: float | None = None) -> dict[str, str]:
    """Mark the facilities of some types, each type with a shape, and return the shapes by type."""
    shapes: dict[str, str] = {}
    for rank, kind in enumerate(kinds):
        rows = view.facilities[view.facilities["type"] == kind]
        shapes[kind] = MARKERS[rank % len(MARKERS)]
        if not len(rows):
            continue
        points = rows.geometry.representative_point()
        area = size if size is not None else min(26.0, max(9.0, 400.0 / math.sqrt(len(rows) + 1) / 4))
        style: dict[str, Any] = {
            "facecolor": "white",
            "edgecolor": "black",
            "linewidths": 0.8 if area > 4 else 0.4,
            "zorder": 5,
        }
        axes.scatter(points.x, points.y, s=area, marker=shapes[kind], **style)
    return shapes


def circle_types(view: AuditView, circle: str) -> list[str]:
    """Return the types that decide a circle, in the order of its rule."""
    items = [item for item in circle_row(view, circle)["threshold"] if not item.get("optional")]
    return list(dict.fromkeys(kind for item in items for kind in item["types"]))


def _round_length(metres: float) -> float:
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= metres)


def _halo() -> list[Any]:
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.0, foreground="white")]


class SidePanel:
    """A column of text and legend keys, written from the top down; coordinates are inches."""

    def __init__(self, axes: Axes, *, size: tuple[float, float], language: str) -> None:
        self._axes, self._language = axes, language
        self.width, self.height = size
        self.y = 0.0
        axes.set_axis_off()
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))

    @property
    def room(self) -> float:
        """Inches left below what is written."""
        return self.height - self.y

    def text(self, text: str, *, size: float = 8.5, indent: float = 0.0, **style: Any) -> None:  # noqa: ANN401
        """Write a paragraph."""
        cells = int((self.width - indent) * 72 / size * 1.78)
        lines = wrapped(drawable(text, self._language), cells)
        self._axes.text(indent, self.y, lines, fontsize=size, va="top", linespacing=1.3, **style)
        self.y += size / 72 * 1.36 * (lines.count("\n") + 1) + 0.02

    def heading(self, text: str) -> None:
        """Write a small heading with a rule above."""
        self.y += 0.10
        self._axes.plot([0, self.width], [self.y, self.y], color=HAIR, linewidth=0.6, clip_on=False)
        self.y += 0.06
        self.text(text, size=8, color=QUIET)

    def swatch(self, text: str, *, colour: str, hatch: str = "") -> None:
        """Write a legend line with a box; `hatch` is drawn beside the plain colour."""
        from matplotlib.patches import Rectangle

        y = self.y + 0.015
        self._axes.add_patch(Rectangle((0.0, y), 0.16, 0.11, facecolor=colour, edgecolor="none"))
        if hatch:
            style: dict[str, Any] = {"facecolor": "white", "edgecolor": colour, "linewidth": 0.0, "hatch": hatch * 2}
            self._axes.add_patch(Rectangle((0.18, y), 0.16, 0.11, **style))
        self.text(text, indent=0.42)

    def symbol(self, text: str, *, marker: str, ink: str = "black", filled: bool = False) -> None:
        """Write a legend line with a facility's mark."""
        inside = ink if filled else "white"
        self._axes.plot([0.08], [self.y + 0.07], marker, markersize=5, mfc=inside, mec=ink, mew=0.8)
        self.text(text, indent=0.42)

    def badge(self, number: int, text: str) -> None:
        """Write a line that begins with the number of a gap."""
        badge = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": "#a84300", "linewidth": 0.8}
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 6.5, "weight": "bold", "bbox": badge}
        self._axes.text(0.09, self.y + 0.075, str(number), **style)
        self.text(text, indent=0.28, size=8)
