"""The map in a real browser: offline, safe, and showing the audit's own numbers."""

import base64
from collections.abc import Iterator
from pathlib import Path

import folium
import geopandas as gpd
import pytest
from outputs.browser import click_at, colour_at, opened, started
from outputs.town import Names, minutes
from outputs.views import small_view
from playwright.sync_api import Browser

from lifecircle.model.audit import AuditView
from lifecircle.outputs.map_folium import audit_map, save_map
from lifecircle.outputs.styles import STATUS_COLOURS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% if %}",
    "${alert(1)}",
    "`x` \\u0041 </script>",
    "<img src=x onerror=alert(1)>",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as running:
        yield running


def _centres(view: AuditView) -> gpd.GeoSeries:
    return view.residences.geometry.centroid.to_crs(4326)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_show_as_exactly_that_text(browser: Browser, tmp_path: Path, text: str):
    view = small_view(names=Names(study=text, residence=text, facility=text, place=text))
    home = _centres(view).iloc[0]
    pharmacy = view.facilities.geometry.iloc[:1].to_crs(4326).iloc[0]
    with opened(browser, save_map(view, tmp_path / "map.html")) as (page, heard):
        assert page.locator(".lc-panel h1").text_content() == text
        assert page.title().startswith(text.strip())
        click_at(page, lon=home.x, lat=home.y)
        assert page.locator(".lc-popup h2").text_content() == text
        assert page.locator(".lc-table tr").nth(0).locator("td").nth(2).text_content() == text
        page.get_by_role("radio").nth(1).check()
        assert page.locator(".lc-gaps button .lc-name").first.text_content() == text
        click_at(page, lon=pharmacy.x, lat=pharmacy.y)
        assert page.locator(".lc-popup h2").text_content() == text
    assert heard.messages == []
    assert heard.requests == []


def test_each_circle_colours_the_houses_by_its_status(browser: Browser, tmp_path: Path):
    view = small_view()
    centres, verdicts = _centres(view), view.audit.residences
    with opened(browser, save_map(view, tmp_path / "map.html")) as (page, heard):
        for number, circle in enumerate(("health", "fitness"), start=1):
            page.get_by_role("radio").nth(number).check()
            page.get_by_label("Show numbers").uncheck()
            for row in range(30):
                status = verdicts[f"{circle}_status"].iloc[row]
                seen = colour_at(page, lon=centres.iloc[row].x, lat=centres.iloc[row].y)
                if status != "unknown":  # hatched
                    assert seen == STATUS_COLOURS[status], (circle, row)
                else:
                    assert seen not in (STATUS_COLOURS["covered"], STATUS_COLOURS["not_covered"])
            page.get_by_label("Show numbers").check()
            legend = page.locator(".lc-legend > div:not(.lc-key) .lc-share").all_text_contents()
            expected = verdicts[f"{circle}_status"].value_counts()
            assert legend == [str(expected.get(status, 0)) for status in STATUS_COLOURS]
        page.get_by_role("radio").nth(0).check()
        legend = page.locator(".lc-legend > div:not(.lc-key) .lc-share").all_text_contents()
        unknown = (verdicts[[f"{circle}_status" for circle in ("health", "fitness")]] == "unknown").any(axis=1)
        known = verdicts["covered_count"].where(~unknown | (verdicts["covered_count"] > 0), 3)
        assert unknown.any()  # what is not known at all is not drawn as none
        assert legend == [str((known == count).sum()) for count in range(4)]
    assert heard.messages == []


def test_popup_numbers_are_the_audits(browser: Browser, tmp_path: Path):
    view = small_view()
    centres, verdicts = _centres(view), view.audit.residences
    with opened(browser, save_map(view, tmp_path / "map.html")) as (page, _):
        for row in (0, 7, 13, 22, 29):
            click_at(page, lon=centres.iloc[row].x, lat=centres.iloc[row].y)
            popup = page.locator(".lc-popup")
            popup.get_by_text(f"w{100 + row} ").wait_for()
            health, fitness, municipal = (
                popup.locator("tr").nth(line).locator("td").all_text_contents() for line in range(3)
            )
            assert health[1:] == [f"{minutes()[row]:.1f} min", "Corner Pharmacy"]
            assert health[0] == verdicts["health_status"].iloc[row].replace("_", " ")
            metres = verdicts["fitness_m"].iloc[row]
            within = "none within the time searched" if fitness[0] == "not covered" else "–"
            assert fitness[1:] == ([f"{metres:.0f} m", "Outdoor gym"] if metres < 1e9 else [within, ""])
            assert municipal == ["not assessable: needs the user's own list (layer)", "–", ""]
            page.get_by_label("Close").click()


