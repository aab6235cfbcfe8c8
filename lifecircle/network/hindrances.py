"""Where and how much slope, stairs and crossings slow a walker."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lifecircle.errors import NetworkError
from lifecircle.model.hindrance import Hindrances
from lifecircle.model.network import Bools, Crossing, EdgeFlag, Floats, Ints, WalkNetwork
from lifecircle.model.travel import WalkProfile

# Steeper is taken for an error of the height data; Tobler's function was fitted to less.
MAX_GRADIENT = 0.4
# The quickest that slope makes a walker, as a multiple of the speed on level ground: a descent of 5 %.
DOWNHILL = math.exp(3.5 * 0.05)


def tobler_factor(gradient: Floats) -> Floats:
    """Return the time on a slope as a multiple of the time on level ground.

    ``exp(3.5 * |gradient + 0.05|)`` over its value at 0; least, 0.84, at a descent of 5 %.

    Parameters
    ----------
    gradient : float64 (N,)
        Rise over run in the walking direction; beyond 0.4 either way it counts as 0.4.

    Returns
    -------
    float64 (N,)

    References
    ----------
    Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1.

    Examples
    --------
    >>> tobler_factor(np.array([0.0, -0.05, 0.10])).round(3).tolist()
    [1.0, 0.839, 1.419]
    """
    steep = np.clip(gradient, -MAX_GRADIENT, MAX_GRADIENT)
    return np.exp(3.5 * (np.abs(steep + 0.05) - 0.05))


def halves_of_crossings(
    ends: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    *,
    own: Bools,
    at_node: Bools,
    road: Bools,
) -> npt.NDArray[np.uint8]:
    """Return how many halves of road crossings every edge makes.

    A crossing that is cut by its road is two edges, each a half. An end is one where a road meets it, and the way
    is a crossing or the junction is. A crossing way that nothing cuts is a whole one, two halves; one that meets
    only other paths, or goes on in another crossing way, is none.

    Parameters
    ----------
    ends : (tail, head), int32 (E,)
    own : bool (E,)
        Foot ways tagged as a crossing along their whole length.
    at_node : bool (V,)
        Junctions tagged as a crossing.
    road : bool (E,)
        Ways that motor traffic may use.

    Returns
    -------
    uint8 (E,)
        Of foot ways; 0 elsewhere.
    """
    tail, head = ends
    meets_road = np.zeros(len(at_node), dtype=bool)
    meets_road[tail[road]] = meets_road[head[road]] = True
    halves = np.zeros(len(tail), dtype=np.uint8)
    for end in (tail, head):
        halves += (meets_road[end] & (own | at_node[end]) & ~road).astype(np.uint8)
    crossings_at = np.bincount(np.concatenate([tail[own], head[own]]), minlength=len(at_node))
    uncut = own & (halves == 0) & (crossings_at[tail] == 1) & (crossings_at[head] == 1)
    halves[uncut & ~at_node[tail] & ~at_node[head]] = 2
    return halves


def crossing_delay_ms(network: WalkNetwork, *, profile: WalkProfile, hindrances: Hindrances) -> Ints:
    """Return the wait on every edge, milliseconds; shape (E,).

    Half a crossing costs half its class's wait, rounded once, so that the two halves are the whole.
    """
    waits = np.zeros(max(Crossing) + 1, dtype=np.int64)
    waits[[Crossing.UNMARKED, Crossing.MARKED]] = _half_ms(hindrances.unsignalised_s, profile)
    waits[Crossing.SIGNALS] = _half_ms(hindrances.signals_s, profile)
    return waits[network.crossing] * network.crossing_halves


def _half_ms(seconds: float, profile: WalkProfile) -> int:
    return round(seconds * profile.delay_factor * 500.0)


def stairs_delay_ms(network: WalkNetwork, *, profile: WalkProfile, hindrances: Hindrances) -> Ints:
    """Return the toll of the flights of footbridges and underpasses, milliseconds; shape (E,).

    Half of ``stairs_s`` on every flight of steps that ends at a foot way on a bridge or in a tunnel.
    """
    steps = network.has_flag(EdgeFlag.STEPS)
    span = (network.has_flag(EdgeFlag.BRIDGE) | network.has_flag(EdgeFlag.TUNNEL)) & network.has_flag(EdgeFlag.FOOTWAY)
    touched = np.zeros(network.nodes, dtype=bool)
    touched[network.tail[span & ~steps]] = touched[network.head[span & ~steps]] = True
    flights = steps & (touched[network.tail] | touched[network.head])
    return np.where(flights, _half_ms(hindrances.stairs_s, profile), 0)


def with_heights(network: WalkNetwork, height_m: Floats) -> WalkNetwork:
    """Return `network` with gradients from the heights of its junctions.

    An edge keeps the gradient that its way is tagged with; edges with an unknown height at an end are level.

    Parameters
    ----------
    network : WalkNetwork
        V nodes.
    height_m : float64 (V,)
        Metres above any one level; NaN where unknown.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    NetworkError
        If there is not one height for every junction.
    """
    if len(height_m) != network.nodes:
        raise NetworkError(f"{len(height_m)} heights for {network.nodes} junctions: sample the heights again")
    rise = (height_m[network.head] - height_m[network.tail]) * 1000.0
    found = np.nan_to_num(rise / network.length_mm, nan=0.0)
    return replace(network, gradient=np.where(network.gradient != 0.0, network.gradient, found))
