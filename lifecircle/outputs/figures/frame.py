"""The frame that every static figure shares: fonts, colours, title, basis, source line, and repeatable files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures.fonts import drawable, families, wrapped
from lifecircle.outputs.phrases import basis, circle_row, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, HAIR = "#1a1a1a", "#595959", "#bfbfbf"
# Okabe and Ito (2008) without yellow, too pale for lines on white.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8c8c8c")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), (0, (3, 1)))
MARGIN, HEAD, FOOT = 0.35, 0.82, 0.62  # inches
FORMATS = ("png", "svg", "pdf")
DPI = 170  # a sheet is 11 inches wide; in the report a map has 290 dots an inch
UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "lifecircle"},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "lifecircle", "Producer": None},
}


@contextmanager
def drawing(language: str) -> Iterator[None]:
    """Draw with our fonts and settings, whatever the user's own are, and give those back afterwards."""
    import matplotlib as mpl

    chosen: Any = {
        "font.family": families(language),
        "font.size": 8.5,
        "text.parse_math": False,  # a name with dollars is a name
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "hatch.linewidth": 0.45,
        "svg.hashsalt": "lifecircle",
        "svg.fonttype": "path",
        "pdf.fonttype": 3,
        "savefig.dpi": DPI,
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(chosen)
        yield


def titled(view: AuditView, title: str, *, subtitle: str, size: tuple[float, float]) -> Figure:
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


def source_lines(view: AuditView) -> list[str]:
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


def save_figure(figure: Figure, path: Path, *, language: str) -> Path:
    """Write a figure in the format of its file name; the same figure gives the same bytes."""
    kind = path.suffix.lstrip(".")
    with drawing(language):
        if kind == "png":
            write_png(figure, path)
        else:
            figure.savefig(path, format=kind, metadata=UNDATED[kind], dpi=DPI)
    return path


def write_png(figure: Figure, out: Path | IO[bytes]) -> None:
    """Write 256 colours, enough for flat tints and a quarter of the bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    before = figure.dpi
    figure.set_dpi(DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    size = canvas.get_width_height()
    drawn = Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
    sample = drawn.resize((size[0] // 3, size[1] // 3), Image.Resampling.NEAREST)
    palette = sample.quantize(256, method=Image.Quantize.MEDIANCUT)
    few = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    colours, page = few.getpalette() or [], 3 * int(few.getpixel((0, 0)))  # type: ignore[arg-type]
    few.putpalette([*colours[:page], 255, 255, 255, *colours[page + 3 :]])  # the page stays white, not nearly white
    few.save(out, format="png", dpi=(DPI, DPI))
    figure.set_dpi(before)
