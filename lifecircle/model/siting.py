"""The next facilities: what was asked, where they go, and how far from the best this can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.card import card
from lifecircle.model.provenance import Note
from lifecircle.model.scenario import AddFacility, Scenario

METHODS = ("greedy", "look_ahead", "single_type_plans", "swaps", "lagrangian_heuristic", "lagrangian", "highs")

SITE_COLUMNS = (
    "order",  # 1 for the site that gives most
    "candidate_id",
    "type",
    "name",
    "lon",
    "lat",
    "price",
    "gain",  # of the objective, on top of the sites before it
    "gain_alone",  # of the objective, were it the only one
    "from_not_covered",  # of `gain`: weight that was known to lack it
    "from_unknown",  # of `gain`: weight of which it was not known
    "total",  # of the objective, with this site and those before it
)
SCORE_COLUMNS = (
    "rank",  # 1 for the one that brings most by itself
    "candidate_id",
    "name",
    "lon",
    "lat",
    "status",  # scored, or why not: outside, no_street, no_place, refused, near_existing
    "within_reach",  # weight within the threshold, covered already or not
    "gain_alone",
    "share_alone",  # of the study's weight
    "from_not_covered",  # of `gain_alone`
    "from_unknown",
    "order",  # when the most useful next one is built again and again
    "gain_in_order",  # on top of those before it in that order
    "mean_minutes",  # to the nearest of the type with it alone; beyond the time searched counts as that time
    "minutes_saved",  # of the mean
)
TRADEOFF_COLUMNS = (
    "sites",
    "price",
    "value",  # weight covered by the best found (lscp: by the first sites of the plan), or mean minutes (p-median)
    "share",  # of the study's weight, once a requirement or circle (`SitingPlan.share`); null for the p-median
    "bound",  # no choice does better
    "bound_share",
    "gap",
)


@dataclass(frozen=True, slots=True)
class SitedRequirement:
    """One requirement that sites are to meet, in words that stand beside every number.

    Attributes
    ----------
    circle : str
        Id; "" for a type that no circle asks for.
    types : tuple of str
        Any of them serves.
    sited : tuple of str
        Those of which sites are chosen.
    reading : str
        The reading used; "" where the threshold is not the standard's.
    minutes, max_m : float or None
        The threshold.
    speed_kmh : float
    thin : str
        Why the map of the types is thin, "" where it is trusted.
    """

    circle: str
    types: tuple[str, ...]
    sited: tuple[str, ...]
    reading: str
    minutes: float | None
    max_m: float | None
    speed_kmh: float
    thin: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A weight before and after: of those covered, in the study's weight (person-circles: summed over circles)."""

    before: float
    after: float

    @property
    def gain(self) -> float:
        """How much is new."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class SitingPlan:
    """Chosen sites, what they bring, and the proof of how good they are.

    Attributes
    ----------
    problem : str
        One of PROBLEMS.
    objective : str
        "requirement" (people who have what one type or several serve), "all_circles" or "person_circles"; for LSCP what
        is to be covered, for the p-median whose minutes count.
    unit : str
        Of `value` and `bound`: "weight", "price" (LSCP; the number of sites where all prices are 1) or "minutes".
    value : float
        The objective: weight newly covered; price of the sites; mean minutes with the sites.
    bound : float
        No choice among the candidates does better.
    gap : float
        How far `value` can be from the optimum at most: of the bound (MCLP), of the value (LSCP), of the minutes that
        could be saved (p-median).
    status : str
        "optimal" (proven), "within_gap", "nothing_to_gain".
    method : tuple of str
        Of METHODS, in the order in which they were used.
    sites : DataFrame, columns SITE_COLUMNS
        In order.
    requirements : tuple of SitedRequirement
    reached : Mapping[str, Reached]
        By objective: "requirement" (where the objective is), "all_circles", "person_circles".
    from_not_covered, from_unknown : float
        What is newly covered, by what was known before; of the objective's weight.
    out_of_reach : float
        Weight that lacks it and that no candidate reaches.
    rule, weight, origin_kind : str
    speed_kmh : float
        Of the study's walker.
    circles_counted : tuple of str
        What all circles are.
    total : float
        The study's weight.
    candidates : Mapping
        ``source``, ``count`` and the numbers left out by reason.
    tradeoff : DataFrame, columns TRADEOFF_COLUMNS
    minutes_before : float or None
        For the p-median: the mean without any site.
    notes : tuple of Note
    seconds : float
        What the choice took; in no output that is compared.
    """

    problem: str
    objective: str
    unit: str
    value: float
    bound: float
    gap: float
    status: str
    method: tuple[str, ...]
    sites: pd.DataFrame
    requirements: tuple[SitedRequirement, ...]
    reached: Mapping[str, Reached]
    from_not_covered: float
    from_unknown: float
    out_of_reach: float
    rule: str
    weight: str
    origin_kind: str
    speed_kmh: float
    circles_counted: tuple[str, ...]
    total: float
    candidates: Mapping[str, object]
    tradeoff: pd.DataFrame
    minutes_before: float | None = None
    notes: tuple[Note, ...] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Check the columns and the bound; make mappings read-only."""
        for name in ("reached", "candidates"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if tuple(self.sites.columns) != SITE_COLUMNS or tuple(self.tradeoff.columns) != TRADEOFF_COLUMNS:
            raise SchemaError("SitingPlan: a table lacks its columns")
        if not 0.0 <= self.gap <= 1.0:
            raise SchemaError(f"SitingPlan: a gap of {self.gap:g} lies outside 0..1")

    @property
    def parts(self) -> int:
        """How often a unit of weight can count for the objective: once a requirement, or once a circle."""
        if self.objective == "person_circles":
            return max(len(self.circles_counted), 1)
        return max(len(self.requirements), 1) if self.objective == "requirement" else 1

    def share(self, weight: float) -> float | None:
        """Return a weight of the objective as a share of all that could count; None without any weight."""
        return weight / self.total / self.parts if self.total else None

    def as_scenario(self, name: str = "") -> Scenario:
        """Return the plan as a scenario: one new facility a site, in their order."""
        return Scenario(
            tuple(
                AddFacility(
                    type=site["type"],
                    lon=site["lon"],
                    lat=site["lat"],
                    name=site["name"],
                    id=f"site/{site['candidate_id']}",
                )
                for site in self.sites.to_dict("records")
            ),
            name=name or f"New sites: {len(self.sites)} / 新增 {len(self.sites)} 处站点",
        )

    def _repr_html_(self) -> str:
        """Show the sites, and how good the plan is, in a notebook."""
        found = f"{self.objective}: {self.value:,.2f} ({self.unit}: {self.weight})"
        facts = [
            f"{found}, bound {self.bound:,.2f}, gap {self.gap:.2%}",
            f"{self.rule}, {self.speed_kmh:g} km/h, {self.origin_kind}; {self.status} ({', '.join(self.method)})",
        ]
        columns = ("order", "type", "candidate_id", "lon", "lat", "gain", "total")
        shown = self.sites[list(columns)].round({"lon": 6, "lat": 6, "gain": 2, "total": 2})
        return card(self.problem, facts, columns=columns, rows=shown.itertuples(index=False))
