"""Many residences shown as cells, so that the page stays light; for display only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.outputs.phrases import phrase

if TYPE_CHECKING:
    from lifecircle.model.audit import AuditView

MOST_RESIDENCES = 60_000
SIDE_M = 100.0
# Where two verdicts hold for the same weight the worse one is shown.
WORST_FIRST = ("not_covered", "unknown", "covered")

Ints = npt.NDArray[np.int64]


def is_gathered(view: AuditView) -> bool:
    """Say whether the map shows cells instead of single residences."""
    return len(view.residences) > MOST_RESIDENCES


def gathered(view: AuditView) -> AuditView:
    """Return the audit with its residences gathered in cells of 100 m, where there are more than 60,000.

    A cell shows the verdict that holds for most of its weight, on a tie the worse one, and the weighted mean number
    of circles covered, rounded down. Minutes and serving facilities differ inside a cell and are left out.
    """
    if not is_gathered(view):
        return view
    points = view.residences.geometry.representative_point()
    column, line = (np.floor(axis.to_numpy() / SIDE_M).astype(np.int64) for axis in (points.x, points.y))
    keys, cell = np.unique(np.column_stack([column, line]), axis=0, return_inverse=True)
    verdicts = view.audit.residences.loc[view.residences.index]
    weight = verdicts["weight"].fillna(0.0).to_numpy(dtype=float)
    ids = [f"{a}/{b}" for a, b in keys.tolist()]
    found = _verdicts(verdicts, cell.ravel(), weight=weight, cells=len(keys)).set_axis(ids)
    corners = keys * SIDE_M
    shapes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + SIDE_M, corners[:, 1] + SIDE_M)
    homes = np.bincount(cell.ravel(), minlength=len(keys))
    residences = gpd.GeoDataFrame(
        {"name": [phrase("map.cell", view.language, count=f"{count:,}") for count in homes], "kind": "cell"},
        geometry=shapes,
        index=ids,
        crs=view.area.crs,
    )
    return replace(view, residences=residences, audit=replace(view.audit, residences=found))


def _verdicts(verdicts: pd.DataFrame, cell: Ints, *, weight: npt.NDArray[np.float64], cells: int) -> pd.DataFrame:
    # Where nobody has a weight every residence counts alike.
    weight = np.where(np.bincount(cell, weight, minlength=cells)[cell] > 0, weight, 1.0)
    frame: dict[str, object] = {}
    for name in verdicts.columns:
        if not name.endswith("_status"):
            continue
        circle = name.removesuffix("_status")
        sums = [_sums(verdicts[name] == status, cell, weight=weight, cells=cells) for status in WORST_FIRST]
        frame[name] = np.array(WORST_FIRST, dtype=object)[np.argmax(sums, axis=0)]
        frame[f"{circle}_reason"] = ""
        frame[f"{circle}_facility_id"] = None
    counts = verdicts["covered_count"].to_numpy(dtype=float)
    total = np.bincount(cell, weight, minlength=cells)
    frame["covered_count"] = np.floor(np.bincount(cell, counts * weight, minlength=cells) / total + 1e-6)
    return pd.DataFrame(frame)


def _sums(holds: pd.Series, cell: Ints, *, weight: npt.NDArray[np.float64], cells: int) -> npt.NDArray[np.float64]:
    return np.bincount(cell, np.where(holds, weight, 0.0), minlength=cells).astype(np.float64)
