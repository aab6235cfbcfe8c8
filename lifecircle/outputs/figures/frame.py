"""The frame that every static figure shares: title, basis and source line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures.fonts import drawable, wrapped
from lifecircle.outputs.figures.paper import QUIET
from lifecircle.outputs.phrases import basis, circle_row, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lifecircle.model.area import StudyArea
    from lifecircle.model.provenance import Provenance

MARGIN, HEAD, FOOT = 0.35, 0.82, 0.62  # inches


class Framed(Protocol):
    """What the frame of a figure tells: place, sources, who compiled it."""

    @property
    def area(self) -> StudyArea: ...  # noqa: D102  # as in the views
    @property
    def provenance(self) -> Provenance: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def compiled_by(self) -> str: ...  # noqa: D102
    @property
    def map_approval_no(self) -> str: ...  # noqa: D102


def titled(view: Framed, title: str, *, subtitle: str, size: tuple[float, float]) -> Figure:
    """Return an empty figure of `size` (inches) with its title, what its figures rest on, and the source line."""
    from lifecircle.outputs.figures.printed import PrintedFigure

    language, (width, height) = view.language, size
    figure = PrintedFigure(figsize=size, facecolor="white")
    figure.language = language
    whole = f"{view.area.name(language)}{phrase('colon', language)}{title}"
    say(figure, whole, language=language, at=(MARGIN, height - 0.40), size=14, weight="bold")
    about = wrapped(subtitle, int((width - 2 * MARGIN) * 72 / 8.5 * 1.75))
    say(figure, about, language=language, at=(MARGIN, height - 0.50), size=8.5, color=QUIET, va="top")
    lines = "\n".join(wrapped(line, int((width - 2 * MARGIN) * 72 / 7 * 1.75)) for line in source_lines(view))
    say(figure, lines, language=language, at=(MARGIN, 0.10), size=7, color=QUIET, va="bottom")
    return figure


def say(figure: Figure, text: str, *, language: str, at: tuple[float, float], **style: Any) -> None:  # noqa: ANN401
    """Write `text` on the figure, `at` inches from its lower left corner."""
    width, height = figure.get_size_inches()
    figure.text(at[0] / width, at[1] / height, drawable(text, language), linespacing=1.35, **style)


def source_lines(view: Framed) -> list[str]:
    """Return what every figure carries: who compiled it, its approval number or its standing, and the data's source."""
    language = view.language
    colon, between = phrase("colon", language), "  ·  "
    own = [phrase("map.compiled_by", language) + colon + view.compiled_by] if view.compiled_by else []
    if view.map_approval_no:
        own.append(phrase("map.approval", language) + colon + view.map_approval_no)
    else:
        own.append(phrase("figure.internal", language))
    others = [file.attribution for file in view.provenance.inputs if file.attribution]
    credits_ = [phrase("attribution", language), *(text for text in others if "OpenStreetMap" not in text)]
    stamps = [file.timestamp[:10] for file in view.provenance.inputs if file.role == "osm" and file.timestamp]
    source = phrase("figure.source", language) + colon + phrase("list", language).join(dict.fromkeys(credits_))
    dated = [phrase("label.osm_date", language) + colon + stamps[0]] if stamps else []
    return [between.join([*own, phrase("map.schematic", language)]), between.join([source, *dated])]


def circle_basis(view: AuditView, circle: str) -> str:
    """Return what a circle's percentages stand with: its own reading and walker, origin kind and denominator."""
    row = circle_row(view, circle)
    speed = float(row["speed_kmh"])
    own = replace(view.audit.headline, rule=row["rule"] or view.audit.rule)
    return basis(view, own if speed != speed else replace(own, speed_kmh=speed))  # noqa: PLR0124 - NaN


def panel(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Return axes at `box`: left, bottom, width, height in inches."""
    width, height = figure.get_size_inches()
    left, bottom, across, up = box
    return figure.add_axes((left / width, bottom / height, across / width, up / height))


def map_size(aspect: float, *, width: float, tallest: float) -> tuple[float, float]:
    """Return width and height of a map in inches: `width` across unless that makes it taller than `tallest`."""
    up = min(width / aspect, tallest)
    return up * aspect, up
