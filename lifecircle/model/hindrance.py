"""What slows a walker beside the distance; everything off by default."""

from dataclasses import dataclass

from lifecircle.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Hindrances:
    """Slope, stairs and waiting at crossings, as a study switches them on.

    Attributes
    ----------
    slope : bool
        Tobler's hiking function, where edges carry a gradient.
    steps_factor : float
        Times the level walk on flights of steps; at least 1.
    signals_s, unsignalised_s : float
        Mean wait at a crossing of a road with and without traffic signals, seconds.
    stairs_s : float
        For the stairs of a footbridge or underpass, up and down together, seconds.
    """

    slope: bool = False
    steps_factor: float = 1.0
    signals_s: float = 0.0
    unsignalised_s: float = 0.0
    stairs_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse waits below nothing and steps that are quicker than level ground."""
        for name in ("signals_s", "unsignalised_s", "stairs_s"):
            if not 0.0 <= getattr(self, name) <= 600.0:
                raise ConfigError(f"walk.crossings.{name} is {getattr(self, name):g} s: give 0 to 600")
        if not 1.0 <= self.steps_factor <= 10.0:
            raise ConfigError(f"walk.steps_factor is {self.steps_factor:g}: give 1 to 10")


NO_HINDRANCES = Hindrances()
