"""The report as PDF, where the optional engine (typst, ``pip install 'lifecircle[pdf]'``) is installed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lifecircle.errors import SourceError
from lifecircle.outputs.figures.fonts import LATIN_FONT, families
from lifecircle.outputs.report.model import Block, Paragraph, Picture, Report, Table

ENGINE = "typst"


def pdf_engine() -> bool:
    """Return whether a PDF can be made here."""
    return find_spec(ENGINE) is not None


def write_pdf(report: Report, path: Path, *, figures: Mapping[str, Path]) -> Path:
    """Write the report as PDF; its text is data to the engine, never markup.

    Parameters
    ----------
    report : Report
    path : Path
    figures : Mapping[str, Path]
        PNG files by the stem of their picture.

    Raises
    ------
    SourceError
        If the engine is not installed, or a Chinese report meets a machine without a Chinese font.
    """
    if not pdf_engine():
        raise SourceError("report.pdf: the PDF engine is not installed: pip install 'lifecircle[pdf]'")
    import matplotlib as mpl
    import typst

    fonts = families(report.language)
    with tempfile.TemporaryDirectory(prefix="lifecircle-") as name:
        folder = Path(name)
        template = resources.files("lifecircle.outputs").joinpath("assets", "report.typ").read_text(encoding="utf-8")
        (folder / "report.typ").write_text(template, encoding="utf-8")
        for picture in report.pictures:
            shutil.copyfile(figures[picture.stem], folder / f"{picture.stem}.png")
        content = json.dumps(_data(report, fonts), ensure_ascii=False)
        (folder / "report.json").write_text(content, encoding="utf-8")
        latin = Path(mpl.get_data_path()) / "fonts" / "ttf"
        path.write_bytes(typst.compile(str(folder / "report.typ"), root=str(folder), font_paths=[str(latin)]))
    return path


def _data(report: Report, fonts: list[str]) -> dict[str, Any]:
    sections = [
        {
            "level": section.level,
            "heading": section.heading,
            "blocks": [_block(block) for block in section.blocks],
        }
        for section in report.sections
    ]
    return {
        "lang": report.language,
        "fonts": list(dict.fromkeys([*fonts, LATIN_FONT])),
        "title": report.title,
        "subtitle": report.subtitle,
        "facts": report.facts,
        "footer": report.footer,
        "words": report.words,
        "sections": sections,
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "words", "style": block.style, "text": block.text}
    if isinstance(block, Picture):
        file = f"{block.stem}.png"
        return {"kind": "picture", "file": file, "caption": block.caption, "alt": block.alt, "width": block.width}
    assert isinstance(block, Table)  # noqa: S101 - the third and last kind
    widths = block.widths or (1.0,) * len(block.head)
    return {
        "kind": "table",
        "caption": block.caption,
        "head": block.head,
        "rows": block.rows,
        "right": block.right,
        "widths": widths,
    }
