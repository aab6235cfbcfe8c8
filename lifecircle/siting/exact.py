"""Proven optima by HiGHS, with a time limit: the same problems as whole-number programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import block_array, coo_array, csr_array, eye_array

from lifecircle.siting.choose import Chosen
from lifecircle.siting.joint import Joint
from lifecircle.siting.limits import TOLERANCE, Limit
from lifecircle.siting.relief import Relief

Floats = npt.NDArray[np.float64]

# So few entries are given to HiGHS whatever is asked, for so many nodes of its tree.
SMALL = 5_000
SMALL_RELIEF = 1_500
NODES = 100
HALF = 0.5  # whole variables come back almost whole


@dataclass(frozen=True, slots=True)
class Effort:
    """How much HiGHS may try.

    Attributes
    ----------
    seconds : float
        0: no limit of time, which makes the answer the same on every machine.
    nodes : int
        Of its tree; 0: no limit.
    """

    seconds: float = 0.0
    nodes: int = 0

    def __bool__(self) -> bool:
        """Say whether it is to try at all."""
        return self.seconds > 0 or self.nodes > 0

    def options(self) -> dict[str, float]:
        """Return scipy's options."""
        found: dict[str, float] = {"mip_rel_gap": 0.0}
        if self.seconds:
            found["time_limit"] = self.seconds
        if self.nodes:
            found["node_limit"] = self.nodes
        return found


def effort_for(entries: int, *, asked_s: float, small: int) -> Effort:
    """Return the effort for a problem: as asked, else a little for problems of at most `small` entries."""
    return Effort(seconds=asked_s) if asked_s else Effort(nodes=NODES if entries <= small else 0)


@dataclass(frozen=True, slots=True)
class Proven:
    """What HiGHS found: a choice (None where time was too short for any), its bound, and whether it is the optimum."""

    chosen: Chosen | None
    bound: float
    optimal: bool


def exact_joint(joint: Joint, limit: Limit, *, effort: Effort) -> Proven:
    """Complete most units: maximise ``w z``, for each row r of u ``z_u <= sum of x over the sites that meet r``.

    Also the MCLP, where every unit has one row.
    """
    sites, units, rows = joint.sites, len(joint.weight), len(joint.unit)
    of_row = coo_array((np.ones(rows), (np.arange(rows), joint.unit)), shape=(rows, units))
    links = block_array([[-_meets(joint), of_row]])
    scale = max(float(joint.weight.max(initial=1)), 1.0)
    objective = np.concatenate([np.zeros(sites), -joint.weight / scale])
    found = _Program(objective, csr_array(links), np.zeros(rows), joint.price).solve(limit, effort=effort)
    return Proven(found.chosen, -found.bound * scale, found.optimal)


def exact_relief(relief: Relief, limit: Limit, *, effort: Effort) -> Proven:
    """Give most to all: maximise ``value y`` with ``y_uj <= x_j`` and ``sum over j of y_uj <= 1`` (p-median)."""
    sites, entries = relief.sites, len(relief.demand)
    site = np.repeat(np.arange(sites), np.diff(relief.offsets))
    used = coo_array((np.ones(entries), (np.arange(entries), site)), shape=(entries, sites))
    once = coo_array((np.ones(entries), (relief.demand, np.arange(entries))), shape=(relief.demands, entries))
    links = block_array([[-used, eye_array(entries)], [None, once]])
    most = np.concatenate([np.zeros(entries), np.ones(relief.demands)])
    scale = max(float(relief.value.max(initial=1)), 1.0)
    objective = np.concatenate([np.zeros(sites), -relief.value / scale])
    found = _Program(objective, csr_array(links), most, relief.price).solve(limit, effort=effort)
    return Proven(found.chosen, -found.bound * scale, found.optimal)


def exact_cover(joint: Joint, *, effort: Effort) -> Proven:
    """Meet every row most cheaply: minimise ``price x`` with ``sum of x over the sites that meet row r >= 1``."""
    most = -np.ones(len(joint.unit))
    return _Program(joint.price, csr_array(-_meets(joint)), most, joint.price).solve(Limit(), effort=effort)


def _meets(joint: Joint) -> csr_array:
    """Return rows x sites."""
    site = np.repeat(np.arange(joint.sites), np.diff(joint.offsets))
    return csr_array((np.ones(len(site)), (joint.row, site)), shape=(len(joint.unit), joint.sites))


@dataclass(frozen=True, slots=True, eq=False)
class _Program:
    """Minimise ``objective v`` with ``links v <= most``, v between 0 and 1, the first ``len(price)`` of them whole."""

    objective: Floats
    links: csr_array
    most: Floats
    price: Floats

    def solve(self, limit: Limit, *, effort: Effort) -> Proven:
        from scipy.optimize import Bounds, LinearConstraint, milp

        whole = len(self.price)
        free = np.zeros(len(self.objective) - whole)
        constraints = [LinearConstraint(self.links, -np.inf, self.most)]
        if limit.count is not None:
            constraints.append(LinearConstraint(np.concatenate([np.ones(whole), free])[None, :], 0, limit.count))
        if limit.budget is not None:
            fits = limit.budget * (1.0 + TOLERANCE)
            constraints.append(LinearConstraint(np.concatenate([self.price, free])[None, :], 0, fits))
        answer = milp(
            self.objective,
            integrality=np.concatenate([np.ones(whole), free]),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options=effort.options(),
        )
        chosen = None if answer.x is None else tuple(np.flatnonzero(answer.x[:whole] > HALF).tolist())
        bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
        return Proven(chosen, bound, bool(answer.status == 0))
