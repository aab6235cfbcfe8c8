"""The result folder of an earlier audit, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from lifecircle.errors import SourceError
from lifecircle.model.audit import CIRCLE_COLUMNS, Headline
from lifecircle.model.comparison import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = ("audit.json", "residences.parquet", "facilities.parquet")


def read_audit_folder(folder: Path) -> AuditRecord:
    """Read back what ``lifecircle audit`` wrote into `folder`.

    Raises
    ------
    SourceError
        If a file is missing or damaged, or is of a version that does not say enough.
    SchemaError
        If a table lacks columns.
    """
    absent = [name for name in FILES if not (folder / name).is_file()]
    if absent:
        raise SourceError(
            f"{folder}: not the result of an audit ({', '.join(absent)} missing); give a study file, or a folder that "
            "`lifecircle audit` wrote"
        )
    try:
        told = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
        return _record(told, folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{folder / 'audit.json'}: not of this version ({error}); run the audit again") from error
    except (ValueError, OSError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{folder}: cannot be read back ({error}); run the audit again") from error


def _record(told: Mapping[str, Any], folder: Path) -> AuditRecord:
    about = told["study"]
    maps = [file for file in told["provenance"]["inputs"] if file["role"] == "osm"]
    circles = pd.DataFrame(told["circles"]).set_index("id")[list(CIRCLE_COLUMNS)]
    residences = gpd.read_parquet(folder / "residences.parquet")
    return AuditRecord(
        about["name_zh"],
        about["name_en"],
        about["date"] or "",
        standard=told["standard"],
        rule=told["rule"],
        profile=told["profile"],
        weight=told["weight"],
        origin_kind=told["origin_kind"],
        speed_kmh=told["speed_kmh"],
        headline=_headline(told["headline"]),
        circles=circles,
        residences=placed(residences, index="residence_id"),
        facilities=placed(gpd.read_parquet(folder / "facilities.parquet"), index="facility_id"),
        map_name=maps[0]["name"] if maps else "",
        map_sha256=maps[0]["sha256"] if maps else "",
        map_date=maps[0]["timestamp"] if maps else "",
        config_sha256=told["provenance"]["config_sha256"],
        shapes=residences.set_index("residence_id").geometry,
    )


def _headline(told: Mapping[str, Any]) -> Headline:
    shares = (told["all_circles_share"], told["all_circles_share_upper"], told["mean_circles_covered"])
    return Headline(
        *shares, tuple(told["circles_counted"]), told["circles_total"], speed_kmh=told["speed_kmh"], rule=told["rule"]
    )


def placed(table: gpd.GeoDataFrame, *, index: str | None = None) -> pd.DataFrame:
    """Return a table in EPSG:4326 with ``lon`` and ``lat`` of a point of each shape instead of its shapes.

    `index` is the column that becomes the index.
    """
    points = table.geometry.representative_point()
    plain = pd.DataFrame(table.drop(columns=[name for name in ("geometry", "entrances") if name in table.columns]))
    plain = plain.assign(lon=points.x, lat=points.y)
    plain = plain if index is None else plain.set_index(index)
    return plain.sort_index(kind="stable")
