"""Names for physical units, so that signatures say what a number measures.

Distances are metres, times seconds or minutes, speeds km/h. Exact arithmetic is
done on integers: milliseconds of walking (``_ms``) and millimetres (``_mm``).
"""

from typing import NewType

Metres = NewType("Metres", float)
Seconds = NewType("Seconds", float)
Minutes = NewType("Minutes", float)
KmPerHour = NewType("KmPerHour", float)

MM_PER_M = 1000
MS_PER_S = 1000
MS_PER_MIN = 60_000


def ms_per_mm(speed_kmh: float) -> float:
    """Return the walking milliseconds that one millimetre takes at `speed_kmh`."""
    return 3.6 / speed_kmh


def speed_m_per_min(speed_kmh: float) -> float:
    """Return the metres walked in a minute at `speed_kmh`."""
    return speed_kmh * 1000.0 / 60.0
