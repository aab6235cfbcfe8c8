"""Compiled sums over the entries of sites; whole numbers throughout, so that every engine agrees.

Each kernel has one public wrapper: `over` and `shared` in `relief`, `closing` in `joint`, `loads` in `joint_bound`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


@compiled
def over(  # noqa: PLR0917  # a kernel takes its arrays one by one
    offsets: Ints, demand: Rows, value: Ints, least: Ints, out: Ints
) -> None:
    """Write, for every site, the sum of what it gives beyond `least`."""
    for site in range(len(out)):
        total = 0
        for entry in range(offsets[site], offsets[site + 1]):
            more = value[entry] - least[demand[entry]]
            total += max(more, 0)
        out[site] = total


@compiled
def shared(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    offsets: Ints, demand: Rows, value: Ints, first: Ints, second: Ints, owner: Ints, out: Ints
) -> None:
    """Add up what each site gives back to the demands of each chosen one."""
    for site in range(len(offsets) - 1):
        for entry in range(offsets[site], offsets[site + 1]):
            row = demand[entry]
            if owner[row] >= 0:
                back = min(value[entry], first[row]) - second[row]
                if back > 0:
                    out[owner[row], site] += back


@compiled
def closing(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    offsets: Ints, row: Rows, unit: Rows, met: Rows, lacks: Rows, weight: Ints, worth: Ints, out: Ints
) -> None:
    """Write, for every site, how many units it completes (by weight) and how far it advances all (by worth).

    Rows of one unit stand side by side among the entries of a site. `worth` (M + 1,) is what a unit is worth by how
    many of its rows are not met; `out` has shape (J, 2).
    """
    for site in range(len(offsets) - 1):
        whole = 0
        advance = 0
        entry = offsets[site]
        end = offsets[site + 1]
        while entry < end:
            one = unit[row[entry]]
            fresh = 0
            while entry < end and unit[row[entry]] == one:
                if met[row[entry]] == 0:
                    fresh += 1
                entry += 1
            if fresh > 0:
                left = lacks[one] - fresh
                if left == 0:
                    whole += weight[one]
                advance += weight[one] * (worth[left] - worth[lacks[one]])
        out[site, 0] = whole
        out[site, 1] = advance


@compiled
def loads(  # noqa: PLR0917  # a kernel takes its arrays one by one
    offsets: Ints, row: Rows, multiplier: Ints, out: Ints
) -> None:
    """Write, for every site, the sum of the multipliers of its rows."""
    for site in range(len(out)):
        total = 0
        for entry in range(offsets[site], offsets[site + 1]):
            total += multiplier[row[entry]]
        out[site] = total
