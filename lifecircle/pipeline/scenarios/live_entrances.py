"""Where facilities are entered while the ways to them come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.entrances import (
    LARGE_M2,
    SAMPLED_REACH_M,
    SMALL_M2,
    combined,
    entrance_nodes,
    find_entrances,
    may_lead_in,
)
from lifecircle.pipeline.scenarios.edited import ENTERED_M, SCENARIO, entered_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from lifecircle.facilities.entrances import Door
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.scenarios.live_edges import LiveEdges
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
    place : Place
    gates : GeoDataFrame
        Of the extract's objects the gates that can be opened or shut.
    sought : bool
        Whether the scenario that made the place has sought them again.

    Attributes
    ----------
    alone : bool
        Whether entrances follow from the map and the streets alone: neither lists nor a field check nor an earlier
        scenario have a say, and nobody lives behind the gates of estates.
    """

    def __init__(self, place: Place, gates: gpd.GeoDataFrame, *, sought: bool) -> None:
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
        self._shapes = shapely.make_valid(place.objects.geometry.loc[ids].to_numpy())
        sizes = shapely.area(self._shapes)
        self._middling = (sizes >= SMALL_M2) & (sizes < LARGE_M2)
        # How a facility of one part is entered its part is entered; of others it is not known before they are sought.
        kinds = {str(own): kind for own, kind in zip(table["object_id"], table["entrance_kind"], strict=True)}
        alone = {parts[0] for parts in self._parts.values() if len(parts) == 1}
        self._minds = self._minded(np.arange(len(ids)), [kinds[part] if part in alone else "" for part in ids])
        self._areas = shapely.STRtree(np.where(shapely.get_dimensions(self._shapes) == 2, self._shapes, None))
        self._nodes = shapely.STRtree(entrance_nodes(place.objects.drop(index=gates.index)))
        self._gates = gates, entrance_nodes(gates)
        self._sought, self._stale = sought, frozenset[str]()

    def sought_for(self, ways: Shapes) -> bool:
        """Say whether a scenario seeks the entrances again that changes these ways (lines), after all before."""
        return self._sought or bool(len(self._entered.query(ways, predicate="dwithin", distance=ENTERED_M)[0]))

    def follow(self, changed: Changed, *, seek: bool, live: LivePlace, undo: Undo) -> dict[str, Door]:
        """Return the entrances, by facility id, that may have changed with some ways; none unless `seek`.

        `undo` gets one more: how this is taken back.
        """
        before = self._sought, self._stale, self._minds
        undo.append(lambda: self._restore(*before))
        line, beside = self._areas.query(changed.lines, predicate="dwithin", distance=SAMPLED_REACH_M)
        met = shapely.dwithin(self._shapes[beside], changed.lines[line], TOUCH_M)
        met |= self._minds[beside] & changed.how[line] > 0
        stale = self._stale.union(*(self._owners[row] for row in beside[met].tolist()))
        self._sought, self._stale = seek, frozenset() if seek else stale
        return self._found(sorted(stale), live) if seek and stale else {}

    def _restore(self, *before: Any) -> None:  # noqa: ANN401  # as they were
        self._sought, self._stale, self._minds = before

    def _found(self, names: Sequence[str], live: LivePlace) -> dict[str, Door]:
        """Seek the entrances of some facilities, as `prepare_facilities` does."""
        rows = sorted({self._row[part] for name in names for part in self._parts[name]})
        shapes = self._shapes[rows]
        if live.barriers.gates is not self._gates[0]:
            self._gates = live.barriers.gates, entrance_nodes(live.barriers.gates)
        near = self._nodes.query(shapely.buffer(shapely.box(*shapely.bounds(shapes).T), TOUCH_M, join_style="mitre"))[1]
        nodes = np.concatenate([self._nodes.geometries[np.unique(near)], self._gates[1]])
        found = find_entrances(shapes, nodes=nodes, edges=self._ways_in(shapes, live.edges))
        doors = dict(zip(rows, found, strict=True))
        self._minds = self._minds.copy()
        self._minds[rows] = self._minded(np.array(rows), [door.kind for door in found])
        return {name: combined([doors[self._row[part]] for part in self._parts[name]]) for name in names}

    def _minded(self, rows: Ints, kinds: Sequence[str]) -> Bytes:
        """Return which ways beside areas, entered in such a way, change that: those that come, go, either or none."""
        return np.where(self._middling[rows], [MINDS.get(kind, COME | GONE) for kind in kinds], 0).astype(np.uint8)

    def _ways_in(self, shapes: Shapes, edges: LiveEdges) -> Shapes:
        """Return the ways near shapes that may lead into one."""
        rows = edges.around(shapely.bounds(shapes), within_m=ENTERED_M)
        facts = {name: edges.table[name][rows] for name in ("permission", "flags", "island")}
        return edges.table["line"][rows[may_lead_in(**facts)]]
