"""Solve a problem of most people covered with spopt and HiGHS; runs in spopt's own environment."""

from __future__ import annotations

import sys

import numpy as np
import pulp
from spopt.locate import MCLP


def main(path: str, sites: int, seconds: float) -> None:
    """Print ``sites`` and the numbers of the chosen sites."""
    with np.load(path) as held:
        offsets, demand, weight = held["offsets"], held["demand"], held["weight"]
    away = np.full((len(weight), len(offsets) - 1), 2.0)
    for site in range(len(offsets) - 1):
        away[demand[offsets[site] : offsets[site + 1]], site] = 0.0
    model = MCLP.from_cost_matrix(away, weight, service_radius=1.0, p_facilities=sites)
    model = model.solve(pulp.HiGHS(msg=False, timeLimit=seconds), results=False)
    chosen = [str(site) for site, variable in enumerate(model.fac_vars) if (variable.value() or 0) > 0.5]
    print("sites", *chosen)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
