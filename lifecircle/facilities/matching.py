"""Which records of different sources are the same facility: by type, name stem, distance and containment.

The rules stand in ``docs/methods/facilities.md``; how a match is merged is decided in ``facilities/sources.py``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.deduplicate import SAME_NAME_M, STOP_TYPES, id_key, stem
from lifecircle.facilities.selectors import comparable
from lifecircle.model.catalogue import Catalogue

# A geocoded address may lie this far from the building; only a name that is the only one of its kind bridges it.
DRIFT_M = 500.0
# An unnamed record this near to the only other one of its type is that one.
BESIDE_M = 30.0
# One name may be the end of another ("实验小学", "鹤壁市实验小学") when it has at least this many characters.
SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, of different sources, that may be one facility; ordered by how sure it is.

    Attributes
    ----------
    rank : int
        0 same name and type nearby; 1 one name ends with the other; 2 one of them unnamed; 3 same name further away;
        4 same name, a related type.
    mm : int
        Distance in millimetres.
    first, second : int
        Rows, `first` of the source that is trusted more.
    """

    rank: int
    mm: int
    first: int
    second: int


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Rows of every source, most trusted source first; N rows.

    Attributes
    ----------
    shapes, stems, types, things : object (N,)
        Geometry, comparable name without company suffix and punctuation, facility type, object id.
    source : int64 (N,)
        Number of the source, 0 for the most trusted.
    """

    shapes: npt.NDArray[np.object_]
    stems: npt.NDArray[np.object_]
    types: npt.NDArray[np.object_]
    things: npt.NDArray[np.object_]
    source: npt.NDArray[np.int64]

    @classmethod
    def of(cls, table: gpd.GeoDataFrame, source: npt.NDArray[np.int64], *, suffix_re: str) -> Records:
        """Read the columns of a facility table."""
        names = [comparable(str(name)) for name in table["name"]]
        return cls(
            table.geometry.to_numpy(),
            np.array([stem(name, suffix_re=suffix_re) or name for name in names], dtype=object),
            table["type"].to_numpy(dtype=object),
            table["object_id"].to_numpy(dtype=object),
            source,
        )

    def mm(self, first: int, second: int) -> int:
        """Return the distance between two rows in millimetres."""
        return round(float(shapely.distance(self.shapes[first], self.shapes[second])) * 1000)


def related_types(catalogue: Catalogue) -> frozenset[frozenset[str]]:
    """Return the pairs of types of which one may be said where the other is meant."""
    pairs = [(kind, doubt) for kind, known in catalogue.types.items() for doubt in known.in_doubt]
    pairs += [(kind, lower) for kind, lowers in catalogue.supersedes.items() for lower in lowers]
    pairs += [(rule.source, rule.to) for rule in catalogue.retypes]
    return frozenset(frozenset(pair) for pair in pairs if pair[0] != pair[1])


def find_pairs(records: Records, *, related: frozenset[frozenset[str]]) -> list[Pair]:
    """Return every pair of rows that may be one facility, surest first.

    Parameters
    ----------
    records : Records
    related : frozenset
        From `related_types`.

    Returns
    -------
    list of Pair
        Sorted; equal ones by their ids. A row may occur in several.
    """
    found: list[Pair] = []
    for rows in _by(records.types, np.arange(len(records.types))).values():
        found += _of_one_type(records, rows)
    known = set(zip(records.things, records.types, strict=True))
    for mm, a, b in same_name_across_types(records):
        both = frozenset({records.types[a], records.types[b]})
        # A thing that has the other's type besides its own is no contradiction: that row finds its partner.
        settled = (records.things[a], records.types[b]) in known or (records.things[b], records.types[a]) in known
        if both in related and not settled:
            found.append(Pair(4, mm, a, b))
    best: dict[tuple[int, int], Pair] = {}
    for pair in found:
        key = (pair.first, pair.second)
        best[key] = min(best.get(key, pair), pair, key=lambda one: one.rank)

    def order(pair: Pair) -> tuple[int, int, tuple[int, int, str], tuple[int, int, str]]:
        return pair.rank, pair.mm, id_key(records.things[pair.first]), id_key(records.things[pair.second])

    return sorted(best.values(), key=order)


def same_name_across_types(records: Records) -> list[tuple[int, int, int]]:
    """Return (mm, first, second) of the rows of one name and different types within 100 m; stops left out."""
    named = np.flatnonzero((records.stems != "") & ~np.isin(records.types, sorted(STOP_TYPES)))
    found = []
    for rows in _by(records.stems, named).values():
        for a, b in _across(records, rows, metres=SAME_NAME_M):
            if records.types[a] != records.types[b]:
                found.append((records.mm(a, b), a, b))
    return sorted(found)


def other_names_inside(records: Records) -> list[tuple[int, int]]:
    """Return the rows of one type and two names of which one lies inside the other's outline."""
    found = []
    for rows in _by(records.types, np.flatnonzero(records.stems != "")).values():
        for a, b in _across(records, rows, metres=0.0):
            if not _alike(records, a, b) and _contains(records, a, b):
                found.append((a, b))
    return sorted(found)


def _of_one_type(records: Records, rows: npt.NDArray[np.int64]) -> list[Pair]:
    near = list(_across(records, rows, metres=SAME_NAME_M))
    named = rows[records.stems[rows] != ""]
    found = [Pair(0, records.mm(a, b), a, b) for a, b in near if records.stems[a] == records.stems[b] != ""]
    longer = [(a, b) for a, b in near if records.stems[a] != records.stems[b] and _alike(records, a, b)]
    bare = [(a, b) for a, b in near if "" in (records.stems[a], records.stems[b]) and _beside(records, a, b)]
    far = [pair for members in _by(records.stems, named).values() for pair in _across(records, members, metres=DRIFT_M)]
    for rank, pairs in ((1, longer), (2, bare), (3, far)):
        found += [Pair(rank, records.mm(a, b), a, b) for a, b in _only(records, pairs)]
    return found


def _by(values: npt.NDArray[np.object_], rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in rows.tolist():
        groups[values[row]].append(row)
    return {key: np.array(members, dtype=np.int64) for key, members in sorted(groups.items())}


def _across(records: Records, rows: npt.NDArray[np.int64], *, metres: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs among `rows` within `metres` that come from different sources, the more trusted row first."""
    if len(set(records.source[rows].tolist())) < 2:
        return
    shapes = records.shapes[rows]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    a, b = rows[left], rows[right]
    keep = records.source[a] < records.source[b]
    yield from sorted(zip(a[keep].tolist(), b[keep].tolist(), strict=True))


def _only(records: Records, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs in which either row has the other as its only candidate in that source."""
    count: Counter[tuple[int, int]] = Counter()
    for a, b in pairs:
        count[a, int(records.source[b])] += 1
        count[b, int(records.source[a])] += 1
    return [(a, b) for a, b in pairs if count[a, int(records.source[b])] == 1 and count[b, int(records.source[a])] == 1]


def _alike(records: Records, a: int, b: int) -> bool:
    short, long = sorted((records.stems[a], records.stems[b]), key=len)
    return len(short) >= SHORTEST_STEM and bool(long.endswith(short))


def _beside(records: Records, a: int, b: int) -> bool:
    return records.mm(a, b) <= BESIDE_M * 1000


def _contains(records: Records, a: int, b: int) -> bool:
    one, two = records.shapes[a], records.shapes[b]
    within: Callable[..., bool] = shapely.covers
    return bool(within(one, two)) or bool(within(two, one))
