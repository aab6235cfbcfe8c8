"""Good choices of sites for a `Relief`: lazy greedy, then the best swaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Held, Relief, over, shared

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Chosen = tuple[int, ...]


def greedy(relief: Relief, limit: Limit, *, start: Chosen = ()) -> Chosen:
    """Choose the site that gives most for its price, again and again; of equals the first.

    Lazy: gains only shrink as sites are chosen, so a site is looked at again only while its last gain leads.

    Parameters
    ----------
    relief : Relief
    limit : Limit
    start : tuple of int
        Chosen already.

    Returns
    -------
    tuple of int
        In the order of choice; shorter than the limit where nothing more is gained.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978); Minoux (1978), Accelerated greedy algorithms; Khuller, Moss and Naor (1999) for
    budgets.
    """
    chosen = list(start)
    held = Held.of(relief, start).first.copy()
    gain = over(relief, held)
    gain[chosen] = 0
    fresh = np.ones(relief.sites, dtype=bool)
    spent = float(relief.price[chosen].sum())
    while True:
        count, budget = limit.room(used=len(chosen), spent=spent)
        if not relief.sites:
            return ()
        rate = np.where(relief.price <= budget, gain / relief.price, 0.0)
        site = int(np.argmax(rate))
        if count < 1 or rate[site] <= 0.0:
            return tuple(chosen)
        at = relief.entries(site)
        row, value = relief.demand[at], relief.value[at]
        if not fresh[site]:
            gain[site] = np.maximum(value - held[row], 0).sum()
            fresh[site] = True
            continue
        chosen.append(site)
        spent += float(relief.price[site])
        held[row] = np.maximum(held[row], value)
        gain[site] = 0
        fresh[:] = False


def swapped(relief: Relief, limit: Limit, *, start: Chosen, rounds: int = 10_000) -> Chosen:
    """Exchange one chosen site for another, or add one, as long as that gains; the best exchange first.

    Parameters
    ----------
    relief : Relief
    limit : Limit
    start : tuple of int
    rounds : int
        At most so many exchanges.

    Returns
    -------
    tuple of int
        No exchange of two sites gains any more.

    References
    ----------
    Teitz and Bart (1968); Resende and Werneck (2007), A fast swap-based local search procedure for location problems.
    """
    chosen = list(start)
    for _ in range(rounds if relief.sites else 0):
        move = _best_move(relief, limit, chosen=tuple(chosen))
        if move is None:
            break
        out, site = move
        chosen[out : out + 1] = [site]  # out == len(chosen) adds
    return tuple(chosen)


def _best_move(relief: Relief, limit: Limit, *, chosen: Chosen) -> tuple[int, int] | None:
    """Return which place of `chosen` is to be taken by which site; None where nothing gains."""
    held = Held.of(relief, chosen)
    gain = over(relief, held.first)
    count, budget = limit.room(used=len(chosen), spent=float(relief.price[list(chosen)].sum()))
    add = np.where((relief.price <= budget) & (count >= 1), gain, 0)
    lost = np.zeros(len(chosen), dtype=np.int64)
    owned = held.owner >= 0
    np.add.at(lost, held.owner[owned], (held.first - held.second)[owned])
    profit = np.vstack([shared(relief, held, chosen=len(chosen)) + gain - lost[:, None], add])
    if limit.budget is not None and len(chosen):
        freed = budget + relief.price[list(chosen)]
        profit[:-1][relief.price[None, :] > freed[:, None]] = 0
    profit[:, list(chosen)] = 0
    best = int(np.argmax(profit))
    return divmod(best, relief.sites) if profit.flat[best] > 0 else None


def value_of(relief: Relief, chosen: Chosen) -> int:
    """Return what all get from `chosen`."""
    return Held.of(relief, chosen).total


def in_order(relief: Relief, chosen: Chosen) -> Chosen:
    """Return `chosen` in the order in which each next one gives most for its price."""
    left, held, order = list(dict.fromkeys(chosen)), np.zeros(relief.demands, dtype=np.int64), []
    while left:
        gains = []
        for site in left:
            at = relief.entries(site)
            gains.append(np.maximum(relief.value[at] - held[relief.demand[at]], 0).sum() / relief.price[site])
        site = left.pop(int(np.argmax(gains)))
        at = relief.entries(site)
        held[relief.demand[at]] = np.maximum(held[relief.demand[at]], relief.value[at])
        order.append(site)
    return tuple(order)
