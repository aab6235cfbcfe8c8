"""Changes of streets and gates that the shares of a place can follow, and those that they cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.classify import Classifier
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.model.scenario import AddStreet, CloseGate, CloseStreet, OpenGate, OpenStreet
from lifecircle.network.draft import Draft
from lifecircle.pipeline.scenarios.live_entrances import COME, GONE, Changed, LiveEntrances
from lifecircle.pipeline.scenarios.live_joints import Seen, rejoined
from lifecircle.pipeline.scenarios.undo import Undo, take_back, undone_on_error
from lifecircle.scenario import gates, streets
from lifecircle.scenario.apply import STREETS
from lifecircle.scenario.ground import RefusedError, position
from lifecircle.scenario.new_street import JOIN_M
from lifecircle.scenario.ways import Work

if TYPE_CHECKING:
    from lifecircle.pipeline.scenarios.live_place import LivePlace
    from lifecircle.scenario.ground import Ground
    from lifecircle.travel.changes import Rework

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

WayChange = AddStreet | CloseStreet | OpenStreet | OpenGate | CloseGate
TOLLED = np.uint8(EdgeFlag.STEPS | EdgeFlag.BRIDGE | EdgeFlag.TUNNEL)
ROUNDING_M = 0.01


class LiveWays:
    """The streets and gates of a live place.

    Not followed, because whatever depends on them must be prepared anew:

    - flights, bridges and tunnels where the study charges for stairs (``stairs_s``): the toll of a flight depends on
      the streets beside it, and a search that follows changes prices every street by itself;
    - ways beside facilities whose entrances do not follow from the map and the streets alone, see
      `LiveEntrances.alone`;
    - gates that may be a facility themselves;
    - residences that are joined to the streets for the first time, or not any more: who is counted as unknown changes;
    - facilities of the scenario that lose their leg: the scenario as a whole is refused then.

    Parameters
    ----------
    live : LivePlace
    sought : bool
        Whether the scenario that made the place has sought entrances again.
    """

    def __init__(self, live: LivePlace, *, sought: bool) -> None:
        self._live, place = live, live.place
        self._entrances = LiveEntrances(live, sought=sought)
        mapped = live.barriers.gates
        self._places = dict(zip(map(str, mapped.index), shapely.get_coordinates(mapped.geometry)[:, None], strict=True))
        may_be_facility = Classifier(place.question.catalogue).may_match
        self._facilities = frozenset(
            name
            for name, tags in live.barriers.gates["tags"].items()
            if may_be_facility({**tags, **dict.fromkeys(gates.SAID, "no")})
        )

    def make(self, change: WayChange, *, ground: Ground) -> Undo | None:
        """Make a change of streets or gates; None, and nothing has changed, where it cannot be followed.

        Raises
        ------
        RefusedError
            If it cannot be made at all.
        """
        live, undo = self._live, list[Callable[[], object]]()
        rows = self._around(change, ground)
        network, nodes = live.edges.streets(rows)
        work = self._work(change, ground=replace(ground, network=network))
        rework, ways = live.edges.follow(work, edges=rows, nodes=nodes)
        undo.append(live.edges.take_back)
        with undone_on_error(undo):
            changed = _changed(rework, ways, lines=live.edges.table["line"][ways])
            seek = work.told is not live.barriers.told or self._entrances.sought_for(changed.ways)
            if self._can_follow(work, rework, seek=seek):
                opened = ways[changed.how[: len(ways)] == COME]
                # A new street meets only what lay around it.
                near = np.concatenate([rows, rework.edges]) if isinstance(change, AddStreet) else None
                freed = live.edges.join_islands(opened, near=near) if len(opened) else opened
                boxes = live.barriers.follow(changed.lines, told=work.told, edges=live.edges, undo=undo)
                if len(freed):
                    changed = changed.with_free(live.edges.table["line"][freed])
                doors = self._entrances.follow(changed, seek=seek, live=live, undo=undo)
                come = live.edges.boxes(np.concatenate([opened, freed]))
                edges = np.union1d(rework.edges, freed) if len(freed) else rework.edges
                seen = Seen(edges, rework.cuts, np.vstack([come, boxes]), walls=len(boxes) > 0)
                joints = rejoined(live, seen, doors=doors, undo=undo)
                if joints is not None:
                    live.tell_all([rework, *joints], undo)
                    return undo
            take_back(undo)
        return None

    def _around(self, change: WayChange, ground: Ground) -> Ints:
        """Return the edges that a change may meet, ascending."""
        edges = self._live.edges
        match change:
            case AddStreet():
                return edges.near(ground.metres(change.points), within_m=JOIN_M)
            case OpenGate(id=number) | CloseGate(id=number) if number is not None:
                return edges.near(self._places.get(f"n{int(number)}", np.empty((0, 2))), within_m=ROUNDING_M)
            case CloseStreet(way=way) | OpenStreet(way=way) if way is not None:
                return edges.of_way(way)
            case CloseStreet(edge=edge) | OpenStreet(edge=edge) if edge is not None:
                count = len(edges.table)
                if not 0 <= edge < count:
                    raise RefusedError(f"edge {edge}: the network has edges 0 to {count - 1}")
                return np.array([edge])
        far = gates.NEAR_M if isinstance(change, OpenGate | CloseGate) else streets.NEAR_M
        return edges.near(ground.metres([position(change.lon, change.lat)]), within_m=far + ROUNDING_M)

    def _work(self, change: WayChange, *, ground: Ground) -> Work:
        """Make the change on the small network of `ground`."""
        work = Work(Draft(ground.network), self._live.barriers.gates, told=self._live.barriers.told)
        if not isinstance(change, CloseStreet | OpenStreet) or change.edge is None:
            return STREETS[type(change)](work, change, ground=ground)
        try:
            return STREETS[type(change)](work, replace(change, edge=0), ground=ground)
        except RefusedError as error:
            raise RefusedError(str(error).replace("edge 0", f"edge {change.edge}")) from None

    def _can_follow(self, work: Work, rework: Rework, *, seek: bool) -> bool:
        """Say whether all that depends on the change is followed."""
        flags = rework.network.flags
        if self._live.rules.hindrances.stairs_s > 0 and bool((flags & TOLLED).any()):
            return False
        before = self._live.barriers.told
        if any(name in self._facilities and before.get(name) is not tags for name, tags in work.told.items()):
            return False
        return self._entrances.alone or not seek


def _changed(rework: Rework, ways: Ints, *, lines: Shapes) -> Changed:
    """Return what of some streets is drawn, shut or opened: `ways` (W,), first, as `lines`.

    Of a street that was cut it is the segments at the cuts: the others stay as they were.
    """
    part, edges, row = rework.network, rework.edges, np.searchsorted
    own = row(edges, ways)
    closed = part.permission[own] == Permission.CLOSED
    starts, ends = (
        np.array(sorted({*row(edges, cut).tolist()} - {*own.tolist()}), dtype=np.int64)
        for cut in ([one.rest for one in rework.cuts], [one.edge for one in rework.cuts])
    )
    offsets, x, y = part.geometry_offsets, part.geometry_x, part.geometry_y
    place = np.concatenate([offsets[starts], offsets[ends + 1] - 2])[:, None] + np.arange(2)
    how = np.concatenate([np.where(closed, GONE, COME), np.zeros(len(place))]).astype(np.uint8)
    return Changed(np.append(lines, shapely.linestrings(x[place], y[place])), how)
