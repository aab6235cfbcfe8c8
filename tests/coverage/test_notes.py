"""Notes say what was lost or doubted, in both languages."""

import re
from dataclasses import replace

import numpy as np
import shapely
from coverage_city import Fac, circle, make_case, need
from grid_city import grid_area

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.model.standard import Item, Published, Rule

HERE = (20.0, 20.0)


def notes(case):
    return audit_coverage(case).notes


def only(case, code):
    (found,) = [note for note in notes(case) if note.code == code]
    assert re.search("[一-鿿]", found.zh)
    assert found.en
    return found


def test_quiet_case_has_two_notes():
    case = make_case([circle("a", need("shop"))], [HERE], [Fac("shop", HERE)], land=[HERE])
    found = [note.code for note in notes(case)]
    assert found == ["coverage.thresholds", "coverage.fallback", "coverage.fallback", "coverage.upper_bounds"]


def test_verified_thresholds():
    plan = circle("a", need("shop"), Item(("clinic",), 5.0, label="read"))
    assert (
        only(make_case([plan], [HERE], []), "coverage.thresholds").en
        == "1 of 2 thresholds of Test verified in their source."
    )


def test_thin_pools_are_named_once_with_their_reason():
    rules = {"claim": Rule((need("shop"),)), "standard": Rule((need("shop", minutes=4.0),))}
    case = make_case(
        [circle("a", readings=rules)],
        [HERE],
        [Fac("shop", HERE)],
        completeness={"shop": Completeness("thin", "old survey")},
    )
    found = only(case, "coverage.thin")
    assert "Shop: declared by the study: old survey" in found.en
    assert "商店" in found.zh
    assert found.warning


def test_numbers_of_stock_and_floor():
    stock = {"shop": Published(10, "stock", of="商店", source="yearbook")}
    case = make_case([circle("a", need("shop"))], [HERE], [Fac("shop", HERE)], published=stock)
    assert "1 mapped for a published stock of 10" in only(case, "coverage.thin").en
    bare = make_case([circle("a", need("bus_stop"))], [HERE], [], population_total=10_000.0)
    assert "0.00 mapped per 10,000 people, where 5" in only(bare, "coverage.thin").en


def test_unused_published_count():
    case = make_case([circle("a", need("shop"))], [HERE], [], published={"nonsense": Published(1, "works")})
    assert "'nonsense'" in only(case, "coverage.published_unused").en


def test_not_assessable():
    case = make_case([circle("m", user_layer="renewal")], [HERE], [])
    assert "m cannot be assessed: it needs the user's layer" in only(case, "coverage.not_assessable").en


def test_unsnapped_and_edge_are_counted_in_residences():
    """Of three residences one is unsnapped and one near the edge; land points do not count."""
    area = replace(grid_area(41, 41), extent=shapely.box(0, 0, 2100, 4000))
    snapped = np.array([False, True, True, False])
    case = make_case(
        [circle("a", need("shop"))], [HERE, HERE, (10, 20)], [], land=[HERE], area=area, origin_snapped=snapped
    )
    assert only(case, "coverage.unsnapped").en.startswith("1 of 3 residences")
    assert only(case, "coverage.edge_of_data").en.startswith("1 of 3 residences")


def test_types_in_doubt():
    case = make_case([circle("a", need("primary"))], [HERE, (0, 0)], [Fac("school", HERE)], land=[HERE])
    assert only(case, "coverage.in_doubt").en.startswith("a: 1 residences")


def test_fallbacks_name_their_circles():
    case = make_case([circle("a", need("shop")), circle("m", user_layer="renewal")], [HERE], [])
    found = [note.en for note in notes(case) if note.code == "coverage.fallback"]
    assert found == [
        "The standard reading is not written for a: the claim reading was used.",
        "The lenient reading is not written for a: the claim reading was used.",
    ]


def test_short_buffer_is_a_warning():
    """5 min at 4.8 km/h are 400 m."""
    plan = [circle("a", need("shop"))]
    assert only(make_case(plan, [HERE], [], area=grid_area(41, 41, buffer_m=399)), "coverage.buffer").warning
    enough = make_case(plan, [HERE], [], area=grid_area(41, 41, buffer_m=400))
    assert not [note for note in notes(enough) if note.code == "coverage.buffer"]
    assert "400 m beyond the boundary" in only(enough, "coverage.upper_bounds").en
    assert "(5.0 min at 4.8 km/h)" in only(enough, "coverage.upper_bounds").en
