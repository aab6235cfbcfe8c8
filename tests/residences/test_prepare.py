"""What is asked for, what is refused, and what a reader is told."""

import dataclasses

import geopandas as gpd
import pytest
import shapely
from residences.town import CRS_TOWN, LAND, notes, objects, paths, prepare, square, study
from shapely.geometry import Point

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.tables import RESIDENCE_COLUMNS
from lifecircle.residences.prepare import OriginRequest, prepare_residences

HOUSE = {"building": "house"}
FAR = 3000


def error_of(things, kind):
    with pytest.raises(ConfigError) as caught:
        prepare(things, kind=kind)
    return str(caught.value)


def test_an_unknown_kind_and_a_silly_size_are_refused():
    with pytest.raises(ConfigError, match=r"origin\.kind is 'gate': give one of building, residential_area"):
        OriginRequest("gate")
    with pytest.raises(ConfigError, match=r"origin\.size_m is 0: give 10 to 5000 metres"):
        OriginRequest("grid", size_m=0)


def test_no_buildings_but_land_offers_land():
    assert error_of({"w1": (square(0, 0, 90), LAND), "w2": (square(200, 0, 90), LAND)}, "building") == (
        "no residence of origin.kind 'building': 0 residential buildings inside the boundary of 'Hebi', "
        "2 residential areas: try origin.kind: residential_area"
    )


@pytest.mark.parametrize("kind", ["residential_area", "estate_gate"])
def test_no_land_but_buildings_offers_buildings(kind):
    text = error_of({"w1": (square(0, 0, 9), HOUSE), "w2": (square(FAR, 0, 90), LAND)}, kind)
    assert text.startswith(
        f"no residence of origin.kind '{kind}': 1 residential buildings inside the boundary of 'Hebi'"
    )
    assert text.endswith("0 residential areas: try origin.kind: building")


def test_buildings_of_unknown_use_are_named_as_the_reason():
    text = error_of({"w1": (square(0, 0, 9), {"building": "yes"})}, "grid")
    assert "1 building=yes are not counted" in text
    assert "map landuse=residential" in text


@pytest.mark.parametrize("things", [{}, {"w1": (square(FAR, 0, 9), HOUSE)}, {"n1": (Point(0, 0), {"shop": "bakery"})}])
@pytest.mark.parametrize("kind", ["building", "residential_area", "estate_gate", "grid"])
def test_nothing_at_all_points_to_the_boundary(things, kind):
    assert "check that the boundary lies inside the OSM file" in error_of(things, kind)


def test_objects_and_tables_in_another_crs_are_refused():
    things = objects({"w1": (square(0, 0, 9), HOUSE)})
    with pytest.raises(SchemaError, match="objects: coordinates are in EPSG:4326"):
        prepare_residences(things.to_crs(4326), area=study(), network=paths(), request=OriginRequest("building"))
    lonlat = gpd.GeoDataFrame({"id": ["a"], "name": ["A"]}, geometry=[Point(114, 35)], crs=4326)
    with pytest.raises(SchemaError, match="communities: coordinates are in EPSG:4326"):
        prepare({"w1": (square(0, 0, 9), HOUSE)}, communities=lonlat)


TOWN = {
    "w1": (square(0, 0, 100), LAND),
    **{f"w{10 + k}": (square(300 + 20 * k, 0, 10), HOUSE) for k in range(15)},  # 15 houses off the land
    **{f"w{30 + k}": (square(k % 5 * 20, 20 * (k // 5), 10), HOUSE) for k in range(10)},  # 10 on it
}


@pytest.mark.parametrize("kind", ["residential_area", "estate_gate"])
def test_thinly_mapped_land_warns_and_never_switches(kind):
    """10 of 25 equal houses lie in residential land: 40 % of the floor."""
    made = prepare(TOWN, kind=kind)
    assert "only 40% of residential floor area" in notes(made)["residences.thin_land"]
    assert "Consider origin.kind: building" in notes(made)["residences.thin_land"]
    assert set(made.table["kind"]) == {kind}
    assert next(note for note in made.notes if note.code == "residences.thin_land").warning


@pytest.mark.parametrize("kind", ["building", "grid"])
def test_kinds_that_do_not_need_land_do_not_warn_about_it(kind):
    assert "residences.thin_land" not in notes(prepare(TOWN, kind=kind))


def test_half_of_the_floor_in_residential_land_is_enough():
    town = {key: value for key, value in TOWN.items() if key not in ("w20", "w21", "w22", "w23", "w24")}
    assert "residences.thin_land" not in notes(prepare(town, kind="residential_area"))


def test_where_few_buildings_say_what_they_are_every_possible_one_is_judged():
    yes = {"building": "yes"}
    town = {
        "w1": TOWN["w1"],
        "w2": (square(0, 0, 10), yes),
        **{f"w{3 + k}": (square(300, 20 * k, 10), yes) for k in range(3)},
    }
    assert "only 25%" in notes(prepare(town, kind="residential_area"))["residences.thin_land"]


def test_the_table_is_complete_sorted_and_does_not_depend_on_row_order():
    things = objects(TOWN)
    first, second = (
        prepare_residences(rows, area=study(), network=paths(), request=OriginRequest("building"))
        for rows in (things, things.iloc[::-1])
    )
    assert list(first.table.columns) == [*RESIDENCE_COLUMNS, "entrance_kind", "estate"]
    assert first.table.index.name == "residence_id"
    assert first.table.index.is_monotonic_increasing
    assert first.table.crs == CRS_TOWN
    assert set(shapely.get_type_id(first.table["entrances"].to_numpy())) == {4}  # MultiPoint
    assert first.table.equals(second.table)
    assert first.notes == second.notes
    assert dict(first.counts) == dict(second.counts)


def test_the_result_cannot_be_edited():
    made = prepare(TOWN)
    with pytest.raises(ValueError, match="read-only"):
        made.land_points[0] = 1
    with pytest.raises(TypeError):
        made.counts["residences"] = 0
    with pytest.raises(SchemaError, match=r"residences\.weight is 'homes'"):
        dataclasses.replace(made, weight="homes")


def test_denominators_are_named():
    found = prepare(TOWN).denominator_sources
    assert {weight: said.en for weight, said in found.items()} == {
        "floor_area": "OpenStreetMap: footprint x levels of 25 residential buildings (levels assumed for 25)",
        "land": "OpenStreetMap: landuse=residential, 4 sample points every 50 m",
        "residences": "25 origins",
    }
    assert found["floor_area"].zh == "OpenStreetMap：25 栋住宅建筑的基底面积×层数（其中 25 栋层数为默认值）"


def test_no_land_gives_no_sample_points():
    assert prepare({"w1": (square(0, 0, 9), HOUSE)}).land_points.shape == (0, 2)


def test_tagged_populations_are_told_for_plausibility_alone():
    places = {
        "n1": (Point(0, 0), {"place": "city", "name": "鹤壁", "population": "1,565,973"}),
        "n2": (Point(1, 1), {"place": "village", "population": "about 300"}),
        "n3": (Point(FAR, 0), {"place": "town", "name": "淇县", "population": "100"}),
    }
    made = prepare({**TOWN, **places})
    assert notes(made)["residences.place_population"].endswith("inside the boundary: 鹤壁 1,565,973.")
    assert made.table["population"].isna().all()


def test_every_note_speaks_both_languages():
    for kind in ("building", "residential_area", "estate_gate", "grid"):
        for note in prepare(TOWN, kind=kind).notes:
            assert note.code.startswith("residences.")
            assert note.en.isascii()
            assert any("\u4e00" <= letter <= "\u9fff" for letter in note.zh)
