"""Maps for print: one circle, all circles on a sheet, before and after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lifecircle.errors import ConfigError
from lifecircle.model.audit import STATUSES, AuditView
from lifecircle.outputs.figures.base_map import MapLayers, picture
from lifecircle.outputs.figures.fonts import cell_width, drawable, wrapped
from lifecircle.outputs.figures.frame import FOOT, HEAD, MARGIN, circle_basis, map_size, panel, titled
from lifecircle.outputs.figures.marks import (
    HATCHES,
    SidePanel,
    circle_types,
    hatch_zones,
    mark_facilities,
    north_arrow,
    number_gaps,
    scale_bar,
    show_map,
)
from lifecircle.outputs.figures.paper import DPI, INK, QUIET
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    headline_text,
    percent,
    phrase,
    reason_text,
    share_range,
    threshold_text,
    type_label,
    walking_speed,
    weight_name,
)
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE_IN, GUTTER_IN = 2.55, 0.25
GAPS_NUMBERED, GAPS_ON_SHEET, TYPES_LISTED = 12, 3, 8
CHANGE_COLOURS = {"gained": "#009e73", "lost": "#cc79a7", "kept": "#0072b2", "still": "#d9c9b8", "unknown": "#8c8c8c"}
CHANGES = tuple(CHANGE_COLOURS)
CHANGE_HATCHES = {0: ("++", CHANGE_COLOURS["gained"]), 1: ("xx", CHANGE_COLOURS["lost"])}


def circle_map(view: AuditView, circle: str, *, layers: MapLayers | None = None) -> Figure:
    """Return the map of one circle: who is covered, not covered and unknown, its facilities and numbered gaps.

    Parameters
    ----------
    view : AuditView
    circle : str
        Id of a circle of the audit.
    layers : MapLayers, optional
        Painted before, for several maps of one view.
    """
    layers = layers or MapLayers(view)
    across, up = map_size(layers.aspect, width=7.6, tallest=7.4)
    size = (across + SIDE_IN + GUTTER_IN + 2 * MARGIN, up + HEAD + FOOT)
    row, language = circle_row(view, circle), view.language
    figure = titled(view, circle_name(view, circle), subtitle=circle_basis(view, circle), size=size)
    axes = panel(figure, (MARGIN, FOOT, across, up))
    if not row["assessable"]:
        show_map(axes, layers, image=picture(layers.base))
        _across(axes, reason_text(row, language), language)
    else:
        show_map(axes, layers, image=layers.status_image(circle))
        hatch_zones(axes, layers, codes=layers.codes(circle))
    kinds = circle_types(view, circle)
    shapes = mark_facilities(axes, view, kinds=kinds)
    gaps = number_gaps(axes, view, circle=circle, shown=GAPS_NUMBERED)
    scale_bar(axes, layers, inches=across, language=language)
    north_arrow(axes, layers, inches=across, language=language)
    beside = panel(figure, (MARGIN + across + GUTTER_IN, FOOT, SIDE_IN, up))
    column = SidePanel(beside, size=(SIDE_IN, up), language=language)
    _verdict(column, view, row)
    _facility_keys(column, view, shapes)
    _gap_keys(column, view, gaps)
    return figure


def sheet(view: AuditView, *, layers: MapLayers | None = None) -> Figure:
    """Return all circles side by side, one small map each."""
    layers = layers or MapLayers(view)
    circles, language = list(view.audit.circles.index), view.language
    columns = _columns(len(circles))
    rows = math.ceil(len(circles) / columns)
    across = (11.0 - GUTTER_IN * (columns - 1)) / columns
    up, title_in = across / layers.aspect, 0.42
    size = (11.0 + 2 * MARGIN, HEAD + 0.3 + FOOT + 0.35 + rows * (up + title_in))
    about = f"{headline_text(view, view.audit.headline)}\n{basis(view)}"
    title = f"{phrase('title', language)} · {view.audit.standard.title(language)}"
    figure = titled(view, title, subtitle=about, size=size)
    for place, circle in enumerate(circles):
        left = MARGIN + (place % columns) * (across + GUTTER_IN)
        bottom = size[1] - HEAD - 0.25 - (place // columns + 1) * (up + title_in)
        axes = panel(figure, (left, bottom, across, up))
        _small_map(axes, view, circle, layers=layers, width=round(across * DPI))
        if place == 0:
            scale_bar(axes, layers, inches=across, language=language)
            north_arrow(axes, layers, inches=across, language=language)
    _status_row(figure, view, at=(MARGIN, FOOT + 0.02))
    return figure


def before_after(view: AuditView, after: AuditView, *, circle: str | None = None) -> Figure:
    """Return two maps of the same residences, and which of them a change gains or loses.

    Parameters
    ----------
    view, after : AuditView
        Of the same residences.
    circle : str, optional
        By default all counted circles together.

    Raises
    ------
    ConfigError
        If the two views have different residences.
    """
    if not view.residences.index.equals(after.residences.index):
        raise ConfigError("before_after: the two audits must be of the same residences")
    layers, language = MapLayers(view), view.language
    across = 5.4
    up = across / layers.aspect
    size = (2 * across + GUTTER_IN + 2 * MARGIN, HEAD + FOOT + 0.62 + up)
    name = circle_name(view, circle) if circle else phrase("figure.all_circles", language)
    about = circle_basis(view, circle) if circle else basis(view)
    title = f"{name} · {phrase('figure.before', language)} / {phrase('figure.after', language)}"
    figure = titled(view, title, subtitle=about, size=size)
    first, second = (_joint(one, circle) for one in (view, after))
    change = np.select(
        [(first == 2) | (second == 2), (first == 1) & (second == 0), (first == 0) & (second == 1), second == 0],
        [4, 0, 1, 2],
        default=3,
    )
    status = [STATUS_COLOURS[name] for name in STATUSES]
    pictures = ((first, status, "before", view), (change, list(CHANGE_COLOURS.values()), "after", after))
    for place, (codes, colours, key, shown) in enumerate(pictures):
        axes = panel(figure, (MARGIN + place * (across + GUTTER_IN), FOOT + 0.35, across, up))
        show_map(axes, layers, image=layers.residences(codes, colours))
        if key == "after":
            hatch_zones(axes, layers, codes=codes, hatches=CHANGE_HATCHES)
        text = f"{phrase(f'figure.{key}', language)}{phrase('colon', language)}{_share(shown, circle)}"
        axes.set_title(drawable(text, language), loc="left", fontsize=10, weight="bold")
        scale_bar(axes, layers, inches=across, language=language)
        north_arrow(axes, layers, inches=across, language=language)
    weight = view.audit.residences.reindex(view.residences.index)["weight"].to_numpy(dtype=float)
    _change_row(figure, view, change, weight=weight)
    return figure


def _joint(view: AuditView, circle: str | None) -> np.ndarray[Any, np.dtype[np.int64]]:
    layers = MapLayers(view)
    if circle:
        return layers.codes(circle)
    codes = np.stack([layers.codes(one) for one in view.audit.headline.circles_counted])
    return np.select([(codes == 1).any(axis=0), (codes == 2).any(axis=0)], [1, 2], default=0)


def _share(view: AuditView, circle: str | None) -> str:
    if circle is None:
        found = view.audit.headline
        return share_range(found.all_circles_share, found.all_circles_share_upper, language=view.language)
    row, column = circle_row(view, circle), f"share_{view.audit.weight}"
    return share_range(row[column], row[f"{column}_upper"], language=view.language)


def _columns(circles: int) -> int:
    return max(1, min(4, math.ceil(math.sqrt(circles))))


def _small_map(axes: Any, view: AuditView, circle: str, *, layers: MapLayers, width: int) -> None:  # noqa: ANN401 - Axes
    row, language = circle_row(view, circle), view.language
    weight = f"share_{view.audit.weight}"
    if row["assessable"]:
        show_map(axes, layers, image=picture(layers.status_image(circle), width=width))
        hatch_zones(axes, layers, codes=layers.codes(circle), width=0.3)
        share = share_range(row[weight], row[f"{weight}_upper"], language=language)
    else:
        show_map(axes, layers, image=picture(layers.base, width=width))
        _across(axes, reason_text(row, language), language, cells=34)
        share = phrase("not_assessable", language)
    kinds = circle_types(view, circle)
    count = int(view.facilities["type"].isin(kinds).sum())
    mark_facilities(axes, view, kinds=kinds, size=5.0 if count < 60 else 2.0 if count < 250 else 0.6)
    number_gaps(axes, view, circle=circle, shown=GAPS_ON_SHEET, size=5.5)
    name = circle_name(view, circle)
    size = 9.0 * min(1.0, width / DPI * 72 / 9 * 1.65 / (cell_width(name) * 1.1 + cell_width(share) + 2))
    axes.text(0, 1.02, drawable(name, language), transform=axes.transAxes, fontsize=size, weight="bold", va="bottom")
    axes.text(1, 1.02, drawable(share, language), transform=axes.transAxes, fontsize=size, ha="right", va="bottom")


def _across(axes: Any, text: str, language: str, *, cells: int = 60) -> None:  # noqa: ANN401 - Axes
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "boxstyle": "round,pad=0.4"}
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": QUIET, "fontsize": 9, "bbox": box, "zorder": 7}
    axes.text(0.5, 0.5, wrapped(drawable(text, language), cells), transform=axes.transAxes, **style)


def _verdict(column: SidePanel, view: AuditView, row: dict[str, Any]) -> None:
    language, weight = view.language, f"share_{view.audit.weight}"
    colon = phrase("colon", language)
    column.text(phrase("table.share", language), size=8, color=QUIET)
    if not row["assessable"]:
        column.text(reason_text(row, language), size=10, weight="bold")
        return
    share = share_range(row[weight], row[f"{weight}_upper"], language=language)
    column.text(share, size=17, weight="bold", color=INK)
    bounds = "" if row[weight] == row[f"{weight}_upper"] else ".bounds"
    column.text(phrase(f"figure.share_of{bounds}", language, weight=weight_name(view)), size=8, color=QUIET)
    limit, speed = threshold_text(row, language), float(row["speed_kmh"])
    if not math.isnan(speed):
        limit = phrase("threshold.walker", language, threshold=limit, speed=walking_speed(speed, language))
    column.text(phrase("table.rule", language) + colon + limit, size=8)
    column.heading(phrase("map.legend", language))
    parts = (row[weight], row["not_covered_share"], row["unknown_share"])
    for status, part in zip(STATUSES, parts, strict=True):
        text = f"{phrase(f'status.{status}', language)}  {percent(part)}"
        column.swatch(text, colour=STATUS_COLOURS[status], hatch=HATCHES[status])


def _facility_keys(column: SidePanel, view: AuditView, shapes: dict[str, str]) -> None:
    if not shapes:
        return
    column.heading(phrase("map.facilities", view.language))
    for kind, marker in list(shapes.items())[:TYPES_LISTED]:
        count = int((view.facilities["type"] == kind).sum())
        column.symbol(f"{type_label(view, kind)}  {count:,}", marker=marker)
    if len(shapes) > TYPES_LISTED:
        column.text(phrase("figure.more_types", view.language, count=len(shapes) - TYPES_LISTED), size=8, color=QUIET)


def _gap_keys(column: SidePanel, view: AuditView, gaps: Any) -> None:  # noqa: ANN401 - rows of audit.gaps
    if not len(gaps):
        return
    language = view.language
    column.heading(phrase("figure.gaps", language, weight=weight_name(view)))
    for gap in gaps.itertuples():
        if column.room < 0.45:
            break
        place = gap.place or phrase("gaps.unnamed", language)
        homes = phrase("gaps.homes", language, count=f"{gap.homes:,}")
        column.badge(int(gap.gap), f"{place}  {homes}  {percent(gap.weight_share)}")


def _status_row(figure: Figure, view: AuditView, *, at: tuple[float, float]) -> None:
    from matplotlib.patches import Rectangle

    width = figure.get_size_inches()[0]
    axes = panel(figure, (at[0], at[1], width - 2 * MARGIN, 0.25))
    axes.set_axis_off()
    axes.set(xlim=(0, width - 2 * MARGIN), ylim=(0, 0.25))
    x = 0.0
    for status in STATUSES:
        colour = STATUS_COLOURS[status]
        axes.add_patch(Rectangle((x, 0.06), 0.18, 0.12, facecolor=colour, edgecolor="none"))
        if HATCHES[status]:
            hatched: dict[str, Any] = {
                "facecolor": "white",
                "edgecolor": colour,
                "linewidth": 0,
                "hatch": HATCHES[status] * 2,
            }
            axes.add_patch(Rectangle((x + 0.2, 0.06), 0.18, 0.12, **hatched))
        axes.text(x + 0.45, 0.12, drawable(phrase(f"status.{status}", view.language), view.language), va="center")
        x += 1.6
    axes.plot([x + 0.08], [0.12], "o", markersize=4, mfc="white", mec="black", mew=0.8)
    axes.text(x + 0.22, 0.12, drawable(phrase("map.facilities", view.language), view.language), va="center")
    axes.text(x + 1.6, 0.12, drawable(phrase("figure.gap_numbers", view.language), view.language), va="center")


def _change_row(figure: Figure, view: AuditView, change: Any, *, weight: Any) -> None:  # noqa: ANN401 - arrays
    from matplotlib.patches import Rectangle

    width, total = figure.get_size_inches()[0] - 2 * MARGIN, float(weight.sum())
    axes = panel(figure, (MARGIN, FOOT + 0.02, width, 0.25))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(0, 0.25))
    shares = [float(weight[change == place].sum()) / total if total > 0 else math.nan for place in range(len(CHANGES))]
    keys = [
        (CHANGE_COLOURS[name], f"{phrase(f'figure.change.{name}', view.language)}  {percent(share)}")
        for name, share in zip(CHANGES, shares, strict=True)
    ]
    keys.append((STATUS_COLOURS["not_covered"], phrase("figure.change.before", view.language)))
    for place, (colour, text) in enumerate(keys):
        x = place * width / len(keys)
        axes.add_patch(Rectangle((x, 0.06), 0.18, 0.12, facecolor=colour, edgecolor="none"))
        axes.text(x + 0.25, 0.12, drawable(text, view.language), va="center", fontsize=8)
