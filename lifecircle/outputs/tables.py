"""Tables of an audit in the form in which they are written."""

from collections.abc import Mapping
from typing import TypeAlias

import geopandas as gpd
import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.area import WGS84
from lifecircle.model.audit import GAP_COLUMNS, AuditView
from lifecircle.model.causes import GAP_CAUSE_COLUMNS

Tables: TypeAlias = Mapping[str, gpd.GeoDataFrame]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def main_tables(view: AuditView) -> Tables:
    """Return the tables of residences and facilities, by name, for all files that hold them."""
    return {"residences": residence_table(view), "facilities": facility_table(view)}


def residence_table(view: AuditView) -> gpd.GeoDataFrame:
    """Return residences with their verdicts, EPSG:4326, sorted by id.

    Returns
    -------
    GeoDataFrame
        ``residence_id``, the residence columns, ``weight``, ``covered_count``, per circle
        ``<circle>_min`` (minutes, ``inf`` where nothing is reached), ``<circle>_m``, ``_status``, ``_reason``,
        ``_facility_id``, then ``geometry`` and ``entrances``.

    Raises
    ------
    SchemaError
        If the audit judges other residences than the view holds.
    """
    verdicts = view.audit.residences
    same = verdicts.index.equals(view.residences.index) or verdicts.index.isin(view.residences.index).all()
    if len(verdicts) != len(view.residences) or not same:
        raise SchemaError(
            f"audit.residences has {len(verdicts)} rows that do not match the {len(view.residences)} residences: "
            "audit the same table that is drawn"
        )
    return _wgs84(view.residences, extra=verdicts)


def facility_table(view: AuditView) -> gpd.GeoDataFrame:
    """Return facilities, one row per object and type, EPSG:4326, sorted by id."""
    return _wgs84(view.facilities)


def gap_table(view: AuditView) -> gpd.GeoDataFrame:
    """Return gaps in the order of the circles, then by number, EPSG:4326."""
    gaps = view.audit.gaps
    order = {circle: rank for rank, circle in enumerate(view.audit.circles.index)}
    ranked = gaps.assign(_rank=[order.get(circle, len(order)) for circle in gaps["circle"]])
    ranked = ranked.sort_values(["_rank", "gap"], kind="stable", ignore_index=True)
    shapes = ranked.geometry if gaps.crs is None else ranked.geometry.to_crs(WGS84)
    plain = pd.DataFrame(ranked.drop(columns=ranked.geometry.name)).reindex(columns=[*GAP_COLUMNS, *GAP_CAUSE_COLUMNS])
    said = [str(cause) if isinstance(cause, str) else "" for cause in plain["cause"]]
    return gpd.GeoDataFrame(plain.assign(cause=pd.Series(said, dtype=object)), geometry=shapes, crs=WGS84)


def gaps_csv(view: AuditView) -> bytes:
    """Return ``gaps.csv``: UTF-8 with the mark that Excel needs, no cell that a spreadsheet would run."""
    gaps = pd.DataFrame(gap_table(view)[[*GAP_COLUMNS, *GAP_CAUSE_COLUMNS]])
    for column in ("circle", "place", "community", "missing", "nearest_facility_id", "nearest_name", "cause"):
        gaps[column] = [inert(value) for value in gaps[column]]
    rounded = gaps.round({"minutes": 3, "metres": 1, "minutes_over": 3, "metres_over": 1, "lon": 6, "lat": 6})
    rounded = rounded.round({"cause_share": 4, "detour_ratio": 3})
    return rounded.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def community_table(view: AuditView) -> gpd.GeoDataFrame | None:
    """Return communities with their shares and states, EPSG:4326, sorted by id; None without communities."""
    return None if view.communities is None else view.communities.to_crs(WGS84)


def extra_csvs(view: AuditView) -> dict[str, bytes]:
    """Return ``communities`` and the view's further tables as CSV by name, in the form of `gaps_csv`."""
    tables = {name: table for name, table in view.tables.items() if len(table)}
    if view.communities is not None:
        tables["communities"] = pd.DataFrame(view.communities.drop(columns="geometry"))
    return {name: csv_bytes(tables[name]) for name in sorted(tables)}


def at_lon_lat(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table with ``lon`` and ``lat`` as points, EPSG:4326."""
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=WGS84)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8 with the mark that Excel needs, no cell that a spreadsheet would run."""
    columns = {name: values if _is_number(values) else [inert(one) for one in values] for name, values in table.items()}
    plain = pd.DataFrame(columns, columns=table.columns).round(6)
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values)


def inert(value: object) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula.

    Examples
    --------
    >>> inert("=HYPERLINK(1)"), inert("淇河书屋"), inert(None)
    ("'=HYPERLINK(1)", '淇河书屋', '')
    """
    text = "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 - NaN
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _wgs84(table: gpd.GeoDataFrame, *, extra: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    shapes = {
        name: gpd.GeoSeries(table[name].to_numpy(), index=table.index, crs=table.crs).to_crs(WGS84)
        for name in ("geometry", "entrances")
    }
    plain = pd.DataFrame(table.drop(columns=["geometry", "entrances"]))
    if extra is not None:
        plain = plain.join(extra.loc[:, [name for name in extra.columns if name not in plain.columns]])
    plain["geometry"], plain["entrances"] = shapes["geometry"], shapes["entrances"]
    frame = gpd.GeoDataFrame(plain, geometry="geometry", crs=WGS84).sort_index(kind="stable")
    return frame.reset_index(names=table.index.name or "id")
