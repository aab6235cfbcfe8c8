"""Real cities, recounted by a plain pass over the file that knows nothing of lifecircle."""

import math

import numpy as np
import pytest
import shapely
from residences.town import notes, paths
from shapely.geometry import box

from lifecircle.model.area import StudyArea
from lifecircle.residences.prepare import OriginRequest, prepare_residences

AKUREYRI = (-18.20, 65.64, -18.04, 65.71)
KINDS = ("building", "residential_area", "estate_gate", "grid")


@pytest.fixture(scope="module")
def akureyri(real_data):
    from lifecircle.sources.osm_file import read_osm

    area = StudyArea.from_wgs84(box(*AKUREYRI), extent=None, names=("阿克雷里", "Akureyri"), buffer_m=1700)
    return read_osm(real_data / "akureyri.osm.pbf").objects.to_crs(area.crs), area


@pytest.fixture(scope="module")
def made(akureyri):
    things, area = akureyri
    return {
        kind: prepare_residences(things, area=area, network=paths_in(area), request=OriginRequest(kind))
        for kind in KINDS
    }


def paths_in(area):
    """One walkable line across the study; gates are not what is recounted here."""
    network = paths([[(-4000, 0), (4000, 0)]])
    object.__setattr__(network, "crs", area.crs)
    return network


def recount(path):
    """Tags and lon/lat polygons of everything that is an area, read plainly."""
    osmium = pytest.importorskip("osmium")
    factory = osmium.geom.WKBFactory()
    found = []
    for thing in osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter("building", "landuse")):
        if thing.is_area():
            kind = "w" if thing.from_way() else "r"
            shape = shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(thing)))
            found.append((f"{kind}{thing.orig_id()}", dict(thing.tags), shape))
    return found


def test_akureyri_has_the_residential_buildings_that_a_plain_pass_finds(real_data, made):
    frame = box(*AKUREYRI)
    areas = recount(real_data / "akureyri.osm.pbf")
    land = shapely.union_all([shape for _, tags, shape in areas if tags.get("landuse") == "residential"])
    certain, unsure = set(), set()
    for object_id, tags, shape in areas:
        spot = shape.representative_point()
        if not frame.contains(spot):
            continue
        if tags.get("building") in ("apartments", "residential"):  # the only residential classes in this file
            certain.add(object_id)
        elif tags.get("building") == "yes" and land.contains(spot):
            metres = shapely.transform(shape, lambda xy: xy * [111_320 * math.cos(math.radians(65.675)), 111_500])
            other = {"amenity", "shop", "office", "craft", "tourism", "leisure", "historic", "man_made", "power"}
            if metres.area > 40 and not other & tags.keys():
                unsure.add(object_id)
    table = made["building"].table
    assert certain <= set(table.index)
    assert len(certain) == 2_612
    assert set(table.index) == certain | unsure


def test_akureyri_land_is_the_geodesic_area_of_its_polygons(real_data, made):
    from pyproj import Geod

    frame = box(*AKUREYRI)
    areas = recount(real_data / "akureyri.osm.pbf")
    land = shapely.union_all([shape for _, tags, shape in areas if tags.get("landuse") == "residential"])
    square_metres = abs(Geod(ellps="WGS84").geometry_area_perimeter(land.intersection(frame))[0])
    for kind in ("residential_area", "estate_gate", "grid"):
        assert math.fsum(made[kind].table["land_m2"]) == pytest.approx(square_metres, rel=2e-4)
    assert len(made["building"].land_points) * 2_500 == pytest.approx(square_metres, rel=0.02)


def test_all_kinds_tell_of_one_town(made):
    floor = math.fsum(made["building"].table["floor_area_m2"])
    assert math.fsum(np.nan_to_num(made["grid"].table["floor_area_m2"])) == pytest.approx(floor)
    assert {kind: result.weight for kind, result in made.items()} == dict.fromkeys(KINDS, "floor_area")
    assert "Akureyri 18,606" in notes(made["building"])["residences.place_population"]
    cells = made["residential_area"].table
    assert cells["land_m2"].max() <= 10_000 + 1e-6
    assert set(cells["name"]) > {"Oddeyri", "Síðuhverfi"}


def test_two_runs_are_equal(akureyri, made):
    things, area = akureyri
    again = prepare_residences(things, area=area, network=paths_in(area), request=OriginRequest("estate_gate"))
    assert again.table.equals(made["estate_gate"].table)


def test_a_town_of_few_residential_areas_is_told_to_use_buildings(real_data):
    """Shenzhen Longgang 2019: four residential areas, and the mapped homes stand elsewhere."""
    from lifecircle.sources.osm_file import read_osm

    data = read_osm(real_data / "shenzhen_longgang_20191103.osm.pbf")
    area = StudyArea.from_wgs84(box(*data.bounds), extent=None, names=("深圳龙岗", "Longgang"), buffer_m=0)
    things = data.objects.to_crs(area.crs)
    cells = prepare_residences(things, area=area, network=paths_in(area), request=OriginRequest("residential_area"))
    assert "Consider origin.kind: building" in notes(cells)["residences.thin_land"]
    assert cells.weight == "land"
    buildings = prepare_residences(things, area=area, network=paths_in(area), request=OriginRequest("building"))
    assert len(buildings.table) == 30  # 16 dormitories and 14 blocks of flats
