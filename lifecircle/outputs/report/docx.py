"""The report as a Word document: built-in styles that a user can restyle, captions with fields, alternative text."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifecircle.outputs.report.model import Block, Paragraph, Picture, Report, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as WordParagraph

# Latin and East Asian font: what Chinese offices have, and what Word falls back from gracefully.
BODY, HEADING = ("Calibri", "宋体"), ("Calibri", "黑体")
SIZES = {
    "Normal": 10.5,
    "Title": 22,
    "Subtitle": 13,
    "Heading 1": 15,
    "Heading 2": 12.5,
    "Caption": 9,
    "List Bullet": 10.5,
}
TABLE_STYLE = "Light Grid Accent 1"
STYLE_OF = {"lead": "Intense Quote", "body": "Body Text", "item": "List Bullet", "note": "Body Text 3"}
_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same audit gives the same file


def write_docx(report: Report, path: Path, *, figures: Mapping[str, Path]) -> Path:
    """Write the report as ``.docx``; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
    path : Path
    figures : Mapping[str, Path]
        PNG files by the stem of their picture.
    """
    import docx
    from docx.shared import Cm

    document = docx.Document()
    _styles(document, report.language)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    page.top_margin, page.bottom_margin = Cm(2.4), Cm(2.2)
    _front(document, report)
    numbers = {"figure": 0, "table": 0}
    for section in report.sections:
        document.add_heading(section.heading, level=section.level)
        before = len(document.paragraphs)
        for block in section.blocks:
            _block(document, report, block, figures=figures, numbers=numbers)
        if section.level > 1 and any(isinstance(block, Picture) for block in section.blocks):
            for paragraph in document.paragraphs[before:-1]:
                paragraph.paragraph_format.keep_with_next = True  # a circle's words and its map on one page
    _running(document, report)
    _properties(document, report)
    raw = BytesIO()
    document.save(raw)
    path.write_bytes(_undated(raw.getvalue()))
    return path


def _styles(document: Document, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size in SIZES.items():
        style = document.styles[name]
        latin, asian = HEADING if name.startswith(("Heading", "Title")) else BODY
        style.font.name, style.font.size = latin, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), asian)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A) if name != "Caption" else RGBColor(0x40, 0x40, 0x40)
    document.styles["Caption"].font.bold = False
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    document.styles["Normal"].paragraph_format.line_spacing = 1.2
    document.styles["Subtitle"].font.italic = False  # Chinese has no italics
    lead = document.styles["Intense Quote"]
    lead.font.italic, lead.font.size = False, Pt(12)
    lead.font.color.rgb = RGBColor(0x00, 0x45, 0x70)
    document.styles["Body Text 3"].font.size = Pt(9)
    _language(document, language)


def _language(document: Document, language: str) -> None:
    """Tell Word which language to proof in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = document.styles["Normal"].element.get_or_add_rPr()
    tag = run.find(qn("w:lang"))
    if tag is None:
        tag = OxmlElement("w:lang")
        run.append(tag)
    tag.set(qn("w:val"), "en-US")
    tag.set(qn("w:eastAsia"), "zh-CN")
    if language == "zh":
        tag.set(qn("w:val"), "zh-CN")


def _front(document: Document, report: Report) -> None:
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(report.subtitle, style="Subtitle")
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in report.facts:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
        cells[0].paragraphs[0].runs[0].bold = True
    _widths(table, (1.0, 3.0))
    document.add_paragraph()


def _block(
    document: Document, report: Report, block: Block, *, figures: Mapping[str, Path], numbers: dict[str, int]
) -> None:
    if isinstance(block, Paragraph):
        document.add_paragraph(block.text, style=STYLE_OF[block.style])
        return
    if isinstance(block, Table):
        numbers["table"] += 1
        _caption(
            document, report.words["table"], block.caption, number=numbers["table"]
        ).paragraph_format.keep_with_next = True
        _table(document, block)
        return
    numbers["figure"] += 1
    _picture(document, block, figures[block.stem])
    _caption(document, report.words["figure"], block.caption, number=numbers["figure"])


def _table(document: Document, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    table = document.add_table(rows=1, cols=len(block.head), style=TABLE_STYLE)
    for row, texts in enumerate((block.head, *block.rows)):
        line = table.rows[0] if row == 0 else table.add_row()
        properties = line._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other door
        properties.append(OxmlElement("w:cantSplit"))
        if row == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for column, text in enumerate(texts):
            paragraph = line.cells[column].paragraphs[0]
            paragraph.add_run(text).font.size = Pt(9)
            paragraph.paragraph_format.space_after = Pt(1)
            if column in block.right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _widths(table, block.widths or (1.0,) * len(block.head))
    document.add_paragraph()


def _widths(table: Any, relative: tuple[float, ...]) -> None:  # noqa: ANN401 - python-docx's table
    from docx.shared import Cm

    table.autofit = False
    for column, part in zip(table.columns, relative, strict=True):
        column.width = Cm(16.2 * part / sum(relative))
        for cell in column.cells:
            cell.width = Cm(16.2 * part / sum(relative))


def _picture(document: Document, block: Picture, file: Path) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Emu

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(str(file), width=Cm(16.2 * block.width))
    tallest = Cm(17.5)
    if shape.height > tallest:
        shape.width, shape.height = Emu(int(shape.width * tallest / shape.height)), tallest
    described = shape._inline.docPr  # noqa: SLF001 - python-docx has no other door
    described.set("descr", block.alt)
    described.set("title", block.caption)
    described.set("name", block.stem)


def _caption(document: Document, label: str, text: str, *, number: int) -> WordParagraph:
    """Add a caption whose number is a field, so that Word can list and renumber the figures and tables."""
    paragraph = document.add_paragraph(f"{label} ", style="Caption")
    _field(paragraph, f"SEQ {label} \\* ARABIC", shown=str(number))
    paragraph.add_run(f"  {text}")
    return paragraph


def _field(paragraph: WordParagraph, instruction: str, *, shown: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field, run, text = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(qn("w:instr"), instruction)
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def _running(document: Document, report: Report) -> None:
    """Put the study above every page, and its standing and the page number below."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    page = document.sections[0]
    page.header.paragraphs[0].text = f"{report.title} · {report.subtitle}"
    below = page.footer.paragraphs[0]
    below.text = "  ·  ".join(report.footer) + "    "
    _field(below, "PAGE", shown="1")
    below.add_run(" / ")
    _field(below, "NUMPAGES", shown="1")
    for paragraph in (page.header.paragraphs[0], below):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        for run in paragraph.runs:
            run.font.size = Pt(8)


def _properties(document: Document, report: Report) -> None:
    about = document.core_properties
    about.title, about.subject = report.title[:255], report.subtitle[:255]
    about.author = about.last_modified_by = about.comments = ""
    about.language = "zh-CN" if report.language == "zh" else "en"
    about.created = about.modified = _DATE.replace(tzinfo=None)
    about.revision = 1


def _undated(archive: bytes) -> bytes:
    """Return the archive with one fixed date on every part."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            written.writestr(part, source.read(name))
    return out.getvalue()
