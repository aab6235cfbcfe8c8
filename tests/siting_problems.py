"""Small random siting problems, and their optima by trying every choice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from lifecircle.siting.joint import Joint
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Relief

Bools = npt.NDArray[np.bool_]


def random_joint(
    seed: int, *, units: int = 25, sites: int = 10, needs: int = 3, density: float = 0.25, priced: bool = False
) -> tuple[Joint, Bools]:
    """Return a random problem and its matrix (R, J) of which site meets which row; every row is met by some site."""
    rng = np.random.default_rng(seed)
    each = rng.integers(1, needs + 1, units)
    unit = np.repeat(np.arange(units), each).astype(np.int32)
    meets = rng.random((len(unit), sites)) < density
    lonely = ~meets.any(axis=1)
    meets[lonely, rng.integers(0, sites, int(lonely.sum()))] = True
    columns = csc_array(meets)
    columns.sort_indices()
    price = rng.integers(1, 5, sites).astype(float) if priced else np.ones(sites)
    weight = rng.integers(1, 50, units)
    return Joint(columns.indptr.astype(np.int64), columns.indices.astype(np.int32), unit, weight, price), meets


def random_relief(
    seed: int, *, demands: int = 30, sites: int = 10, priced: bool = False
) -> tuple[Relief, npt.NDArray[np.int64]]:
    """Return a random problem with values of all sizes, and its matrix (U, J); 0 where a site gives nothing."""
    rng = np.random.default_rng(seed)
    value = rng.integers(1, 100, (demands, sites)) * (rng.random((demands, sites)) < 0.3)
    columns = csc_array(value)
    columns.sort_indices()
    price = rng.integers(1, 5, sites).astype(float) if priced else np.ones(sites)
    offsets, demand = columns.indptr.astype(np.int64), columns.indices.astype(np.int32)
    return Relief(offsets, demand, columns.data.astype(np.int64), demands, price), value


def choices(price: npt.NDArray[np.float64], limit: Limit) -> Iterator[tuple[int, ...]]:
    """Yield every choice of sites within the limit."""
    for count in range(1, len(price) + 1 if limit.count is None else limit.count + 1):
        for chosen in itertools.combinations(range(len(price)), count):
            if limit.budget is None or price[list(chosen)].sum() <= limit.budget + 1e-9:
                yield chosen


def completed(joint: Joint, meets: Bools, chosen: tuple[int, ...]) -> int:
    """Return the weight of the units of which every row is met."""
    met = meets[:, list(chosen)].any(axis=1)
    whole = [met[joint.unit == unit].all() for unit in range(len(joint.weight))]
    return int(joint.weight[whole].sum())


def given(value: npt.NDArray[np.int64], chosen: tuple[int, ...]) -> int:
    """Return what all demands get from their best chosen site."""
    return int(value[:, list(chosen)].max(axis=1, initial=0).sum())


def towns_and_sites(seed: int, *, towns: int = 200, sites: int = 100, reach: float = 0.15) -> tuple[Joint, Bools]:
    """Return towns and sites at random in a square, served within `reach`; one requirement each."""
    rng = np.random.default_rng(seed)
    away = np.hypot(*(rng.random((towns, 1, 2)) - rng.random((1, sites, 2))).transpose(2, 0, 1))
    meets = away <= np.maximum(reach, away.min(axis=1))[:, None]
    columns = csc_array(meets)
    columns.sort_indices()
    offsets, row = columns.indptr.astype(np.int64), columns.indices.astype(np.int32)
    return Joint(offsets, row, np.arange(towns, dtype=np.int32), rng.integers(1, 100, towns), np.ones(sites)), meets
