"""What may be asked of siting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lifecircle.errors import ConfigError

PROBLEMS = ("mclp", "lscp", "p-median")
OBJECTIVES = ("requirement", "all_circles", "person_circles")


@dataclass(frozen=True, slots=True)
class SitingOptions:
    """What may be said beside the type, the number and the problem.

    Attributes
    ----------
    objective : str
        Of several circles at once: "all_circles" (people who have all of them) or "person_circles" (the sum over
        circles of the people who have it).
    budget : float or None
        Sum of prices that is not exceeded.
    prices : Mapping[str, float]
        Price of a site by type; 1 for types that are not named.
    accept_unknown : bool
        Site types of which the map is thin: what they give may be there already.
    minutes : float or None
        Threshold of the type, instead of the standard's.
    circle : str or None
        The circle whose requirement counts, where several ask for the type.
    spacing_m : float or None
        Of junctions and grid points, the candidates that are thinned.
    min_distance_m : float
        From existing facilities of the types to be built (any of them), in a straight line.
    most_candidates : int
    datum : str or None
        Of the positions in a file of candidates: "wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:<number>", or "detect".
    exact_s : float
        Seconds that HiGHS may try to prove the optimum; 0 leaves it out.
    """

    objective: str = "all_circles"
    budget: float | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    accept_unknown: bool = False
    minutes: float | None = None
    circle: str | None = None
    spacing_m: float | None = None
    min_distance_m: float = 0.0
    most_candidates: int = 2000
    datum: str | None = None
    exact_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        object.__setattr__(self, "prices", MappingProxyType(dict(self.prices)))
        if self.objective not in OBJECTIVES[1:]:
            raise ConfigError(f"objective is {self.objective!r}: give one of {', '.join(OBJECTIVES[1:])}")
        bad = [f"{kind}={price:g}" for kind, price in self.prices.items() if not 0 < price < float("inf")]
        if bad:
            raise ConfigError(f"price {bad[0]}: it must be above 0")
        for name in ("budget", "minutes", "spacing_m"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigError(f"{name} is {value:g}: it must be above 0")
        if self.minutes is not None and self.circle is not None:
            raise ConfigError("minutes and circle: a threshold of your own is no circle's; give one of the two")
        if self.min_distance_m < 0 or self.exact_s < 0 or self.most_candidates < 1:
            raise ConfigError("min_distance_m and exact_s must not be below 0, most_candidates not below 1")
