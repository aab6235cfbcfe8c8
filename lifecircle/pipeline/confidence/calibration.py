"""Proof of the interval: facilities are deleted at random, and the interval must hold what the whole map says."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory
from lifecircle.coverage.confidence import interval
from lifecircle.coverage.known import Known
from lifecircle.coverage.shares import residence_weight
from lifecircle.coverage.unmapped import MappedType, SitePool, draw_sites, learn
from lifecircle.errors import ConfigError
from lifecircle.model.travel import TravelMode
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.confidence.unmapped import mapped_type, site_pool
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

HELD = 0.85  # the interval must hold the truth in so many of the runs
FEWEST = 10  # mapped facilities below which nothing is called proven
DELETED = (0.2, 0.4, 0.6)
RESULTS = "calibration.json"


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """How the proof is run.

    Attributes
    ----------
    deleted : tuple of float
        Parts of the facilities that are deleted.
    runs, draws, seed : int
    minutes : float
        Threshold.
    """

    deleted: tuple[float, ...] = DELETED
    runs: int = 200
    draws: int = 200
    seed: int = 7
    minutes: float = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What every run shares."""

    pool: SitePool
    weight: npt.NDArray[np.float64]
    request: ProofRequest


def prove(place: Place, types: Iterable[str], *, request: ProofRequest | None = None) -> pd.DataFrame:
    """Delete facilities at random and count how often the interval holds the share of the whole map.

    In every run a part of a type's facilities is deleted; the rest is handed to the model as the map, with the part
    that was kept as its declared completeness and nothing else of what was deleted. Positions, legs and weights are
    left as they are, so that only the facilities are on trial.

    Parameters
    ----------
    place : Place
    types : iterable of str
    request : ProofRequest, optional

    Returns
    -------
    DataFrame
        One row per type and part deleted: ``type, deleted, facilities, truth`` (share of the whole map), ``mapped``
        (mean share of the thinned maps), ``expected`` (mean of the intervals' means), ``width`` (mean), ``held``,
        ``above`` and ``below`` (parts of the runs in which the truth lay in, above and below the interval).

    Raises
    ------
    ConfigError
        If the place has fewer than 2 facilities of a type inside its boundary.
    """
    asked = request or ProofRequest()
    limit = round(asked.minutes * MS_PER_MIN)
    mode = TravelMode("ms", place.question.profile)
    weight, inside = _weight(place), _inside(place)
    ground = _Ground(site_pool(place, mode, limit=limit, weight=weight), weight, asked)
    rows = []
    for kind in types:
        key = TimesKey(mode, lenient=False)
        whole = mapped_type(place, key, kind=kind, limit=limit, inside=inside, weight=weight)
        if whole.mapped < 2:
            raise ConfigError(
                f"calibration: {whole.mapped} facilities of type {kind!r} inside the boundary: none to spare"
            )
        rows += [_level(whole, ground, kind=kind, deleted=deleted) for deleted in asked.deleted]
    return pd.DataFrame(rows)


def _weight(place: Place) -> npt.NDArray[np.float64]:
    own = residence_weight(coverage_case(place, {}))
    return np.concatenate([own, np.zeros(len(place.residence_set.land_points))])


def _inside(place: Place) -> npt.NDArray[np.bool_]:
    return Inventory.of(coverage_case(place, {})).inside


def _level(whole: MappedType, ground: _Ground, *, kind: str, deleted: float) -> dict[str, object]:
    total, weight = ground.weight.sum(), ground.weight

    def share(mapped: MappedType) -> float:
        return float(weight[mapped.nearest(len(weight)) <= mapped.limit].sum() / total)

    truth, found = share(whole), []
    for run in range(ground.request.runs):
        rng = np.random.default_rng([ground.request.seed, zlib.crc32(kind.encode()), round(deleted * 1000), run])
        less = whole.thinned(1.0 - deleted, rng)
        drawn = interval(np.array(list(_shares(less, ground, completeness=1.0 - deleted, rng=rng))))
        if drawn is not None:
            found.append((share(less), drawn.low, drawn.high, drawn.expected))
    mapped, low, high, expected = np.array(found).T
    return {
        "type": kind,
        "deleted": deleted,
        "facilities": whole.mapped,
        "truth": truth,
        "mapped": float(mapped.mean()),
        "expected": float(expected.mean()),
        "width": float((high - low).mean()),
        "held": float(np.mean((low <= truth) & (truth <= high))),
        "above": float(np.mean(truth > high)),
        "below": float(np.mean(truth < low)),
    }


def _shares(mapped: MappedType, ground: _Ground, *, completeness: float, rng: np.random.Generator) -> Iterator[float]:
    """Draw the share of one type's coverage, given its map and the part that is mapped."""
    weight, pool = ground.weight, ground.pool
    known = Known("", "declared", completeness, completeness, mapped.mapped)
    siting = learn(mapped, pool, weight=weight, completeness=completeness, rng=rng)
    covered, total = mapped.nearest(len(weight)) <= mapped.limit, weight.sum()
    for _ in range(ground.request.draws):
        fold = int(rng.integers(len(siting.reach)))
        sites = draw_sites(siting, pool, number=known.unmapped(rng), gap=float(siting.gaps[fold]), rng=rng)
        now = covered.copy()
        now[pool.felt(sites, float(siting.reach[fold]) * mapped.limit)] = True
        yield float(weight[now].sum() / total)


@lru_cache(maxsize=1)
def _recorded() -> Mapping[str, Mapping[str, float]]:
    text = resources.files("lifecircle").joinpath("data").joinpath(RESULTS).read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = {}
    for row in json.loads(text)["rows"]:
        found.setdefault(row["type"], {})[f"{row['deleted']:g}"] = row["held"]
    return found


def proof() -> dict[str, float]:
    """Return the recorded result by type: the least part of the runs, over the parts deleted, that held the truth."""
    return {kind: min(levels.values()) for kind, levels in sorted(_recorded().items())}


def proven(known: Known) -> bool:
    """Say whether the recorded proof held for a type, for as complete and as large a map as is asked about."""
    levels = _recorded().get(known.kind, {})
    if not levels or known.mapped < FEWEST:
        return False
    reached = 1.0 - max(float(deleted) for deleted in levels)
    return min(levels.values()) >= HELD and known.low >= reached - 1e-9
