"""A grid of definitions as files and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifecircle.model.sensitivity import CLASSES, COMBINATION_COLUMNS, FACTOR_COLUMNS
from lifecircle.model.uncertainty import HEADLINE
from lifecircle.outputs.aligned import aligned
from lifecircle.outputs.document import provenance_document, to_json
from lifecircle.outputs.layers import write_layer
from lifecircle.outputs.phrases import number, percent, phrase
from lifecircle.outputs.tables import csv_bytes
from lifecircle.outputs.write import write_together

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from lifecircle.model.sensitivity import Sensitivity

WGS84 = "EPSG:4326"


def write_sensitivity(found: Sensitivity, out: Path) -> list[Path]:
    """Write ``sensitivity.json``, ``.csv``, ``_factors.csv``, ``.parquet`` and ``.gpkg`` into `out`, all or none.

    Raises
    ------
    SourceError
        If the folder cannot be written to.
    """
    return write_together(out, lambda folder: _stage(found, folder))


def _stage(found: Sensitivity, folder: Path) -> list[Path]:
    document = folder / "sensitivity.json"
    document.write_text(to_json(sensitivity_document(found)), encoding="utf-8", newline="\n")
    files = [document]
    tables = {"sensitivity": found.combinations[list(COMBINATION_COLUMNS)]}
    tables["sensitivity_factors"] = found.factors[list(FACTOR_COLUMNS)]
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        path.write_bytes(csv_bytes(table))
        files.append(path)
    layer = _layer(found)
    parquet = folder / "sensitivity.parquet"
    layer.to_parquet(parquet, index=False)
    geopackage = write_layer(layer, folder / "sensitivity.gpkg", name="sensitivity", provenance=found.provenance)
    return [*files, parquet, geopackage]


def _layer(found: Sensitivity) -> gpd.GeoDataFrame:
    """Return the residences with their classes, EPSG:4326, sorted by id."""
    return found.residences.to_crs(WGS84).sort_index(kind="stable").reset_index(names="residence_id")


def sensitivity_document(found: Sensitivity) -> dict[str, Any]:
    """Return the content of ``sensitivity.json``: no clock, no host, no path."""
    return {
        "weight": found.weight,
        "circles_counted": list(found.counted),
        "combinations": found.combinations[list(COMBINATION_COLUMNS)].to_dict("records"),
        "factors": found.factors[list(FACTOR_COLUMNS)].to_dict("records"),
        "classes": {name: dict(shares) for name, shares in found.classes.items()},
        "compared": found.compared,
        "notes": [{"code": note.code, "en": note.en, "zh": note.zh, "warning": note.warning} for note in found.notes],
        "provenance": provenance_document(found.provenance),
    }


def sensitivity_text(found: Sensitivity) -> str:
    """Return the plain-text summary: the headline's range, the range of every factor, the classes, the notes."""
    language, table = found.language, found.combinations
    blocks = [[phrase("sensitivity.title", language, count=table["combination"].nunique())]]
    shares = table[table["id"] == HEADLINE]
    if len(shares):
        base = shares.loc[shares["base"], "share"].iloc[0]
        low, high = percent(shares["share"].min()), percent(shares["share"].max())
        names = phrase("list", language).join(_circle(found, name) for name in found.counted)
        blocks[0] += ["  " + phrase("sensitivity.base", language, share=percent(base))]
        blocks[0] += ["  " + phrase("sensitivity.range", language, low=low, high=high)]
        blocks[0] += ["  " + phrase("sensitivity.circles", language, names=names)]
    blocks.append(aligned(_factors(found), right=(1, 3, 5)))
    blocks.append(_classes(found))
    lines = [
        f"  {phrase('notes.warning', language) if note.warning else '- '}{note.text(language)}" for note in found.notes
    ]
    if lines:
        blocks.append([phrase("notes", language), *lines])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _factors(found: Sensitivity) -> list[tuple[str, ...]]:
    language = found.language
    heads = [phrase(f"sensitivity.{head}", language) for head in ("factor", "low", "high", "spread")]
    rows: list[tuple[str, ...]] = [(heads[0], heads[1], "", heads[2], "", heads[3])]
    name = HEADLINE if HEADLINE in set(found.factors["id"]) else str(found.factors["id"].iloc[0])
    for row in found.factors[found.factors["id"] == name].to_dict("records"):
        low, high = (f"({_value(row['factor'], row[at], language)})" for at in ("low_at", "high_at"))
        shares = [percent(row[end]) for end in ("low", "high", "spread")]
        rows.append(
            (phrase(f"sensitivity.factor.{row['factor']}", language), shares[0], low, shares[1], high, shares[2])
        )
    return rows


def _value(factor: str, value: str, language: str) -> str:
    if factor == "speed":
        return phrase("speed", language, speed=number(float(value)))
    return phrase(f"{'sensitivity.metric' if factor == 'metric' else factor}.{value}", language)


def _classes(found: Sensitivity) -> list[str]:
    language = found.language
    weight = phrase(f"weight.{found.weight}", language)
    shown = [name for name in found.classes if name != HEADLINE] + [name for name in found.classes if name == HEADLINE]
    rows: list[tuple[str, ...]] = [("", *(phrase(f"sensitivity.{kind}", language) for kind in reversed(CLASSES)))]
    rows += [
        (_circle(found, name), *(percent(found.classes[name][kind]) for kind in reversed(CLASSES))) for name in shown
    ]
    title = phrase("sensitivity.classes", language, weight=weight, count=found.compared)
    return [title, *aligned(rows, right=(1, 2, 3, 4))]


def _circle(found: Sensitivity, name: str) -> str:
    if name == HEADLINE:
        return phrase("uncertainty.headline", found.language)
    return found.circles[name][0 if found.language == "zh" else 1]
