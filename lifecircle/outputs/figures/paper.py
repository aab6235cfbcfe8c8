"""What figures are drawn with and written on: fonts, colours, settings, and files that repeat to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lifecircle.outputs.figures.fonts import families
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, QUIET, HAIR = "#1a1a1a", "#595959", "#bfbfbf"
# Okabe and Ito (2008) without yellow, too pale for lines on white.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8c8c8c")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), (0, (3, 1)))
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


def save_figure(figure: Figure, path: Path, *, language: str, every_colour: bool = False) -> Path:
    """Write a figure in the format of its file name; the same figure gives the same bytes.

    A PNG has 256 colours, unless `every_colour` of it is wanted: rare ones count.
    """
    kind = path.suffix.lstrip(".")
    with drawing(language):
        if kind == "png":
            write_png(figure, path, every_colour=every_colour)
        else:
            figure.savefig(path, format=kind, metadata=UNDATED[kind], dpi=DPI)
    return path


def write_png(figure: Figure, out: Path | IO[bytes], *, every_colour: bool = False) -> None:
    """Write 256 colours, enough for flat tints and a quarter of the bytes, or every colour."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    before = figure.dpi
    figure.set_dpi(DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    size = canvas.get_width_height()
    drawn = Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
    figure.set_dpi(before)
    if every_colour:
        drawn.save(out, format="png", dpi=(DPI, DPI))
        return
    sample = drawn.resize((size[0] // 3, size[1] // 3), Image.Resampling.NEAREST)
    fixed = [int(colour[at : at + 2], 16) for colour in STATUS_COLOURS.values() for at in (1, 3, 5)]
    common = sample.quantize(256 - len(STATUS_COLOURS), method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*common, *fixed])  # the legend's colours are the map's, however little of them there is
    few = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    colours, page = few.getpalette() or [], 3 * int(few.getpixel((0, 0)))  # type: ignore[arg-type]
    few.putpalette([*colours[:page], 255, 255, 255, *colours[page + 3 :]])  # the page stays white, not nearly white
    few.save(out, format="png", dpi=(DPI, DPI))
