"""What a reader of the result must know about a list."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from lifecircle.model.provenance import Note
from lifecircle.sources.grids import Grid
from lifecircle.sources.table_header import ROLES, Header
from lifecircle.sources.table_report import FIXED, KEPT, NEEDS_GEOCODING, REFUSED

_ROLES_ZH: Final = {
    "name": "名称",
    "address": "地址",
    "lon": "经度",
    "lat": "纬度",
    "location": "坐标",
    "type": "类型",
    "capacity": "容量",
}
# So many differently named rows on one spot are no coincidence: a geocoder's answer for a whole district.
_PILE: Final = 5


def table_notes(grid: Grid, header: Header, *, rows: gpd.GeoDataFrame, datum: str) -> tuple[Note, ...]:
    """Return the notes on one list: what was read as what, what became of its rows, what looks wrong.

    Parameters
    ----------
    grid : Grid
    header : Header
    rows : GeoDataFrame
        As in ``FacilityList``.
    datum : str
    """
    counts = {status: int((rows["status"] == status).sum()) for status in (KEPT, FIXED, REFUSED, NEEDS_GEOCODING)}
    roles = [role for role in ROLES if role in header.columns]
    columns = ", ".join(f"{role} = {header.labels[header.columns[role]]}" for role in roles)
    columns_zh = "、".join(f"{_ROLES_ZH[role]} = {header.labels[header.columns[role]]}" for role in roles)
    where_zh = f"{grid.file}，工作表“{grid.sheet}”" if grid.sheet else grid.file
    lost = counts[REFUSED] + counts[NEEDS_GEOCODING] > 0
    notes = [
        Note(
            "tables.columns",
            f"{grid.where}: columns read as {columns or 'none'}; coordinates as {datum}.",
            f"{where_zh}：列的识别结果为 {columns_zh or '无'}；坐标按 {datum} 处理。",
        ),
        Note(
            "tables.rows",
            f"{grid.where}: {len(rows)} rows: {counts[KEPT]} kept, {counts[FIXED]} put right, {counts[REFUSED]} "
            f"refused, {counts[NEEDS_GEOCODING]} need geocoding (see rows.csv).",
            f"{where_zh}：共 {len(rows)} 行，采用 {counts[KEPT]} 行，修正后采用 {counts[FIXED]} 行，"
            f"拒绝 {counts[REFUSED]} 行，待地理编码 {counts[NEEDS_GEOCODING]} 行（详见 rows.csv）。",
            warning=lost,
        ),
    ]
    if "type" not in header.columns and not rows["types"].map(bool).all():
        notes.append(
            Note(
                "tables.no_types",
                f"{grid.where}: no column of types was found, and not every name tells one: name the column "
                "(type_column), or give the whole list one type (type).",
                f"{where_zh}：未找到类型列，且并非每个名称都能判定类型：请用 type_column 指明类型列，"
                "或用 type 为整份名单指定一种类型。",
                warning=True,
            )
        )
    return (*notes, *_piles(grid, rows, where_zh=where_zh))


def _piles(grid: Grid, rows: gpd.GeoDataFrame, *, where_zh: str) -> list[Note]:
    used = rows[rows["status"].isin([KEPT, FIXED]).to_numpy() & (rows["name"] != "").to_numpy()]
    points = shapely.point_on_surface(used.geometry.to_numpy())
    spots = np.round(np.column_stack([shapely.get_x(points), shapely.get_y(points)]), 6)
    _, spot = np.unique(spots.reshape(-1, 2), axis=0, return_inverse=True)
    names = used["name"].groupby(spot.reshape(-1)).nunique()
    piled = names[names >= _PILE]
    if piled.empty:
        return []
    count = int(piled.sum())
    return [
        Note(
            "tables.piled",
            f"{grid.where}: {count} rows of different names share {len(piled)} spots (up to {int(piled.max())} on "
            "one): probably a geocoder's answer for a whole area; check them.",
            f"{where_zh}：{count} 行名称不同的设施集中在 {len(piled)} 个坐标上（最多 {int(piled.max())} 行同一坐标），"
            "可能是地理编码返回的区域中心点，请核对。",
            warning=True,
        )
    ]
