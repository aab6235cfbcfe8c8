"""The single changes that would cover most residences: a new facility, a way opened, a way without steps."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from lifecircle.coverage.audit import judge_headline
from lifecircle.coverage.cause_frames import gap_of, places_of
from lifecircle.coverage.fixes import find_wanted
from lifecircle.coverage.kleene import NOT_COVERED
from lifecircle.coverage.verdicts import Ground
from lifecircle.model.area import WGS84
from lifecircle.model.causes import FIX_COLUMNS
from lifecircle.model.network import EdgeFlag
from lifecircle.pipeline.gaps.candidates import Scored, scored
from lifecircle.pipeline.gaps.fix_check import Trial, with_facilities, with_opening
from lifecircle.pipeline.gaps.openings import OPEN, STEP_FREE, Opening, OpenWays

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.travel import Floats, Ints
    from lifecircle.pipeline.place import Place

log = logging.getLogger("lifecircle")

PLACES, WAYS = 3, 2  # of new facilities, of ways to open, for every circle
NEW = "new_facility"
DEGREES = 6  # decimals of a place: 0.1 m


@dataclass(frozen=True, eq=False)
class Fixing:
    """What is known when changes are sought.

    Attributes
    ----------
    place : Place
    coverage : CoverageAudit
        With causes.
    case : CoverageCase
        That it was computed from.
    """

    place: Place
    coverage: CoverageAudit
    case: CoverageCase

    @cached_property
    def ground(self) -> Ground:
        """The case, prepared."""
        return Ground.of(self.case)

    @cached_property
    def verdicts(self) -> Mapping[str, CircleVerdict]:
        """Every circle in the headline reading, by id."""
        return {verdict.circle.id: verdict for verdict in judge_headline(self.ground)}

    @cached_property
    def weight(self) -> Floats:
        """Of every residence, in the study's weight."""
        return self.coverage.residences["weight"].to_numpy(dtype=float)

    @cached_property
    def groups(self) -> Mapping[str, Ints]:
        """The row of the table of gaps that every residence lies in, -1 where none, by circle."""
        found, places = {}, places_of(self.case)
        for circle, verdict in self.verdicts.items():
            rows = np.flatnonzero(verdict.status[: self.case.residence_count] == NOT_COVERED)
            found[circle] = np.full(self.case.residence_count, -1, dtype=np.int64)
            found[circle][rows] = gap_of(self.coverage.gaps, circle, places=places, rows=rows)
        return found

    def holding(self, circle: str) -> dict[str, npt.NDArray[np.bool_]]:
        """Return by change whether each residence would be in reach were all such ways open."""
        table = self.coverage.residences
        first, also = table[f"{circle}_cause"], table[f"{circle}_cause_also"]
        names = {OPEN: "private_or_gate", STEP_FREE: "steps"}
        return {
            change: ((first == name) | also.str.contains(name, regex=False)).to_numpy(dtype=bool)
            for change, name in names.items()
        }

    def trial(self, circle: str) -> Trial:
        """Return a circle, ready for changes to be tried."""
        return Trial(self.place, self.ground, self.verdicts[circle])

    @cached_property
    def _degrees(self) -> Transformer:
        return Transformer.from_crs(self.place.area.crs, WGS84, always_xy=True)

    def rounded(self, spot: dict[str, Any]) -> dict[str, Any]:
        """Return a spot in metres moved to where its printed degrees are, so that what is checked can be repeated."""
        lon, lat = self._degrees.transform(spot["lon"], spot["lat"])
        x, y = self._degrees.transform(round(lon, DEGREES), round(lat, DEGREES), direction="INVERSE")
        return spot | {"lon": x, "lat": y}

    def placed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table with its metres as degrees."""
        lon, lat = self._degrees.transform(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
        return table.assign(lon=np.round(lon, DEGREES), lat=np.round(lat, DEGREES))

    def row(self, circle: str, change: str, *, what: str, at: dict[str, object], rows: Ints) -> dict[str, Any]:
        """Return one row of the table; `at` says where, and anything else that is known."""
        total = float(self.weight.sum())
        heavy = float(self.weight[rows].sum())
        share = heavy / total if total > 0 else np.nan
        plain = {"circle": circle, "gap": 0, "rank": 0, "change": change, "what": what, "checked": False}
        return plain | {"residences": len(rows), "weight": heavy, "share": share} | at


def fixes_of(place: Place, coverage: CoverageAudit, *, case: CoverageCase) -> pd.DataFrame:
    """Return `find_fixes` of an audit; `case` is what it was computed from. No row where causes were not looked for."""
    if coverage.causes.empty:
        return pd.DataFrame(columns=list(FIX_COLUMNS))
    log.info("seeking the changes that would cover most residences")
    return find_fixes(Fixing(place, coverage, case))


def find_fixes(fixing: Fixing) -> pd.DataFrame:
    """Return the single changes that would cover most residences, columns FIX_COLUMNS.

    For every circle the best places of a new facility (each the best for whom those before it leave out) and the best
    ways to open, heaviest gain first; then the best place and way of every gap. The rows of whole circles are checked:
    the changed place was searched again and judged.

    References
    ----------
    docs/methods/gap-causes.md
    """
    wanted = find_wanted(list(fixing.verdicts.values()), fixing.ground)
    known = scored(fixing.place, wanted, weight=fixing.weight, groups=fixing.groups, places=PLACES)
    own = {circle: [one for one in known if one.wanted.circle == circle] for circle in fixing.verdicts}
    ways = OpenWays(fixing.place)
    openings = {
        circle: ways.find([one.wanted for one in members], causes=fixing.holding(circle)) if members else []
        for circle, members in own.items()
    }
    checked = [*_new_facilities(fixing, own), *_openings(fixing, openings)]
    rows: list[dict[str, Any]] = []
    for circle, members in own.items():
        rows += _ranked([row for row in checked if row["circle"] == circle and row["residences"]])
        rows += _of_gaps(fixing, circle, members, openings=openings[circle])
    return fixing.placed(pd.DataFrame(rows, columns=list(FIX_COLUMNS)))


def _new_facilities(fixing: Fixing, own: Mapping[str, Sequence[Scored]]) -> list[dict[str, Any]]:
    """Return the checked best places of a new facility for every circle."""
    chosen: list[tuple[str, Scored, int]] = []
    for circle, members in own.items():
        places = [(circle, one, at) for one in members for at, _ in one.best.overall]
        weights = [fixing.weight[rows] for one in members for _, rows in one.best.overall]
        chosen += _heaviest(places, weights)[:PLACES]
    kinds = [one.wanted.item.types[0] for _, one, _ in chosen]
    spots = [fixing.rounded(_node(fixing.place, one, at)) for _, one, at in chosen]
    trials = [(fixing.trial(circle), kind) for (circle, _, _), kind in zip(chosen, kinds, strict=True)]
    gained = with_facilities(trials, xy=np.array([[spot["lon"], spot["lat"]] for spot in spots]).reshape(-1, 2))
    return [
        fixing.row(circle, NEW, what=kind, at=spot | {"checked": True}, rows=rows)
        for (circle, _, _), kind, spot, rows in zip(chosen, kinds, spots, gained, strict=True)
    ]


def _openings(fixing: Fixing, openings: Mapping[str, Sequence[Opening]]) -> list[dict[str, Any]]:
    """Return the checked best openings of every circle."""
    found = []
    for circle, members in openings.items():
        for opening in _heaviest(members, [fixing.weight[opening.rows] for opening in members])[:WAYS]:
            what, where = _stretch(fixing.place, opening)
            rows = with_opening(fixing.trial(circle), opening)
            found.append(fixing.row(circle, opening.change, what=what, at=where | {"checked": True}, rows=rows))
    return found


def _heaviest(things: Sequence[Any], weights: Sequence[Floats]) -> list[Any]:
    """Return the things with the heaviest weights first, the first of equals."""
    order = sorted(range(len(things)), key=lambda number: (-float(weights[number].sum()), -len(weights[number])))
    return [things[number] for number in order]


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = sorted(rows, key=lambda row: (-round(row["weight"], 6), -row["residences"]))
    return [row | {"rank": rank} for rank, row in enumerate(found, start=1)]


def _of_gaps(
    fixing: Fixing, circle: str, own: Sequence[Scored], *, openings: Sequence[Opening]
) -> list[dict[str, Any]]:
    """Return the best new facility and the best opening of every gap, as the searches of the audit see them."""
    found: dict[int, list[dict[str, Any]]] = {}
    for one in own:
        for gap, (at, rows) in one.best.of_groups.items():
            kind = one.wanted.item.types[0]
            row = fixing.row(circle, NEW, what=kind, at=_node(fixing.place, one, at), rows=rows)
            found.setdefault(gap, []).append(row)
    groups = fixing.groups[circle]
    for opening in openings:
        what, where = _stretch(fixing.place, opening)
        for gap in np.unique(groups[opening.rows]).tolist():
            rows = opening.rows[groups[opening.rows] == gap]
            found.setdefault(int(gap), []).append(fixing.row(circle, opening.change, what=what, at=where, rows=rows))
    numbers = fixing.coverage.gaps["gap"].to_numpy()
    listed = []
    for gap in sorted(gap for gap in found if gap >= 0):
        best: dict[str, dict[str, Any]] = {}
        for row in _ranked(found[gap]):
            best.setdefault(row["change"], row)
        listed += [row | {"gap": int(numbers[gap])} for row in _ranked(list(best.values()))]
    return listed


def _node(place: Place, one: Scored, at: int) -> dict[str, Any]:
    """Return where a candidate is: street and, in metres, lon and lat."""
    node, network = int(one.candidates.node[at]), place.network
    street = str(network.street[one.candidates.edge[at]] or "")
    return {"place": street, "lon": float(network.node_x[node]), "lat": float(network.node_y[node])}


def _stretch(place: Place, opening: Opening) -> tuple[str, dict[str, Any]]:
    """Return what is opened and where its middle is, as `_node` does."""
    network, edges = place.network, opening.edges
    longest = int(edges[np.argmax(network.length_mm[edges])])
    middle = shapely.line_interpolate_point(network.lines(np.array([longest]))[0], 0.5, normalized=True)
    gate = bool(network.has_flag(EdgeFlag.GATE)[longest])
    what = f"{'gate on ' if gate else ''}way/{int(network.way_id[longest])}"
    return what, {"place": str(network.street[longest] or ""), "lon": middle.x, "lat": middle.y}
