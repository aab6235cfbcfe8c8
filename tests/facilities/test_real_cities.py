"""Real extracts: what is one is counted once, what is absent stays absent."""

import json
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
from shapely import box

from lifecircle.config.catalogue import load_catalogue
from lifecircle.facilities.classify import classify, count_by_type
from lifecircle.facilities.prepare import Facilities, prepare_facilities
from lifecircle.model.area import local_crs
from lifecircle.network.build import build_network
from lifecircle.sources.osm_file import read_osm

AKUREYRI = (-18.20, 65.64, -18.04, 65.71)
CAU = "beijing_cau_20260322.osm.pbf"


def prepared(file: Path, extent: tuple[float, float, float, float] | None = None) -> Facilities:
    osm = read_osm(file)
    reach = box(*(extent or osm.bounds or osm.objects.total_bounds))
    crs = local_crs(reach)
    return prepare_facilities(
        osm.objects.to_crs(crs),
        catalogue=load_catalogue(),
        network=build_network(osm.ways, crs=crs).network,
        reach=gpd.GeoSeries([reach], crs=4326).to_crs(crs).iloc[0],
    )


@pytest.fixture(scope="module")
def akureyri(real_data: Path) -> Facilities:
    return prepared(real_data / "akureyri.osm.pbf", AKUREYRI)


@pytest.fixture(scope="module")
def cau(real_data: Path) -> Facilities:
    return prepared(real_data / CAU)


def of_type(found: Facilities, kind: str) -> gpd.GeoDataFrame:
    return found.table[found.table["type"] == kind]


def test_akureyris_hospital_is_one(akureyri: Facilities) -> None:
    """Grounds, main building (same name inside) and an unnamed wing: three ways, one hospital."""
    (hospital,) = of_type(akureyri, "hospital").itertuples()
    assert akureyri.loaded_counts["hospital"] == 3
    assert hospital.object_id == "w420562271"
    assert hospital.merged == "w420559701;w420559705"
    assert hospital.name == "Fjórðungssjúkrahúsið á Akureyri"


def test_kindergarten_of_grounds_and_five_houses_is_one(akureyri: Facilities) -> None:
    kindergartens = of_type(akureyri, "kindergarten")
    (one,) = kindergartens[kindergartens["name"] == "Leikskólinn Iðavöllur"].itertuples()
    assert one.object_id == "w424771191"
    assert one.merged.split(";") == [f"w{424771000 + n}" for n in (193, 279, 282, 284, 286)]
    # 18 objects: 5 houses of Iðavöllur, and one each of Hólmasól, Kiðagil and Sunnuból lie on their own grounds
    assert (akureyri.loaded_counts["kindergarten"], len(kindergartens)) == (18, 10)


def test_every_facility_has_entrances_near_its_shape(akureyri: Facilities) -> None:
    table = akureyri.table
    alone = table[table["merged"] == ""]
    away = gpd.GeoSeries(alone["entrances"].tolist(), crs=table.crs).distance(alone.geometry, align=False)
    assert away.max() <= 0.5
    large = table[(table["area_m2"] >= 10_000) & (table["merged"] == "")]
    assert set(large["entrance_kind"]) <= {"mapped", "path", "sampled"}


def test_two_runs_are_the_same(akureyri: Facilities, real_data: Path) -> None:
    again = prepared(real_data / "akureyri.osm.pbf", AKUREYRI)
    assert again.table.equals(akureyri.table)
    assert dict(again.loaded_counts) == dict(akureyri.loaded_counts)


@pytest.mark.parametrize(
    ("object_id", "kind"),
    [
        ("w1003840126", "hospital"),  # 北京熙仁医院
        ("w1192949960", "kindergarten"),  # 未来之星实验幼儿园
    ],
)
def test_chinese_facility_by_hand(cau: Facilities, object_id: str, kind: str) -> None:
    assert f"{object_id}:{kind}" in cau.table.index


def test_platforms_of_one_chinese_stop_are_one(cau: Facilities) -> None:
    stops = of_type(cau, "bus_stop")
    assert (cau.loaded_counts["bus_stop"], len(stops)) == (24, 12)
    assert stops.loc["n1360087436:bus_stop", "merged"] == "n10080961805;n11799850918;n11799850921"  # 静淑苑
    assert len(stops.loc["n1360087436:bus_stop", "entrances"].geoms) == 4
    twice = stops[stops["name"] == "石板房"].geometry  # two stops of one name 215 m apart stay two
    assert round(twice.iloc[0].distance(twice.iloc[1])) == 215


def test_stops_never_become_what_they_are_named_after(cau: Facilities) -> None:
    stops = set(of_type(cau, "bus_stop")["object_id"])
    other = cau.table[~cau.table["type"].isin(["bus_stop", "rail_station"])]
    assert stops.isdisjoint(other["object_id"])


def test_shenzhen_has_no_health_care_and_no_bank(real_data: Path) -> None:
    found = prepared(real_data / "shenzhen_longgang_20191103.osm.pbf")
    absent = ("hospital", "clinic", "health_community", "pharmacy", "bank", "elder_community", "community_service")
    assert {kind: found.loaded_counts[kind] for kind in absent} == dict.fromkeys(absent, 0)
    assert not found.table["type"].isin(absent).any()


def test_counts_agree_with_a_plain_pass(real_data: Path) -> None:
    """Types known by one tag alone, recounted without anything of lifecircle but the file's path."""
    file = real_data / "akureyri.osm.pbf"
    plain = {
        "pharmacy": ("amenity", "pharmacy"),
        "bank": ("amenity", "bank"),
        "kindergarten": ("amenity", "kindergarten"),
        "hairdresser": ("shop", "hairdresser"),
        "book_house": ("amenity", "library"),
        "gym": ("leisure", "fitness_centre"),
    }
    recount = dict.fromkeys(plain, 0)
    for thing in osmium.FileProcessor(str(file)):
        for kind, (key, value) in plain.items():
            recount[kind] += thing.tags.get(key) == value
    counts = count_by_type(classify(read_osm(file).objects, load_catalogue()), load_catalogue())
    assert {kind: counts[kind] for kind in plain} == recount


@pytest.mark.slow
def test_reykjaviks_two_kindergartens_on_one_ground_stay_two(real_data: Path) -> None:
    """Langholt: two named nodes inside one unnamed outline, which is a part of both."""
    osm = read_osm(real_data / "reykjavik.osm.pbf")
    west, south, east, north = -21.875, 64.132, -21.845, 64.142
    near = osm.objects.cx[west:east, south:north]
    crs = local_crs(box(west, south, east, north))
    found = prepare_facilities(
        near.to_crs(crs),
        catalogue=load_catalogue(),
        network=build_network(osm.ways, crs=crs).network,
        reach=gpd.GeoSeries([box(west, south, east, north)], crs=4326).to_crs(crs).iloc[0],
    )
    merged = of_type(found, "kindergarten").set_index("object_id")["merged"]
    assert json.loads(merged[["n1676921403", "n1676923686"]].to_json()) == {
        "n1676921403": "w291214818",
        "n1676923686": "w291214818",
    }
    assert "w291214818" not in merged.index
