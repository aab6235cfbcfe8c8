"""Two audits side by side: who gained, who lost, and how much of it is mapping rather than building."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifecircle.coverage.compare_changes import Pairs, circle_changes
from lifecircle.coverage.compare_notes import comparison_notes
from lifecircle.coverage.kleene import COVERED, NOT_COVERED, kleene_and, status_codes
from lifecircle.coverage.map_changes import facility_changes, is_older
from lifecircle.coverage.same_things import HOMES_M, match_residences
from lifecircle.model.comparison import (
    CAUSES,
    CHANGE_COLUMNS,
    CHANGES,
    COMPARED_COLUMNS,
    UNMATCHED_COLUMNS,
    Comparison,
    JointComparison,
)

if TYPE_CHECKING:
    from lifecircle.model.comparison import AuditRecord, MapHistory, Trials

# Of a threshold, what decides; its source and its label do not.
NOT_ASKED = ("source", "label", "source_m")


def compare_records(
    a: AuditRecord,
    b: AuditRecord,
    *,
    history: MapHistory | None = None,
    trials: Trials | None = None,
    match_m: float = HOMES_M,
) -> Comparison:
    """Compare two audits over the circles that both assess.

    Parameters
    ----------
    a, b : AuditRecord
        The earlier (or the baseline) and the later.
    history : MapHistory, optional
        What the map files say of the objects that only one audit uses.
    trials : Trials, optional
        Tell streets from facilities; without them a change is put down to the facility that serves.
    match_m : float
        Two residences farther apart are never one.

    Returns
    -------
    Comparison

    References
    ----------
    docs/how-to/compare.md
    """
    rows = match_residences(a.residences, b.residences, within_m=match_m)
    pairs = Pairs(
        a.residences.iloc[rows["row_a"].to_numpy()],
        b.residences.iloc[rows["row_b"].to_numpy()],
        rows["match"].to_numpy(dtype=object),
        b.residences["weight"].to_numpy(dtype=float)[rows["row_b"].to_numpy()],
    )
    common, left_out = _common(a, b)
    facilities = facility_changes(a, b, history=history)
    fixed = {circle: _fixed_cause(_told(a, circle), _told(b, circle)) for circle in common}
    frames = [
        circle_changes(circle, pairs, fixed=fixed[circle], facilities=facilities, trials=trials) for circle in common
    ]
    changes = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(CHANGE_COLUMNS))
    like = a.weight == b.weight
    circles = [_circle_row(circle, (a, b), pairs, changes=changes) for circle in common]
    found = Comparison(
        a,
        b,
        circles=pd.DataFrame(circles, index=pd.Index(common, name="id", dtype=object), columns=list(COMPARED_COLUMNS)),
        left_out=left_out,
        joint=_joint(a, b, common, like=like),
        changes=changes,
        facilities=facilities,
        unmatched=_unmatched(a, b, rows),
        matched={how: int(np.sum(pairs.match == how)) for how in ("id", "place")},
        match_m=match_m,
    )
    return replace(found, notes=comparison_notes(found, history=history, trials=trials))


def _common(a: AuditRecord, b: AuditRecord) -> tuple[list[str], dict[str, str]]:
    """Return the circles assessed in both, in the order of the second, and why the others are left out."""
    common, left_out = [], {}
    for circle in [*b.circles.index, *(one for one in a.circles.index if one not in b.circles.index)]:
        if circle not in a.circles.index:
            left_out[circle] = "only_in_b"
        elif circle not in b.circles.index:
            left_out[circle] = "only_in_a"
        elif not b.circles.loc[circle, "assessable"]:
            left_out[circle] = "not_assessable_b"
        elif not a.circles.loc[circle, "assessable"]:
            left_out[circle] = "not_assessable_a"
        else:
            common.append(circle)
    return common, left_out


def _told(record: AuditRecord, circle: str) -> dict[str, Any]:
    """Return the row of a circle by column name."""
    at = record.circles.index.get_loc(circle)
    return {str(name): value for name, value in record.circles.iloc[at].items()}


def _fixed_cause(a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """Return the one cause of all changes of a circle: asked otherwise, or a user's layer; else ""."""
    if not _same_question(a, b):
        return "question"
    return "" if len(b["threshold"]) else "layer"


