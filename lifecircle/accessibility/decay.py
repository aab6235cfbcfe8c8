"""How much a facility counts by the time it takes to reach: weights from 1 down to 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from lifecircle.errors import ConfigError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decay:
    """A weight for every travel time.

    Contract: defined for seconds >= 0, never rises, 1 at 0 seconds, 0 beyond ``cutoff_s``.

    Attributes
    ----------
    name : str
    cutoff_s : float
        Inclusive; weights are 0 beyond it, whatever the formula says.
    formula : callable
        Seconds, float64 (N,), to weights, float64 (N,).
    """

    name: str
    cutoff_s: float
    formula: Callable[[Floats], Floats]

    def weight(self, seconds: npt.ArrayLike) -> Floats:
        """Return the weights at `seconds`; shape of `seconds`."""
        given = np.asarray(seconds, dtype=np.float64)
        return np.where(given <= self.cutoff_s, self.formula(np.minimum(given, self.cutoff_s)), 0.0)


def binary(*, cutoff_s: float) -> Decay:
    """Return the weight of cumulative opportunities: 1 up to the cutoff."""
    return Decay("binary", _above_zero("cutoff_s", cutoff_s), np.ones_like)


def exponential(*, rate_per_s: float, cutoff_s: float) -> Decay:
    """Return ``exp(-rate * t)`` (Hansen 1959 with an exponential; Handy and Niemeier 1997)."""
    rate = _above_zero("rate_per_s", rate_per_s)
    return Decay("exponential", _above_zero("cutoff_s", cutoff_s), lambda seconds: np.exp(-rate * seconds))


def gaussian(*, cutoff_s: float) -> Decay:
    """Return the Gaussian that falls from 1 at 0 to 0 at the cutoff.

    ``(exp(-(t/T)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2))``: Dai (2010), Health & Place 16(5).
    """
    last = _above_zero("cutoff_s", cutoff_s)
    floor = np.exp(-0.5)
    return Decay("gaussian", last, lambda seconds: (np.exp(-0.5 * (seconds / last) ** 2) - floor) / (1.0 - floor))


def linear(*, cutoff_s: float) -> Decay:
    """Return the straight line from 1 at 0 to 0 at the cutoff."""
    last = _above_zero("cutoff_s", cutoff_s)
    return Decay("linear", last, lambda seconds: 1.0 - seconds / last)


def power(*, exponent: float, near_s: float, cutoff_s: float) -> Decay:
    """Return ``(t / near)^-exponent``, 1 up to `near_s` (Hansen 1959, J. American Institute of Planners 25)."""
    steep, near = _above_zero("exponent", exponent), _above_zero("near_s", near_s)
    return Decay(
        "power", _above_zero("cutoff_s", cutoff_s), lambda seconds: (np.maximum(seconds, near) / near) ** -steep
    )


def stepped(zones: Mapping[float, float]) -> Decay:
    """Return the weights of E2SFCA: ``{last second of the zone: weight}``.

    Luo and Qi (2009), Health & Place 15(4): three zones of 10 minutes with weights 1, 0.42 and 0.09, say.

    Raises
    ------
    ConfigError
        If a weight lies outside 0..1 or rises from one zone to the next.
    """
    ends = np.array(sorted(zones), dtype=np.float64)
    weights = np.array([zones[end] for end in sorted(zones)], dtype=np.float64)
    falls = len(weights) > 0 and bool(np.all(np.diff(weights) <= 0)) and bool(np.all((weights >= 0) & (weights <= 1)))
    if not falls or weights[0] != 1.0 or ends[0] <= 0:
        raise ConfigError(f"zones {dict(zones)}: give seconds above 0 with weights that fall from 1, none below 0")
    return Decay(
        "stepped", float(ends[-1]), lambda seconds: weights[np.minimum(np.searchsorted(ends, seconds), len(ends) - 1)]
    )


def _above_zero(name: str, value: float) -> float:
    if not value > 0:
        raise ConfigError(f"{name} is {value}: give a value above 0")
    return float(value)


DECAYS: Mapping[str, Callable[..., Decay]] = MappingProxyType(
    {
        "binary": binary,
        "exponential": exponential,
        "gaussian": gaussian,
        "linear": linear,
        "power": power,
        "stepped": stepped,
    }
)
