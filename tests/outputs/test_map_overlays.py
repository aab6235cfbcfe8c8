"""What the map lays over its base, in a real browser: drawn walks, search, bands, communities, clusters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import click_at, opened, started
from outputs.views import small_view
from playwright.sync_api import Browser, Page
from pyproj import Geod
from shapely.geometry import box

from lifecircle.outputs.map_folium import save_map

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

WALKS = """(pairs) => {
    const data = JSON.parse(document.querySelector("script[type='application/json']").textContent);
    const scene = lifecircle.scene(data), routes = new lifecircle.Routes(scene.base.streets, data.streets);
    const facility = (row) => ({x: scene.facilities.x[row], y: scene.facilities.y[row]});
    return pairs.map(([from, to, what]) => {
        const line = routes.between(what === "residence" ? scene.centre(from) : facility(from), facility(to));
        return line && line.map(([x, y]) => { const p = lifecircle.latLng(x, y); return [p.lng, p.lat]; });
    });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as running:
        yield running


def _length_m(line: list[list[float]]) -> float:
    lon, lat = np.array(line).T
    return float(Geod(ellps="WGS84").line_length(lon, lat))


def test_drawn_walks_are_as_long_as_the_minutes_of_the_audit_say(browser: Browser, tmp_path: Path, audited):
    audit = audited("demo")
    verdicts, facilities = audit.coverage.residences, audit.place.facilities
    points = facilities[facilities["entrance_kind"] == "point"].index
    chosen = verdicts[verdicts["culture_facility_id"].isin(points)].iloc[::12]
    pairs = [
        [audit.place.residences.index.get_loc(home), facilities.index.get_loc(facility), "residence"]
        for home, facility in chosen["culture_facility_id"].items()
    ]
    assert len(pairs) > 20
    with opened(browser, save_map(audit.view, tmp_path / "map.html")) as (page, heard):
        drawn = np.array([_length_m(line) for line in page.evaluate(WALKS, pairs)])
    walked = chosen["culture_min"].to_numpy() * 80.0  # metres a minute at 4.8 km/h
    apart = np.abs(drawn - walked) / np.maximum(walked, 200.0)
    assert np.median(apart) < 0.01
    assert (apart < 0.05).mean() > 0.95
    assert heard.messages == []


def test_a_walk_keeps_to_streets_that_are_open(browser: Browser, tmp_path: Path):
    # The pharmacy lies at (0, 0), the clinic at (400, 30), both on the streets of the grid.
    view = small_view()
    network = view.network
    with opened(browser, save_map(view, tmp_path / "open.html")) as (page, _):
        (line,) = page.evaluate(WALKS, [[0, 2, "facility"]])
        assert _length_m(line) == pytest.approx(400 + 30, abs=1.5)
    xs, ys = network.node_x, network.node_y
    along = (ys[network.tail] == 0) & (ys[network.head] == 0) & (xs[network.tail] >= 100) & (xs[network.tail] < 400)
    shut = replace(view, network=replace(network, permission=np.where(along, 2, 0).astype(np.uint8)))
    with opened(browser, save_map(shut, tmp_path / "shut.html")) as (page, _):
        (line,) = page.evaluate(WALKS, [[0, 2, "facility"]])
        assert _length_m(line) == pytest.approx(100 + 400 + 70, abs=1.5)  # by the street y = 100


def test_a_click_on_a_residence_draws_the_walk(browser: Browser, tmp_path: Path):
    view = small_view()
    home = view.residences.geometry.iloc[[7]].centroid.to_crs(4326).iloc[0]
    with opened(browser, save_map(view, tmp_path / "map.html")) as (page, heard):
        before = _picture(page)
        page.get_by_role("radio").nth(1).check()
        click_at(page, lon=home.x, lat=home.y)
        page.get_by_role("button", name="Corner Pharmacy").click()
        page.get_by_label("Close").click()
        assert _picture(page) != before
    assert heard.messages == []


def test_names_and_ids_are_found(browser: Browser, tmp_path: Path):
    with opened(browser, save_map(small_view(), tmp_path / "map.html")) as (page, heard):
        search = page.get_by_role("searchbox")
        search.fill("TOWN")
        assert page.locator(".lc-found button").all_text_contents() == ["Town ClinicClinic"]
        page.keyboard.press("Enter")
        assert page.locator(".lc-popup h2").text_content() == "Town Clinic"
        assert page.locator(".lc-types input[value=clinic]").is_checked()
        search.fill("w107")
        page.locator(".lc-found button").click()
        page.locator(".lc-popup").get_by_text("w107 ").wait_for()
        search.fill("nowhere")
        assert page.locator(".lc-search [role=status]").text_content() == "Nothing of this name on the map"
    assert heard.messages == []


def test_bands_and_communities_are_shown_on_demand(browser: Browser, tmp_path: Path):
    view = small_view()
    shares = {
        f"{circle}_{end}": [0.25, 1.0]
        for circle in ("health", "fitness", "all_circles")
        for end in ("share", "share_upper")
    }
    missing = {f"municipal_{end}": [np.nan, np.nan] for end in ("share", "share_upper")}
    frame = gpd.GeoDataFrame(
        {"name": ["West", "East"], **shares, **missing, "geometry": [box(0, 0, 300, 500), box(300, 0, 600, 500)]},
        index=pd.Index(["c1", "c2"], name="community_id"),
        crs=view.area.crs,
    )
    rings = gpd.GeoSeries([box(-300, -300, 300, 300), box(-600, -600, 600, 600)], crs=view.area.crs).to_crs(4326)
    bands = gpd.GeoDataFrame({"circle": "health", "minutes": [5.0, 10.0]}, geometry=rings.to_numpy(), crs=4326)
    with opened(browser, save_map(replace(view, communities=frame, isochrones=bands), tmp_path / "map.html")) as (
        page,
        heard,
    ):
        assert page.get_by_label("Walking bands").count() == 0
        page.get_by_role("radio").nth(1).check()
        before = _picture(page)
        page.get_by_label("Walking bands of 5 / 10 min").check()
        assert _picture(page) != before
        rows = page.locator(".lc-gaps").last.locator("button").all_text_contents()
        assert rows == ["▸West25.0%", "▸East100.0%"]
        page.locator(".lc-gaps").last.locator("button").first.click()
        assert page.locator(".lc-popup h2").text_content() == "West"
        assert page.locator(".lc-popup tr").last.locator("td").text_content() == "25.0%"
    assert heard.messages == []


def test_symbols_that_would_overlap_are_gathered(browser: Browser, tmp_path: Path):
    view = small_view()
    close = view.facilities.iloc[[2]]
    many = [close.assign(object_id=f"n{k}").set_axis([f"n{k}:clinic"]) for k in range(10, 15)]
    facilities = pd.concat([view.facilities, *many]).rename_axis("facility_id")
    spot = close.geometry.to_crs(4326).iloc[0]
    with opened(browser, save_map(replace(view, facilities=facilities), tmp_path / "map.html")) as (page, heard):
        page.get_by_label("Clinic").check()
        zoom = page.evaluate("document.querySelector('.leaflet-control-scale-line').textContent")
        click_at(page, lon=spot.x, lat=spot.y)  # six clinics on one spot: a look closer, no pop-up
        page.wait_for_timeout(300)
        assert page.locator(".lc-popup").count() == 0
        assert page.evaluate("document.querySelector('.leaflet-control-scale-line').textContent") != zoom
    assert heard.messages == []


def _picture(page: Page) -> str:
    return page.evaluate("document.querySelector('.lc-canvas').toDataURL()")


def test_axe_finds_nothing_on_the_page(browser: Browser, tmp_path: Path):
    with opened(browser, save_map(small_view(language="zh"), tmp_path / "map.html")) as (page, _):
        page.get_by_role("searchbox").fill("Town")
        page.get_by_role("radio").nth(1).check()
        found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found] == []
