"""The least walk to a set of entrances from every junction, and so from every place on every edge."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.errors import CutoffError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance
from lifecircle.travel.ends import FAR, Ends, part_of_edge
from lifecircle.travel.search import UNREACHED, Arcs, arcs_to_facilities, least_keys

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The least walk from every junction to the nearest of some entrances.

    Attributes
    ----------
    network : WalkNetwork
    impedance : Impedance
    seeds : Ends
        The N entrances, egress legs included; ``leaving=False``.
    value : int64 (V,)
        In the impedance's unit; `UNREACHED` beyond `limit`.
    limit : int
        Inclusive.
    """

    network: WalkNetwork
    impedance: Impedance
    seeds: Ends
    value: Ints
    limit: int


def outbound(impedance: Impedance) -> Impedance:
    """Return `impedance` with the walking directions exchanged.

    A search *to* a point under it is a search *from* the point under `impedance`.
    """
    return replace(
        impedance,
        forward=impedance.backward,
        backward=impedance.forward,
        rate_forward=impedance.rate_backward,
        rate_backward=impedance.rate_forward,
    )


def field_to(seeds: Ends, network: WalkNetwork, *, impedance: Impedance, limit: int, arcs: Arcs | None = None) -> Field:
    """Search from `seeds` back over the whole network.

    Parameters
    ----------
    seeds : Ends
        Entrances that walks end at (``ends_of(..., leaving=False)``).
    network : WalkNetwork
    impedance : Impedance
    limit : int
        Inclusive, in the impedance's unit.
    arcs : Arcs, optional
        ``arcs_to_facilities(network, impedance, cutoff=c)`` with c >= `limit`, where it is at hand.

    Returns
    -------
    Field

    Raises
    ------
    CutoffError
        If `limit` is negative.
    """
    if limit < 0:
        raise CutoffError(f"a search to {limit} {impedance.mode.unit}: the limit must be at least 0")
    parts = np.concatenate([seeds.by_tail, seeds.by_head])
    open_ = parts < FAR
    value = least_keys(
        arcs_to_facilities(network, impedance, cutoff=max(limit, 1)) if arcs is None else arcs,
        scale=1,
        seed_node=np.concatenate([seeds.tail, seeds.head])[open_],
        seed_key=(np.tile(seeds.leg, 2) + parts)[open_],
        limit=limit,
    )
    return Field(network, impedance, seeds, value, limit)


def seed_box(field: Field) -> tuple[float, float, float, float]:
    """Return the box (west, south, east, north) in metres of the streets that the seeds of `field` stand on."""
    seeds, network = field.seeds, field.network
    if not len(seeds.edge):
        return (0.0, 0.0, 0.0, 0.0)
    lines = network.lines(seeds.edge)
    share = seeds.offset_mm / network.length_mm[seeds.edge]
    bounds = shapely.total_bounds(shapely.line_interpolate_point(lines, share, normalized=True))
    return tuple(bounds.tolist())


def over_junction(value: Ints, part: Ints) -> Ints:
    """Return the walks of `part` to a junction and on from there; `FAR` where there is none."""
    return np.where((value != UNREACHED) & (part < FAR), value + part, FAR)


def same_edge(edge: Ints, seeds: Ends) -> tuple[Ints, Ints]:
    """Return every pair (row of `edge`, seed) on one edge, by row, then edge order of the seeds."""
    order = np.argsort(seeds.edge, kind="stable")
    held = seeds.edge[order]
    low = np.searchsorted(held, edge, side="left")
    count = np.searchsorted(held, edge, side="right") - low
    row = np.repeat(np.arange(len(edge)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(low, count) + within]


def values_at(field: Field, edge: Ints, *, offset_mm: Ints) -> Ints:
    """Return the least walk from places on edges, without an access leg.

    Parameters
    ----------
    field : Field
    edge : int64 (N,)
    offset_mm : int64 (N,)
        From the edge's tail.

    Returns
    -------
    int64 (N,)
        `FAR` where no walk within ``field.limit`` exists.
    """
    network, impedance = field.network, field.impedance
    length = network.length_mm[edge]
    backwards = np.zeros(len(edge), dtype=bool)
    by_tail = part_of_edge(impedance, edge, part_mm=offset_mm, length_mm=length, forward=backwards)
    by_head = part_of_edge(impedance, edge, part_mm=length - offset_mm, length_mm=length, forward=~backwards)
    value = np.minimum(
        over_junction(field.value[network.tail[edge]], by_tail), over_junction(field.value[network.head[edge]], by_head)
    )
    row, seed = same_edge(edge, field.seeds)
    ahead = field.seeds.offset_mm[seed] - offset_mm[row]
    walk = part_of_edge(impedance, edge[row], part_mm=np.abs(ahead), length_mm=length[row], forward=ahead > 0)
    np.minimum.at(value, row, np.where(walk < FAR, walk + field.seeds.leg[seed], FAR))
    return np.where(value <= field.limit, value, FAR)
