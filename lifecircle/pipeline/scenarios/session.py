"""A scenario that is written change by change, with the shares after each of them at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.shares import NO_BOUNDS
from lifecircle.errors import ConfigError
from lifecircle.model.audit import WEIGHTS
from lifecircle.model.scenario import (
    AddFacility,
    AddStreet,
    Change,
    CloseGate,
    CloseStreet,
    MoveFacility,
    OpenGate,
    OpenStreet,
    RemoveFacility,
    RetypeFacility,
    Scenario,
    SetCapacity,
)
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.scenarios.edited import edited_place, ground_of, refused_text
from lifecircle.pipeline.scenarios.live_place import LivePlace
from lifecircle.pipeline.scenarios.live_ways import LiveWays
from lifecircle.pipeline.scenarios.undo import Undo, take_back
from lifecircle.pipeline.scenarios.what_if import ScenarioResult, what_if
from lifecircle.pipeline.standards import audit_weight
from lifecircle.scenario.apply import why_unjoined
from lifecircle.scenario.ground import Refusal, RefusedError
from lifecircle.scenario.things import Shelf, facility_edit

if TYPE_CHECKING:
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.pipeline.audit import Audit
    from lifecircle.pipeline.place import Place
    from lifecircle.scenario.ground import Ground

log = logging.getLogger("lifecircle")

THINGS = AddFacility | RemoveFacility | MoveFacility | RetypeFacility | SetCapacity
COLUMNS = pd.Index(["share", "share_upper", "not_covered", "unknown"])
Rows = list[tuple[float, ...]]
WAYS = AddStreet | CloseStreet | OpenStreet | OpenGate | CloseGate


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """A place with everything that follows its changes; `live` is None where its standard cannot be followed."""

    place: Place
    ground: Ground
    shelf: Shelf
    live: LivePlace | None
    ways: LiveWays | None
    audited: CoverageAudit | None

    @classmethod
    def of(cls, place: Place, *, sought: bool = False) -> _State:
        """Return the state of a place; `sought` where the scenario that made it has sought entrances again."""
        ground, shelf = ground_of(place), Shelf(place.facilities)
        try:
            live = LivePlace(place)
        except ConfigError as error:
            log.info("every change is computed anew: %s", error)
            return cls(place, ground, shelf, None, None, audit(place, causes=False).coverage)
        return cls(place, ground, shelf, live, LiveWays(live, sought=sought), None)


class Session:
    """What-if by hand: one change after another, each shown in the shares at once and taken back at will.

    Changes of facilities, streets and gates are followed where they reach. Computed anew are changes of residences and
    of the walker, studies with rules that cannot be followed (`LiveCoverage`), and the few changes of streets that
    `LiveWays` lists. The shares are those of `what_if` either way, to the last bit.

    Parameters
    ----------
    place : Place
        Not changed.

    Attributes
    ----------
    baseline : Place

    Examples
    --------
    >>> import lifecircle as lc
    >>> session = Session(lc.load_place(lc.demo_study()))
    >>> before = session.circles()
    >>> after = session.apply(lc.AddFacility(type="clinic", lon=-18.131, lat=65.690))
    >>> bool(after.loc["health", "share"] > before.loc["health", "share"])
    True
    >>> session.undo().equals(before)
    True
    """

    def __init__(self, place: Place) -> None:
        self.baseline = place
        self._states, self._changes = [_State.of(place)], list[Change]()
        self._undo: list[Undo] = []
        self._names = pd.Index([*(circle.id for circle in place.standard.circles), "all_circles"])

    @property
    def scenario(self) -> Scenario:
        """What has been changed so far."""
        return Scenario(tuple(self._changes))

    @property
    def followed(self) -> bool:
        """Whether nothing had to be computed anew since the baseline."""
        return len(self._states) == 1 and self._states[0].live is not None

    def apply(self, change: Change) -> pd.DataFrame:
        """Make one more change and return the shares of every circle, as `circles`.

        Raises
        ------
        ConfigError
            If it cannot be made, with the reason; nothing has changed then.
        """
        scenario = Scenario((*self._changes, change))
        state, number = self._states[-1], len(self._changes) + 1
        try:
            undo = _followed(state, change, number)
        except RefusedError as error:
            raise ConfigError(refused_text([Refusal(number, change, str(error))], total=number)) from None
        if undo is None:
            edited = edited_place(self.baseline, scenario)
            self._states.append(_State.of(edited.place, sought=edited.entered_anew))
            undo = [self._states.pop]
        self._undo.append(undo)
        self._changes.append(change)
        return self.circles()

    def undo(self) -> pd.DataFrame:
        """Take back the last change, bit for bit, and return the shares, as `circles`.

        Raises
        ------
        ConfigError
            If nothing is left to take back.
        """
        if not self._undo:
            raise ConfigError("session: nothing is left to take back")
        take_back(self._undo.pop())
        self._changes.pop()
        return self.circles()

    def circles(self, weight: str | None = None) -> pd.DataFrame:
        """Return the shares of every circle as the place is now.

        Parameters
        ----------
        weight : str, optional
            One of WEIGHTS; by default the study's.

        Returns
        -------
        DataFrame
            Index the circles, then ``all_circles``, the joint verdict; ``share``, ``share_upper``, ``not_covered``,
            ``unknown`` of the weight (null where the circle is not assessable; the last two for circles alone).

        Raises
        ------
        ConfigError
            For a weight that there is not.
        """
        chosen = weight or audit_weight(self.baseline)
        if chosen not in WEIGHTS:
            raise ConfigError(f"weight is {weight!r}: give one of {', '.join(WEIGHTS)}")
        state = self._states[-1]
        if state.live is not None:
            live = state.live.coverage
            found, joint = [live.bounds(circle, chosen) for circle in live.circles], live.joint(chosen)
            rows: Rows = [(one.covered, one.upper, one.not_covered, one.unknown) for one in found]
            rows.append((_number(joint.covered), _number(joint.upper), *[NO_BOUNDS.unknown] * 2))
        else:
            rows = _audited(state.audited, chosen)
        return pd.DataFrame(np.array(rows, dtype=float), index=self._names, columns=COLUMNS)

    def result(self, *, baseline: Audit | None = None) -> ScenarioResult:
        """Return the full result of the scenario so far, as `what_if`."""
        return what_if(self.baseline, self.scenario, baseline=baseline)


def _number(value: float | None) -> float:
    return NO_BOUNDS.covered if value is None else value


def _followed(state: _State, change: Change, number: int) -> Undo | None:
    """Make a change where it can be followed and return how it is taken back, else None."""
    if state.live is None or state.ways is None:
        return None
    if isinstance(change, WAYS):
        return state.ways.make(change, ground=state.ground)
    if not isinstance(change, THINGS):
        return None
    edit = facility_edit(change, number=number, ground=state.ground, shelf=state.shelf)
    undo = state.live.edit(edit, reason=partial(why_unjoined, state.ground))
    gone = state.shelf.edit(edit)
    return [*undo, lambda: state.shelf.take_back(edit, gone)]


def _audited(coverage: CoverageAudit | None, weight: str) -> Rows:
    """Return the shares of an audit that was computed anew."""
    assert coverage is not None  # noqa: S101  # computed where nothing follows
    rows, nothing = Rows(), [NO_BOUNDS.unknown] * 2
    own = weight == coverage.weight
    for circle in coverage.circles.index:
        row = dict(coverage.circles.loc[str(circle)])
        other = [row["not_covered_share"], row["unknown_share"]] if own else nothing
        rows.append((float(row[f"share_{weight}"]), float(row[f"share_{weight}_upper"]), *other))
    head = coverage.headline
    joint = [head.all_circles_share, head.all_circles_share_upper] if own else [None, None]
    return [*rows, (*map(_number, joint), *nothing)]
