"""Least walking time from every residence to the nearest facility of each type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.engine import in_threads, ready, uses_kernels
from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance, NearestTimes, Snapped
from lifecircle.travel.ends import FAR, Ends, along_shared_edges, ends_of, subset
from lifecircle.travel.private import private_to_facility
from lifecircle.travel.search import UNREACHED, Arcs, arcs_to_facilities, least_keys

Ints = npt.NDArray[np.int64]
# Of every residence that reaches a type: the position of the point it leaves from, the key of its walk, and which way.
Chosen = tuple[Ints, Ints, Ints]

# Ways to leave an edge: not at all, over its tail, over its head.
ALONG, VIA_TAIL = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Endpoints:
    """One end of the trips: rows of a table and their snapped entrances.

    Attributes
    ----------
    ids : Index (N,)
        Ids of the rows; ``snapped.owner`` counts into it.
    snapped : Snapped
        S points, at least 0 for a row.
    type : object (N,) or None
        Facility type of every row; None for residences.
    """

    ids: pd.Index
    snapped: Snapped
    type: npt.NDArray[np.object_] | None = None

    def __post_init__(self) -> None:
        """Refuse points of rows that do not exist and a type array of another length."""
        owner = self.snapped.owner
        if len(owner) and (owner[0] < 0 or owner[-1] >= len(self.ids)):
            raise SchemaError(f"Endpoints: a point belongs to row {int(owner[-1])} of a table of {len(self.ids)} rows")
        if self.type is not None and len(self.type) != len(self.ids):
            raise SchemaError(f"Endpoints: {len(self.type)} types for {len(self.ids)} rows")


def nearest_times(
    network: WalkNetwork,
    impedance: Impedance,
    *,
    residences: Endpoints,
    facilities: Endpoints,
    types: Sequence[str],
    cutoff: int,
) -> NearestTimes:
    """Return the least walk from every residence to the nearest facility of each type.

    A walk runs from a residence entrance along its access leg, the network (in its walkable
    direction) and the egress leg to a facility entrance. Legs, parts of edges and whole edges are rounded once each
    to whole units, so that sums are exact. The least over all entrances of both sides counts;
    ties go to the smallest facility row, then the facility's smallest entrance, then the residence's.

    Parameters
    ----------
    network : WalkNetwork
        V nodes, E edges.
    impedance : Impedance
        Of the same E edges; its mode says whether values are milliseconds or millimetres.
    residences : Endpoints
        R rows.
    facilities : Endpoints
        F rows with their `type`.
    types : sequence of K str
        A type without facilities is reached by nobody.
    cutoff : int
        Inclusive, in the mode's unit; beyond it the value is ``inf``.

    Returns
    -------
    NearestTimes
        Shape (R, K).

    Raises
    ------
    SchemaError
        If `facilities` carries no types.
    NetworkError
        If the points or the impedance belong to another network.
    CutoffError
        If `cutoff` is not above 0, or too large for exact sums.

    References
    ----------
    docs/methods/walking-times.md; Dijkstra (1959).
    """
    if facilities.type is None:
        raise SchemaError("nearest_times: facilities carry no type; give Endpoints(ids, snapped, type)")
    if cutoff <= 0:
        raise CutoffError(f"nearest_times: cutoff is {cutoff} {impedance.mode.unit}: it must be above 0")
    origins = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
    entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    kinds = facilities.type[entrances.owner]
    search = Search(network, impedance, arcs_to_facilities(network, impedance, cutoff=cutoff), origins, cutoff)
    found = in_threads(lambda kind: _serve(search, subset(entrances, np.flatnonzero(kinds == kind))), types)
    return gathered(search, found, residences=residences, facilities=facilities, types=types)


def gathered(
    search: Search, found: Sequence[Served], *, residences: Endpoints, facilities: Endpoints, types: Sequence[str]
) -> NearestTimes:
    """Return the table of what was `found` for each of `types`."""
    shape = (len(residences.ids), len(types))
    # Column by column in memory, as they are written and read.
    value = np.full(shape, np.inf, order="F")
    facility, entrance = (np.full(shape, -1, dtype=np.int64, order="F") for _ in range(2))
    access, egress, private = (np.zeros(shape, dtype=np.int64, order="F") for _ in range(3))
    for column, served in enumerate(found):
        cell = (served.residence, column)
        value[cell] = served.value
        facility[cell] = facilities.snapped.owner[served.to_point]
        entrance[cell] = served.to_point
        access[cell] = residences.snapped.access_mm[served.from_point]
        egress[cell] = facilities.snapped.access_mm[served.to_point]
        private[cell] = served.private
    return NearestTimes(
        mode=search.impedance.mode,
        cutoff=search.cutoff,
        residence_ids=residences.ids,
        types=tuple(types),
        facility_ids=facilities.ids,
        value=value,
        facility=facility,
        entrance=entrance,
        access_mm=access,
        egress_mm=egress,
        private=private,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the searches for all types share."""

    network: WalkNetwork
    impedance: Impedance
    arcs: Arcs
    residences: Ends
    cutoff: int


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """The residences that reach a type: their row, and the points of the ``Snapped`` tables walked between."""

    residence: Ints
    value: Ints
    from_point: Ints
    to_point: Ints
    private: Ints