def test_facility_types_and_gap_list_work_by_keyboard(browser: Browser, tmp_path: Path):
    view = small_view()
    clinic = view.facilities.geometry.iloc[2:3].to_crs(4326).iloc[0]
    with opened(browser, save_map(view, tmp_path / "map.html")) as (page, heard):
        boxes = page.locator(".lc-types input")
        assert [boxes.nth(row).is_checked() for row in range(3)] == [False, False, False]
        page.get_by_role("radio").nth(0).focus()
        page.keyboard.press("ArrowDown")  # health
        assert [boxes.nth(row).is_checked() for row in range(3)] == [True, True, False]
        click_at(page, lon=clinic.x, lat=clinic.y)
        assert page.locator(".lc-popup h2").text_content() == "Town Clinic"
        page.get_by_label("Close").click()
        page.get_by_label("Clinic").focus()
        page.keyboard.press("Space")
        assert page.get_by_label("Clinic").is_checked() is False
        click_at(page, lon=clinic.x, lat=clinic.y)
        assert page.locator(".lc-popup").count() == 0
        page.locator(".lc-gaps button").nth(1).focus()
        page.keyboard.press("Enter")
        assert page.locator(".lc-popup h2").text_content() == "Health · Gap 2"
        assert page.locator(".lc-popup tr").last.locator("td").text_content() == "Corner Pharmacy · 12.5 min"
    assert heard.messages == []


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 390), ("zh", 1200)])
def test_what_a_published_map_must_carry_is_seen(browser: Browser, tmp_path: Path, language: str, width: int):
    view = small_view(language=language)
    with opened(browser, save_map(view, tmp_path / "map.html"), width=width) as (page, heard):
        notice = page.locator(".leaflet-control-attribution")
        assert notice.text_content() == "© OpenStreetMap contributors, ODbL 1.0"
        box, panel = notice.bounding_box(), page.locator(".lc-panel").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        apart = box["y"] + box["height"] <= panel["y"] + 1 or box["x"] >= panel["x"] + panel["width"]
        assert apart, "the panel hides the attribution"
        if width < 640:
            page.locator(".lc-toggle").click()
        text = page.locator(".lc-panel").inner_text()
        expected = {
            "zh": [
                "示意图",
                "编制单位：市自然资源和规划局",
                "审图号：GS(2026)0001号",
                "宽口径，4.8 公里/小时，自住宅楼起算",
            ],
            "en": [
                "Schematic map",
                "Compiled by: Planning Office",
                "claim reading, 4.8 km/h, from residential buildings",
            ],
        }
        assert [words for words in expected[language] if words not in text] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert heard.messages == []


def test_layers_that_a_user_adds_work_offline(browser: Browser, tmp_path: Path):
    view = small_view()
    page_map = audit_map(view)
    folium.Marker([36.0, 114.0], popup="site A", icon=folium.Icon(color="red")).add_to(page_map)
    folium.GeoJson({"type": "Point", "coordinates": [114.001, 36.001]}).add_to(page_map)
    page_map.save(tmp_path / "map.html")
    with opened(browser, tmp_path / "map.html") as (page, heard):
        page.locator(".leaflet-marker-icon").first.click(force=True)
        page.get_by_text("site A").wait_for()
    assert [url for url in heard.requests if not url.startswith("data:")] == []
    assert heard.messages == []


def test_notebook_frame_is_sandboxed():
    shown = audit_map(small_view())._repr_html_()
    assert shown.startswith('<iframe sandbox="allow-scripts"')
    assert "<script" not in shown


def test_page_links_to_nothing(tmp_path: Path):
    text = save_map(small_view(), tmp_path / "map.html").read_text(encoding="utf-8")
    for link in ("<link", 'src="http', "cdn.", "@import", "jquery", "sourceMappingURL"):
        assert link not in text
    assert base64.b64encode(b"\x89PNG").decode()[:4] in text  # marker pictures are inside
