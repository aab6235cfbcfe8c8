"""Communities: how much of each is covered by every circle."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, Statuses, kleene_and, status_codes
from lifecircle.model.equity import ALL_CIRCLES
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.tables import ResidenceTable

# A community is wholly covered when at least 95 % of its weight is: written as a ratio, so that 19 of 20 is enough.
WHOLLY = (19, 20)
STATES = ("wholly", "partly", "not_covered", "unknown", "")  # "": nobody lives there, or the circle is not assessable


def community_rollup(
    coverage: CoverageAudit, residences: ResidenceTable, *, communities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Sum the verdicts of an audit over communities.

    With share s = covered / all of a community's weight and its upper bound u = (covered + unknown) / all, a circle is
    ``wholly`` there when s >= 95 %, ``not_covered`` when u = 0, ``partly`` when s > 0 and u < 95 %; where the bounds
    leave that open, ``unknown``. A residence without a weight (no floor area) weighs nothing.

    Parameters
    ----------
    coverage : CoverageAudit
    residences : ResidenceTable
        Those that were audited; ``community_id`` is the community of each.
    communities : GeoDataFrame
        Columns ``id``, ``name`` and, where known, ``code``; polygons in the metric CRS.

    Returns
    -------
    GeoDataFrame
        One row per community, sorted by id: ``community_id, name, code, area_km2, residences, weight``, per circle c
        and for all counted circles together (``all_circles``) ``c_share``, ``c_share_upper`` (null where nobody lives
        or the circle is not assessable) and ``c_state``; geometry.
    """
    frame = communities.sort_values("id", kind="stable", ignore_index=True)
    ids = frame["id"].astype(str).to_numpy(dtype=object)
    owner = pd.Index(ids).get_indexer(residences["community_id"].reindex(coverage.residences.index))
    weight = coverage.residences["weight"].to_numpy(dtype=float)
    columns: dict[str, object] = {
        "community_id": ids,
        "name": frame["name"].astype(str).to_numpy(dtype=object),
        "code": frame["code"].to_numpy(dtype=object) if "code" in frame else np.full(len(ids), "", dtype=object),
        "area_km2": frame.geometry.area.to_numpy() / 1e6,
        "residences": np.bincount(owner[owner >= 0], minlength=len(ids)),
        "weight": _sums(weight, owner=owner, count=len(ids)),
    }
    for name, status in _statuses(coverage).items():
        columns |= _shares(name, status, weight=weight, owner=owner, total=np.asarray(columns["weight"], dtype=float))
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def _statuses(coverage: CoverageAudit) -> dict[str, Statuses | None]:
    """Return the status codes of every residence by circle, and jointly; None where a circle is not assessable."""
    found: dict[str, Statuses | None] = {}
    for circle, assessable in coverage.circles["assessable"].items():
        found[str(circle)] = status_codes(coverage.residences[f"{circle}_status"]) if assessable else None
    joint = [found[circle] for circle in coverage.headline.circles_counted]
    length = len(coverage.residences)
    found[ALL_CIRCLES] = kleene_and([one for one in joint if one is not None], length=length) if joint else None
    return found


def _shares(
    name: str,
    status: Statuses | None,
    *,
    weight: npt.NDArray[np.float64],
    owner: npt.NDArray[np.int64],
    total: npt.NDArray[np.float64],
) -> dict[str, object]:
    count = len(total)
    if status is None:
        nothing = np.full(count, np.nan)
        return {f"{name}_share": nothing, f"{name}_share_upper": nothing, f"{name}_state": [""] * count}
    covered = _sums(np.where(status == COVERED, weight, 0.0), owner=owner, count=count)
    possible = _sums(np.where(status != NOT_COVERED, weight, 0.0), owner=owner, count=count)
    divisor = np.where(total > 0, total, np.nan)
    share, whole = WHOLLY
    wholly, maybe = whole * covered >= share * total, whole * possible >= share * total
    state = np.select(
        [~(total > 0), wholly, possible <= 0, (covered > 0) & ~maybe],
        ["", "wholly", "not_covered", "partly"],
        default="unknown",
    )
    return {
        f"{name}_share": covered / divisor,
        f"{name}_share_upper": possible / divisor,
        f"{name}_state": state.astype(object),
    }


def _sums(values: npt.NDArray[np.float64], *, owner: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.float64]:
    """Return the exact sum of `values` by owner; owner -1 belongs to nobody."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(count + 1))
    sorted_values = values[order].tolist()
    return np.array([math.fsum(sorted_values[a:b]) for a, b in itertools.pairwise(starts.tolist())])


def community_note(rollup: gpd.GeoDataFrame) -> Note:
    """Say how many communities are wholly, partly and not covered by all counted circles together."""
    states = rollup[f"{ALL_CIRCLES}_state"].value_counts()
    wholly, partly, missed, unknown, empty = (int(states.get(state, 0)) for state in STATES)
    return Note(
        "communities.rollup",
        f"Of {len(rollup)} communities {wholly} are wholly covered (at least 95 % of the weight) by every counted "
        f"circle, {partly} partly, {missed} not at all; for {unknown} the data leaves it open, {empty} have no "
        "residence with a weight or no circle can be assessed.",
        f"{len(rollup)} 个社区中，所有计入的圈全部覆盖（权重占比不低于 95%）的有 {wholly} 个，部分覆盖 {partly} 个，"
        f"未覆盖 {missed} 个；数据不足以判定 {unknown} 个，无居住点或无法评估 {empty} 个。",
    )
