"""Every measure by name: what it needs, and how it is computed from one set of inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from lifecircle.accessibility.choice import kth_nearest, mean_of_k_nearest
from lifecircle.accessibility.cumulative import cumulative_opportunities
from lifecircle.accessibility.decay import Decay
from lifecircle.accessibility.floating_catchment import floating_catchment
from lifecircle.accessibility.gravity import gravity
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
        By residence id; NaN where the study has none.
    """

    pairs: ReachPairs
    decay: Decay
    k: int
    capacity: pd.Series
    population: pd.Series


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Attributes
    ----------
    name_en, name_zh, unit : str
    page : str
        In ``docs/methods``.
    compute : callable
        From `Ground` to a frame with one row per residence; the first column is the measure.
    """

    name_en: str
    name_zh: str
    unit: str
    page: str
    compute: Callable[[Ground], pd.DataFrame]


def _floating(ground: Ground) -> pd.DataFrame:
    found = floating_catchment(ground.pairs, decay=ground.decay, capacity=ground.capacity, population=ground.population)
    return pd.DataFrame({"access": found.access, "capacity_unknown": found.unknown})


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "cumulative": Measure(
            "Cumulative opportunities",
            "累积机会",
            "facilities",
            "cumulative.md",
            lambda ground: cumulative_opportunities(ground.pairs, cutoff_s=Seconds(ground.decay.cutoff_s)).to_frame(),
        ),
        "gravity": Measure(
            "Gravity access",
            "引力可达性",
            "weighted facilities",
            "gravity.md",
            lambda ground: gravity(ground.pairs, decay=ground.decay).to_frame(),
        ),
        "gravity-capacity": Measure(
            "Gravity access to capacity",
            "引力可达性(按容量)",
            "weighted capacity",
            "gravity.md",
            lambda ground: gravity(ground.pairs, decay=ground.decay, capacity=ground.capacity).to_frame(),
        ),
        "floating-catchment": Measure(
            "Two-step floating catchment",
            "两步移动搜索法",
            "capacity per person",
            "floating-catchment.md",
            _floating,
        ),
        "kth-nearest": Measure(
            "Time to the k-th nearest",
            "第k近设施步行时间",
            "seconds",
            "choice.md",
            lambda ground: kth_nearest(ground.pairs, k=ground.k).to_frame(),
        ),
        "mean-of-k": Measure(
            "Mean time to the k nearest",
            "k个最近设施平均步行时间",
            "seconds",
            "choice.md",
            lambda ground: mean_of_k_nearest(ground.pairs, k=ground.k).to_frame(),
        ),
    }
)