def _serve(search: Search, facilities: Ends) -> Served:
    """Find the nearest of `facilities` (entrances of one type, in order of rank) for every residence."""
    return served(search, facilities, keys=search_keys(search, facilities))


def search_keys(search: Search, facilities: Ends) -> Ints:
    """Return the keys of the junctions (V,), as `served` wants them."""
    scale = max(len(facilities.point), 1)
    rank = np.arange(len(facilities.point))
    parts = np.concatenate([facilities.by_tail, facilities.by_head])
    open_ = parts < FAR
    return least_keys(
        search.arcs,
        scale=scale,
        seed_node=np.concatenate([facilities.tail, facilities.head])[open_],
        seed_key=((np.tile(facilities.leg, 2) + parts) * scale + np.tile(rank, 2))[open_],
        limit=search.cutoff * scale + scale - 1,
    )


def served(search: Search, facilities: Ends, *, keys: Ints) -> Served:
    """Return which residences reach `facilities` (N entrances of one type, in order of rank).

    `keys` (V,) are those of the junctions, ``value * max(N, 1) + rank``, `UNREACHED` where there is none.
    """
    scale = max(len(facilities.point), 1)
    choose = _chosen_by_kernel if uses_kernels() else _chosen_by_numpy
    best, key, via = choose(search, _along_shared_edge(search, facilities, scale=scale), keys=keys, scale=scale)
    value, winner = np.divmod(key, scale)
    private = np.zeros(len(best), dtype=np.int64)
    if np.any(search.network.permission == Permission.PRIVATE):
        onward = private_to_facility(search.network, search.impedance, keys=keys, scale=scale, facilities=facilities)
        along = value - search.residences.leg[best] - facilities.leg[winner]
        private = _private(search.residences, (best, via), along=along, onward=onward)
    point = search.residences.point[best]
    return Served(search.residences.owner[best], value, point, facilities.point[winner], private)


def _chosen_by_kernel(search: Search, along: Ints, *, keys: Ints, scale: int) -> Chosen:
    """Choose with the compiled kernel."""
    from lifecircle.travel.nearest_kernels import choose

    ends = search.residences
    best, key, via = (np.empty(len(ends.point), dtype=np.int64) for _ in range(3))
    count = ready(choose)(
        ends.owner, ends.leg, ends.tail, ends.head, ends.by_tail, ends.by_head,
        along, keys, scale, (search.cutoff + 1) * scale, best, key, via,
    )  # fmt: skip
    return best[:count], key[:count], via[:count]


def _chosen_by_numpy(search: Search, along: Ints, *, keys: Ints, scale: int) -> Chosen:
    """Choose with numpy: the oracle, and the engine where kernels cannot be compiled."""
    ends = search.residences
    ways = np.stack(
        [
            along,
            _over_junction(ends, ends.by_tail, keys=keys[ends.tail], scale=scale),
            _over_junction(ends, ends.by_head, keys=keys[ends.head], scale=scale),
        ]
    )
    key = ways.min(axis=0)
    near = np.flatnonzero(key < (search.cutoff + 1) * scale)
    best = near[_first_best(key[near], ends.owner[near])]
    return best, key[best], ways[:, best].argmin(axis=0)


def _over_junction(residences: Ends, part: Ints, *, keys: Ints, scale: int) -> Ints:
    """Return the keys of the walks that leave an edge over a junction; `keys` are the junction's."""
    reached = (keys != UNREACHED) & (part < FAR)
    return np.where(reached, (residences.leg + part) * scale + keys, FAR)


def _along_shared_edge(search: Search, facilities: Ends, *, scale: int) -> Ints:
    """Return the least key, per residence entrance, of the walks that never leave its edge."""
    keys = np.full(len(search.residences.point), FAR)
    origin, rank, walk = along_shared_edges(
        search.residences, facilities, network=search.network, impedance=search.impedance
    )
    np.minimum.at(keys, origin, walk * scale + rank)
    return keys


def _first_best(key: Ints, owner: Ints) -> Ints:
    """Return for each owner the first position with its least key; `owner` ascends."""
    if not len(owner):
        return np.empty(0, dtype=np.int64)
    start = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    least = np.minimum.reduceat(key, start)
    best = np.flatnonzero(key == np.repeat(least, np.diff(start, append=len(owner))))
    return best[np.searchsorted(best, start)]


def _private(residences: Ends, chosen: tuple[Ints, Ints], *, along: Ints, onward: Ints) -> Ints:
    """Return the private part of the chosen walks (N,): points and ways as in `Chosen`.

    `along` (N,) is what each walk takes without its legs, `onward` (V,) the private part from each junction on.
    """
    best, via = chosen
    tailward = via == VIA_TAIL
    own = np.where(via == ALONG, along, np.where(tailward, residences.by_tail[best], residences.by_head[best]))
    rest = np.where(via == ALONG, 0, onward[np.where(tailward, residences.tail[best], residences.head[best])])
    return np.where(residences.private[best], own, 0) + rest
