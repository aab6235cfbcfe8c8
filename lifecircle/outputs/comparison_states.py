"""What became of every residence between two audits, and how it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.outputs.map_changes import State

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.model.comparison import Comparison

# As in the maps of scenarios; hollow where nobody knows the cause.
STATES = {
    "gained": State("#0072b2", line="#003f66", mark="disc"),
    "gained_unknown": State("#ffffff", line="#0072b2", width=2.0, mark="disc"),
    "lost": State("#d55e00", line="#7a3600", mark="diamond"),
    "lost_unknown": State("#ffffff", line="#d55e00", width=2.0, mark="diamond"),
    "both": State("#cc79a7", line="#7d3c64"),
    "new": State("#f0e442"),
    "settled": State("#cdbfe0"),
    "kept": State("#a9cbe2"),
    "not": State("#efcfb4"),
    "open": State("#d0d0d0", hatch=True),
    "same": State("#d3cdc2"),
}
CODE = {state: rank for rank, state in enumerate(STATES)}
STATUS_STATES = {"covered": "kept", "not_covered": "not", "unknown": "open"}


def state_codes(found: Comparison) -> dict[str, npt.NDArray[np.uint8]]:
    """Return places in STATES of the second audit's residences (R,): over "any" circle, then by circle."""
    only = found.unmatched
    new = found.b.residences.index.isin(only.loc[only["only_in"] == "b", "residence_id"])
    each = {str(circle): _circle_codes(found, str(circle), new=new) for circle in found.circles.index}
    turned = found.changes.loc[found.changes["change"] == "to_unknown", "residence_id"]
    return {"any": _over_all(list(each.values()), new=new, turned=found.b.residences.index.isin(turned)), **each}


def _circle_codes(found: Comparison, circle: str, *, new: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    table = found.b.residences
    codes = np.array([CODE[STATUS_STATES[status]] for status in table[f"{circle}_status"]], dtype=np.uint8)
    own = found.changes[found.changes["circle"] == circle]
    states = [_state(*told) for told in zip(own["change"], own["cause"], strict=True)]
    codes[new] = CODE["new"]
    codes[table.index.get_indexer(pd.Index(own["residence_id"]))] = [CODE[state] for state in states]
    return codes


def _state(change: str, cause: str) -> str:
    """Return how a residence with a change is drawn."""
    others = {"to_unknown": "open", "from_unknown": "settled"}
    return others.get(change, f"{change}_unknown" if cause == "unknown" else change)


def _over_all(
    each: list[npt.NDArray[np.uint8]], *, new: npt.NDArray[np.bool_], turned: npt.NDArray[np.bool_]
) -> npt.NDArray[np.uint8]:
    """Return the states over all circles: a change of known cause goes before one of unknown cause.

    Those that neither gained nor lost but `turned` unknown in some circle come next, then those that can be told now.
    """
    none = np.zeros(len(new), dtype=bool)
    had = {state: np.logical_or.reduce([none, *(codes == CODE[state] for codes in each)]) for state in STATES}
    gained, lost = had["gained"] | had["gained_unknown"], had["lost"] | had["lost_unknown"]
    chosen = {"new": new, "both": gained & lost, **{state: had[state] for state in list(STATES)[:4]}}
    chosen |= {"open": turned, "settled": had["settled"]}
    codes = np.select(list(chosen.values()), [CODE[state] for state in chosen], default=CODE["same"])
    return np.asarray(codes, dtype=np.uint8)
