"""Figures fit for print, by name; PNG, SVG and PDF files that repeat to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from lifecircle.errors import ConfigError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures.base_map import MapLayers
from lifecircle.outputs.figures.charts import lorenz_chart, minutes_chart, shares_chart
from lifecircle.outputs.figures.maps import before_after, circle_map, sheet
from lifecircle.outputs.figures.paper import FORMATS, drawing, save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = TypeVar("T")
KINDS = ("sheet", "circle", "shares", "minutes", "lorenz", "before_after")


def draw(
    view: AuditView,
    kind: str,
    *,
    circle: str | None = None,
    table: pd.DataFrame | None = None,
    after: AuditView | None = None,
    layers: MapLayers | None = None,
) -> Figure:
    """Return a figure by its kind.

    Parameters
    ----------
    view : AuditView
    kind : str
        One of KINDS.
    circle : str, optional
        For ``circle`` (needed) and ``before_after`` (by default all counted circles together).
    table : DataFrame, optional
        For ``minutes`` and ``lorenz`` instead of the view's own.
    after : AuditView, optional
        For ``before_after`` (needed): the same residences after a change.
    layers : MapLayers, optional
        Painted before, for several maps of one view.

    Raises
    ------
    ConfigError
        If the kind or the circle is unknown, or what the kind needs is not given.
    SourceError
        If no font of the machine can write the figure's language.
    """
    _check_circle(view, kind, circle)
    with drawing(view.language):
        if kind == "sheet":
            return sheet(view, layers=layers)
        if kind == "circle":
            return circle_map(view, str(circle), layers=layers)
        if kind == "shares":
            return shares_chart(view)
        if kind == "before_after":
            return before_after(view, _given(after, kind, "after"), circle=circle)
        charts = {"minutes": minutes_chart, "lorenz": lorenz_chart}
        return charts[kind](view, _given(table if table is not None else own_table(view, kind), kind, "table"))


def write_figures(
    view: AuditView,
    folder: Path,
    *,
    kinds: Sequence[str] | None = None,
    formats: Sequence[str] = FORMATS,
    vectors: Sequence[str] = KINDS,
) -> list[Path]:
    """Write figures into `folder`, one map per circle as ``circle_<id>``.

    Parameters
    ----------
    view : AuditView
    folder : Path
        Created where missing.
    kinds : sequence of str, optional
        By default every kind that the view alone can show.
    formats : sequence of str
        Of FORMATS.
    vectors : sequence of str
        Kinds that are written in all `formats`; the others as PNG alone.

    Returns
    -------
    list of Path

    Raises
    ------
    ConfigError
        If a kind or format is unknown, or a kind needs more than the view.
    SourceError
        If no font of the machine can write the figures' language.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise ConfigError(f"figure formats {unknown} are not known: give some of {', '.join(FORMATS)}")
    layers = MapLayers(view)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, circle in figures_of(view, kinds):
        figure = draw(view, kind, circle=circle, layers=layers)
        stem = f"circle_{circle}" if kind == "circle" else kind
        chosen = [form for form in formats if form == "png" or kind in vectors]
        written += [save_figure(figure, folder / f"{stem}.{form}", language=view.language) for form in chosen]
    return written


def figures_of(view: AuditView, kinds: Sequence[str] | None = None) -> Iterable[tuple[str, str | None]]:
    """Return kind and circle of every figure that is drawn: of `kinds`, else of all that the view alone can show.

    A circle that cannot be assessed has no map of its own.
    """
    whole = ("sheet", "circle", "shares")
    own = [kind for kind in KINDS if kind in whole or own_table(view, kind) is not None]
    for kind in own if kinds is None else kinds:
        if kind == "circle":
            yield from ((kind, str(circle)) for circle in view.audit.circles.index if _drawn(view, str(circle)))
        else:
            yield kind, None


def _drawn(view: AuditView, circle: str) -> bool:
    """Return whether a circle has something to show on a map of its own."""
    return bool(view.audit.circles["assessable"][circle])


def own_table(view: AuditView, kind: str) -> pd.DataFrame | None:
    """Return the view's own table for a chart; None where it has none."""
    return {"minutes": view.minutes, "lorenz": view.lorenz}.get(kind)


def _given(value: T | None, kind: str, name: str) -> T:
    if value is None:
        raise ConfigError(f"figure {kind!r} needs {name}=...")
    return value


def _check_circle(view: AuditView, kind: str, circle: str | None) -> None:
    if kind not in KINDS:
        raise ConfigError(f"there is no figure {kind!r}: give one of {', '.join(KINDS)}")
    circles = list(view.audit.circles.index)
    if kind == "circle" and circle is None:
        raise ConfigError(f"figure 'circle' needs circle=..., one of {', '.join(circles)}")
    if circle is not None and circle not in circles:
        raise ConfigError(f"there is no circle {circle!r}: give one of {', '.join(circles)}")
