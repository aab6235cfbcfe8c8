"""Which walking searches an audit needs, and at whose speed each circle is walked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lifecircle.coverage.case import TimesKey
from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.rules import MEAN_SEARCH_MIN
from lifecircle.model.standard import READINGS, Circle, Item, Reading, Standard
from lifecircle.model.travel import TravelMode, WalkProfile
from lifecircle.units import MM_PER_M, MS_PER_MIN, speed_m_per_min

# Lengths do not depend on a walker; one walker for all of them keeps them one search.
LENGTH = TravelMode("mm", WalkProfile("length", 4.0, source="lengths are independent of speed"))


def named_profile(circle: Circle, profiles: Mapping[str, WalkProfile]) -> WalkProfile | None:
    """Return the circle's own walker, None when it has none (ConfigError when unknown)."""
    if circle.profile is None:
        return None
    if circle.profile not in profiles:
        raise ConfigError(
            f"circle {circle.id!r}: unknown profile {circle.profile!r}; known: {', '.join(sorted(profiles))}"
        )
    return profiles[circle.profile]


def walker(circle: Circle, used: Reading, *, profile: WalkProfile, profiles: Mapping[str, WalkProfile]) -> WalkProfile:
    """Return who walks `circle` in the reading `used`.

    The circle's own walker, else the study's; in the standard reading never faster than the planner,
    because its thresholds come from radii in metres.
    """
    own = named_profile(circle, profiles) or profile
    return slower(own, profiles) if used == "standard" else own


def planner_walker(circle: Circle, *, profiles: Mapping[str, WalkProfile]) -> WalkProfile:
    """Return the walker of the planner headline: min(planner, the circle's own speed)."""
    own = named_profile(circle, profiles)
    return planner(profiles) if own is None else slower(own, profiles)


def planner(profiles: Mapping[str, WalkProfile]) -> WalkProfile:
    """Return the planner's profile (ConfigError when it is missing)."""
    if "planner" not in profiles:
        raise ConfigError(f"profiles: 'planner' is missing; given: {', '.join(sorted(profiles))}")
    return profiles["planner"]


def slower(own: WalkProfile, profiles: Mapping[str, WalkProfile]) -> WalkProfile:
    """Return `own`, slowed to the planner's speed where it is faster."""
    limit = planner(profiles)
    if own.speed_kmh <= limit.speed_kmh:
        return own
    if own.steps == limit.steps:
        return limit
    return replace(own, id=f"{own.id}-{limit.id}", speed_kmh=limit.speed_kmh)


def item_mode(item: Item, walks: WalkProfile) -> TravelMode:
    """Return what is added up for `item`: length for metre rules, else the time of `walks`."""
    return LENGTH if item.in_metres else TravelMode("ms", walks)


def item_searches(
    item: Item, walks: WalkProfile, *, lenient: bool, catalogue: Catalogue
) -> Iterator[tuple[TimesKey, tuple[str, ...]]]:
    """Return the searches that one item needs, each with its types.

    None where no way is walked (a straight line, inside a polygon). Where facilities are filtered, a second search
    admits those of which the value is unknown.
    """
    if item.straight_line or item.within:
        return
    for pool in item.pools:
        yield from item_searches(item.of_pool(pool), walks, lenient=lenient, catalogue=catalogue)
    if item.pools:
        return
    mode, doubtful = item_mode(item, walks), in_doubt(item.types, catalogue)
    if item.mean_of > 1:
        yield TimesKey(mode, lenient, nearest=item.mean_of), item.types
    elif item.admits:
        yield TimesKey(mode, lenient, item.admits), item.types
        yield TimesKey(mode, lenient, item.admits.with_unknown()), (*item.types, *doubtful)
    else:
        yield TimesKey(mode, lenient), (*item.types, *doubtful)


def item_limit(item: Item) -> int:
    """Return the threshold in whole milliseconds or millimetres, inclusive; 0 for an item without one."""
    if item.in_metres:
        return round(float(item.max_m or 0.0) * MM_PER_M)
    return round(float(item.minutes or 0.0) * MS_PER_MIN)


def in_doubt(types: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the types whose objects may be of one of `types`, without `types`, sorted."""
    own = set(types)
    return tuple(sorted({other for kind in own for other in catalogue.types[kind].in_doubt} - own))


def needed_searches(
    standard: Standard,
    catalogue: Catalogue,
    *,
    profile: WalkProfile,
    profiles: Mapping[str, WalkProfile],
    rule: Reading,
    readings: Sequence[Reading] = READINGS,
) -> dict[TimesKey, tuple[str, ...]]:
    """Return the searches for the headline, the planner headline and all `readings`.

    Parameters
    ----------
    standard : Standard
    catalogue : Catalogue
        Tells which types are in doubt; they are searched as well.
    profile : WalkProfile
        The study's walker.
    profiles : Mapping[str, WalkProfile]
        Presets, among them ``planner``.
    rule : Reading
        Of the headline.
    readings : sequence of Reading

    Returns
    -------
    dict
        Types to search, sorted, for each key; keys in order of first need.

    Raises
    ------
    ConfigError
        If a walker is not among `profiles`.
    """
    needed: dict[TimesKey, set[str]] = {}
    for circle in standard.circles:
        for reading in dict.fromkeys([rule, *readings]):
            found = None if circle.user_layer else circle.rule_for(reading)
            if found is None:
                continue
            used, written = found
            walkers = [walker(circle, used, profile=profile, profiles=profiles)]
            if reading == rule:
                walkers.append(planner_walker(circle, profiles=profiles))
            for walks, item in ((w, i) for w in walkers for i in (*written.required, *written.reported)):
                for key, kinds in item_searches(item, walks, lenient=written.lenient, catalogue=catalogue):
                    needed.setdefault(key, set()).update(kinds)
    return {key: tuple(sorted(kinds)) for key, kinds in needed.items()}


def cutoff(standard: Standard, key: TimesKey, *, cutoff_min: float = 30.0) -> int:
    """Return how far a search must run, in the key's unit.

    The greater of `cutoff_min` and the longest threshold of `standard`; for lengths `cutoff_min` at
    4.0 km/h and the longest threshold in metres; 60 min where several nearest are averaged.
    """
    if key.nearest > 1:
        cutoff_min = max(cutoff_min, MEAN_SEARCH_MIN)
    items = [item for circle in standard.circles for rule in circle.readings.values() for item in rule.items]
    if key.mode.unit == "ms":
        return round(max([cutoff_min, *(item.minutes for item in items if item.minutes is not None)]) * MS_PER_MIN)
    shortest = cutoff_min * speed_m_per_min(LENGTH.profile.speed_kmh)
    return round(max([shortest, *(item.max_m for item in items if item.max_m is not None)]) * MM_PER_M)
