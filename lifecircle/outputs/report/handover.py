"""What a planner hands in: figures for print, and the report as Word, HTML and, with the optional engine, PDF."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from lifecircle.errors import SourceError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.report.content import report_content
from lifecircle.outputs.report.docx import write_docx
from lifecircle.outputs.report.html import write_html
from lifecircle.outputs.report.pdf import pdf_engine, write_pdf

log = logging.getLogger("lifecircle")

FOLDER = "figures"
# Charts are wanted as vectors; the maps' SVG and PDF on request, because they are pictures in a frame.
VECTORS = ("shares", "minutes", "lorenz")


def write_handover(view: AuditView, folder: Path) -> list[Path]:
    """Write ``figures/``, ``report.docx``, ``report.html`` and, where the engine is installed, ``report.pdf``.

    Where no font of the machine has the characters there are no figures and no PDF: the report and the log say so.

    Returns
    -------
    list of Path
    """
    figures = _figures(view, folder / FOLDER)
    pictures = {path.stem: path for path in figures if path.suffix == ".png"}
    log.info("writing the report")
    report = report_content(view, figures=pictures)
    written = [
        write_docx(report, folder / "report.docx", figures=pictures),
        write_html(report, folder / "report.html", figures=pictures),
    ]
    if figures and pdf_engine():
        written.append(write_pdf(report, folder / "report.pdf", figures=pictures))
    return [*figures, *written]


def _figures(view: AuditView, folder: Path) -> list[Path]:
    from lifecircle.outputs.figures.draw import write_figures  # matplotlib is heavy

    log.info("drawing figures")
    try:
        return write_figures(view, folder, vectors=VECTORS)
    except SourceError as error:  # no font: tables, map and report are worth having without figures
        shutil.rmtree(folder, ignore_errors=True)
        log.warning("no figures and no PDF: %s", error)
        return []
