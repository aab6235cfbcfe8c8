"""Streets that are closed, and closed or private ones that are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.model.network import Permission
from lifecircle.scenario.ground import RefusedError, position
from lifecircle.scenario.ways import is_gate, nearest_edge

if TYPE_CHECKING:
    from lifecircle.model.scenario import CloseStreet, OpenStreet
    from lifecircle.scenario.ground import Ground
    from lifecircle.scenario.ways import Work

Ints = npt.NDArray[np.int64]

NEAR_M = 50.0  # a street that is given by a point lies this near to it


def close_street(work: Work, change: CloseStreet, *, ground: Ground) -> Work:
    """Shut the edges that are meant to walkers.

    Raises
    ------
    RefusedError
        If no street is meant, or none of it is open.
    """
    return work.with_permission(_meant(work, change, ground=ground, open_=True), Permission.CLOSED)


def open_street(work: Work, change: OpenStreet, *, ground: Ground) -> Work:
    """Open the edges that are meant to everybody.

    Raises
    ------
    RefusedError
        If no street is meant, or all of it is public.
    """
    return work.with_permission(_meant(work, change, ground=ground, open_=False), Permission.PUBLIC)


def _meant(work: Work, change: CloseStreet | OpenStreet, *, ground: Ground, open_: bool) -> Ints:
    """Return the edges that are meant and not yet as they shall be."""
    network = work.network
    given = [change.way is not None, change.edge is not None, change.lon is not None or change.lat is not None]
    if sum(given) != 1:
        raise RefusedError("give one of way (an OSM id), edge (a number), or lon and lat")
    fits = network.permission != (Permission.CLOSED if open_ else Permission.PUBLIC)
    if change.way is not None:
        own = np.flatnonzero((network.way_id == change.way) & ~is_gate(network))
        if not len(own):
            raise RefusedError(f"no street of the study comes from way {change.way}: give the OSM id of one that does")
        return _some(own[fits[own]], f"way {change.way}", open_=open_)
    if change.edge is not None:
        if not 0 <= change.edge < network.edges:
            raise RefusedError(f"edge {change.edge}: the network has edges 0 to {network.edges - 1}")
        return _some(np.array([change.edge])[fits[[change.edge]]], f"edge {change.edge}", open_=open_)
    xy = ground.metres([position(change.lon, change.lat)])
    near = work.near(xy, within_m=NEAR_M)
    edge, away = nearest_edge(network, xy[0], among=near[fits[near] & ~is_gate(network)[near]])
    if away > NEAR_M:
        what = "open to walkers" if open_ else "closed or private"
        raise RefusedError(f"no street that is {what} lies within {NEAR_M:g} m of {change.lon:g}, {change.lat:g}")
    return np.array([edge])


def _some(edges: Ints, name: str, *, open_: bool) -> Ints:
    if not len(edges):
        raise RefusedError(f"{name} is {'closed' if open_ else 'open to everybody'} already: nothing to do")
    return edges
