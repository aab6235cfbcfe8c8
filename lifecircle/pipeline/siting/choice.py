"""What a plan was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecircle.model.standard import Circle
    from lifecircle.model.travel import Floats
    from lifecircle.pipeline.siting.ground import Wanted


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The question.

    Attributes
    ----------
    problem, objective : str
    kinds : tuple of str
        Types of site.
    prices : float64 (T,)
    wanted : tuple of Wanted
        Requirements that sites are to meet.
    alone : tuple of (Circle, str)
        Circles that sites leave alone: thinness of the map, "" where the rule asks for more than the nearest.
    """

    problem: str
    objective: str
    kinds: tuple[str, ...]
    prices: Floats
    wanted: tuple[Wanted, ...]
    alone: tuple[tuple[Circle, str], ...]
