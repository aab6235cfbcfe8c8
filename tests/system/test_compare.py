"""Two maps of the sample town: the second has a day centre that says when it opened and a library that does not."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import jsonschema
import pandas as pd
import pyogrio
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from matplotlib.text import Text
from outputs.browser import MAP, click_at, colour_at, opened, started
from playwright.sync_api import Page
from system.edited_map import AKUREYRI, Spot, edited

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.model.comparison import CAUSES, CHANGE_COLUMNS
from lifecircle.outputs.comparison_states import CODE, state_codes
from lifecircle.outputs.figures.differences import difference_map
from lifecircle.outputs.map_comparison import comparison_data
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.compare import Compared

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "compare.schema.json"
CENTRE = {"amenity": "social_facility", "social_facility": "day_care", "social_facility:for": "senior"}
NEW = (
    Spot(9_000_000_001, -18.1312, 65.6912, {**CENTRE, "name": "Dagvist", "start_date": "2020-03"}),
    Spot(9_000_000_002, -18.1312, 65.6912, {"amenity": "library", "name": "Bókasafn"}),
)


def study(folder: Path, name: str, extract: Path) -> Path:
    text = f"""\
study: {{name: {{zh: 镇, en: Town}}, boundary: [-18.175, 65.654, -18.075, 65.706], date: 2019-05}}
osm: {{file: {extract.name}, extent: [-18.20, 65.64, -18.04, 65.71]}}
origin: {{kind: building}}
language: en
"""
    path = folder / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two_maps")


@pytest.fixture(scope="module")
def sides(folder: Path) -> tuple[lc.Audit, lc.Audit]:
    later = edited(folder / "later.osm.pbf", spots=NEW)
    configs = (study(folder, "first", AKUREYRI), study(folder, "second", later))
    first, second = (audit(lc.load_place(config, cache=False), causes=False) for config in configs)
    first.write(folder / "first", maps=False)
    second.write(folder / "second", maps=False)
    return first, second


@pytest.fixture(scope="module")
def found(sides: tuple[lc.Audit, lc.Audit]) -> Compared:
    return lc.compare(*sides)


def test_who_gained_and_why(found: Compared) -> None:
    circles = found.circles
    assert (circles.loc["elderly", "gained_new"], circles.loc["culture", "gained_unknown"]) == pytest.approx(
        (circles.loc["elderly", "gained_share"], circles.loc["culture", "gained_share"])
    )
    assert circles.loc["elderly", "gained_homes"] > 100
    assert circles.loc["culture", "gained_homes"] > 100
    assert (circles["lost_homes"] == 0).all()
    others = circles.drop(index=["elderly", "culture"])
    assert (others["gained_homes"] == 0).all()
    assert set(found.gains["circle"]) == {"elderly", "culture"}
    assert found.losses.empty


def test_parts_add_up(found: Compared) -> None:
    circles = found.circles
    parts = circles[[f"gained_{cause}" for cause in CAUSES if cause != "closed"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(circles["gained_share"].to_numpy())
    both = circles["same_share_b"] - circles["same_share_a"]
    moved = circles["gained_share"] - circles["lost_share"] - circles["to_unknown_share"]
    assert (both.to_numpy() >= moved.to_numpy() - 1e-9).all()


def test_what_only_one_map_has(found: Compared) -> None:
    table = found.comparison.facilities.set_index("facility_id")
    assert table.loc["n9000000001:elder_community", ["cause", "evidence", "date"]].tolist() == [
        "new",
        "dated_after",
        "start_date=2020-03",
    ]
    assert table.loc["n9000000002:book_house", ["cause", "evidence"]].tolist() == ["unknown", "none"]
    assert set(table["change"]) == {"new"}


def test_from_folders_as_from_audits(
    found: Compared, folder: Path, sides: tuple[lc.Audit, lc.Audit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFECIRCLE_DATA", str(folder))
    again = lc.compare(folder / "first", folder / "second")
    pd.testing.assert_frame_equal(again.circles, found.circles)
    monkeypatch.delenv("LIFECIRCLE_DATA")
    unread = lc.compare(sides[0], folder / "second")
    assert unread.circles.loc["elderly", "gained_unknown"] > 0  # without the map nobody knows when it opened
    (note,) = [note for note in unread.comparison.notes if note.code == "compare.facilities"]
    assert "not read" in note.en


def test_the_command_writes_what_the_schema_says(
    folder: Path, sides: tuple[lc.Audit, lc.Audit], tmp_path: Path
) -> None:
    del sides  # written into the folders
    names = [str(folder / name) for name in ("first", "second")]
    out = tmp_path / "比较"
    run = CliRunner().invoke(group, ["compare", *names, "--out", str(out), "--lang", "zh"])
    assert run.exit_code == 0, run.output
    assert "养老服务" in run.output
    assert "达标" not in run.output
    document = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert str(folder) not in (out / "compare.json").read_text(encoding="utf-8")
    table = pd.read_csv(out / "changes.csv", encoding="utf-8-sig")
    assert tuple(table.columns) == CHANGE_COLUMNS
    layers = {str(name) for name, _ in pyogrio.list_layers(out / "compare.gpkg")}
    assert layers == {"gains", "losses", "unknown", "facilities", "residences_in_one"}
    assert len(gpd.read_file(out / "compare.gpkg", layer="gains")) == (table["change"] == "gained").sum()
    assert (out / "map.html").is_file()
    assert not (out / "differences.png").exists()  # folders have no streets
    bare = CliRunner().invoke(group, ["compare", *names, "--out", str(tmp_path / "bare"), "--no-maps"])
    assert bare.exit_code == 0
    assert not (tmp_path / "bare" / "map.html").exists()


def test_two_walkers_are_two_questions(sides: tuple[lc.Audit, lc.Audit]) -> None:
    """The elderly circle walks at its own speed in both: only it is asked the same."""
    slow = lc.load_place(sides[0].place.study.path, overrides=lc.Overrides(profile="elderly"), cache=False)
    found = lc.compare(sides[0], audit(slow, causes=False))
    assert list(found.circles.index[found.circles["same_question"]]) == ["elderly"]
    changes = found.comparison.changes
    assert set(changes.loc[changes["change"] == "lost", "cause"]) == {"question"}
    assert not (changes["change"] == "gained").any()
    assert {"compare.speeds", "compare.same_map"} <= {note.code for note in found.comparison.notes}


def test_a_folder_without_an_audit_is_refused(tmp_path: Path) -> None:
    run = CliRunner().invoke(group, ["compare", str(tmp_path), str(tmp_path)])
    assert run.exit_code == 2
    assert "not the result of an audit (audit.json, residences.parquet, facilities.parquet missing)" in run.output


def test_every_view_counts_what_the_tables_count(found: Compared) -> None:
    data, changes = comparison_data(found.view), found.comparison.changes
    keys = [state["key"] for state in data["states"]]
    said = {view["id"]: Counter(keys[ord(code) - ord("0")] for code in view["codes"]) for view in data["views"]}
    status = found.comparison.b.residences
    for circle in found.circles.index:
        own, counts = changes[changes["circle"] == circle], said[circle]
        for change in ("gained", "lost"):
            unknown = own.loc[own["change"] == change, "cause"] == "unknown"
            assert (counts[change], counts[f"{change}_unknown"]) == ((~unknown).sum(), unknown.sum())
        assert counts["settled"] == (own["change"] == "from_unknown").sum()
        covered = (status[f"{circle}_status"] == "covered").sum()
        from_unknown = ((own["change"] == "from_unknown") & (own["status_b"] == "covered")).sum()
        assert counts["kept"] + counts["gained"] + counts["gained_unknown"] + from_unknown == covered
    moved = changes.loc[changes["change"] == "gained"].groupby("residence_id")["cause"].agg(set)
    assert said["any"]["gained_unknown"] == (moved == {"unknown"}).sum() > 100
    assert said["any"]["gained"] == len(moved) - said["any"]["gained_unknown"] > 100


def test_what_turned_unknown_is_not_shown_as_unchanged(found: Compared) -> None:
    comparison = found.comparison
    still = comparison.b.residences.index.difference(comparison.changes["residence_id"])[0]
    turned = {"residence_id": still, "circle": comparison.circles.index[0], "change": "to_unknown", "cause": ""}
    changes = pd.concat([comparison.changes, pd.DataFrame([turned])], ignore_index=True)
    row = comparison.b.residences.index.get_loc(still)
    before, after = (state_codes(one)["any"][row] for one in (comparison, replace(comparison, changes=changes)))
    assert (before, after) == (CODE["same"], CODE["open"])


def test_marks_are_the_facilities_of_one_map_only(found: Compared) -> None:
    data = comparison_data(found.view)
    marks = {mark["label"]: mark for mark in data["marks"]}
    assert (marks["Dagvist"]["mark"], marks["Bókasafn"]["mark"]) == ("added", "added_unknown")
    assert marks["Dagvist"]["detail"] == "its own date lies after the first map, start_date=2020-03, n9000000001"
    shown = {view["id"]: view["types"] for view in data["views"][1:]}
    assert marks["Bókasafn"]["type"] in shown["culture"]
    assert marks["Bókasafn"]["type"] not in shown["elderly"]


def test_the_figure_counts_and_marks_the_same(found: Compared) -> None:
    data, ground = comparison_data(found.view), found.view.ground
    assert ground is not None
    figure = difference_map(found.comparison, ground, language="en")
    said = [" ".join(text.get_text().split()) for text in figure.findobj(Text)]  # long ones are broken
    counts = Counter(data["states"][ord(code) - ord("0")]["label"] for code in data["views"][0]["codes"])
    assert {f"{label} {count:,}" for label, count in counts.items()} <= set(said)
    assert "facility that is certainly new 1" in said
    assert any(data["attribution"] in text for text in said)


def test_words_are_of_the_language_and_credit_both_maps(found: Compared) -> None:
    view = Compared(found.comparison, found.catalogue, "zh").view
    data = comparison_data(view)
    dates = [record.of_date for record in (found.comparison.a, found.comparison.b)]
    assert data["attribution"].startswith("© OpenStreetMap contributors")
    assert all(date in data["attribution"] for date in dates)
    told = [state["label"] for state in data["states"]] + list(data["markNames"].values()) + [data["basis"]]
    assert all(any("一" <= letter <= "鿿" for letter in text) for text in told)
    assert any("地图新增设施，原因不明" in line[1] for lines in data["changes"].values() for line in lines)


def test_from_folders_the_same_without_streets(found: Compared, sides: tuple[lc.Audit, lc.Audit]) -> None:
    folder = sides[0].place.study.path.parent
    again = comparison_data(lc.compare(folder / "first", folder / "second", language="en").view)
    whole = comparison_data(found.view)
    assert again["residences"] == whole["residences"]
    assert again["base"]["streets"]["parts"] == []
    assert len(whole["base"]["streets"]["parts"]) > 1000
    assert [view["id"] for view in again["views"]] == [view["id"] for view in whole["views"]]


def look_at(page: Page, *, lon: float, lat: float) -> None:
    page.evaluate(f"([lat, lon]) => {MAP}.closePopup().setView([lat, lon], 18, {{animate: false}})", [lat, lon])


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_page_opens_offline_and_says_why(found: Compared, tmp_path: Path) -> None:
    found.write(tmp_path / "比较")
    changes = found.comparison.changes
    one = changes[(changes["circle"] == "culture") & (changes["cause"] == "unknown")].iloc[0]
    with started() as browser, opened(browser, tmp_path / "比较" / "map.html") as (page, heard):
        assert "two audits compared" in str(page.title())
        page.locator("input[value=culture]").check()
        said = page.locator(".lc-legend").first.inner_text()
        assert "newly covered, cause unknown" in said
        names = page.locator(".lc-gaps .lc-name").all_inner_texts()
        assert names == ["facility new to the map, cause unknown"]
        look_at(page, lon=one["lon"], lat=one["lat"])
        assert colour_at(page, lon=one["lon"], lat=one["lat"]) == "#ffffff"  # hollow
        click_at(page, lon=one["lon"], lat=one["lat"])
        assert "facility new to the map, cause unknown" in page.locator(".lc-popup").inner_text()
        look_at(page, lon=NEW[1].lon, lat=NEW[1].lat)
        click_at(page, lon=NEW[1].lon, lat=NEW[1].lat)
        page.locator(".lc-popup", has_text="Bókasafn").wait_for()
        serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert not serious
    assert not heard.messages
    assert not heard.requests
