"""Rules that choose between types, on a small catalogue written here and on the shipped one."""

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import ConfigError
from lifecircle.facilities.classify import Classifier, classify, count_by_type
from lifecircle.model.catalogue import Catalogue, FacilityType


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def classifier(catalogue: Catalogue) -> Classifier:
    return Classifier(catalogue)


def objects(**things: tuple[object, dict[str, str]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"tags": [tags for _, tags in things.values()]},
        geometry=[shape for shape, _ in things.values()],
        index=list(things),
        crs=32633,
    )


def with_type(catalogue: Catalogue, known: FacilityType) -> Catalogue:
    return replace(catalogue, types={**catalogue.types, known.id: known})


def test_bad_name_pattern_is_refused(catalogue: Catalogue) -> None:
    broken = with_type(catalogue, FacilityType("broken", "坏", "broken", name_re="(("))
    with pytest.raises(ConfigError, match=r"broken\.name_re"):
        Classifier(broken)


def test_one_object_takes_every_type_its_tags_match(classifier: Classifier) -> None:
    found = classifier.types_of({"shop": "convenience", "amenity": "post_office"})
    assert found.strict == ("grocery", "convenience", "express")


def test_superseded_type_goes(classifier: Classifier) -> None:
    assert classifier.types_of({"amenity": "school", "isced:level": "1;2"}).strict == (
        "primary_school",
        "middle_school",
    )
    assert classifier.types_of({"amenity": "school", "isced:level": "0"}).strict == ("school_any",)


def test_lenient_type_is_apart_and_takes_nothing_away(classifier: Classifier) -> None:
    assert classifier.types_of({"amenity": "public_bookcase"}).lenient == ("book_house",)
    both = classifier.types_of({"amenity": "community_centre", "tourism": "gallery"})
    assert (both.strict, both.lenient) == (("community_service",), ("culture_venue",))
    assert classifier.types_of({"amenity": "theatre", "tourism": "gallery"}).lenient == ()


def test_any_of_the_names_may_decide_or_veto(classifier: Classifier) -> None:
    assert classifier.types_of({"building": "yes", "name": "Xinhua", "name:zh": "新华书店"}).strict == ("bookshop",)
    assert classifier.types_of({"building": "yes", "name": "一号楼", "official_name": "人民医院"}).strict == (
        "hospital",
    )
    assert classifier.types_of({"amenity": "hospital", "name": "阳光医院", "alt_name": "阳光口腔"}).strict == ()
    assert classifier.types_of({"building": "yes", "old_name": "人民医院"}).strict == ()


@pytest.mark.parametrize(
    ("tags", "speaks"),
    [
        ({}, False),  # a bare name is no place
        ({"building": "yes"}, True),
        ({"building": "yes", "amenity": "cafe"}, False),  # cafe decides
        ({"building": "yes", "healthcare": "yes"}, False),  # any value of a decisive key
        ({"building": "yes", "amenity": "public_building"}, True),
        ({"office": "company"}, True),
        ({"office": "lawyer"}, False),
        ({"landuse": "commercial"}, True),
        ({"landuse": "recreation_ground"}, False),  # alone it is a park
        ({"landuse": "residential"}, False),
        ({"education": "kindergarten", "building": "yes"}, False),
        ({"club": "sport"}, True),
        ({"building": "yes", "highway": "services"}, False),
        ({"building": "yes", "entrance": "main"}, False),
        ({"building": "yes", "barrier": "gate"}, False),
        ({"building": "yes", "barrier": "fence"}, True),  # fenced grounds
        ({"building": "yes", "boundary": "administrative"}, False),
        ({"building": "yes", "disused:shop": "mall"}, False),
        ({"place": "square", "building": "yes"}, False),
    ],
)
def test_name_gate(tags: dict[str, str], *, speaks: bool, classifier: Classifier) -> None:
    assert classifier.name_may_decide(tags) is speaks
    assert ("police" in classifier.types_of({**tags, "name": "城关派出所"}, "area").strict) is speaks


