"""Every measure by name: what it needs, and how it is computed from one set of inputs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from lifecircle.accessibility.assignment import Assignment, administrative_assignment, nearest_assignment
from lifecircle.accessibility.choice import kth_nearest, mean_of_k_nearest
from lifecircle.accessibility.cumulative import cumulative_opportunities
from lifecircle.accessibility.decay import Decay
from lifecircle.accessibility.floating_catchment import floating_catchment
from lifecircle.accessibility.gravity import gravity
from lifecircle.accessibility.per_thousand import capacity_per_thousand
from lifecircle.accessibility.transport import capacity_assignment
from lifecircle.model.travel import ReachPairs
from lifecircle.units import Seconds


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a measure may be computed from.

    Attributes
    ----------
    pairs : ReachPairs
        Complete up to the decay's cutoff.
    decay : Decay
        Its cutoff is the catchment.
    k : int
        How many facilities make a choice.
    capacity : Series
        By facility id; NaN where unknown.
    population : Series
        The demand, by residence id; NaN where the study has none.
    inside : Series or None
        bool by residence id: false for residences beyond the boundary, which are demand but not reported.
    community : Series or None
        Community id by residence id.
    serves : Mapping[str, Collection[str]]
        Community ids that a facility is named for, by facility id.
    """

    pairs: ReachPairs
    decay: Decay
    k: int
    capacity: pd.Series
    population: pd.Series
    inside: pd.Series | None = None
    community: pd.Series | None = None
    serves: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """What a measure found.

    Attributes
    ----------
    residences : DataFrame
        One row per residence; the first column is the measure.
    facilities : DataFrame or None
        One row per facility, where the measure tells something of them.
    """

    residences: pd.DataFrame
    facilities: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Attributes
    ----------
    name_en, name_zh, unit : str
    page : str
        In ``docs/methods``.
    compute : callable
        From `Ground` to `Computed`.
    shared : bool
        Capacity is shared among people, so that those beyond the boundary count.
    assigns : bool
        Residences are given to facilities.
    """

    name_en: str
    name_zh: str
    unit: str
    page: str
    compute: Callable[[Ground], Computed]
    shared: bool = False
    assigns: bool = False


def _floating(ground: Ground) -> Computed:
    found = floating_catchment(ground.pairs, decay=ground.decay, capacity=ground.capacity, population=ground.population)
    table = pd.DataFrame({"access": found.access, "capacity_unknown": found.unknown})
    return Computed(table, found.ratio.to_frame())


def _assigned(assign: Callable[[Ground], Assignment]) -> Callable[[Ground], Computed]:
    def compute(ground: Ground) -> Computed:
        found = assign(ground)
        return Computed(found.residences(), found.loads(ground.capacity, inside=ground.inside))

    return compute


def _by_community(ground: Ground) -> Assignment:
    community = pd.Series("", index=ground.pairs.residence_ids) if ground.community is None else ground.community
    return administrative_assignment(ground.pairs, demand=ground.population, community=community, serves=ground.serves)


def _told(values: pd.Series) -> Computed:
    return Computed(values.to_frame())


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "cumulative": Measure(
            "Cumulative opportunities",
            "累积机会",
            "facilities",
            "cumulative.md",
            lambda ground: _told(cumulative_opportunities(ground.pairs, cutoff_s=Seconds(ground.decay.cutoff_s))),
        ),
        "gravity": Measure(
            "Gravity access",
            "引力可达性",
            "weighted facilities",
            "gravity.md",
            lambda ground: _told(gravity(ground.pairs, decay=ground.decay)),
        ),
        "gravity-capacity": Measure(
            "Gravity access to capacity",
            "引力可达性（按容量）",
            "weighted capacity",
            "gravity.md",
            lambda ground: _told(gravity(ground.pairs, decay=ground.decay, capacity=ground.capacity)),
        ),
        "floating-catchment": Measure(
            "Two-step floating catchment",
            "两步移动搜索法",
            "capacity per person",
            "floating-catchment.md",
            _floating,
            shared=True,
        ),
        "capacity-per-1000": Measure(
            "Capacity per 1,000 residents who share it",
            "千人容量（步行范围内共享）",
            "capacity per 1,000 people",
            "capacity-per-1000.md",
            lambda ground: Computed(
                capacity_per_thousand(
                    ground.pairs,
                    cutoff_s=ground.decay.cutoff_s,
                    capacity=ground.capacity,
                    population=ground.population,
                )
            ),
            shared=True,
        ),
        "assign-nearest": Measure(
            "Catchments: each residence to its nearest facility",
            "服务范围划分（最近设施）",
            "minutes",
            "assignment.md",
            _assigned(lambda ground: nearest_assignment(ground.pairs, demand=ground.population)),
            shared=True,
            assigns=True,
        ),
        "assign-administrative": Measure(
            "Catchments: each community to the facility named for it",
            "服务范围划分（行政划片）",
            "minutes",
            "assignment.md",
            _assigned(_by_community),
            shared=True,
            assigns=True,
        ),
        "assign-capacity": Measure(
            "Catchments within capacity, least person-minutes",
            "服务范围划分（容量约束、人分钟最小）",
            "minutes",
            "assignment.md",
            _assigned(
                lambda ground: capacity_assignment(ground.pairs, demand=ground.population, capacity=ground.capacity)
            ),
            shared=True,
            assigns=True,
        ),
        "kth-nearest": Measure(
            "Time to the k-th nearest",
            "第k近设施步行时间",
            "seconds",
            "choice.md",
            lambda ground: _told(kth_nearest(ground.pairs, k=ground.k)),
        ),
        "mean-of-k": Measure(
            "Mean time to the k nearest",
            "k个最近设施平均步行时间",
            "seconds",
            "choice.md",
            lambda ground: _told(mean_of_k_nearest(ground.pairs, k=ground.k)),
        ),
    }
)
