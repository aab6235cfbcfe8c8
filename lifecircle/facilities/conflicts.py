"""Where the sources of one facility disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.facilities.deduplicate import SAME_NAME_M
from lifecircle.model.area import WGS84

CONFLICT_COLUMNS = (
    "conflict",  # type, name, position, capacity or not_in_list
    "type",
    "facility_id",  # the record that is used
    "source",
    "name",
    "other_id",
    "other_source",
    "other_name",
    "used",  # what the result uses
    "set_aside",  # what the other source says
    "distance_m",
    "resolution",  # merged, kept_apart or lenient_only
    "lon",
    "lat",
)


def disagreements(
    merged: Mapping[str, object],
    other: Mapping[str, object],
    *,
    metres: float,
    supersedes: Mapping[str, tuple[str, ...]],
) -> list[dict[str, object]]:
    """Return what the record `other` says otherwise than the `merged` one that it is part of."""
    kind, said = str(merged["type"]), str(other["type"])
    given, taken = float(str(other["capacity"])), float(str(merged["capacity"]))
    differences = {
        "type": (kind, said) if kind != said and said not in supersedes.get(kind, ()) else None,
        "name": (merged["name"], other["name"]) if other["name"] not in ("", merged["name"]) else None,
        "position": ("", "") if metres > SAME_NAME_M else None,
        "capacity": (f"{taken:g}", f"{given:g}") if not np.isnan(given) and given != taken else None,
    }
    return [
        conflict(merged, other, what=what, values=values, metres=metres)
        for what, values in differences.items()
        if values is not None
    ]


def conflict(
    used: Mapping[str, object],
    other: Mapping[str, object],
    *,
    what: str,
    values: tuple[object, object],
    metres: float,
    resolution: str = "merged",
) -> dict[str, object]:
    """Return one row of the list of conflicts: what is used, and what `other` says instead."""
    return {
        "conflict": what,
        "type": used["type"],
        "facility_id": f"{used['object_id']}:{used['type']}",
        "source": used["source"],
        "name": used["name"],
        "other_id": f"{other['object_id']}:{other['type']}" if other else "",
        "other_source": other.get("source", ""),
        "other_name": other.get("name", ""),
        "used": str(values[0]),
        "set_aside": str(values[1]),
        "distance_m": round(metres, 1),
        "resolution": resolution,
        "point": shapely.point_on_surface(used["geometry"]),
    }


def conflict_frame(found: Sequence[Mapping[str, object]], *, table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the rows of `conflict` as a table with the columns CONFLICT_COLUMNS, sorted."""
    if not found:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in CONFLICT_COLUMNS})
    frame = pd.DataFrame(list(found))
    points = gpd.GeoSeries(frame["point"].to_numpy(), crs=table.crs).to_crs(WGS84)
    frame = frame.assign(lon=points.x.round(6).to_numpy(), lat=points.y.round(6).to_numpy())[list(CONFLICT_COLUMNS)]
    return frame.sort_values(["conflict", "facility_id", "other_id"], kind="stable", ignore_index=True)
