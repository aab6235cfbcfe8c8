"""One hand-worked case on the grid city for each packaged standard without a golden summary.

A block is 100 m: 90 s at the planner's 4.0 km/h, 75 s at the adult's 4.8, 72 s at 5.0. Residence 0 stands at (10, 10),
residence 1 at (30, 10); they weigh 1 and 2. Nothing else is in the way, and no type is thin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coverage_city import PROFILES, Fac, make_case, manhattan_times

from lifecircle.config.profiles import load_profiles
from lifecircle.config.standards import load_standard, study_catalogue
from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import CoverageCase, TimesKey, nth
from lifecircle.coverage.filters import passing
from lifecircle.coverage.proximity import proximity, proximity_notes
from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.model.audit import CoverageAudit
from lifecircle.model.travel import NearestTimes

HOMES = [(10, 10), (30, 10)]


def audit_of(name: str, spots: Sequence[Fac], *, area_m2: Sequence[float] | None = None) -> CoverageAudit:
    """Audit the grid city under the packaged standard `name`, in its own reading and at its own speed."""
    catalogue = study_catalogue(name, base=Path())
    standard = load_standard(name, base=Path(), catalogue=catalogue)
    profile = load_profiles()[standard.profile]
    counts = dict.fromkeys(catalogue.types, 50)
    told = {"catalogue": catalogue, "loaded_counts": counts, "times": {}, "profile": profile}
    case = make_case(standard.circles, HOMES, spots, rule=standard.default_rule, **told)
    if area_m2 is not None:
        case = replace(case, facilities=case.facilities.assign(area_m2=area_m2))
    case = replace(case, standard=standard)
    asked = needed_searches(standard, catalogue, profile=profile, profiles=PROFILES, rule=standard.default_rule)
    times = {key: times_of(key, types, case, spots=spots) for key, types in asked.items()}
    return audit_coverage(replace(case, times=times))


def times_of(key: TimesKey, types: Sequence[str], case: CoverageCase, *, spots: Sequence[Fac]) -> NearestTimes:
    admitted = passing(case.facilities, key.admits)
    kept = [spot if passes else Fac("none", spot.spot) for spot, passes in zip(spots, admitted, strict=True)]
    limit = cutoff(case.standard, key)
    if key.nearest == 1:
        return manhattan_times(key, types, origins=(case.residences.index, HOMES), facilities=kept, limit=limit)
    columns = [nth(kind, rank) for kind in types for rank in range(1, key.nearest + 1)]
    value = np.full((len(HOMES), len(columns)), np.inf)
    for row, (x, y) in enumerate(HOMES):
        for at, kind in enumerate(types):
            walks = sorted(abs(x - f.spot[0]) + abs(y - f.spot[1]) for f in spots if f.kind == kind)[: key.nearest]
            rate = 360_000 / key.mode.profile.speed_kmh
            value[row, at * key.nearest : at * key.nearest + len(walks)] = [round(rate * blocks) for blocks in walks]
    none = [np.zeros(value.shape, dtype=np.int64) for _ in range(5)]
    ids = pd.Index(["f00"], dtype=object)
    return NearestTimes(key.mode, limit, case.residences.index, tuple(columns), ids, value, *none)


def covered(audit: CoverageAudit, name: str) -> list[bool]:
    return (audit.residences[f"{name}_status"] == "covered").tolist()


def test_gb50180():
    """Kindergartens 3 and 4 blocks away: 300 m is met once. A park of 1 ha at 3 blocks serves ten and five minutes.

    It is not the 5 ha of the fifteen-minute tier; and the hospital of a higher tier stands in for no station.
    """
    spots = [
        Fac("kindergarten", (13, 10)),
        Fac("kindergarten", (30, 14)),
        Fac("park", (10, 13)),
        Fac("toilets", (10, 11)),
    ]
    audit = audit_of("gb50180", spots, area_m2=[0.0, 0.0, 10_000.0, 0.0])
    assert covered(audit, "five-kindergarten") == [True, False]
    assert [covered(audit, f"{tier}-park")[0] for tier in ("fifteen", "ten", "five")] == [False, True, True]
    assert audit.circles.loc["five-toilets", ["assessable", "reason"]].tolist() == [False, "not_judged"]
    assert audit.residences["five-toilets_min"].iloc[0] == 1.5  # one block at 4.0 km/h, reported
    # Two of the eight circles of the five-minute tier, for the one of three people who lives at residence 0.
    assert audit.sections.loc["five", "score"] == pytest.approx(2 / 8 / 3)


def test_tdt1062():
    """10 blocks are 15 min at 4.0 km/h; the elderly walk them in 17.6 min at 3.4, so elderly care is not covered."""
    spots = [Fac("middle_school", (10, 20)), Fac("elder_residential", (10, 20)), Fac("book_house", (10, 16))]
    spots += [Fac("kindergarten", (10, 11)), Fac("primary_school", (30, 11)), Fac("primary_school", (10, 17))]
    audit = audit_of("tdt1062", spots)
    assert covered(audit, "fifteen-education") == [True, False]
    assert covered(audit, "fifteen-elderly") == [False, False]
    assert covered(audit, "five-ten-culture") == [True, False]  # 6 blocks are 9 min
    assert covered(audit, "five-ten-education") == [False, False]  # both are asked; 7 blocks are 10.5 min


def test_moreno():
    """12 blocks are exactly 15 min at 4.8 km/h. The pharmacy stands between both: 12 blocks from 0, 8 from 1."""
    spots = [Fac("pharmacy", (22, 10)), Fac("grocery", (10, 23)), Fac("kindergarten", (30, 11)), Fac("park", (30, 11))]
    audit = audit_of("moreno", spots)
    assert covered(audit, "health") == [True, True]
    assert covered(audit, "commerce") == [False, False]
    assert covered(audit, "education") == covered(audit, "entertainment") == [False, True]
    assert audit.headline.circles_counted == ("commerce", "health", "education", "entertainment")
    assert audit.headline.mean_circles_covered == pytest.approx((1 * 1 + 2 * 3) / 3)


def test_sony():
    """10 restaurants at 5 blocks and 10 at 20 blocks: 12.5 on average, 15 min exactly at 5.0 km/h.

    Residence 1: ten at 15 blocks, ten at its door: 7.5 blocks, 9 min. Of shops there are 19, one too few.
    """
    spots = [Fac("sony_eating", (15, 10)) for _ in range(10)] + [Fac("sony_eating", (30, 10)) for _ in range(10)]
    spots += [Fac("sony_supplies", (10, 11)) for _ in range(19)]
    audit = audit_of("sony", spots)
    assert audit.residences["eating_min"].tolist() == [15.0, 9.0]
    assert covered(audit, "eating") == [True, True]
    assert covered(audit, "supplies") == [False, False]
    assert np.isinf(audit.residences["supplies_min"]).all()


def only(audit: CoverageAudit, *circles: str) -> CoverageAudit:
    """Take the other circles for not assessable."""
    table = audit.circles.assign(assessable=audit.circles.index.isin(circles))
    return replace(audit, circles=table)


def test_sonys_three_numbers():
    """Two categories assessable. Eating 15 and 9 min as above; services 20 at residence 0 (0 min) and 20 blocks from 1.

    20 blocks at 5.0 km/h are 24 min. PT: (15 + 0) / 2 = 7.5 and (9 + 24) / 2 = 16.5; people 1 and 2: mean
    (7.5 + 33) / 3 = 13.5; F15 1/3; Gini of two groups: share of people 1/3 minus share of time 7.5 / 40.5.
    """
    spots = [Fac("sony_eating", (15, 10)) for _ in range(10)] + [Fac("sony_eating", (30, 10)) for _ in range(10)]
    spots += [Fac("sony_services", (10, 10)) for _ in range(20)]
    rows = proximity(only(audit_of("sony", spots), "eating", "services")).set_index("category")
    assert rows["pt_min"].tolist() == pytest.approx([11.0, 16.0, 13.5])  # (15 + 2 * 9) / 3, (0 + 2 * 24) / 3
    row = rows.loc["all"]
    assert row["defined_share"] == 1.0
    assert row["pt_min"] == pytest.approx(13.5)
    assert row["f15"] == row["f15_upper"] == pytest.approx(1 / 3)
    assert row["gini"] == pytest.approx(1 / 3 - 7.5 / 40.5)
    assert proximity(audit_of("ghsci", [Fac("park", (10, 12))])).empty


def test_sonys_mean_is_refused_where_some_people_have_none():
    """Residence 1 (2 of 3 people) reaches only 19 within the search: no mean for it, none for the city."""
    audit = only(audit_of("sony", [Fac("sony_eating", (0, 10)) for _ in range(20)]), "eating")
    audit.residences["eating_min"] = [12.0, np.inf]
    row = proximity(audit).set_index("category").loc["all"]
    assert np.isnan(row["pt_min"])
    assert np.isnan(row["gini"])
    assert (row["f15"], row["f15_upper"]) == pytest.approx((1 / 3, 1.0))
    (note,) = proximity_notes(audit)
    assert "66.7%" in note.en
    assert "66.7%" in note.zh


def test_ghsci():
    """500 m: fresh food at 5 blocks, a shop at 6, a stop beside the door: two of three for residence 0, none for 1."""
    spots = [Fac("ghsci_fresh_food", (15, 10)), Fac("ghsci_convenience", (10, 16)), Fac("ghsci_transit", (10, 10))]
    spots += [Fac("park", (10, 12)), Fac("park", (30, 12))]
    audit = audit_of("ghsci", spots, area_m2=[0, 0, 0, 15_000, 14_999])
    assert covered(audit, "fresh-food") == covered(audit, "transit") == [True, False]
    assert covered(audit, "convenience") == [False, False]
    assert audit.sections.loc["daily-living", "score"] == pytest.approx(2 / 3 / 3)
    assert covered(audit, "open-space-any") == [True, True]
    assert covered(audit, "open-space-large") == [True, False]


def test_sdg11():
    """500 m to a stop, 1000 m to a station, 400 m to open space, along the streets whatever the walker."""
    spots = [Fac("bus_stop", (15, 10)), Fac("rail_station", (20, 10)), Fac("park", (30, 14)), Fac("park", (10, 15))]
    audit = audit_of("sdg11", spots)
    assert covered(audit, "transit-low") == [True, False]
    assert covered(audit, "transit-high") == [True, True]
    assert covered(audit, "open-space") == [False, True]
    joint = audit.sections.loc["sdg11-2-1"]  # either suffices: residence 1 has no stop but a station
    assert (joint["circles_counted"], joint["all_circles_share"]) == (["transit-low", "transit-high"], 1.0)
    assert audit.headline.circles_counted == ("transit-low", "open-space")
    assert audit.headline.all_circles_share == 0.0
