"""Where facilities are entered while the ways to them come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.entrances import LARGE_M2, SMALL_M2, combined, entrances_of
from lifecircle.facilities.ways_in import SAMPLED_REACH_M, Sites
from lifecircle.pipeline.scenarios.edited import ENTERED_M, SCENARIO, entered_shapes
from lifecircle.pipeline.scenarios.live_ways_in import LiveWaysIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from lifecircle.facilities.entrances import Door
    from lifecircle.pipeline.scenarios.live_place import LivePlace
    from lifecircle.pipeline.scenarios.undo import Undo

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]
Bytes = npt.NDArray[np.uint8]

TOUCH_M = 1.0  # ways and gates nearer than this meet an area
COME, GONE = 1, 2
# How an area is entered, and which ways that do not meet it may change that.
MINDS = {"mapped": 0, "path": 0, "sampled": GONE, "representative": COME}


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Ways that are drawn otherwise than before.

    Attributes
    ----------
    lines : object (N,)
    how : uint8 (N,)
        `COME`, `GONE`, or 0 for the segments at a cut.
    """

    lines: Shapes
    how: Bytes

    @property
    def ways(self) -> Shapes:
        """The ways themselves."""
        return self.lines[self.how > 0]

    def with_free(self, lines: Shapes) -> Changed:
        """Return the same with ways that are no island any more."""
        return Changed(np.append(self.lines, lines), np.append(self.how, np.full(len(lines), COME, dtype=np.uint8)))


class LiveEntrances:
    """The entrances of a place's facilities, sought again where a scenario seeks them again.

    It does so for all facilities once a way that is new, closed or opened comes near any area that is entered over
    ways; before that, those near changed ways are only remembered.

    Parameters
    ----------
    live : LivePlace
    sought : bool
        Whether the scenario that made the place has sought them again.

    Attributes
    ----------
    alone : bool
        Whether entrances follow from the map and the streets alone: neither lists nor a field check nor an earlier
        scenario have a say, and nobody lives behind the gates of estates.
    """

    def __init__(self, live: LivePlace, *, sought: bool) -> None:
        place = live.place
        table, lists = place.facilities, place.inputs.facility_lists
        self.alone = (lists is None or lists.empty) and place.study.corrections is None
        self.alone &= place.residences["kind"].iloc[0] != "estate_gate"
        self.alone &= all(note.code != SCENARIO for note in place.notes)
        self._entered = shapely.STRtree(entered_shapes(place))
        self._parts = {
            str(name): [str(own), *(str(merged).split(";") if merged else [])]
            for name, own, merged in zip(table.index, table["object_id"], table["merged"], strict=True)
        }
        ids = sorted({part for parts in self._parts.values() for part in parts} & set(place.objects.index))
        self._row = {part: row for row, part in enumerate(ids)}
        self._owners: list[list[str]] = [[] for _ in ids]
        for name, parts in self._parts.items():
            for part in self._row.keys() & parts:
                self._owners[self._row[part]].append(name)
        self._sites = Sites.of(place.objects.geometry.loc[ids].to_numpy())
        shapes, sizes = self._sites.shapes, self._sites.sizes
        self._middling = (sizes >= SMALL_M2) & (sizes < LARGE_M2)
        # How a facility of one part is entered its part is entered; of others it is not known before they are sought.
        kinds = {str(own): kind for own, kind in zip(table["object_id"], table["entrance_kind"], strict=True)}
        alone = {parts[0] for parts in self._parts.values() if len(parts) == 1}
        self._minds = self._minded(np.arange(len(ids)), [kinds[part] if part in alone else "" for part in ids])
        areas = shapes.copy()
        areas[shapely.get_dimensions(shapes) != 2] = None
        self._areas = shapely.STRtree(areas)
        self._ways_in: LiveWaysIn | None = None
        if self.alone:  # otherwise nothing is ever sought here
            gates = live.barriers.gates
            self._ways_in = LiveWaysIn(self._sites, objects=place.objects, gates=gates, edges=live.edges)
        self._doors: dict[int, Door] = {}  # of parts that were sought again
        self._sought, self._stale = sought, frozenset[int]()

    def sought_for(self, ways: Shapes) -> bool:
        """Say whether a scenario seeks the entrances again that changes these ways (lines), after all before."""
        return self._sought or bool(len(self._entered.query(ways, predicate="dwithin", distance=ENTERED_M)[0]))

    def follow(self, changed: Changed, *, seek: bool, live: LivePlace, undo: Undo) -> dict[str, Door]:
        """Return the entrances, by facility id, that may have changed with some ways; none unless `seek`.

        `undo` gets one more: how this is taken back.
        """
        before = self._sought, self._stale, self._minds, self._doors
        undo.append(lambda: self._restore(before))
        line, beside = self._areas.query(changed.lines, predicate="dwithin", distance=SAMPLED_REACH_M)
        met = shapely.dwithin(self._sites.shapes[beside], changed.lines[line], TOUCH_M)
        met |= self._minds[beside] & changed.how[line] > 0
        stale = self._stale.union(beside[met].tolist())
        self._sought, self._stale = seek, frozenset() if seek else stale
        return self._found(stale, live) if seek and stale else {}

    def _restore(self, before: Any) -> None:  # noqa: ANN401  # as they were
        self._sought, self._stale, self._minds, self._doors = before

    def _found(self, stale: AbstractSet[int], live: LivePlace) -> dict[str, Door]:
        """Seek the entrances of the facilities with some parts, as `prepare_facilities` does."""
        names = sorted({name for row in stale for name in self._owners[row]})
        parts = {name: [self._row[part] for part in self._parts[name]] for name in names}
        rows = sorted({row for own in parts.values() for row in own if row in stale or row not in self._doors})
        assert self._ways_in is not None  # noqa: S101  # they follow from the map and the streets alone
        found = entrances_of(self._sites, np.array(rows), ways=self._ways_in.now(live.barriers.told))
        self._doors = self._doors | dict(zip(rows, found, strict=True))
        self._minds = self._minds.copy()
        self._minds[rows] = self._minded(np.array(rows), [door.kind for door in found])
        return {name: combined([self._doors[row] for row in own]) for name, own in parts.items()}

    def _minded(self, rows: Ints, kinds: Sequence[str]) -> Bytes:
        """Return which ways beside areas, entered in such a way, change that: those that come, go, either or none."""
        return np.where(self._middling[rows], [MINDS.get(kind, COME | GONE) for kind in kinds], 0).astype(np.uint8)
