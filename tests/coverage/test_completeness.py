"""When a pool of types is thin, each rule alone, and when a circle cannot be assessed."""

import pytest
from coverage_city import PLENTY, Fac, circle, make_case, need

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.errors import ConfigError
from lifecircle.model.standard import Published, Rule

FAR = (0.0, 0.0)
HERE = (20.0, 20.0)
UNKNOWN, NOT = "unknown", "not_covered"


def status(items, facilities, **changes):
    case = make_case([circle("a", *items)], [HERE], facilities, **changes)
    return audit_coverage(case).residences["a_status"].iloc[0]


def stock(value, counts="stock"):
    return Published(value, counts)


def test_unknown_names_and_words_are_refused():
    with pytest.raises(ConfigError, match="completeness: unknown sop"):
        make_case([circle("a", need("shop"))], [HERE], [], completeness={"sop": Completeness("thin")})
    with pytest.raises(ConfigError, match="status is 'perhaps'"):
        Completeness("perhaps")


def test_no_object_in_the_whole_loaded_data():
    """Nothing within the study, but 9 elsewhere in the file: trusted. None at all: thin."""
    assert status([need("shop")], []) == NOT
    assert status([need("shop")], [], loaded_counts={"shop": 0}) == UNKNOWN
    assert status([need("shop")], [], loaded_counts={}) == UNKNOWN


def test_absent_type_beside_a_present_one():
    assert status([need("shop", "clinic")], [], loaded_counts={"clinic": 3}) == NOT


def test_declared_thin_member_makes_the_pool_thin():
    thin = {"clinic": Completeness("thin", "why")}
    assert status([need("shop", "clinic")], [], completeness=thin) == UNKNOWN
    assert status([need("shop", "clinic")], [], completeness=thin | {"shop": Completeness("complete")}) == UNKNOWN


def test_declared_complete_overrides_every_other_rule():
    """An official list with no hospital: nothing in the data, under the stock and under the floor, and yet known."""
    told = {"hospital": Completeness("complete", "official list")}
    numbers = {"loaded_counts": {}, "published": {"hospital": stock(10)}, "population_total": 1e6}
    assert status([need("hospital")], [], **numbers) == UNKNOWN
    assert status([need("hospital")], [], completeness=told, **numbers) == NOT


@pytest.mark.parametrize(
    ("mapped", "counts", "expected"),
    [(2, "stock", UNKNOWN), (3, "stock", NOT), (2, "works", NOT), (2, "planned", NOT), (2, "done", NOT)],
)
def test_published_stock_below_three_tenths(mapped, counts, expected):
    """2 of 10 is under 0.3, 3 of 10 is not; counts that are no stock prove nothing."""
    shops = [Fac("shop", (i, 0)) for i in range(mapped)]
    assert status([need("shop")], shops, published={"shop": stock(10, counts)}) == expected


def test_stock_counts_objects_inside_the_boundary():
    """The grid's boundary ends 50 m beyond junction 40: three shops, one of them outside."""
    shops = [Fac("shop", FAR), Fac("shop", (1, 0)), Fac("shop", (45, 0))]
    assert status([need("shop")], shops, published={"shop": stock(10)}) == UNKNOWN


def test_stock_of_a_pool_is_pooled():
    """1 of 20 clinics alone is thin; with 9 of 10 shops the pool has 10 of 30 mapped."""
    sites = [Fac("clinic", FAR)] + [Fac("shop", (i, 0)) for i in range(9)]
    told = {"clinic": stock(20), "shop": stock(10)}
    assert status([need("clinic")], sites, published=told) == UNKNOWN
    assert status([need("clinic", "shop")], sites, published=told) == NOT


def test_stock_of_a_circle():
    assert status([need("shop")], [Fac("shop", FAR)], published={"a": stock(10)}) == UNKNOWN
    assert status([need("shop")], [Fac("shop", FAR)], published={"a": stock(3)}) == NOT


@pytest.mark.parametrize(("people", "expected"), [(20_000.0, NOT), (20_001.0, UNKNOWN), (None, NOT), (0.0, NOT)])
def test_floor_per_10000_people(people, expected):
    """One hospital for 20,000 people is exactly the floor of 0.5 per 10,000."""
    assert status([need("hospital")], [Fac("hospital", FAR)], population_total=people) == expected


def test_pool_must_reach_its_smallest_floor_only():
    """Floors: bus stop 5, hospital 0.5. One hospital and no stop for 10,000 people: 1 per 10,000 >= 0.5."""
    sites = [Fac("hospital", FAR)]
    assert status([need("bus_stop")], sites, population_total=10_000.0) == UNKNOWN
    assert status([need("bus_stop", "hospital")], sites, population_total=10_000.0) == NOT
    assert status([need("shop")], sites, population_total=1e9) == NOT


def shares(audit, name):
    row = audit.circles.loc[name]
    wanted = [column for column in audit.circles.columns if column.startswith("share_")]
    return row[[*wanted, "not_covered_share", "unknown_share"]]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"loaded_counts": {}}, "no_objects"),
        ({"completeness": {"clinic": Completeness("thin")}}, "declared_thin"),
        ({"published": {"clinic": stock(10)}}, "below_stock"),
    ],
)
def test_circle_that_can_only_be_unknown_is_not_assessable(changes, reason):
    shop = Fac("shop", HERE)
    loaded = {"loaded_counts": {"shop": 1} if "loaded_counts" in changes else PLENTY}
    plans = [circle("a", need("clinic")), circle("b", need("shop"))]
    audit = audit_coverage(make_case(plans, [HERE], [shop], **(changes | loaded)))
    assert (audit.circles.at["a", "assessable"], audit.circles.at["a", "reason"]) == (False, reason)
    assert shares(audit, "a").isna().all()
    assert audit.headline.circles_counted == ("b",)
    assert (audit.headline.circles_total, audit.headline.all_circles_share) == (2, 1.0)
    assert audit.residences["covered_count"].tolist() == [1]
    assert not (audit.gaps["circle"] == "a").any()


def test_thin_pool_with_an_object_is_assessable():
    """It can be covered: the share is a bound from 0 to 1."""
    case = make_case(
        [circle("a", need("shop"))], [HERE], [Fac("shop", FAR)], completeness={"shop": Completeness("thin")}
    )
    row = audit_coverage(case).circles.loc["a"]
    assert row["assessable"]
    assert (row["share_residences"], row["share_residences_upper"], row["unknown_share"]) == (0.0, 1.0, 1.0)


def test_circle_with_one_trusted_item_is_assessable():
    """No clinic anywhere, but a missing shop makes it fail."""
    case = make_case([circle("a", need("clinic"), need("shop"))], [HERE], [], loaded_counts={"shop": 1})
    row = audit_coverage(case).circles.loc["a"]
    assert (row["assessable"], row["not_covered_share"]) == (True, 1.0)


def test_layer_missing_and_nothing_required():
    plans = [
        circle("m", user_layer="renewal"),
        circle("o", readings={"claim": Rule((need("shop", optional=True),))}),
    ]
    audit = audit_coverage(make_case(plans, [HERE], [Fac("shop", HERE)]))
    assert audit.circles["reason"].tolist() == ["needs_user_layer", "nothing_required"]
    assert not audit.circles["assessable"].any()
    assert audit.headline.circles_counted == ()
    assert audit.headline.all_circles_share is None
    assert audit.headline.mean_circles_covered is None
    assert audit.residences["m_status"].tolist() == ["unknown"]