def _same_question(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Say whether a circle asks the same in both: reading, thresholds, speed."""

    def plain(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in item.items() if key not in NOT_ASKED and value is not None} for item in items
        ]

    speeds = [_number(row["speed_kmh"]) for row in (a, b)]
    same_speed = speeds[0] == speeds[1] or all(math.isnan(speed) for speed in speeds)
    return bool(a["rule"] == b["rule"] and same_speed and plain(a["threshold"]) == plain(b["threshold"]))


def _circle_row(
    circle: str, records: tuple[AuditRecord, AuditRecord], pairs: Pairs, *, changes: pd.DataFrame
) -> dict[str, object]:
    a, b = records
    sides = {"a": (a, pairs.a, _told(a, circle)), "b": (b, pairs.b, _told(b, circle))}
    row: dict[str, object] = {name: sides["b"][2][name] for name in ("name_zh", "name_en")}
    row["same_question"] = _same_question(sides["a"][2], sides["b"][2])
    shares: dict[str, float] = {}
    for side, (record, same, told) in sides.items():
        shares |= {
            f"share_{side}": _number(told[f"share_{record.weight}"]),
            f"share_{side}_upper": _number(told[f"share_{record.weight}_upper"]),
        }
        row |= {
            f"rule_{side}": told["rule"],
            f"threshold_{side}": told["threshold"],
            f"speed_{side}": _number(told["speed_kmh"]),
            f"facilities_{side}": int(told["facilities"]),
            f"same_share_{side}": pairs.share(same[f"{circle}_status"].to_numpy() == "covered"),
        }
    like = a.weight == b.weight
    differences = {
        "difference": shares["share_b"] - shares["share_a"],
        "difference_low": shares["share_b"] - shares["share_a_upper"],
        "difference_high": shares["share_b_upper"] - shares["share_a"],
    }
    row |= shares | {name: value if like else math.nan for name, value in differences.items()}
    return row | _parts(changes[changes["circle"] == circle], total=pairs.total)


def _parts(own: pd.DataFrame, *, total: float) -> dict[str, object]:
    """Return the weight and the number of residences of every change, and of its causes."""

    def share(chosen: pd.Series) -> float:
        return math.fsum(own.loc[chosen, "weight"].tolist()) / total if total > 0.0 else math.nan

    row: dict[str, object] = {}
    for change in CHANGES:
        chosen = own["change"] == change
        row |= {f"{change}_share": share(chosen), f"{change}_homes": int(chosen.sum())}
    for change, not_its in (("gained", "closed"), ("lost", "new")):
        chosen = own["change"] == change
        row |= {f"{change}_{cause}": share(chosen & (own["cause"] == cause)) for cause in CAUSES if cause != not_its}
    old = own["evidence"].map(is_older).astype(bool)
    row["gained_older"] = share((own["change"] == "gained") & (own["cause"] == "unknown") & old)
    return row


def _number(value: object) -> float:
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def _joint(a: AuditRecord, b: AuditRecord, common: Sequence[str], *, like: bool) -> JointComparison:
    counted = set(a.headline.circles_counted) & set(b.headline.circles_counted)
    circles = tuple(circle for circle in common if circle in counted)
    if not circles:
        return JointComparison(())
    shares = [_joint_share(record, circles) for record in (a, b)]
    if any(math.isnan(share) for pair in shares for share in pair):
        return JointComparison(circles)
    return JointComparison(circles, *shares[0], *shares[1], shares[1][0] - shares[0][0] if like else None)


def _joint_share(record: AuditRecord, circles: Sequence[str]) -> tuple[float, float]:
    table = record.residences
    weight = table["weight"].to_numpy(dtype=float)
    status = kleene_and([status_codes(table[f"{circle}_status"]) for circle in circles], length=len(table))
    total = math.fsum(weight.tolist())
    if total <= 0.0:
        return math.nan, math.nan
    return (
        math.fsum(weight[status == COVERED].tolist()) / total,
        math.fsum(weight[status != NOT_COVERED].tolist()) / total,
    )


def _unmatched(a: AuditRecord, b: AuditRecord, rows: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for record, used, name in ((a, rows["row_a"], "a"), (b, rows["row_b"], "b")):
        left = record.residences.drop(index=record.residences.index[used.to_numpy()]).sort_index()
        frame = left.reset_index(names="residence_id").assign(only_in=name)
        frames.append(frame[list(UNMATCHED_COLUMNS)])
    return pd.concat(frames, ignore_index=True)
