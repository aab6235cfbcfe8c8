"""What it costs a walker to pass each edge, in whole milliseconds or millimetres."""

from __future__ import annotations

import numpy as np

from lifecircle.model.hindrance import NO_HINDRANCES, Hindrances
from lifecircle.model.network import Bools, EdgeFlag, Floats, Ints, Permission, WalkNetwork
from lifecircle.model.travel import Impedance, TravelMode, WalkProfile
from lifecircle.network.hindrances import crossing_delay_ms, stairs_delay_ms, tobler_factor
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


def make_impedance(
    network: WalkNetwork, *, mode: TravelMode, private: bool = True, hindrances: Hindrances = NO_HINDRANCES
) -> Impedance:
    """Return the integer cost of every edge in both directions.

    Time is length at a constant speed, rounded once per edge to the millisecond; no edge is free.
    In ``"mm"`` mode the cost is the length, whatever the speed and the hindrances; a profile without steps still
    cannot climb them.

    Parameters
    ----------
    network : WalkNetwork
    mode : TravelMode
    private : bool
        False shuts private ways.
    hindrances : Hindrances
        Slope and steps change the rate of an edge. Waits are added once, whole, and spread over the edge: who joins a
        crossing half way along waits half as long.

    Returns
    -------
    Impedance
        0 (cost and rate) in a direction that is not walkable. Edges of islands keep their cost: nothing is
        snapped to them.

    References
    ----------
    docs/methods/impedance.md
    """
    passable = _passable(network, profile=mode.profile, private=private)
    ahead, back = passable & (network.oneway >= 0), passable & (network.oneway <= 0)
    forward, rate_forward = _price(network, network.gradient, mode=mode, hindrances=hindrances)
    backward, rate_backward = forward, rate_forward
    if hindrances.slope and mode.unit == "ms":
        backward, rate_backward = _price(network, -network.gradient, mode=mode, hindrances=hindrances)
    return Impedance(
        mode=mode,
        forward=np.where(ahead, forward, 0),
        backward=np.where(back, backward, 0),
        rate_forward=np.where(ahead, rate_forward, 0.0),
        rate_backward=np.where(back, rate_backward, 0.0),
        rate_leg=1.0 if mode.unit == "mm" else ms_per_mm(mode.profile.speed_kmh),
    )


def _price(network: WalkNetwork, gradient: Floats, *, mode: TravelMode, hindrances: Hindrances) -> tuple[Ints, Floats]:
    """Return the cost of every edge in one direction and its rate per millimetre."""
    rate = np.full(network.edges, 1.0 if mode.unit == "mm" else ms_per_mm(mode.profile.speed_kmh))
    if mode.unit == "mm" or hindrances == NO_HINDRANCES:
        return _rounded(rate, network), rate
    steps = network.has_flag(EdgeFlag.STEPS)
    level = _rounded(rate, network)
    if hindrances.slope:
        rate = np.where(steps, rate, rate * tobler_factor(gradient))
    rate = np.where(steps, rate * hindrances.steps_factor, rate)
    whole = _rounded(rate, network) + crossing_delay_ms(network, profile=mode.profile, hindrances=hindrances)
    toll = stairs_delay_ms(network, profile=mode.profile, hindrances=hindrances)
    # The steps factor and the toll of a footbridge's flight are two measures of the same climb: the dearer counts.
    whole = np.maximum(whole, np.where(toll > 0, level + toll, 0))
    slowed = whole != _rounded(rate, network)
    return whole, np.where(slowed, whole / network.length_mm, rate)


def _rounded(rate: Floats, network: WalkNetwork) -> Ints:
    return np.maximum(1, np.rint(rate * network.length_mm)).astype(np.int64)
