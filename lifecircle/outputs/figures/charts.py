"""Charts for print: shares, minutes, Lorenz curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.audit import LORENZ_COLUMNS, MINUTES_COLUMNS, AuditView
from lifecircle.model.uncertainty import HEADLINE, LEVEL
from lifecircle.outputs.figures.fonts import drawable, wrapped
from lifecircle.outputs.figures.frame import FOOT, HEAD, MARGIN, panel, titled
from lifecircle.outputs.figures.paper import DASHES, HAIR, INK, QUIET, SERIES
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    percent,
    phrase,
    reason_text,
    share_range,
    type_label,
    walking_speed,
    weight_name,
)
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TYPES_DRAWN = 8
ROW_IN, NAME_IN, VALUE_IN = 0.36, 2.35, 1.25


def shares_chart(view: AuditView) -> Figure:
    """Return the covered share of every circle with its upper bound, and of all counted circles together.

    Whiskers show the interval from error in the data, where the audit has one.
    """
    language, rows, drawn = view.language, _share_rows(view), view.audit.uncertainty
    intervals = {} if drawn is None else drawn.circles[["low", "high"]].to_dict("index")
    height = ROW_IN * len(rows) + 0.55
    size = (9.4, HEAD + height + FOOT + 0.6)
    figure = titled(view, phrase("figure.shares", language), subtitle=basis(view), size=size)
    axes = panel(figure, (MARGIN + NAME_IN, FOOT + 0.95, 9.4 - 2 * MARGIN - NAME_IN - VALUE_IN, height - 0.4))
    for place, row in enumerate(rows):
        ends = intervals.get(row["id"])
        _share_row(axes, view, row, place=place, interval=None if ends is None else (ends["low"], ends["high"]))
    label = phrase("figure.shares.axis", language, weight=weight_name(view))
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.4, -0.6), yticks=[], xlabel=drawable(label, language))
    axes.grid(axis="x", color=HAIR, linewidth=0.4, zorder=0)
    axes.spines["left"].set_visible(False)
    _share_legend(axes, view, interval=bool(intervals))
    return figure


def _share_rows(view: AuditView) -> list[dict[str, Any]]:
    audit, language, column = view.audit, view.language, f"share_{view.audit.weight}"
    found, rows = audit.headline, []
    if found.circles_counted and found.all_circles_share is not None:
        name = phrase("figure.shares.all", language, counted=len(found.circles_counted))
        strict = audit.reading_headlines.get("standard")
        other = None if strict is None or not strict.circles_counted else strict.all_circles_share
        joint = (found.all_circles_share, found.all_circles_share_upper)
        rows.append({"id": HEADLINE, "name": name, "bounds": joint, "strict": other})
    for circle in audit.circles.index:
        row = circle_row(view, circle)
        bounds = (float(row[column]), float(row[f"{column}_upper"])) if row["assessable"] else None
        strict_row = audit.readings["standard"].loc[circle] if "standard" in audit.readings else None
        strict = strict_row[column] if strict_row is not None and strict_row["assessable"] else None
        why = "" if row["assessable"] else reason_text(row, language)
        rows.append({"id": circle, "name": circle_name(view, circle), "bounds": bounds, "strict": strict, "why": why})
    return rows


def _share_row(
    axes: Axes, view: AuditView, row: dict[str, Any], *, place: int, interval: tuple[float, float] | None
) -> None:
    language, weight = view.language, "bold" if row["id"] == HEADLINE else "normal"
    name = wrapped(drawable(row["name"], language), 34)
    text: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center", "linespacing": 1.1}
    axes.text(-0.02, place, name, ha="right", weight=weight, **text)
    if row["bounds"] is None:
        axes.text(0.01, place, drawable(row["why"], language), color=QUIET, fontsize=8, **text)
        return
    low, high = (100.0 * float(value) for value in row["bounds"])
    axes.barh(place, low, height=0.5, color=STATUS_COLOURS["covered"], zorder=2)
    doubt: dict[str, Any] = {
        "facecolor": "white",
        "edgecolor": STATUS_COLOURS["unknown"],
        "hatch": "....",
        "linewidth": 0.6,
    }
    axes.barh(place, high - low, left=low, height=0.5, zorder=2, **doubt)
    axes.plot([low], [place], "o", markersize=6, mfc="white", mec=INK, mew=1.0, zorder=5, clip_on=False)
    if interval is not None:
        ends = [100.0 * interval[0], 100.0 * interval[1]]
        axes.plot(ends, [place, place], "|-", color=INK, markersize=9, linewidth=1.2, zorder=4, clip_on=False)
    if row["strict"] is not None and not math.isnan(row["strict"]) and view.audit.rule != "standard":
        style: dict[str, Any] = {
            "markersize": 5,
            "mfc": "#e69f00",
            "mec": INK,
            "mew": 0.7,
            "zorder": 4,
            "clip_on": False,
        }
        axes.plot([100.0 * float(row["strict"])], [place], "D", **style)
    axes.text(1.02, place, share_range(*row["bounds"], language=language), ha="left", weight=weight, **text)


def _share_legend(axes: Axes, view: AuditView, *, interval: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    language = view.language
    keys: list[Any] = [
        Line2D([], [], marker="o", linestyle="", mfc="white", mec=INK, markersize=6),
        Patch(facecolor="white", edgecolor=STATUS_COLOURS["unknown"], hatch="....", linewidth=0.6),
    ]
    words = [phrase("figure.shares.lower", language), phrase("figure.shares.upper", language)]
    if view.audit.rule != "standard" and "standard" in view.audit.reading_headlines:
        keys.append(Line2D([], [], marker="D", linestyle="", mfc="#e69f00", mec=INK, markersize=5))
        strict = view.audit.reading_headlines["standard"]
        words.append(f"{phrase('reading.standard', language)} ({walking_speed(strict.speed_kmh, language)})")
    if interval:
        keys.append(Line2D([], [], color=INK, marker="|", markersize=9))
        words.append(phrase("figure.shares.interval", language, level=f"{LEVEL:.0%}"))
    said = [drawable(word, language) for word in words]
    height = axes.figure.get_size_inches()[1]  # type: ignore[union-attr]
    place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, (FOOT + 0.02) / height)}
    axes.figure.legend(keys, said, frameon=False, fontsize=8, ncols=min(len(keys), 3), **place)


def minutes_chart(view: AuditView, table: pd.DataFrame) -> Figure:
    """Return, circle by circle, the cumulated share that reaches the nearest facility of each type in time.

    Parameters
    ----------
    view : AuditView
    table : DataFrame
        MINUTES_COLUMNS: per circle and type, the share of the study's weight within `value` minutes
        (or metres: `unit` "min" or "m") of the circle's own walker, ascending.
    """
    _need(table, MINUTES_COLUMNS, "minutes")
    language = view.language
    circles = [circle for circle in view.audit.circles.index if (table["circle"] == circle).any()]
    columns = max(1, min(3, math.ceil(math.sqrt(len(circles)))))
    rows = max(1, math.ceil(len(circles) / columns))
    across, up, gap_x, gap_y = 3.3, 2.0, 0.65, 0.85
    size = (2 * MARGIN + 0.4 + columns * across + (columns - 1) * gap_x, HEAD + FOOT + 0.35 + rows * (up + gap_y))
    figure = titled(view, phrase("figure.minutes", language), subtitle=basis(view), size=(max(size[0], 6.0), size[1]))
    for place, circle in enumerate(circles):
        left = MARGIN + 0.4 + (place % columns) * (across + gap_x)
        bottom = size[1] - HEAD - (place // columns + 1) * (up + gap_y) + gap_y - 0.3
        axes = panel(figure, (left, bottom, across, up))
        _minutes_panel(axes, view, circle, table=table[table["circle"] == circle], first=place % columns == 0)
    return figure


def _minutes_panel(axes: Axes, view: AuditView, circle: str, *, table: pd.DataFrame, first: bool) -> None:
    language, row = view.language, circle_row(view, circle)
    kinds = list(dict.fromkeys(table["type"]))
    for rank, kind in enumerate(kinds[:TYPES_DRAWN]):
        line = table[table["type"] == kind]
        style: dict[str, Any] = {"color": SERIES[rank % len(SERIES)], "linestyle": DASHES[rank % len(DASHES)]}
        label = drawable(_short(type_label(view, kind)), language)
        axes.step(line["value"], 100.0 * line["share"], where="post", linewidth=1.4, label=label, **style)
    if len(kinds) > TYPES_DRAWN:
        more = phrase("figure.minutes.more", language, count=len(kinds) - TYPES_DRAWN)
        axes.plot([], [], " ", label=drawable(more, language))
    limits = sorted({float(item.get("min") or item.get("max_m") or 0.0) for item in row["threshold"]} - {0.0})
    for limit in limits:
        axes.axvline(limit, color=QUIET, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
    metres = bool((table["unit"] == "m").any())
    axes.set(xlim=(0, float(table["value"].max())), ylim=(0, 100.5))
    axes.set_xlabel(drawable(phrase("figure.minutes.x_m" if metres else "figure.minutes.x", language), language))
    if first:
        label = phrase("figure.minutes.y", language, weight=weight_name(view))
        axes.set_ylabel(drawable(wrapped(label, 38), language), fontsize=8)
    name = circle_name(view, circle)
    speed = float(row["speed_kmh"])
    said = name if math.isnan(speed) else f"{name} ({walking_speed(speed, language)})"
    axes.set_title(drawable(said, language), loc="left", fontsize=9, weight="bold")
    axes.grid(color=HAIR, linewidth=0.4)
    legend = axes.legend(fontsize=6.5, loc="best", frameon=True, framealpha=0.8, edgecolor="none", handlelength=2.6)
    legend.set_zorder(6)


def _short(text: str, cells: int = 30) -> str:
    return text if len(text) <= cells else text[: cells - 1] + "…"


def lorenz_chart(view: AuditView, table: pd.DataFrame) -> Figure:
    """Return the Lorenz curve of the number of covered circles.

    Parameters
    ----------
    view : AuditView
    table : DataFrame
        LORENZ_COLUMNS: cumulated shares of the study's weight and of covered circles, and the Gini coefficient.
    """
    _need(table, LORENZ_COLUMNS, "lorenz")
    language = view.language
    side = 4.6
    size = (side + 2 * MARGIN + 1.2, side + HEAD + FOOT + 0.9)
    figure = titled(view, phrase("figure.lorenz", language), subtitle=basis(view), size=size)
    axes = panel(figure, (MARGIN + 0.7, FOOT + 0.6, side, side))
    gini = f"{float(table['gini'].iloc[0]):.3f}"
    axes.plot([0, 100], [0, 100], color=QUIET, linestyle="--", linewidth=1.0, label=_said(view, "figure.lorenz.equal"))
    x, y = 100.0 * table["population"].to_numpy(), 100.0 * table["share"].to_numpy()
    axes.plot(x, y, color=SERIES[0], linewidth=2.0, label=_said(view, "figure.lorenz.curve", gini=gini))
    axes.fill_between(x, y, x, color=SERIES[0], alpha=0.10, linewidth=0)
    half = float(np.interp(50.0, x, y))
    axes.plot([50, 50, 0], [0, half, half], color=QUIET, linewidth=0.7, linestyle=":")
    axes.plot([50], [half], "o", color=SERIES[0], markersize=5)
    weight = weight_name(view)
    axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal", xlabel=_said(view, "figure.lorenz.x", weight=weight))
    axes.set_ylabel(_said(view, "figure.lorenz.y"))
    axes.legend(loc="upper left", frameon=False)
    note = wrapped(_said(view, "figure.lorenz.half", share=percent(half / 100.0)), 40)
    axes.text(97, 4, note, ha="right", va="bottom", fontsize=8)
    return figure


def _said(view: AuditView, key: str, **values: object) -> str:
    return drawable(phrase(key, view.language, **values), view.language)


def _need(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing or not len(table):
        raise SchemaError(f"figure {name}: give a table with rows and the columns {list(columns)}; missing: {missing}")
