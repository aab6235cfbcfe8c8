"""Which closed way, or which steps, stand between residences and what they could reach beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.filters import passing
from lifecircle.coverage.searches import item_mode
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.model.travel import TravelMode
from lifecircle.network.components import stretches
from lifecircle.network.impedance import make_impedance
from lifecircle.pipeline.rule_searches import of_rows
from lifecircle.travel.ends import ends_of, subset
from lifecircle.travel.field import field_to
from lifecircle.travel.marks import marks_on_way
from lifecircle.travel.search import arcs_to_facilities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lifecircle.coverage.fixes import Wanted
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.travel import Impedance, Ints
    from lifecircle.pipeline.place import Place
    from lifecircle.travel.search import Arcs

Bools: TypeAlias = npt.NDArray[np.bool_]

OPEN, STEP_FREE = "open_way", "step_free"


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """One stretch of way that alone keeps residences from what they want.

    Attributes
    ----------
    change : str
        ``open_way`` or ``step_free``.
    edges : int64 (N,)
        Of the stretch, ascending.
    rows : int64 (M,)
        Residences that no other closed way keeps off, ascending.
    """

    change: str
    edges: Ints
    rows: Ints

    def applied(self, network: WalkNetwork) -> WalkNetwork:
        """Return `network` with the stretch open, or without its steps."""
        if self.change == OPEN:
            permission = network.permission.copy()
            permission[self.edges] = Permission.PUBLIC
            return replace(network, permission=permission)
        flags = network.flags.copy()
        flags[self.edges] &= np.uint8(255 - int(EdgeFlag.STEPS))
        return replace(network, flags=flags)


def shut_edges(place: Place) -> Bools:
    """Return the edges that nobody may walk: closed ones, and private ones where the study does not walk them."""
    network = place.network
    shut = network.permission == Permission.CLOSED
    return shut if place.question.walk.private else shut | (network.permission == Permission.PRIVATE)


class OpenWays:
    """Finds the stretches that alone keep residences of a place from what they want."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._marks = {
            OPEN: stretches(place.network, shut_edges(place)),
            STEP_FREE: stretches(place.network, place.network.has_flag(EdgeFlag.STEPS)),
        }
        self._worlds: dict[tuple[str, TravelMode], tuple[WalkNetwork, Impedance, Arcs]] = {}

    def find(self, wanted: Iterable[Wanted], *, causes: Mapping[str, Bools]) -> list[Opening]:
        """Return the stretches for what is `wanted` by one circle, in the order of their first edge.

        `causes` says, by change, whether each residence (R,) would be in reach were all such ways open.
        """
        found: dict[tuple[str, int], list[Ints]] = {}
        for one in wanted:
            for change in self._marks:
                rows = one.rows[causes[change][one.rows]]
                if not len(rows) or (change == STEP_FREE and item_mode(one.item, one.walks).profile.steps):
                    continue
                for owner, passed in self._passed(one, change, rows=rows).items():
                    if len(passed) == 1:
                        found.setdefault((change, next(iter(passed))), []).append(np.array([owner]))
        return [
            Opening(change, np.flatnonzero(self._marks[change] == number), np.unique(np.concatenate(rows)))
            for (change, number), rows in sorted(found.items(), key=lambda entry: entry[0])
        ]

    def _world(self, one: Wanted, change: str) -> tuple[WalkNetwork, Impedance, Arcs]:
        """Return the streets as they would be for a walker were all such ways open."""
        mode, rules, network = item_mode(one.item, one.walks), self._place.joined.rules, self._place.network
        if (change, mode) not in self._worlds:
            used = mode
            if change == STEP_FREE:
                used = TravelMode(mode.unit, replace(mode.profile, steps=True))
            else:
                shut = self._marks[OPEN] >= 0
                network = replace(network, permission=np.where(shut, np.uint8(Permission.PUBLIC), network.permission))
            impedance = make_impedance(network, mode=used, private=rules.private, hindrances=rules.hindrances)
            arcs = arcs_to_facilities(network, impedance, cutoff=np.iinfo(np.int32).max)
            self._worlds[change, mode] = network, impedance, arcs
        return self._worlds[change, mode]

    def _passed(self, one: Wanted, change: str, *, rows: Ints) -> dict[int, frozenset[int]]:
        """Return the stretches on the walks of residences `rows` to the nearest facility, were all of them open."""
        place, joined = self._place, self._place.joined
        network, impedance, arcs = self._world(one, change)
        facilities = joined.admitted(lenient=one.lenient)
        assert facilities.type is not None  # noqa: S101  # facilities always carry a type
        kept = np.isin(facilities.type, list(one.item.types))
        if one.item.admits:
            kept &= passing(place.facilities, one.item.admits)
        doors = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
        doors = subset(doors, np.flatnonzero(kept[doors.owner]))
        field = field_to(doors, network, impedance=impedance, limit=one.limit, arcs=arcs)
        chosen = np.zeros(len(joined.origins.ids), dtype=bool)
        chosen[rows] = True
        origins = ends_of(of_rows(joined.origins, chosen).snapped, network, impedance=impedance, leaving=True)
        return marks_on_way(field, origins, mark=self._marks[change])
