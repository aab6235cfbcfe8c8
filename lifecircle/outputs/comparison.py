"""Write a comparison of two audits: JSON, tables and GIS layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lifecircle.model.comparison import COMPARED_COLUMNS
from lifecircle.outputs.document import headline_document, json_ready, records, to_json
from lifecircle.outputs.geofiles import dated, day_of
from lifecircle.outputs.tables import at_lon_lat, csv_bytes
from lifecircle.outputs.write import write_together

if TYPE_CHECKING:
    from lifecircle.model.comparison import AuditRecord, Comparison
    from lifecircle.model.comparison_view import ComparisonView


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return the content of ``compare.json``, as docs/schemas/compare.schema.json says: no clock, no path."""
    joint = found.joint
    return json_ready(
        {
            "first": _side(found.a),
            "second": _side(found.b),
            "circles": records(found.circles, COMPARED_COLUMNS),
            "left_out": dict(found.left_out),
            "joint": {
                "circles": list(joint.circles),
                "share_first": joint.share_a,
                "share_first_upper": joint.share_a_upper,
                "share_second": joint.share_b,
                "share_second_upper": joint.share_b_upper,
                "difference": joint.difference,
            },
            "residences": {
                "matched_by_id": found.matched["id"],
                "matched_by_place": found.matched["place"],
                "match_m": found.match_m,
                "only_first": int((found.unmatched["only_in"] == "a").sum()),
                "only_second": int((found.unmatched["only_in"] == "b").sum()),
            },
            "facilities": _facility_counts(found.facilities),
            "notes": [
                {"code": note.code, "en": note.en, "zh": note.zh, "warning": note.warning} for note in found.notes
            ],
        }
    )


def _side(record: AuditRecord) -> dict[str, Any]:
    return {
        "name_zh": record.name_zh,
        "name_en": record.name_en,
        "date": record.date or None,
        "standard": record.standard,
        "rule": record.rule,
        "profile": record.profile,
        "speed_kmh": record.speed_kmh,
        "weight": record.weight,
        "origin_kind": record.origin_kind,
        "headline": headline_document(record.headline),
        "map": {"name": record.map_name, "sha256": record.map_sha256, "timestamp": record.map_date},
        "config_sha256": record.config_sha256,
    }


def _facility_counts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return how many facilities of each type are in one map only, by cause and evidence."""
    keys = ["type", "change", "cause", "evidence"]
    counts = table.groupby(keys, sort=True).size().reset_index(name="count")
    return [{str(name): value for name, value in row.items()} for row in counts.to_dict("records")]


def write_comparison(view: ComparisonView, out: Path, *, maps: bool = True) -> list[Path]:
    """Write ``compare.json``, two tables, ``compare.gpkg`` and, with `maps`, the map and its figure; all or none.

    Raises
    ------
    SourceError
        If the folder cannot be written to, or a file is held open by another program.
    """
    return write_together(out, lambda folder: _stage(view, folder, maps=maps))


def _stage(view: ComparisonView, folder: Path, *, maps: bool) -> list[Path]:
    found = view.comparison
    document = folder / "compare.json"
    document.write_text(to_json(comparison_document(found)), encoding="utf-8", newline="\n")
    staged = [document]
    for name, table in (("changes", found.changes), ("facility_changes", found.facilities)):
        path = folder / f"{name}.csv"
        path.write_bytes(csv_bytes(table))
        staged.append(path)
    staged.append(_geopackage(found, folder / "compare.gpkg"))
    if maps:
        from lifecircle.outputs.map_comparison import save_comparison_map  # folium is heavy

        staged.append(save_comparison_map(view, folder / "map.html"))
    if maps and view.ground is not None:
        from lifecircle.outputs.figures.differences import difference_map  # matplotlib is heavy
        from lifecircle.outputs.figures.paper import save_figure

        figure = difference_map(found, view.ground, language=view.language)
        path = folder / "differences.png"
        staged.append(save_figure(figure, path, language=view.language, every_colour=True))
    return staged


def _geopackage(found: Comparison, path: Path) -> Path:
    changes = found.changes
    layers = {
        "gains": changes[changes["change"] == "gained"],
        "losses": changes[changes["change"] == "lost"],
        "unknown": changes[changes["change"].isin(["to_unknown", "from_unknown"])],
        "facilities": found.facilities,
        "residences_in_one": found.unmatched,
    }
    with dated(day_of(found.b.map_date)):
        for name, table in layers.items():
            at_lon_lat(table.reset_index(drop=True)).to_file(
                path, layer=name, driver="GPKG", engine="pyogrio", index=False, use_arrow=True, geometry_type="Point"
            )
    return path
