"""Community polygons: repaired with ids and square metres, or refused with ids."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from residences.town import CRS_TOWN

from lifecircle.errors import SchemaError
from lifecircle.model.area import union_polygons
from lifecircle.residences.community_shapes import tidy_communities


def communities(**shapes):
    return gpd.GeoDataFrame(
        {"id": list(shapes), "name": [f"{key}社区" for key in shapes]}, geometry=list(shapes.values()), crs=CRS_TOWN
    )


def tidy(**shapes):
    frame, notes = tidy_communities(communities(**shapes))
    return dict(zip(frame["id"], frame.geometry, strict=True)), {note.code: note for note in notes}


def test_neighbours_that_only_touch_stay_as_they_are():
    found, notes = tidy(b=shapely.box(100, 0, 200, 100), a=shapely.box(0, 0, 100, 100))
    assert list(found) == ["a", "b"]
    assert [shape.area for shape in found.values()] == [10_000.0, 10_000.0]
    assert not notes


def test_a_small_overlap_goes_to_the_smaller_and_is_reported():
    """5 m of 200 m overlap along a border of 100 m: 500 m2."""
    found, notes = tidy(a=shapely.box(0, 0, 205, 100), b=shapely.box(200, 0, 300, 100))
    assert (found["a"].area, found["b"].area) == (20_000.0, 10_000.0)
    assert "1 pairs of communities overlap by 500 m2" in notes["communities.overlaps"].en
    assert "a/b" in notes["communities.overlaps"].en
    assert "500 平方米" in notes["communities.overlaps"].zh
    assert notes["communities.overlaps"].warning


def test_a_large_overlap_is_two_levels_and_refused_with_ids():
    with pytest.raises(SchemaError, match=r"1 pairs overlap by more than 10% of the smaller one \(city and west\)"):
        tidy(city=shapely.box(0, 0, 300, 100), west=shapely.box(0, 0, 100, 100))


def test_a_narrow_gap_goes_to_the_neighbour_with_the_longest_border():
    """A ring of communities around a slit of 2 x 80 m; most of its border is with a."""
    ring = shapely.box(0, 0, 200, 100).difference(shapely.box(100, 10, 102, 90))
    a, b = ring.intersection(shapely.box(0, 0, 200, 80)), ring.intersection(shapely.box(0, 80, 200, 100))
    found, notes = tidy(a=a, b=b)
    assert found["a"].area == pytest.approx(a.area + 160.0)
    assert found["b"].area == pytest.approx(b.area)
    assert "1 gaps narrower than 10 m between communities, 160 m2 in all" in notes["communities.slivers"].en
    assert "(ids a)" in notes["communities.slivers"].en


def test_a_wide_hole_is_somebody_elses_and_stays():
    hole = shapely.box(50, 25, 100, 75)
    found, notes = tidy(a=shapely.box(0, 0, 200, 100).difference(hole))
    assert found["a"].area == 20_000.0 - 2_500.0
    assert "1 areas enclosed by communities belong to none of them, 0.2 ha" in notes["communities.holes"].en


def test_scraps_are_dropped_and_named():
    scrap = shapely.box(500, 0, 509, 10)
    found, notes = tidy(a=shapely.union(shapely.box(0, 0, 100, 100), scrap), b=shapely.box(100, 0, 200, 100))
    assert found["a"].area == 10_000.0
    assert (
        "1 communities have scraps under 100 m2 beside their main part, 90 m2 in all" in notes["communities.scraps"].en
    )


@pytest.mark.parametrize(
    ("ids", "sides", "message"),
    [
        (["a", "b"], [100, 9], r"ids b under 100 m2: that is no community; remove or redraw them"),
        (["a", "a"], [100, 100], "ids a in several rows: dissolve their polygons into one row each"),
        (["a", None], [100, 100], r"1 rows have no id \(名1\): give every community an id of its own"),
    ],
)
def test_refused_with_ids(ids, sides, message):
    shapes = [shapely.box(200 * n, 0, 200 * n + side, side) for n, side in enumerate(sides)]
    frame = gpd.GeoDataFrame({"id": ids, "name": ["名0", "名1"]}, geometry=shapes, crs=CRS_TOWN)
    with pytest.raises(SchemaError, match=message):
        tidy_communities(frame)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-4.0, 4.0), min_size=6, max_size=6), st.randoms(use_true_random=False))
def test_shaken_borders_end_disjoint_with_no_ground_lost_or_row_order_felt(shifts, random):
    """A strip of six communities whose borders are off by up to 4 m: overlaps and open slits."""
    shapes = {
        f"c{n}": shapely.box(200.0 * n + min(shift, 0), 0, 200.0 * n + 200 + max(shift, 0), 150)
        for n, shift in enumerate(shifts)
    }
    found, _ = tidy(**shapes)
    total = union_polygons(list(shapes.values())).area
    assert sum(shape.area for shape in found.values()) == pytest.approx(total, abs=1e-3)
    items = list(shapes.items())
    random.shuffle(items)
    again, _ = tidy(**dict(items))
    assert {key: shape.wkb for key, shape in again.items()} == {key: shape.wkb for key, shape in found.items()}


def test_the_union_checks_its_area():
    """Two polygons whose borders nearly coincide; one union call of GEOS 3.14 can lose a third of such a pair."""
    one = shapely.Polygon([(0, 0), (100, 0), (100, 100), (50, 100 + 1e-9), (0, 100)])
    two = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)])
    assert union_polygons([one, two, shapely.box(100, 0, 200, 100)]).area == pytest.approx(20_000.0, abs=1e-3)
    assert union_polygons([]).is_empty
