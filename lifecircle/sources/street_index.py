"""Streets of an extract with their house numbers: where a number lies, and how surely.

One name may belong to streets of several towns: vertices and addresses of a name are grouped into
*stretches*, about `GAP_M` or more apart, and every stretch answers for itself.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.sources.addresses import HouseNumber, contradict

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELL_M: Final = 200.0
GAP_M: Final = 600.0
_REACH_CELLS: Final = round(GAP_M / CELL_M)
_MIN_STEP_M: Final = 12.0
_MAX_BEYOND: Final = 6
_MAX_BETWEEN: Final = 20
_COMPACT_M: Final = 250.0
_TOLD_BY: Final = 3  # pairs of neighbours that tell the length per number
_BESIDE_M: Final = 50.0  # a house stands beside its street
_MAX_SPAN_M: Final = 400.0  # between two known neighbours that a number is placed between


@dataclass(frozen=True, slots=True)
class Numbered:
    """One known address of a stretch, metric coordinates."""

    number: HouseNumber
    object_id: str
    x: float
    y: float
    areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A place on a street.

    Attributes
    ----------
    level : str
        ``number`` (known), ``beside`` (same number, other letter), ``between`` (two known neighbours), ``beyond`` (the
        last known one), ``street`` (its middle).
    x, y : float
    within_m : float
        How far off the true place may be.
    object_id : str
        Of the known address; "" where the place is inferred.
    """

    level: str
    x: float
    y: float
    within_m: float
    object_id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A connected part of the streets that share a name.

    Attributes
    ----------
    name : str
        As mapped.
    x, y : float
        A point of the street near its middle.
    radius_m : float
        From that point to its far end.
    areas : frozenset of str
        Marks (``addresses.area_marks``) of its addresses, or of the nearest ones.
    numbers : tuple of Numbered
        By number, then id.
    vertices : float64 (V, 2)
    """

    name: str
    x: float
    y: float
    radius_m: float
    areas: frozenset[str]
    numbers: tuple[Numbered, ...]
    vertices: Floats

    def within(self, areas: frozenset[str]) -> Self:
        """Return this stretch with the house numbers that share an area of `areas` only, if there are any.

        A road through several towns may be numbered anew in each.
        """
        numbers = tuple(known for known in self.numbers if areas & known.areas and not contradict(areas, known.areas))
        return replace(self, numbers=numbers) if numbers else self

    def locate(self, number: HouseNumber | None) -> Found:
        """Return the best place for `number` on this stretch."""
        if number is None or not self.numbers:
            return self._middle()
        same = [known for known in self.numbers if known.number.main == number.main]
        exact = [known for known in same if known.number.extra == number.extra]
        if exact:
            return _together(exact, "number", 20.0)
        if same:
            return _together(same, "beside", 40.0)
        return self._between(number.main) or self._beyond(number.main) or self._middle()

    def _middle(self) -> Found:
        return Found("street", self.x, self.y, self.radius_m + _BESIDE_M)

    def _between(self, main: int) -> Found | None:
        """Place a number between its known neighbours on its own side of the street, or else on both."""
        own, across = self._sides(main)
        found = _interpolated(own, main)
        return found if found or not self._abreast(own, across, main=main) else _interpolated(self.numbers, main)

    def _sides(self, main: int) -> tuple[list[Numbered], list[Numbered]]:
        """Return the known numbers on the side of `main`, and those across the street."""
        own = [known for known in self.numbers if known.number.main % 2 == main % 2]
        return own, [known for known in self.numbers if known.number.main % 2 != main % 2]

    def _abreast(self, own: Sequence[Numbered], across: Sequence[Numbered], *, main: int) -> bool:
        """Say whether numbers across the street may help to place `main`.

        Only on a short street, and only where the known number of its own side nearest to it stands where the other
        side would put it: sides may be numbered at different paces.
        """
        if self.radius_m > _COMPACT_M or not own:
            return self.radius_m <= _COMPACT_M
        witness = _nearest(own, main)
        put = _interpolated(across, witness.number.main)
        return put is None or float(np.hypot(put.x - witness.x, put.y - witness.y)) <= put.within_m

    def _beyond(self, main: int) -> Found | None:
        """Place a number at the last known one, where the street tells how far apart its numbers stand."""
        own, across = self._sides(main)
        side = own or (across if self.radius_m <= _COMPACT_M else [])
        step_m = self._step_m()
        if not side or step_m is None:
            return None
        near = _nearest(side, main)
        steps = abs(near.number.main - main)
        return Found("beyond", near.x, near.y, 40.0 + 1.5 * steps * step_m) if steps <= _MAX_BEYOND else None

    def _step_m(self) -> float | None:
        """Return the length of street per number, generously: the upper quartile over known neighbours.

        None where too few are known to tell: an assumed length is wrong too often.
        """
        pairs = zip(self.numbers, self.numbers[1:], strict=False)
        steps = [
            float(np.hypot(two.x - one.x, two.y - one.y)) / (two.number.main - one.number.main)
            for one, two in pairs
            if 0 < two.number.main - one.number.main <= _MAX_BEYOND
        ]
        return max(_MIN_STEP_M, float(np.quantile(steps, 0.75))) if len(steps) >= _TOLD_BY else None


def _nearest(known: Sequence[Numbered], main: int) -> Numbered:
    """Return the known address whose number is nearest, the lower one of two."""
    return min(known, key=lambda one: abs(one.number.main - main))


def _interpolated(known: Sequence[Numbered], main: int) -> Found | None:
    """Place a number between the nearest ones below and above it, None where they are missing or far apart."""
    lower = [one for one in known if one.number.main < main]
    upper = [one for one in known if one.number.main > main]
    if not lower or not upper:
        return None
    low, high = lower[-1], upper[0]
    apart = float(np.hypot(high.x - low.x, high.y - low.y))
    if apart > _MAX_SPAN_M or high.number.main - low.number.main > _MAX_BETWEEN:
        return None
    part = (main - low.number.main) / (high.number.main - low.number.main)
    place = (low.x + part * (high.x - low.x), low.y + part * (high.y - low.y))
    return Found("between", *place, 30.0 + apart * 0.9)


def _together(known: Sequence[Numbered], level: str, within_m: float) -> Found:
    """Return the first of several objects with one number; how far they spread is how far it may be off."""
    first = known[0]
    spread = max(float(np.hypot(other.x - first.x, other.y - first.y)) for other in known)
    return Found(level, first.x, first.y, max(within_m, spread), first.object_id)


def build_stretches(points: pd.DataFrame, links: Ints) -> dict[str, tuple[Stretch, ...]]:
    """Group points of streets into stretches.

    Parameters
    ----------
    points : DataFrame
        ``form`` (folded name), ``name``, ``x``, ``y``, ``number`` (HouseNumber or None), ``object_id``, ``areas``
        (tuple of marks); vertices have no number.
    links : int64 (L, 2)
        Pairs of rows that one way joins, however far apart.

    Returns
    -------
    dict
        By folded name: its stretches, largest first, ties by position.
    """
    if points.empty:
        return {}
    codes, forms = pd.factorize(points["form"], sort=True)
    places = points[["x", "y"]].to_numpy(dtype=np.float64)
    stretch = _components(codes, places, links=links)
    order = np.lexsort((np.arange(len(stretch)), stretch))
    starts = np.flatnonzero(np.diff(stretch[order], prepend=-1))
    result: dict[str, list[Stretch]] = {}
    columns = {name: points[name].to_numpy(dtype=object) for name in ("name", "number", "object_id", "areas")}
    for rows in np.split(order, starts[1:]):
        result.setdefault(str(forms[codes[rows[0]]]), []).append(_stretch(rows, places, columns=columns))
    return {
        form: tuple(sorted(found, key=lambda part: (-len(part.numbers), -part.radius_m, part.x, part.y)))
        for form, found in result.items()
    }


def _components(codes: Ints, places: Floats, *, links: Ints) -> Ints:
    """Label the points: equal labels are joined by a way, or by gaps below GAP_M under one name."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    cells = np.column_stack([np.floor(places / CELL_M).astype(np.int64), codes])
    unique, cell = np.unique(cells, axis=0, return_inverse=True)
    spread = unique.astype(np.float64) * [1.0, 1.0, _REACH_CELLS + 1.0]
    near = cKDTree(spread).query_pairs(_REACH_CELLS, p=np.inf, output_type="ndarray")
    joined = np.vstack([near, cell.reshape(-1)[links].reshape(-1, 2)])
    graph = coo_array((np.ones(len(joined), dtype=np.int8), (joined[:, 0], joined[:, 1])), shape=(len(unique),) * 2)
    return connected_components(graph, directed=False)[1][cell.reshape(-1)].astype(np.int64)


def _stretch(rows: Ints, places: Floats, *, columns: dict[str, npt.NDArray[np.object_]]) -> Stretch:
    own = places[rows]
    middle = (own.min(axis=0) + own.max(axis=0)) / 2
    at = own[np.argmin(np.hypot(*(own - middle).T))]
    numbers = [
        Numbered(columns["number"][row], columns["object_id"][row], x, y, frozenset(columns["areas"][row]))
        for row, (x, y) in zip(rows, own.tolist(), strict=True)
        if columns["number"][row] is not None
    ]
    numbers.sort(key=lambda known: (known.number.main, known.number.extra, known.object_id))
    names = Counter(columns["name"][row] for row in rows)
    name = min(names, key=lambda word: (-names[word], word))
    return Stretch(
        name,
        float(at[0]),
        float(at[1]),
        float(np.hypot(*(own - at).T).max()),
        frozenset(mark for row in rows for mark in columns["areas"][row]),
        tuple(numbers),
        own,
    )
