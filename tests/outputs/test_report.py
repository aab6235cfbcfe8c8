"""The report: every number is the audit's, every word is shown as it is, and Word, readers and printers can use it."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import chromium
from outputs.town import Names
from outputs.views import small_view
from playwright.sync_api import sync_playwright

from lifecircle.errors import SourceError
from lifecircle.model.audit import PUBLISHED_COLUMNS, AuditView
from lifecircle.model.causes import CAUSE_COLUMNS, CAUSES
from lifecircle.outputs.document import audit_document, to_json
from lifecircle.outputs.figures.draw import write_figures
from lifecircle.outputs.report.content import report_content
from lifecircle.outputs.report.docx import write_docx
from lifecircle.outputs.report.html import report_html
from lifecircle.outputs.report.model import Report, Table, clean
from lifecircle.outputs.report.pdf import write_pdf

if TYPE_CHECKING:
    from docx.document import Document

    from lifecircle.pipeline.audit import Audit

LAW = "公布的覆盖为建设口径，本报告为步行网络口径，二者不可直接比对。"
HOSTILE = Names(
    study="</p><script>alert(1)</script>{{7*7}}\x07",
    residence="=cmd|' /C calc'!A0",
    facility='"><img src=x onerror=alert(2)>${7*7}`',
    place='\u202e#strong[x] \\evil $x$ #eval("1")\x1b',
)


def written(view: AuditView, folder: Path) -> "Document":
    path = write_docx(report_content(view, figures=()), folder / "report.docx", figures={})
    return docx.Document(str(path))


def shown(low: float | None, high: float | None) -> str:
    """Write a share as the report must: independent of the code under test."""

    def one(share: float) -> str:
        text = f"{share * 100:.1f}%"
        if text == "100.0%" and share < 1:
            return "99.9%"
        return "<0.1%" if 0 < share < 0.0005 else text

    assert low is not None
    assert high is not None
    return one(low) if one(low) == one(high) else f"{one(low)}–{one(high)}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_the_document_is_in_audit_json(
    audited: "Callable[[str], Audit]", tmp_path: Path, language: str
):
    view = replace(audited("demo").view, language=language)
    said = json.loads(to_json(audit_document(view)))
    document = written(view, tmp_path)
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    head, verified = said["headline"], said["verified_thresholds"]
    (lead,) = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Intense Quote"]
    assert shown(head["all_circles_share"], head["all_circles_share_upper"]) in lead
    for number in (len(head["circles_counted"]), head["circles_total"], verified["verified"], verified["total"]):
        assert re.search(rf"(?<!\d){number}(?!\d)", lead), (number, lead)
    assert str(verified["total"] - verified["verified"]) in lead
    planner = said["planner_speed"]
    assert any(shown(planner["all_circles_share"], planner["all_circles_share_upper"]) in text for text in paragraphs)
    for circle in said["circles"]:
        _circle_agrees(document, circle, language=language, weight=said["weight"])


def _circle_agrees(document: "Document", circle: dict, *, language: str, weight: str) -> None:
    name = circle[f"name_{language}"]
    styles = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    at = styles.index(("Heading 2", name))
    texts = []
    for style, text in styles[at + 1 :]:
        if style.startswith("Heading"):
            break
        texts.append(text)
    if not circle["assessable"]:
        assert "%" not in " ".join(texts)
        return
    share = shown(circle[f"share_{weight}"], circle[f"share_{weight}_upper"])
    wanted = [share, shown(*[circle["not_covered_share"]] * 2), shown(*[circle["unknown_share"]] * 2)]
    assert [text for text in wanted if text not in texts[0]] == [], texts[0]
    assert f"{circle['facilities']:,}" in texts[0]
    (row,) = [row for row in _circle_table(document) if row[0] == name]
    assert row[3:] == [f"{circle['facilities']:,}", *wanted]


def _circle_table(document: "Document") -> list[list[str]]:
    tables = [table for table in document.tables if len(table.columns) == 7]
    return [[cell.text for cell in row.cells] for row in tables[0].rows]


def test_the_chinese_report_speaks_as_planners_must(audited: "Callable[[str], Audit]", tmp_path: Path):
    document = written(replace(audited("demo").view, language="zh"), tmp_path)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for words in (LAW, "宽口径", "严口径", "项尚未核实", "无法判定", "一、主要结论"):
        assert words in text
    for words in ("达标", "不实", "claim", "standard reading", "None", "nan"):
        assert not re.search(rf"\b{words}\b", text)


def test_word_can_restyle_list_and_read_it_aloud(tmp_path: Path):
    view = small_view(language="zh")
    figures = {path.stem: path for path in write_figures(view, tmp_path, formats=["png"])}
    path = write_docx(report_content(view, figures=figures), tmp_path / "report.docx", figures=figures)
    document = docx.Document(str(path))
    assert {"Title", "Heading 1", "Heading 2", "Caption", "List Bullet"} <= {p.style.name for p in document.paragraphs}
    parts = zipfile.ZipFile(path)
    styles = parts.read("word/styles.xml").decode("utf-8")
    assert 'w:eastAsia="宋体"' in styles
    assert 'w:eastAsia="黑体"' in styles
    body = parts.read("word/document.xml").decode("utf-8")
    assert body.count("SEQ 图") == len(figures) == len(document.inline_shapes)
    alts = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', body)
    assert len(alts) == len(figures)
    assert any("健康医疗" in alt and "60.0%" not in alt for alt in alts)
    assert body.count("<w:tblHeader/>") == body.count("SEQ 表")
    assert "NUMPAGES" in parts.read("word/footer1.xml").decode("utf-8")
    assert {part.date_time[0] for part in parts.infolist()} == {2000}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_names_are_text_and_nothing_else(tmp_path: Path, language: str):
    view = small_view(language=language, names=HOSTILE)
    report = report_content(view, figures=())
    page = report_html(report, figures={})
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#123;&#123;7*7&#125;&#125;" in page or language == "zh"
    document = written(view, tmp_path)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert '#strong[x] \\evil $x$ #eval("1")' in text
    assert not re.search("[\x00-\x08\x0e-\x1f\u202e]", text)


def test_control_characters_go_and_ragged_tables_are_refused():
    assert clean("a\x00b\u202ec\n d") == "abc d"
    with pytest.raises(ValueError, match="not as long as its header"):
        Table("t", ("a", "b"), (("1",),))


def _sections(report: Report) -> list[str]:
    return [section.id for section in report.sections if section.level == 1]


def test_sections_appear_only_with_something_to_say():
    view = small_view()
    bare = _sections(report_content(view, figures=()))
    assert bare == ["headline", "method", "circles", "limits", "sources"]
    causes = pd.DataFrame([("health", CAUSES[3], 9, 90.0, 0.3, 1)], columns=list(CAUSE_COLUMNS))
    row = (
        "health",
        "健康医疗",
        "Health",
        12.0,
        "",
        "",
        "stock",
        float("nan"),
        "",
        "",
        "",
        "",
        "2025",
        "年鉴",
        "Yearbook",
    )
    published = pd.DataFrame([(*row, 2.0, 2 / 12)], columns=list(PUBLISHED_COLUMNS))
    fixes = pd.DataFrame(
        [("health", 0, 1, "new_facility", "pharmacy", "Long Street", 114.0, 36.0, 9, 90.0, 0.3, True)],
        columns=[
            "circle",
            "gap",
            "rank",
            "change",
            "what",
            "place",
            "lon",
            "lat",
            "residences",
            "weight",
            "share",
            "checked",
        ],
    )
    audit = replace(view.audit, causes=causes, published=published)
    full = report_content(replace(view, audit=audit, tables={"fixes": fixes}), figures=())
    assert _sections(full) == ["headline", "method", "circles", "causes", "published", "limits", "sources"]
    tables = {block.caption: block for section in full.sections for block in section.blocks if isinstance(block, Table)}
    assert ("Health", "New facility: Pharmacy", "Long Street · 114.00000, 36.00000", "9", "30.0%") in tables[
        "Single changes that would cover most, by circle"
    ].rows
    assert tables["Published counts beside mapped ones"].rows[0][:5] == ("Health", "12", "stock", "2", "16.7%")


def test_communities_come_worst_first():
    view = small_view()
    frame = view.base.water.iloc[[0, 0, 0]].to_frame("geometry").set_geometry("geometry").reset_index(drop=True)
    columns: dict[str, object] = {
        "community_id": ["a", "b", "c"],
        "name": ["Ash", "Birch", ""],
        "residences": [5, 6, 7],
    }
    columns |= {"weight": [50.0, 60.0, 70.0], "all_circles_state": ["partly", "not_covered", "wholly"]}
    for circle, shares in {
        "all_circles": (0.5, 0.0, 1.0),
        "health": (0.6, 0.0, 1.0),
        "fitness": (0.5, 0.2, 1.0),
    }.items():
        columns |= {f"{circle}_share": shares, f"{circle}_share_upper": shares}
    communities = frame.assign(**columns)
    report = report_content(replace(view, communities=communities), figures=())
    (section,) = [section for section in report.sections if section.id == "communities"]
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["Birch", "Ash", "c"]
    assert table.rows[0] == ("Birch", "6", "0.0%", "Health 0.0%")
    assert "Of 3 communities, 1 are wholly covered" in section.blocks[0].text


def test_the_pdf_repeats_and_needs_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("typst", reason="the optional PDF engine is not installed: pip install 'lifecircle[pdf]'")
    report = report_content(small_view(names=HOSTILE), figures=())
    first = write_pdf(report, tmp_path / "a.pdf", figures={}).read_bytes()
    assert first.startswith(b"%PDF-")
    assert write_pdf(report, tmp_path / "b.pdf", figures={}).read_bytes() == first
    monkeypatch.setattr("lifecircle.outputs.report.pdf.ENGINE", "no_such_engine")
    with pytest.raises(SourceError, match=r"pip install 'lifecircle\[pdf\]'"):
        write_pdf(report, tmp_path / "c.pdf", figures={})


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_readers_of_every_kind_can_use_the_page(tmp_path: Path):
    heard: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for language in ("zh", "en"):
            view = small_view(language=language, names=HOSTILE)
            figures = {
                path.stem: path for path in write_figures(view, tmp_path / language, kinds=["shares"], formats=["png"])
            }
            path = tmp_path / f"{language}.html"
            path.write_text(report_html(report_content(view, figures=figures), figures=figures), encoding="utf-8")
            page = browser.new_page()
            page.on("console", lambda message: heard.append(message.text))
            page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda request: heard.append(request.url) if "data:" not in request.url[:5] else None)
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["impact"]) for one in found] == []
        browser.close()
    assert [message for message in heard if not message.startswith("file:")] == []
