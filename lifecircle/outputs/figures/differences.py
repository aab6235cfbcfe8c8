"""What lies between two audits, as a map for print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifecircle.outputs.comparison_states import CODE, STATES, state_codes
from lifecircle.outputs.comparison_text import credits_text, joint_sentence, who_text
from lifecircle.outputs.figures.base_map import MapLayers
from lifecircle.outputs.figures.frame import FOOT, HEAD, MARGIN, map_size, panel, titled
from lifecircle.outputs.figures.marks import SidePanel, hatch_zones, north_arrow, scale_bar, show_map
from lifecircle.outputs.figures.paper import drawing
from lifecircle.outputs.phrases import phrase
from lifecircle.outputs.tables import at_lon_lat

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lifecircle.model.audit import AuditView
    from lifecircle.model.comparison import Comparison

SIDE_IN, GUTTER_IN = 2.75, 0.25
# Buildings are too small on paper to be hollow: a lighter tint stands for a cause that nobody knows.
TINTS = {"gained_unknown": "#56b4e9", "lost_unknown": "#e69f00"}
COLOURS = [TINTS.get(key, state.colour) for key, state in STATES.items()]
HATCHES = {
    CODE[key]: (hatch, COLOURS[CODE[key]])
    for key, hatch in (("gained", "++"), ("gained_unknown", "++"), ("lost", "xx"), ("lost_unknown", "xx"))
}
FACILITIES = {
    ("new", "new"): ("added", "P", True),
    ("new", "unknown"): ("added_unknown", "P", False),
    ("gone", "closed"): ("removed", "X", True),
    ("gone", "unknown"): ("removed_unknown", "X", False),
}
INKS = {"P": "#00704f", "X": "#b3261e"}


def difference_map(found: Comparison, ground: AuditView, *, language: str) -> Figure:
    """Return the map of who gained and who lost any circle, with the facilities that only one map has.

    Parameters
    ----------
    found : Comparison
    ground : AuditView
        The second audit: its residences are drawn.
    language : str
        "zh" or "en".

    Raises
    ------
    SourceError
        If no font of the machine can write the language.
    """
    with drawing(language):
        layers = MapLayers(ground)
        across, up = map_size(layers.aspect, width=7.6, tallest=7.4)
        size = (across + SIDE_IN + GUTTER_IN + 2 * MARGIN, max(up, 5.0) + HEAD + FOOT)
        about = f"{joint_sentence(found, language)}\n{credits_text(found, language)}"
        figure = titled(ground, phrase("compare.title", language), subtitle=about, size=size)
        by_id = pd.Series(state_codes(found)["any"].astype(np.int64), index=found.b.residences.index)
        codes = np.asarray(by_id.loc[ground.residences.index], dtype=np.int64)
        axes = panel(figure, (MARGIN, FOOT, across, up))
        show_map(axes, layers, image=layers.residences(codes, COLOURS))
        hatch_zones(axes, layers, codes=codes, hatches=HATCHES)
        _facilities(axes, found, ground=ground)
        scale_bar(axes, layers, inches=across, language=language)
        north_arrow(axes, layers, inches=across, language=language)
        tall = size[1] - HEAD - FOOT
        beside = panel(figure, (MARGIN + across + GUTTER_IN, FOOT, SIDE_IN, tall))
        column = SidePanel(beside, size=(SIDE_IN, tall), language=language)
        _legend(column, found, codes=codes, language=language)
    return figure


def _facilities(axes: Axes, found: Comparison, *, ground: AuditView) -> None:
    table = at_lon_lat(found.facilities).to_crs(ground.area.crs)
    for (change, cause), (_, marker, filled) in FACILITIES.items():
        shapes, ink = table.geometry[(table["change"] == change) & (table["cause"] == cause)], INKS[marker]
        style: dict[str, Any] = {"facecolor": ink if filled else "white", "edgecolor": ink, "linewidths": 0.7}
        axes.scatter(shapes.x, shapes.y, s=16.0, marker=marker, zorder=5, **style)


def _legend(column: SidePanel, found: Comparison, *, codes: npt.NDArray[np.int64], language: str) -> None:
    column.text(who_text(found, language), size=8)
    column.heading(phrase("scenario.legend", language))
    counts = np.bincount(codes, minlength=len(STATES))
    for key, code in CODE.items():
        if counts[code]:
            text = f"{phrase(f'compare.state.{key}', language)}  {counts[code]:,}"
            column.swatch(text, colour=COLOURS[code], hatch=HATCHES.get(code, ("", ""))[0])
    column.heading(phrase("compare.only_one_map", language))
    table = found.facilities.groupby(["change", "cause"]).size()
    for kind, (name, marker, filled) in FACILITIES.items():
        if kind in table.index:
            text = f"{phrase(f'compare.mark.{name}', language)}  {table[kind]:,}"
            column.symbol(text, marker=marker, ink=INKS[marker], filled=filled)
