"""The six cities of the source articles: whole studies, though their data must be fetched first."""

import json
from pathlib import Path

import geopandas as gpd
import pytest

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.load import load_study
from lifecircle.config.standards import load_standard
from lifecircle.sources.overpass_query import MAX_TILES, tiles_over

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue()

# city: (boundary, standard, name of its polygon in the test data, {key: (value, counts)}), by hand from articles
CITIES = {
    "hebi": ("鹤壁市, 河南省", "hebi-nine", "鹤壁市", {"comprehensive": (346, "works"), "fitness": (550, "works")}),
    "xingtai": ("邢台市, 河北省", "hebi-nine", "邢台市", {"workers_station": (100, "works"), "tcm": (40, "works")}),
    "shijiazhuang": (
        "石家庄市, 河北省",
        "hebi-nine",
        "石家庄市",
        {"community_service": (4781, "stock"), "elder_community": (235, "done"), "parking": (184, "works")},
    ),
    "hengshui": ("衡水市, 河北省", "hebi-nine", "衡水市", {"park": (60, "works"), "municipal": (140, "works")}),
    "baoding": ("保定市, 河北省", "hebi-nine", "保定市", {"civic_practice": (700, "stock")}),
    "wuhai_hainan": (
        "海南区, 乌海市",
        "hainan-eight",
        "海南区",
        {"elder_community": (19, "stock"), "housing": (5, "works")},
    ),
}


@pytest.mark.parametrize("city", sorted(CITIES))
def test_a_city_says_where_what_and_how_many(city):
    study = load_study(ROOT / "configs" / f"{city}.yml")
    name, standard, _, counts = CITIES[city]
    assert (study.study.boundary.osm, study.standard, study.language) == (name, standard, "zh")
    assert study.osm.download is True
    assert "LIFECIRCLE_DATA" in study.path.read_text(encoding="utf-8")
    told = {key: (count.value, count.counts) for key, count in study.published.items()}
    assert counts.items() <= told.items()
    assert all(count.of and count.area and count.as_of and count.source for count in study.published.values())


@pytest.mark.parametrize("city", sorted(CITIES))
def test_every_published_count_is_of_a_circle_or_a_type(city):
    study = load_study(ROOT / "configs" / f"{city}.yml")
    standard = load_standard(study.standard, base=study.base, catalogue=CATALOGUE)
    known = {circle.id for circle in standard.circles} | set(CATALOGUE.types)
    assert set(study.published) <= known


@pytest.mark.parametrize("city", sorted(CITIES))
def test_a_whole_city_is_a_bearable_download(city, real_data):
    _, _, name, _ = CITIES[city]
    level = "districts" if name.endswith("区") else "cities"
    file = next((real_data / "boundaries").glob(f"{level}_*tianditu_wgs84.geojson"))
    shapes = gpd.read_file(file)
    column = "district_name" if level == "districts" else "city_name"
    shape = shapes[shapes[column] == name].geometry.union_all()
    count = len(tiles_over(shape.buffer(0.02)))
    assert 5 < count < MAX_TILES / 4


def test_hainan_eight_names_its_circles_and_borrows_openly():
    standard = load_standard("hainan-eight", base=Path(), catalogue=CATALOGUE)
    assert [circle.name_zh for circle in standard.circles] == [
        "舒适安居", "便民消费", "社区文化", "优教普惠", "养老服务", "健康医疗", "城市颜值", "服务响应",
    ]  # fmt: skip
    assert [circle.id for circle in standard.circles if not circle.headline] == ["appearance"]
    assert standard.circles[0].user_layer == "renovated_estate"
    assert (standard.origin_kind, standard.default_rule, standard.profile) == ("building", "claim", "adult")
    minutes = {
        (circle.id, reading): [(item.minutes, item.label) for item in rule.items]
        for circle in standard.circles
        for reading, rule in circle.readings.items()
    }
    assert minutes["education", "standard"] == [
        (5, "second-hand"), (10, "second-hand"), (15, "second-hand"), (15, "judgement"),
    ]  # fmt: skip
    claims = [found for (circle, reading), found in minutes.items() if reading == "claim" and circle != "appearance"]
    assert claims == [[(15, "read")]] * 6
    assert json.dumps(standard.verified_thresholds()) == "[6, 25]"
