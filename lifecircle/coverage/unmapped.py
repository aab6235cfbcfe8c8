"""Where the facilities that a map lacks may stand, learnt from how coverage falls as the map itself is thinned.

Random numbers come from the generator that is handed in; every search was made before, so that the same seed gives
the same draws with either engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from lifecircle.errors import SchemaError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Generator = np.random.Generator

BANDS = np.array([0.25, 0.5, 1.0])  # of the threshold: how close the nearest facility of the type is
REACHES = np.linspace(0.3, 1.6, 53)  # of the threshold: how far an unmapped facility is felt
PRIOR = 4.0  # facilities' worth of belief that closeness to others does not matter
GAP_SHARE = 0.3  # up to so many of the unmapped were put where nothing of the type was in reach
FOLDS, TRIALS = 12, 6
LEAST = 4  # mapped facilities from which anything can be learnt
FAR = len(REACHES)


@dataclass(frozen=True, slots=True, eq=False)
class SitePool:
    """S sites where a facility may be missing; each stands for the same weight of origins.

    Attributes
    ----------
    origin : int64 (S,)
        Row of the origin that the site lies at.
    offsets : int64 (S + 1,)
        Site s reaches ``reached[offsets[s]:offsets[s + 1]]``, nearest first.
    reached : int64 (P,)
        Rows of origins.
    value : int64 (P,)
        Walks, in the unit of the search.
    between : float64 (S, S)
        Walk from the origin of the second site to the first; ``inf`` beyond the search.
    """

    origin: Ints
    offsets: Ints
    reached: Ints
    value: Ints
    between: Floats

    @classmethod
    def of(cls, origin: Ints, *, site: Ints, reached: Ints, value: Ints) -> Self:
        """Build the pool of sites at rows `origin` (S,) from pairs of a site, an origin and a walk, (P,) each."""
        order = np.lexsort((reached, value, site))
        site, reached, value = site[order], reached[order], value[order]
        rows, place = np.unique(origin, return_inverse=True)
        at = np.searchsorted(rows, reached)
        at[at == len(rows)] = 0
        own = rows[at] == reached if len(rows) else np.zeros(len(at), dtype=bool)
        between = np.full((len(origin), len(rows)), np.inf)
        between[site[own], at[own]] = value[own]
        return cls(origin, np.searchsorted(site, np.arange(len(origin) + 1)), reached, value, between[:, place])

    def __len__(self) -> int:
        """Return the number of sites."""
        return len(self.origin)

    def felt(self, sites: Ints, limit: float) -> Ints:
        """Return the origins within `limit` of any of `sites`, with repeats."""
        parts = [self.reached[self.offsets[s] : self._end(s, limit)] for s in sites.tolist()]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def _end(self, site: int, limit: float) -> int:
        first, last = self.offsets[site], self.offsets[site + 1]
        return int(first + np.searchsorted(self.value[first:last], limit, side="right"))


@dataclass(frozen=True, slots=True, eq=False)
class MappedType:
    """One facility type as it is mapped: n facilities and everybody within the threshold of each.

    Attributes
    ----------
    limit : int
        The threshold, in the unit of the searches.
    inside : bool (n,)
        The facility lies inside the study; only such are held to be missing.
    origin, facility : int64 (P,)
        Pairs within `limit`.
    value : int64 (P,)
    between : float64 (n, n)
        Walk between two facilities, ``inf`` beyond `limit`; the diagonal is not looked at.
    """

    limit: int
    inside: Bools
    origin: Ints
    facility: Ints
    value: Ints
    between: Floats

    def __post_init__(self) -> None:
        """Refuse pairs that do not belong to the facilities."""
        count = len(self.inside)
        if self.between.shape != (count, count):
            raise SchemaError(
                f"MappedType: walks between facilities have shape {self.between.shape}, not {count, count}"
            )
        if len(self.facility) and not 0 <= self.facility.min() <= self.facility.max() < count:
            raise SchemaError(f"MappedType: pairs name facility {int(self.facility.max())} of {count}")

    @property
    def mapped(self) -> int:
        """Facilities mapped inside the study."""
        return int(self.inside.sum())

    def only(self, keep: Bools) -> MappedType:
        """Return the type with the facilities `keep` (n,) alone."""
        row, kept = np.cumsum(keep) - 1, keep[self.facility]
        return replace(
            self,
            inside=self.inside[keep],
            origin=self.origin[kept],
            facility=row[self.facility[kept]],
            value=self.value[kept],
            between=self.between[np.ix_(keep, keep)],
        )

    def nearest(self, origins: int) -> Floats:
        """Return the least walk of each of `origins` rows, ``inf`` beyond the threshold."""
        found = np.full(origins, np.inf)
        np.minimum.at(found, self.origin, self.value)
        return found

    def thinned(self, share: float, rng: Generator) -> MappedType:
        """Return the type without a random part of those inside: `share` of them stay, at least 1 goes."""
        rows = np.flatnonzero(self.inside)
        stay = min(round(len(rows) * share), len(rows) - 1)
        keep = ~self.inside
        keep[rng.permutation(rows)[:stay]] = True
        return self.only(keep)


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """What was learnt of one type: where its unmapped facilities stand and how far they are felt.

    Attributes
    ----------
    rates : float64 (4, 2)
        Per band of closeness to the next of the type: gamma shape of its rate, and the share of weight there.
    near : uint8 (S,)
        Band of closeness of each site to the nearest mapped one.
    reach, gaps : float64 (B,)
        Pairs of which each draw takes one: how far an unmapped facility is felt, as a part of the threshold, and
        which share of them fills gaps.
    limit : int
        The threshold.
    """

    rates: Floats
    near: Bytes
    reach: Floats
    gaps: Floats
    limit: int


def learn(mapped: MappedType, pool: SitePool, *, weight: Floats, completeness: float, rng: Generator) -> Siting:
    """Learn from the map alone where facilities of a type stand and how far they are felt.

    Each of `FOLDS` times a random part of the map is taken away, as much as the map itself is held to lack
    (``1 - completeness``), and that many sites are drawn instead; the reach with which they bring back the covered
    weight that was lost, and the share of gap-filling under which it was found, is one pair of the answer.

    Parameters
    ----------
    mapped : MappedType
    pool : SitePool
    weight : float64 (N,)
        Of the origins.
    completeness : float
        Above 0, at most 1.
    rng : Generator

    Returns
    -------
    Siting
        Below `LEAST` mapped facilities nothing is learnt: sites everywhere, felt 0.7 to 1.3 times the threshold.

    References
    ----------
    docs/methods/uncertainty.md
    """
    gaps = GAP_SHARE * (np.arange(FOLDS) + 0.5) / FOLDS
    own = _siting(mapped, pool, weight=weight, gaps=gaps)
    if mapped.mapped < LEAST:
        return own
    reach = np.ones(FOLDS)
    there = float(weight[mapped.nearest(len(weight)) <= mapped.limit].sum())
    for fold in range(FOLDS):
        less = mapped.thinned(completeness, rng)
        start = _siting(less, pool, weight=weight, gaps=gaps)
        open_weight = np.where(less.nearest(len(weight)) <= mapped.limit, 0.0, weight)
        regained = np.zeros(FAR + 1)
        for _ in range(TRIALS):
            sites = draw_sites(start, pool, number=mapped.mapped - less.mapped, gap=gaps[fold], rng=rng)
            regained += _regained(sites, pool, open_weight, limit=mapped.limit)
        curve = regained[:-1].cumsum() / TRIALS
        reach[fold] = np.interp(there - (weight.sum() - open_weight.sum()), curve, REACHES)
    return replace(own, reach=reach)


def draw_sites(siting: Siting, pool: SitePool, *, number: int, gap: float, rng: Generator) -> Ints:
    """Draw `number` sites one after another; each changes how close the next ones are to one of their type.

    With probability `gap` a site is drawn among those that have nothing within the threshold.
    """
    rate = rng.gamma(siting.rates[:, 0]) / siting.rates[:, 1]
    alone = np.array([0.0, 0.0, 0.0, 1.0])
    between = _bands(pool, siting.limit)
    near, found = siting.near.copy(), np.empty(number, dtype=np.int64)
    place, filling = rng.random(number), rng.random(number) < gap
    for turn in range(number):
        summed = np.cumsum((alone if filling[turn] else rate)[near])
        if summed[-1] <= 0.0:  # no gap is left to fill
            summed = np.cumsum(rate[near])
        site = min(int(summed.searchsorted(place[turn] * summed[-1], side="right")), len(pool) - 1)
        found[turn] = site
        np.minimum(near, between[site], out=near)
    return found


@lru_cache(maxsize=8)
def _bands(pool: SitePool, limit: int) -> Bytes:
    """Return the band of closeness of every site to every other, (S, S)."""
    return np.searchsorted(BANDS * limit, pool.between).astype(np.uint8)


def _siting(mapped: MappedType, pool: SitePool, *, weight: Floats, gaps: Floats) -> Siting:
    """Count how close facilities are to the next of their type, beside how close weight is."""
    edges = BANDS * mapped.limit
    near = np.searchsorted(edges, mapped.nearest(len(weight))[pool.origin])
    apart = np.where(np.eye(len(mapped.inside), dtype=bool), np.inf, mapped.between).min(axis=1, initial=np.inf)
    stand = np.bincount(np.searchsorted(edges, apart[mapped.inside]), minlength=4)
    share = np.maximum(np.bincount(near, minlength=4), 1) / len(pool)
    rates = np.column_stack([stand + PRIOR * share, share])
    return Siting(rates, near.astype(np.uint8), np.linspace(0.7, 1.3, FOLDS), gaps, mapped.limit)


def _regained(sites: Ints, pool: SitePool, open_weight: Floats, *, limit: int) -> Floats:
    """Return the weight first felt at each of `REACHES` (and, last, at none)."""
    step = np.full(len(open_weight), FAR, dtype=np.int64)
    spans = [np.arange(pool.offsets[s], pool.offsets[s + 1]) for s in np.unique(sites).tolist()]
    if spans:
        pairs = np.concatenate(spans)
        np.minimum.at(step, pool.reached[pairs], np.searchsorted(REACHES * limit, pool.value[pairs]))
    return np.bincount(step, weights=open_weight, minlength=FAR + 1).astype(np.float64)
