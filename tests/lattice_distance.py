"""Distances to nodes of the tiny files' lattice."""

import math
from typing import Any


def metres(option: Any, node: int) -> float:
    """Return how far an option lies from a lattice node (10 * row + column from 20 E, 50 N, 0.001 degrees a step)."""
    lon, lat = 20 + 0.001 * (node % 10), 50 + 0.001 * (node // 10)
    east = (option.lon - lon) * math.cos(math.radians(lat)) * 111_320
    return math.hypot(east, (option.lat - lat) * 111_240)
