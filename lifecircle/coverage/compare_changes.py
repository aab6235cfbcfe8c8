"""Who gained and who lost a circle, and what that is put down to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, status_codes
from lifecircle.model.comparison import CHANGE_COLUMNS, CHANGES

if TYPE_CHECKING:
    from lifecircle.model.comparison import Trials


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The residences that are in both audits: M rows of each, in one order."""

    a: pd.DataFrame
    b: pd.DataFrame
    match: npt.NDArray[np.object_]
    weight: npt.NDArray[np.float64]

    @property
    def total(self) -> float:
        """Weight of all of them."""
        return math.fsum(self.weight.tolist())

    def share(self, chosen: npt.NDArray[np.bool_]) -> float:
        """Return the share of the weight that is `chosen` (M,); NaN without weight."""
        return math.fsum(self.weight[chosen].tolist()) / self.total if self.total > 0.0 else math.nan


def circle_changes(
    circle: str, pairs: Pairs, *, fixed: str, facilities: pd.DataFrame, trials: Trials | None
) -> pd.DataFrame:
    """Return the residences whose status in `circle` changed, columns CHANGE_COLUMNS.

    Parameters
    ----------
    circle : str
    pairs : Pairs
    fixed : str
        The cause of all of them (``question``, ``layer``), "" where each has its own.
    facilities : DataFrame
        Columns FACILITY_CHANGE_COLUMNS.
    trials : Trials or None
    """
    before, after = (status_codes(table[f"{circle}_status"]) for table in (pairs.a, pairs.b))
    kinds = {
        "gained": (before == NOT_COVERED) & (after == COVERED),
        "lost": (before == COVERED) & (after == NOT_COVERED),
    }
    known = [(status == COVERED) | (status == NOT_COVERED) for status in (before, after)]
    kinds |= {"to_unknown": known[0] & ~known[1], "from_unknown": ~known[0] & known[1]}
    change = np.select([kinds[name] for name in CHANGES], CHANGES, default="")
    rows = np.flatnonzero(change != "")
    first, second = pairs.a.iloc[rows], pairs.b.iloc[rows]
    found = pd.DataFrame({"circle": circle, "change": change[rows]}, index=range(len(rows)))
    found["residence_id"], found["residence_id_a"] = second.index.to_numpy(), first.index.to_numpy()
    found["match"], found["weight"] = pairs.match[rows], pairs.weight[rows]
    for name in ("name", "lon", "lat"):
        found[name] = second[name].to_numpy()
    for table, suffix in ((first, "a"), (second, "b")):
        for column, name in (
            ("status", "status"),
            ("reason", "reason"),
            ("min", "minutes"),
            ("facility_id", "facility"),
        ):
            own = f"{circle}_{column}"
            found[f"{name}_{suffix}"] = table[own].to_numpy() if own in table.columns else None
    found["cause"], found["evidence"] = _causes(found, circle, facilities=facilities, fixed=fixed, trials=trials)
    order = pd.Categorical(found["change"], CHANGES, ordered=True)
    found = found.assign(_order=order.codes).sort_values(["_order", "residence_id"], kind="stable", ignore_index=True)
    return found[list(CHANGE_COLUMNS)]


def _causes(
    found: pd.DataFrame, circle: str, *, facilities: pd.DataFrame, fixed: str, trials: Trials | None
) -> tuple[list[str], list[str]]:
    """Return cause and evidence of every change; `fixed` where one cause explains all of them."""
    why = {(row.change, row.facility_id): (str(row.cause), str(row.evidence)) for row in facilities.itertuples()}
    streets = _by_streets(found, circle, trials)
    causes, evidence = [], []
    for row, part in zip(found.itertuples(), streets, strict=True):
        if row.change not in ("gained", "lost"):
            cause, said = "", ""
        elif fixed or part in ("network", "both"):
            cause, said = fixed or part, ""
        else:
            key = ("new", row.facility_b) if row.change == "gained" else ("gone", row.facility_a)
            # One that is in both maps cannot be what changed, unless streets are known not to be.
            cause, said = why.get(key, ("unknown", "none") if part else ("network", ""))
        causes.append(cause)
        evidence.append(said)
    return causes, evidence


def _by_streets(found: pd.DataFrame, circle: str, trials: Trials | None) -> npt.NDArray[np.object_]:
    """Return ``network``, ``facilities`` or ``both`` for every change, "" where no trial tells.

    A change is the streets' where it comes with the later streets alone and not with the later facilities alone;
    the facilities' the other way round; both's where it needs both, or either alone brings it.
    """
    column = f"{circle}_status"
    if trials is None or any(column not in one for one in (trials.later_streets, trials.earlier_streets)):
        return np.full(len(found), "", dtype=object)
    wanted = np.where(found["change"] == "gained", "covered", "not_covered")
    later = trials.later_streets[column].reindex(found["residence_id"]).to_numpy(dtype=object) == wanted
    earlier = trials.earlier_streets[column].reindex(found["residence_id_a"]).to_numpy(dtype=object) == wanted
    return np.where(later & ~earlier, "network", np.where(earlier & ~later, "facilities", "both")).astype(object)
