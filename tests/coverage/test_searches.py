"""Which searches an audit asks for."""

from dataclasses import replace

import pytest
from coverage_city import CATALOGUE, PROFILES, circle, need

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import LENGTH, cutoff, needed_searches, planner_walker
from lifecircle.errors import ConfigError
from lifecircle.model.standard import Rule, Standard
from lifecircle.model.travel import TravelMode


def searches(*circles, rule="claim", profile="adult", **changes):
    standard = Standard("s", "标准", "S", circles)
    return needed_searches(standard, CATALOGUE, profile=PROFILES[profile], profiles=PROFILES, rule=rule, **changes)


def key(profile, *, lenient=False):
    return TimesKey(TravelMode("ms", PROFILES[profile]), lenient)


def test_unknown_walker_and_missing_planner_are_refused():
    with pytest.raises(ConfigError, match="circle 'a': unknown profile 'athlete'; known: adult, elderly"):
        searches(circle("a", need("shop"), profile="athlete"))
    with pytest.raises(ConfigError, match="'planner' is missing; given: adult"):
        planner_walker(circle("a", need("shop")), profiles={"adult": PROFILES["adult"]})


def test_claim_asks_for_the_study_and_the_planner():
    found = searches(circle("a", need("shop"), need("clinic", optional=True), support=("hospital",)))
    assert found == {key("adult"): ("shop",), key("planner"): ("shop",)}


def test_own_walker_is_never_replaced():
    plans = [circle("a", need("shop")), circle("old", need("clinic"), profile="elderly")]
    assert searches(*plans, profile="wheelchair") == {
        key("wheelchair"): ("shop",),
        key("planner"): ("shop",),
        key("elderly"): ("clinic",),
    }


def test_standard_reading_walks_at_planner_speed():
    rules = {"claim": Rule((need("shop"),)), "standard": Rule((need("clinic"),))}
    found = searches(circle("a", readings=rules))
    assert found == {key("adult"): ("shop",), key("planner"): ("clinic", "shop")}


def test_fast_walker_without_steps_is_slowed():
    fast = replace(PROFILES["wheelchair"], id="fast", speed_kmh=6.0)
    plan = circle("a", readings={"standard": Rule((need("shop"),))})
    standard = Standard("s", "标准", "S", (plan,))
    found = needed_searches(standard, CATALOGUE, profile=fast, profiles=PROFILES, rule="claim", readings=("claim",))
    walkers = {entry.mode.profile for entry in found}
    assert {(walks.speed_kmh, walks.steps) for walks in walkers} == {(4.0, False), (4.0, True)}


def test_metres_need_one_search_for_all_walkers():
    found = searches(circle("a", need("shop", max_m=500)), circle("b", need("clinic", max_m=300), profile="elderly"))
    assert found == {TimesKey(LENGTH, lenient=False): ("clinic", "shop")}


def test_lenient_rules_and_types_in_doubt():
    rules = {"claim": Rule((need("primary"),)), "lenient": Rule((need("shop"),), lenient=True)}
    found = searches(circle("a", readings=rules))
    assert found[key("adult")] == ("primary", "school")
    assert found[key("adult", lenient=True)] == ("shop",)


def test_user_layers_are_not_searched():
    assert searches(circle("m", user_layer="renewal")) == {}


def test_cutoff_is_the_longest_threshold_or_30_minutes():
    """30 min at 4.0 km/h are 2000 m."""
    short = Standard("s", "标准", "S", (circle("a", need("shop"), need("clinic", max_m=500)),))
    long = Standard("s", "标准", "S", (circle("a", need("shop", minutes=45), need("clinic", max_m=2500)),))
    metres = TimesKey(LENGTH, lenient=False)
    assert [cutoff(short, key("adult")), cutoff(long, key("adult"))] == [1_800_000, 2_700_000]
    assert [cutoff(short, metres), cutoff(long, metres)] == [2_000_000, 2_500_000]
    assert cutoff(short, key("adult"), cutoff_min=60) == 3_600_000
