"""Audit cases on the grid city: walking lengths are Manhattan distances, so every value can be counted.

A block is 100 m. At 4.8 km/h it takes 75 s, so 5 min are exactly 4 blocks; at the planner's 4.0 km/h it takes
90 s, so 5 min are 3.33 blocks; at 3.4 km/h (elderly) 2.83 blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from grid_city import facility_table, grid_area, residence_table

from lifecircle.coverage.case import CoverageCase, TimesKey
from lifecircle.coverage.edges import edge_distance_m
from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.model.catalogue import Catalogue, FacilityType, NameGate
from lifecircle.model.provenance import Note
from lifecircle.model.standard import Circle, Item, Rule, Standard
from lifecircle.model.travel import NearestTimes, WalkProfile

PROFILES = {
    "adult": WalkProfile("adult", 4.8),
    "planner": WalkProfile("planner", 4.0),
    "elderly": WalkProfile("elderly", 3.4),
    "wheelchair": WalkProfile("wheelchair", 2.7, steps=False),
}
_KINDS = (
    FacilityType("shop", "商店", "Shop"),
    FacilityType("clinic", "诊所", "Clinic"),
    FacilityType("hospital", "医院", "Hospital", floor_per_10k=0.5),
    FacilityType("bus_stop", "公交站", "Bus stop", floor_per_10k=5.0),
    FacilityType("primary", "小学", "Primary school", in_doubt=("school",)),
    FacilityType("school", "学校", "School"),
    FacilityType("renewal", "改造", "Renewal", user_layer=True),
)
CATALOGUE = Catalogue({kind.id: kind for kind in _KINDS}, NameGate((), {}, (), {}, (), "", ""), (), {}, (), (), ())
PLENTY = {kind.id: 9 for kind in _KINDS}  # objects elsewhere in the file: nothing is thin

Position = tuple[float, float]


@dataclass(frozen=True)
class Fac:
    """A facility at a grid position."""

    kind: str
    spot: Position
    lenient: bool = False


def need(*types: str, minutes: float | None = None, max_m: float | None = None, optional: bool = False) -> Item:
    if minutes is None and max_m is None:
        minutes = 5.0
    return Item(types, minutes, max_m, optional=optional)


def circle(name: str, *items: Item, **changes: object) -> Circle:
    """Return a circle whose claim requires `items`."""
    readings = {"claim": Rule(items)} if items else {}
    return Circle(**{"id": name, "name_zh": f"{name}圈", "name_en": name, "readings": readings, **changes})


def make_case(
    circles: Sequence[Circle],
    residences: Sequence[Position],
    facilities: Sequence[Fac],
    *,
    land: Sequence[Position] = (),
    columns: Mapping[str, Sequence[object]] | None = None,
    **changes: object,
) -> CoverageCase:
    """Return a case of residences ``r00 ...`` (populations 1, 2, 4 ...) on a grid of 41 x 41 junctions."""
    standard = Standard("test", "测试", "Test", tuple(circles))
    table = residence_table(residences, **(columns or {}))
    origins = [*residences, *land]
    plain: dict[str, object] = {
        "standard": standard,
        "catalogue": CATALOGUE,
        "area": grid_area(41, 41),
        "rule": "claim",
        "profile": PROFILES["adult"],
        "profiles": PROFILES,
        "residences": table,
        "weight": "population",
        "denominator_sources": {"population": Note("denominator.population", "powers of two", "二的幂")},
        "land_points": np.array(land, dtype=float).reshape(-1, 2) * 100.0,
        "origin_snapped": np.ones(len(origins), dtype=bool),
        "facilities": facility_table(
            [f.kind for f in facilities],
            [f.spot for f in facilities],
            lenient=np.array([f.lenient for f in facilities], dtype=bool),
        ),
        "loaded_counts": PLENTY,
    }
    plain |= changes
    if "edge_m" not in plain:
        plain["edge_m"] = edge_distance_m(table, plain["land_points"], extent=plain["area"].extent)
    ids = pd.Index([*table.index, *(f"land{i}" for i in range(len(land)))])
    if "times" not in plain:
        asked = needed_searches(standard, CATALOGUE, profile=plain["profile"], profiles=PROFILES, rule=plain["rule"])
        plain["times"] = {
            key: manhattan_times(key, types, origins=(ids, origins), facilities=facilities, limit=cutoff(standard, key))
            for key, types in asked.items()
        }
    return CoverageCase(**plain)


def manhattan_times(
    key: TimesKey,
    types: Sequence[str],
    *,
    origins: tuple[pd.Index, Sequence[Position]],
    facilities: Sequence[Fac],
    limit: int,
) -> NearestTimes:
    """Return nearest values by looking at every facility in turn."""
    ids, positions = origins
    rate = 3.6 / key.mode.profile.speed_kmh if key.mode.unit == "ms" else 1.0
    value = np.full((len(positions), len(types)), np.inf)
    facility = np.full(value.shape, -1, dtype=np.int64)
    for row, (x, y) in enumerate(positions):
        for column, kind in enumerate(types):
            for number, found in enumerate(facilities):
                if found.kind != kind or (found.lenient and not key.lenient):
                    continue
                walk = round(rate * 100_000 * (abs(x - found.spot[0]) + abs(y - found.spot[1])))
                if walk <= limit and walk < value[row, column]:
                    value[row, column], facility[row, column] = walk, number
    none = np.zeros(value.shape, dtype=np.int64)
    names = pd.Index([f"f{i:02d}:{found.kind}" for i, found in enumerate(facilities)], dtype=object)
    return NearestTimes(
        key.mode, limit, ids, tuple(types), names, value, facility, none, none.copy(), none.copy(), none.copy()
    )
