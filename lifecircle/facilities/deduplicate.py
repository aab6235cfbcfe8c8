"""Count every facility once: which mapped objects are parts of the same thing.

Within one type only, public and not public apart; the rules stand in ``docs/methods/facilities.md``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.selectors import names_of
from lifecircle.model.osm import Tags

Rows = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]
Pair = tuple[int, int]

# Objects of one type and one name this close are one facility.
SAME_NAME_M = 100.0
# Walls drawn twice leave a slit; buildings this close touch.
TOUCH_M = 0.1
# A shape is inside another when this share of it is.
INSIDE_SHARE = 0.9
# ``ref`` numbers the platforms of one stop, but the branches of one shop.
STOP_TYPES = frozenset({"bus_stop", "rail_station"})

_KIND_RANK = {"r": 0, "w": 1, "n": 2}
_PART_OF_BUILDING = re.compile(
    r"(?<=\S\S)[-·]?[A-Za-z0-9一二三四五六七八九十]{0,2}号?(教学|综合|办公|实验|门诊|住院|急诊|医技|行政)(大?楼|部|大厦)$"
)
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Duplicates:
    """Which rows are parts of which facility.

    Attributes
    ----------
    survivor : int64 (P,)
        Row that stands for the facility; ascending.
    part : int64 (P,)
        Row that belongs to it, itself included. The unnamed grounds of several facilities are a part of each.
    """

    survivor: Rows
    part: Rows


def stem(name: str, *, suffix_re: str = "") -> str:
    """Return `name` (in its comparable form) without company suffix, wing of a building, case and punctuation."""
    bare = re.sub(suffix_re, "", name).strip() if suffix_re else name
    return _NOT_LETTERS.sub("", _PART_OF_BUILDING.sub("", bare)).casefold()


def id_key(object_id: str) -> tuple[int, int, str]:
    """Return the sort key of an object id: relations, ways, nodes, others; then by number."""
    number = object_id[1:]
    return (_KIND_RANK.get(object_id[:1], 3), int(number) if number.isdecimal() else 0, object_id)


def deduplicate(rows: gpd.GeoDataFrame, *, suffix_re: str = "") -> Duplicates:
    """Group the rows that are one facility.

    Parameters
    ----------
    rows : GeoDataFrame
        Columns ``object_id, type, lenient, tags, geometry``; metric CRS; one row per object and type.
    suffix_re : str
        Company suffixes that are no part of a name.

    Returns
    -------
    Duplicates
        Row numbers of `rows`. The survivor is the largest polygon, else relation before way before node, named
        before unnamed, then the smallest id.
    """
    names = [next(iter(names_of(tags)), "") for tags in rows["tags"]]
    things = _Things(
        shapely.make_valid(rows.geometry.to_numpy()),
        np.array([stem(name, suffix_re=suffix_re) or name for name in names], dtype=object),
        rows["tags"].to_numpy(),
        rows["object_id"].to_numpy(),
    )
    found: list[tuple[int, int]] = []
    for (kind, _), members in sorted(rows.groupby(["type", "lenient"]).indices.items()):
        ordered = np.array(sorted(members, key=lambda row: id_key(str(things.ids[row]))), dtype=np.int64)
        one = _OneType(str(kind), things.take(ordered))
        found += [(int(ordered[survivor]), int(ordered[part])) for survivor, part in one.parts()]
    table = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return Duplicates(table[:, 0].copy(), table[:, 1].copy())


@dataclass(frozen=True, slots=True, eq=False)
class _Things:
    """Objects, one value of each array per object."""

    shapes: Shapes
    stems: Shapes
    tags: Shapes
    ids: Shapes

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Rows) -> "_Things":
        """Return the things in `rows`."""
        return _Things(self.shapes[rows], self.stems[rows], self.tags[rows], self.ids[rows])


class _Groups:
    """Union-find whose groups remember the marks (address, branch) that tell facilities apart."""

    def __init__(self, marks: Sequence[Mapping[str, frozenset[str]]]) -> None:
        self._parent = list(range(len(marks)))
        self._marks = [dict(mark) for mark in marks]

    def root(self, row: int) -> int:
        """Return the row that names the group of `row`."""
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def join(self, first: int, second: int) -> None:
        """Join two groups unless they carry different marks."""
        low, high = sorted((self.root(first), self.root(second)))
        mine, theirs = self._marks[low], self._marks[high]
        if low == high or any(mine[key].isdisjoint(theirs[key]) for key in mine.keys() & theirs.keys()):
            return
        self._parent[high] = low
        self._marks[low] = {key: mine.get(key, frozenset()) | theirs.get(key, frozenset()) for key in {*mine, *theirs}}


class _OneType:
    """The objects of one type, in the order of their ids."""

    def __init__(self, kind: str, things: _Things) -> None:
        self._things, self._shapes, self._stems = things, things.shapes, things.stems
        self._named = things.stems != ""
        self._areas = shapely.area(things.shapes)
        self._building = np.array([tags.get("building", "no") != "no" for tags in things.tags], dtype=bool)
        self._marks = [
            _marks(tags, is_node=shape.geom_type == "Point", is_stop=kind in STOP_TYPES)
            for tags, shape in zip(things.tags, things.shapes, strict=True)
        ]
        self._tree = shapely.STRtree(things.shapes)

    def parts(self) -> list[Pair]:
        """Return (survivor, part) of every group."""
        inside = self._inside()
        groups = _Groups(self._marks)
        for first, second in [*self._same_name(), *self._longer_name(inside)]:
            groups.join(first, second)
        touching = self._touching_buildings()
        bare = [pair for pair in [*inside, *touching] if not self._named[list(pair)].any()]
        for first, second in bare:
            groups.join(first, second)
        members: dict[int, list[int]] = defaultdict(list)
        for row in range(len(self._things)):
            members[groups.root(row)].append(row)
        grounds: dict[int, list[int]] = defaultdict(list)
        for bare_group, owners in self._owners(inside, touching, groups=groups).items():
            rows = members.pop(bare_group)
            for owner in owners:
                (members if len(owners) == 1 else grounds)[owner] += rows
        return [
            (survivor, part)
            for root, rows in members.items()
            for survivor in [min(rows, key=self._rank)]
            for part in [*rows, *grounds[root]]
        ]

    def _inside(self) -> list[Pair]:
        """Return (inner, outer) of every shape that lies in a polygon of the type."""
        inner, outer = self._tree.query(self._shapes, predicate="intersects")
        bigger = (self._areas[outer] > self._areas[inner]) | (
            (self._areas[outer] == self._areas[inner]) & (outer < inner)
        )
        keep = bigger & (inner != outer) & (self._areas[outer] > 0)
        inner, outer = inner[keep], outer[keep]
        common = shapely.intersection(self._shapes[inner], self._shapes[outer])
        is_area = self._areas[inner] > 0
        whole = np.where(is_area, self._areas[inner], shapely.length(self._shapes[inner]))
        part = np.where(is_area, shapely.area(common), shapely.length(common))
        share = np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)
        within = share >= INSIDE_SHARE
        return sorted(zip(inner[within].tolist(), outer[within].tolist(), strict=True))

    def _same_name(self) -> list[Pair]:
        """Return the pairs of one name within reach of each other, nearest first."""
        rows = np.flatnonzero(self._named)
        by_stem: dict[str, list[int]] = defaultdict(list)
        for row in rows.tolist():
            by_stem[self._stems[row]].append(row)
        found: list[tuple[int, int, int]] = []
        for members in by_stem.values():
            if len(members) > 1:
                shapes = self._shapes[members]
                left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_NAME_M)
                left, right = left[left < right], right[left < right]
                away = np.rint(shapely.distance(shapes[left], shapes[right]) * 1000).astype(np.int64)
                found += [(int(mm), members[a], members[b]) for mm, a, b in zip(away, left, right, strict=True)]
        return [(first, second) for _, first, second in sorted(found)]

    def _longer_name(self, inside: Iterable[Pair]) -> list[Pair]:
        """Return pairs, one inside the other, of which one name ends with the other ("Leikskólinn Hólmasól")."""
        pairs = [pair for pair in inside if self._named[list(pair)].all() and self._alike(*pair)]
        partners: dict[int, set[int]] = defaultdict(set)
        for first, second in pairs:
            partners[first].add(second)
            partners[second].add(first)
        clear = {row: all(self._alike(a, b) for a in rows for b in rows) for row, rows in partners.items()}
        return [pair for pair in pairs if clear[pair[0]] and clear[pair[1]]]

    def _alike(self, first: int, second: int) -> bool:
        short, long = sorted((self._stems[first], self._stems[second]), key=len)
        return bool(len(short) > 1 and long.endswith(short))

    def _touching_buildings(self) -> list[Pair]:
        rows = np.flatnonzero(self._building & (self._areas > 0))
        left, right = shapely.STRtree(self._shapes[rows]).query(
            self._shapes[rows], predicate="dwithin", distance=TOUCH_M
        )
        once = left < right
        where = [_address(tags) for tags in self._things.tags]
        pairs = zip(rows[left[once]].tolist(), rows[right[once]].tolist(), strict=True)
        return sorted((a, b) for a, b in pairs if where[a] == where[b] or not (where[a] and where[b]))

    def _owners(self, inside: Iterable[Pair], touching: Iterable[Pair], *, groups: _Groups) -> dict[int, list[int]]:
        """Return, per unnamed group, the named groups that it belongs to.

        One named neighbour takes it. Several take it only when it is their common ground (they lie in it).
        """
        near: dict[int, set[int]] = defaultdict(set)
        held: dict[int, set[int]] = defaultdict(set)
        for inner, outer, is_held in [*((*pair, True) for pair in inside), *((*pair, False) for pair in touching)]:
            if self._named[inner] != self._named[outer]:
                bare, named = (outer, inner) if self._named[inner] else (inner, outer)
                near[groups.root(bare)].add(groups.root(named))
                if bare == outer and is_held:
                    held[groups.root(bare)].add(groups.root(named))
        owners = {bare: near[bare] if len(near[bare]) == 1 else held[bare] for bare in sorted(near)}
        return {bare: sorted(rows) for bare, rows in owners.items() if rows}

    def _rank(self, row: int) -> tuple[float, int, bool, tuple[int, int, str]]:
        key = id_key(self._things.ids[row])
        return (-self._areas[row], key[0], not self._named[row], key)


def _address(tags: Tags) -> str:
    number = tags.get("addr:housenumber", "").casefold()
    return f"{tags.get('addr:street', tags.get('addr:place', '')).casefold()} {number}" if number else ""


def _marks(tags: Tags, *, is_node: bool, is_stop: bool) -> dict[str, frozenset[str]]:
    """Return what tells two facilities of one name apart: branch; for nodes also reference number and address."""
    marks = {"branch": tags.get("branch", "").casefold()}
    if is_node and not is_stop:
        marks |= {"ref": tags.get("ref", "").casefold(), "address": _address(tags)}
    return {key: frozenset({value}) for key, value in marks.items() if value}
