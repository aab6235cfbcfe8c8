"""A book of maps: all circles on a sheet, then a page per circle and a page per community, as one PDF."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifecircle.errors import ConfigError
from lifecircle.outputs.figures.base_map import MapLayers
from lifecircle.outputs.figures.fonts import drawable
from lifecircle.outputs.figures.frame import FOOT, HEAD, MARGIN, map_size, panel, titled
from lifecircle.outputs.figures.maps import GUTTER_IN, SIDE_IN, circle_map, sheet
from lifecircle.outputs.figures.marks import SidePanel, north_arrow, scale_bar, show_map
from lifecircle.outputs.figures.paper import INK, QUIET, UNDATED, drawing
from lifecircle.outputs.phrases import basis, circle_name, phrase, share_range
from lifecircle.outputs.styles import count_colours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from lifecircle.model.audit import AuditView

JOINT = "all_circles"
OUTLINE = "#5b3f8c"


def write_map_book(view: AuditView, path: Path) -> Path:
    """Write the book to `path`; the same view gives the same bytes.

    Raises
    ------
    SourceError
        If no font of the machine can write the view's language.
    """
    from matplotlib.backends.backend_pdf import PdfPages

    metadata: dict[str, Any] = {**UNDATED["pdf"], "Title": view.area.name(view.language)}
    with drawing(view.language), PdfPages(path, metadata=metadata) as book:
        for page in _pages(view):
            book.savefig(page)
    return path


def _pages(view: AuditView) -> Iterator[Figure]:
    layers = MapLayers(view)
    yield sheet(view, layers=layers)
    for circle, row in view.audit.circles.iterrows():
        if row["assessable"]:
            yield circle_map(view, str(circle), layers=layers)
    if view.communities is not None:
        for community in view.communities.index:
            if (view.residences["community_id"] == community).any():
                yield community_map(view, str(community))


def community_map(view: AuditView, community: str) -> Figure:
    """Return the map of one community: its residences by the number of circles covered, and its shares.

    Raises
    ------
    ConfigError
        If the view has no such community, or no residence lies in it.
    """
    known = view.communities
    inside = view.residences["community_id"] == community
    if known is None or community not in known.index or not inside.any():
        raise ConfigError(f"community {community!r}: the audit has none of this id with a residence in it")
    part = replace(view, residences=view.residences[inside])
    layers, language = MapLayers(part), view.language
    across, up = map_size(layers.aspect, width=7.6, tallest=7.4)
    size = (across + SIDE_IN + GUTTER_IN + 2 * MARGIN, up + HEAD + FOOT)
    row = known.loc[community]
    figure = titled(view, str(row["name"] or community), subtitle=basis(view), size=size)
    axes = panel(figure, (MARGIN, FOOT, across, up))
    colours = count_colours(len(view.audit.headline.circles_counted))
    counts = layers.verdicts["covered_count"].to_numpy(dtype=np.int64)
    show_map(axes, layers, image=layers.residences(counts, colours))
    known.loc[[community]].boundary.plot(ax=axes, color=OUTLINE, linewidth=1.2, zorder=4)
    axes.set(xlim=(layers.frame[0], layers.frame[2]), ylim=(layers.frame[1], layers.frame[3]), xlabel="", ylabel="")
    scale_bar(axes, layers, inches=across, language=language)
    north_arrow(axes, layers, inches=across, language=language)
    beside = panel(figure, (MARGIN + across + GUTTER_IN, FOOT, SIDE_IN, up))
    column = SidePanel(beside, size=(SIDE_IN, up), language=language)
    column.text(phrase("map.all_circles", language), size=8, color=QUIET)
    column.text(_share(row, JOINT, language), size=17, weight="bold", color=INK)
    column.heading(phrase("table.share", language))
    for circle in view.audit.circles.index:
        column.text(f"{drawable(circle_name(view, circle), language)}  {_share(row, circle, language)}", size=8)
    column.heading(phrase("map.count_view", language))
    for count, colour in enumerate(colours):
        column.swatch(f"{count}  ({int((counts == count).sum()):,})", colour=colour)
    return figure


def _share(row: Any, circle: str, language: str) -> str:  # noqa: ANN401 - a row of the communities
    low, high = float(row[f"{circle}_share"]), float(row[f"{circle}_share_upper"])
    return "–" if np.isnan(low) else share_range(low, high, language=language)
