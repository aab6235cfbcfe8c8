"""What a plan was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecircle.model.travel import Floats
    from lifecircle.pipeline.siting.ground import Wanted


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The question: problem, objective, types with prices, requirements, and circles that sites leave alone."""

    problem: str
    objective: str
    kinds: tuple[str, ...]
    prices: Floats
    wanted: tuple[Wanted, ...]
    alone: tuple[tuple[str, str], ...]
