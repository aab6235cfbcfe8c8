"""Causes as tables: columns of residences and gaps, and a summary per circle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.model.causes import CAUSE_COLUMNS, CAUSES

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.causes import CircleCauses
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.travel import Floats, Ints


# The causes of every mix, by its bits.
_TEXTS = np.array(
    ["|".join(name for at, name in enumerate(CAUSES) if mix >> at & 1) for mix in range(1 << len(CAUSES))], dtype=object
)


def with_causes(audit: CoverageAudit, causes: Mapping[str, CircleCauses], *, case: CoverageCase) -> CoverageAudit:
    """Return `audit` with the causes in its residences, gaps and a table of its own.

    Residences get ``<circle>_cause`` (one of CAUSES, "" where they are covered or unknown), ``<circle>_cause_also``
    (what holds beside it, joined by "|") and ``<circle>_detour`` (walk over crow flight). Gaps get
    GAP_CAUSE_COLUMNS.
    """
    weight = audit.residences["weight"].to_numpy(dtype=float)
    columns: dict[str, npt.NDArray[Any]] = {}
    for circle in audit.circles.index:
        columns |= _residence_columns(str(circle), causes.get(str(circle)), count=len(weight))
    return replace(
        audit,
        residences=audit.residences.assign(**columns),
        gaps=_gaps(audit.gaps, causes, case=case, weight=weight),
        causes=cause_frame(causes, weight=weight),
    )


def _residence_columns(circle: str, found: CircleCauses | None, *, count: int) -> dict[str, npt.NDArray[Any]]:
    cause, also = np.full(count, "", dtype=object), np.full(count, "", dtype=object)
    ratio = np.full(count, np.nan)
    if found is not None and len(found.rows):
        cause[found.rows] = np.array(CAUSES, dtype=object)[found.cause]
        bit = 1 << np.arange(len(CAUSES))
        also[found.rows] = _TEXTS[found.holds @ bit - bit[found.cause]]
        ratio[found.rows] = found.ratio
    return {f"{circle}_cause": cause, f"{circle}_cause_also": also, f"{circle}_detour": ratio}


def cause_frame(causes: Mapping[str, CircleCauses], *, weight: Floats) -> pd.DataFrame:
    """Return residences, weight and share of every cause that occurs, columns CAUSE_COLUMNS.

    In the order of the circles, then of CAUSES; shares are of the study's weight over its residences, so that those of
    one circle add up to what it does not cover.
    """
    total = math.fsum(weight.tolist())
    rows = []
    for circle, found in causes.items():
        for number, name in enumerate(CAUSES):
            own = found.cause == number
            also = int(np.count_nonzero(found.holds[:, number] & ~own))
            if not own.any() and not also:
                continue
            heavy = math.fsum(weight[found.rows[own]].tolist())
            rows.append((circle, name, int(own.sum()), heavy, heavy / total if total > 0.0 else math.nan, also))
    return pd.DataFrame(rows, columns=list(CAUSE_COLUMNS))


def places_of(case: CoverageCase) -> npt.NDArray[np.object_]:
    """Return a point inside every residence (R,)."""
    return np.asarray(shapely.point_on_surface(np.asarray(case.residences.geometry.array, dtype=object)))


def gap_of(gaps: gpd.GeoDataFrame, circle: str, *, places: npt.NDArray[np.object_], rows: Ints) -> Ints:
    """Return the row of `gaps` that each of the uncovered residences `rows` of `circle` lies in, -1 where none.

    Gaps of one circle lie apart and hold the points of their residences; `places` are those of `places_of`.
    """
    found = np.full(len(rows), -1, dtype=np.int64)
    own = np.flatnonzero((gaps["circle"] == circle).to_numpy(dtype=bool))
    if len(own) and len(rows):
        tree = shapely.STRtree(places[rows])
        gap, point = tree.query(np.asarray(gaps.geometry.array, dtype=object)[own], predicate="intersects")
        found[point] = own[gap]
    return found


def _gaps(
    gaps: gpd.GeoDataFrame, causes: Mapping[str, CircleCauses], *, case: CoverageCase, weight: Floats
) -> gpd.GeoDataFrame:
    cause, share = np.full(len(gaps), "", dtype=object), np.full(len(gaps), np.nan)
    ratio = np.full(len(gaps), np.nan)
    places = places_of(case)
    for circle, found in causes.items():
        own = gap_of(gaps, circle, places=places, rows=found.rows)
        for gap in np.unique(own[own >= 0]).tolist():
            members = own == gap
            heavy = weight[found.rows[members]]
            heavy = heavy if heavy.sum() > 0 else np.ones(len(heavy))
            sums = np.bincount(found.cause[members], weights=heavy, minlength=len(CAUSES))
            cause[gap], share[gap] = CAUSES[int(sums.argmax())], float(sums.max() / sums.sum())
            ratios = np.sort(found.ratio[members & ~np.isnan(found.ratio)])
            ratio[gap] = ratios[(len(ratios) - 1) // 2] if len(ratios) else np.nan
    return gaps.assign(cause=cause, cause_share=share, detour_ratio=ratio)
