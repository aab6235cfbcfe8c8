"""What the maps of changes have in common: their page, the states of residences, the words of the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lifecircle.outputs.map_folium import PageKind, offline_page
from lifecircle.outputs.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    import folium
    import numpy.typing as npt

KIND = PageKind("lifecircle.showChanges", ("shapes.js", "canvas.js", "panel.js", "changes.js"))


class State(NamedTuple):
    """How the residences of one state are drawn.

    Attributes
    ----------
    colour, line : str
        Of the fill and, for what changes, of the outline; residences with an outline are drawn large enough to see.
    width : float
        Of the outline, in pixels.
    mark : str
        Of residences too small to see: "disc" or "diamond"; a plain dot where empty.
    hatch : bool
        Whether the legend hatches it.
    """

    colour: str
    line: str = ""
    width: float = 1.0
    mark: str = ""
    hatch: bool = False


def changes_page(content: dict[str, Any], *, title: str) -> folium.Map:
    """Return a map of changes that asks nobody for anything."""
    return offline_page(content, title=title, kind=KIND)


def state_rows(states: Mapping[str, State], *, phrases: str, language: str) -> list[dict[str, Any]]:
    """Return how states are drawn and called; ``<phrases>.<state>`` names them."""
    return [
        {"key": key, **state._asdict(), "label": phrase(f"{phrases}.{key}", language)} for key, state in states.items()
    ]


def code_text(codes: npt.NDArray[np.integer[Any]]) -> str:
    """Return state codes as one character each, from "0" on."""
    return (codes + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def panel_words(language: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the words of the panel: `own` phrases by name, and those of every map."""
    maps = {"hide": "panel_hide", "show": "panel_show", "zoom_in": "zoom_in", "zoom_out": "zoom_out", "close": "close"}
    said = {"view": "scenario.view", "legend": "scenario.legend", "residence": "scenario.residence"}
    said |= {"unit": "scenario.residences_unit", **{name: f"map.{key}" for name, key in maps.items()}, **own}
    return {name: phrase(key, language) for name, key in said.items()}


def place(x: float, y: float) -> list[float]:
    """Return a place in degrees as the page holds it."""
    return [round(float(x), 6), round(float(y), 6)]