def test_living_tags_of_an_object_with_a_past_still_count(classifier: Classifier) -> None:
    assert classifier.types_of({"was:amenity": "bank", "amenity": "library"}).strict == ("book_house",)
    assert classifier.types_of({"was:amenity": "bank"}).strict == ()


def test_retype_wins_over_the_tag_but_not_over_a_veto(classifier: Classifier) -> None:
    assert classifier.types_of({"amenity": "hospital", "name": "城关卫生院"}).strict == ("health_community",)
    assert classifier.types_of({"amenity": "hospital", "name": "城关医院"}).strict == ("hospital",)
    assert classifier.types_of({"amenity": "bank", "name": "城关卫生院"}).strict == ("bank",)


def test_shape_matters(classifier: Classifier) -> None:
    trail = {"highway": "footway", "name": "滨河步道"}
    assert classifier.types_of(trail, "line").strict == ("fitness_trail",)
    assert classifier.types_of(trail, "point").strict == ()
    assert classifier.types_of({"building": "yes", "name": "人民医院"}, "line").strict == ()
    assert classifier.types_of({"leisure": "track", "sport": "running"}, "line").strict == ("fitness_outdoor",)


def test_a_users_type_needs_no_code(catalogue: Catalogue) -> None:
    halls = with_type(catalogue, FacilityType("tcm_hall", "扁鹊堂", "TCM hall", name_re="扁鹊堂"))
    assert Classifier(halls).types_of({"building": "yes", "name": "泉城扁鹊堂"}).strict == ("tcm_hall",)


def test_inside_an_institution_is_lenient_unless_open(catalogue: Catalogue) -> None:
    school = (box(0, 0, 100, 100), {"amenity": "school"})
    pitch = {"leisure": "pitch"}
    found = classify(
        objects(
            n1=(Point(50, 50), pitch),
            n2=(Point(150, 50), pitch),
            w1=school,
            w2=(box(10, 10, 20, 20), {**pitch, "access": "yes"}),
            w3=(box(95, 0, 135, 10), pitch),  # an eighth inside
            w4=(box(70, 0, 110, 10), pitch),  # three quarters inside
            w5=(box(10, 10, 20, 20), {"amenity": "pharmacy"}),  # not an institutional type
            w6=(box(-500, -500, 500, 500), {"leisure": "park"}),  # around the school
            w7=(LineString([(10, 10), (90, 90)]), {"leisure": "track", "sport": "running"}),
        ),
        catalogue,
    ).set_index("object_id")
    assert dict(found["lenient"]) == {
        "n1": True,
        "n2": False,
        "w1": False,
        "w2": False,
        "w3": False,
        "w4": True,
        "w5": False,
        "w6": False,
        "w7": True,
    }
    assert found["institutional"].equals(found["lenient"])


def test_an_institution_is_not_inside_itself(catalogue: Catalogue) -> None:
    campus = {"amenity": "university", "leisure": "park"}
    found = classify(objects(w1=(box(0, 0, 100, 100), campus)), catalogue)
    assert found[["type", "lenient"]].values.tolist() == [["park", False]]


def test_counts_know_every_type_and_leave_lenient_ones_out(catalogue: Catalogue) -> None:
    found = classify(
        objects(
            n1=(Point(5, 5), {"leisure": "pitch"}),
            n2=(Point(5, 5), {"amenity": "cinema"}),
            w1=(box(0, 0, 9, 9), {"amenity": "school"}),
        ),
        catalogue,
    )
    counts = count_by_type(found, catalogue)
    assert set(counts) == set(catalogue.types)
    assert {kind: count for kind, count in counts.items() if count} == {"fitness_outdoor": 1, "school_any": 1}


def test_nothing_in_nothing_out(catalogue: Catalogue) -> None:
    found = classify(objects(w1=(box(0, 0, 1, 1), {"building": "yes"})), catalogue)
    assert found.empty
    assert list(found.columns) == ["object_id", "type", "lenient", "institutional"]
