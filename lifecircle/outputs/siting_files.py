"""A siting plan as files: all of them, or none."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lifecircle.errors import SourceError
from lifecircle.outputs.document import to_json
from lifecircle.outputs.geofiles import data_date, dated
from lifecircle.outputs.layers import geojson_text
from lifecircle.outputs.scenario_files import scenario_files
from lifecircle.outputs.siting_document import plan_document, site_layer
from lifecircle.outputs.tables import csv_bytes
from lifecircle.outputs.write import files_of, write_together

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.siting_views import PlanView


log = logging.getLogger("lifecircle")

FIGURE = ("tradeoff.png", "tradeoff.svg")
FILES = ("plan.json", "scenario.yml", "sites.csv", "sites.geojson", "plan.gpkg", "tradeoff.csv", *FIGURE)


def write_plan(view: PlanView, out: Path, *, figure: bool = True) -> list[Path]:
    """Write ``plan.json``, ``scenario.yml``, ``sites.csv``, ``sites.geojson``, ``plan.gpkg`` and ``tradeoff.csv``.

    Parameters
    ----------
    view : PlanView
    out : Path
        Created where missing. What a previous plan left there, with the audit of what it built, is taken away.
    figure : bool
        True: the trade-off as ``tradeoff.png`` and ``tradeoff.svg`` too, where it has more than one step and the
        machine has a font for it.

    Raises
    ------
    SourceError
        If the folder cannot be written to; the previous files are then still whole.
    """
    former = []
    if (out / "plan.json").is_file():
        former = [*(out / name for name in FILES), *scenario_files(out), *files_of(out / "after")]
    return write_together(out, lambda folder: _stage(view, folder, figure=figure), former=former)


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write one table to `path` (SourceError where that is impossible)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(csv_bytes(table))
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror or error}); choose another file") from error
    return path


def _stage(view: PlanView, folder: Path, *, figure: bool) -> list[Path]:
    plan, layer = view.plan, site_layer(view.plan)
    texts = {
        "plan.json": to_json(plan_document(view)),
        "scenario.yml": scenario_yaml(view),
        "sites.geojson": geojson_text(layer, provenance=view.provenance),
    }
    tables = {"sites.csv": plan.sites, "tradeoff.csv": plan.tradeoff}
    staged = []
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        staged.append(folder / name)
    for name, table in tables.items():
        (folder / name).write_bytes(csv_bytes(table))
        staged.append(folder / name)
    if len(layer):
        path = folder / "plan.gpkg"
        with dated(data_date(view.provenance)):
            layer.to_file(path, layer="sites", driver="GPKG", engine="pyogrio", index=False)
        staged.append(path)
    return [*staged, *_figure(view, folder)] if figure and len(plan.tradeoff) > 1 else staged


def _figure(view: PlanView, folder: Path) -> list[Path]:
    from lifecircle.outputs.figures.paper import drawing, save_figure  # matplotlib is heavy
    from lifecircle.outputs.figures.tradeoff import tradeoff_chart

    try:
        with drawing(view.language):
            drawn = tradeoff_chart(view)
        return [save_figure(drawn, folder / name, language=view.language) for name in FIGURE]
    except SourceError as error:  # no font: the plan is worth having without its figure
        log.warning("no figure of the trade-off: %s", error)
        return []


def scenario_yaml(view: PlanView) -> str:
    """Return the plan as a file for ``lifecircle what-if``; its values are JSON, which YAML takes as they are."""
    scenario = view.plan.as_scenario()
    lines = [f"name: {json.dumps(scenario.name, ensure_ascii=False)}", "changes:"]
    for record in scenario.records():
        said = {name: value for name, value in record.items() if name != "change"}
        lines.append(f"  - {record['change']}: {json.dumps(said, ensure_ascii=False)}")
    return "\n".join(lines if scenario.changes else [lines[0], "changes: []"]) + "\n"
