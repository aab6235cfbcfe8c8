"""What it costs a walker to pass each edge, in whole milliseconds or millimetres."""

from __future__ import annotations

import numpy as np

from lifecircle.model.network import Bools, EdgeFlag, Ints, Permission, WalkNetwork
from lifecircle.model.travel import Impedance, TravelMode, WalkProfile
from lifecircle.units import ms_per_mm


def _passable(network: WalkNetwork, *, profile: WalkProfile, private: bool) -> Bools:
    """Return the edges that a walker may pass in some direction; shape (E,)."""
    passable = network.permission != Permission.CLOSED
    if not private:
        passable &= network.permission != Permission.PRIVATE
    if not profile.steps:
        passable &= ~network.has_flag(EdgeFlag.STEPS)
    return passable


def walkable_edges(network: WalkNetwork, *, profile: WalkProfile, private: bool) -> Bools:
    """Return the edges that a point may be snapped to.

    Parameters
    ----------
    network : WalkNetwork
    profile : WalkProfile
        One without steps leaves out stairs.
    private : bool
        Whether private ways may be walked.

    Returns
    -------
    bool (E,)
        Not closed, not on an island, and allowed to this walker.
    """
    return _passable(network, profile=profile, private=private) & ~network.island


def make_impedance(network: WalkNetwork, *, mode: TravelMode, private: bool = True) -> Impedance:
    """Return the integer cost of every edge in both directions.

    Time is length at a constant speed, rounded once per edge to the millisecond; no edge is free.
    In ``"mm"`` mode the cost is the length, whatever the speed; a profile without steps still cannot climb them.

    Parameters
    ----------
    network : WalkNetwork
    mode : TravelMode
    private : bool
        False shuts private ways.

    Returns
    -------
    Impedance
        0 (cost and rate) in a direction that is not walkable. Edges of islands keep their cost: nothing is
        snapped to them.

    References
    ----------
    docs/methods/impedance.md
    """
    rate = 1.0 if mode.unit == "mm" else ms_per_mm(mode.profile.speed_kmh)
    whole: Ints = np.maximum(1, np.rint(rate * network.length_mm)).astype(np.int64)
    passable = _passable(network, profile=mode.profile, private=private)
    ahead, back = passable & (network.oneway >= 0), passable & (network.oneway <= 0)
    return Impedance(
        mode=mode,
        forward=np.where(ahead, whole, 0),
        backward=np.where(back, whole, 0),
        rate_forward=np.where(ahead, rate, 0.0),
        rate_backward=np.where(back, rate, 0.0),
        rate_leg=rate,
    )
