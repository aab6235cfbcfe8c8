"""The files of a scenario, written together, and the table of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lifecircle.outputs.document import to_json
from lifecircle.outputs.scenario_document import gain_table, scenario_document
from lifecircle.outputs.tables import csv_bytes
from lifecircle.outputs.write import write_together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lifecircle.model.what_if import ScenarioView


FILES = (
    "scenario.json",
    "gains.csv",
    "losses.csv",
    "scenario_circles.csv",
    "scenario_communities.csv",
    "scenario_groups.csv",
    "scenario_types.csv",
    "map.html",
)


def scenario_files(out: Path) -> list[Path]:
    """Return the files of the scenario that may have been written into the folder `out`; none where it holds none."""
    return [out / name for name in FILES] if (out / "scenario.json").is_file() else []


def write_scenario(view: ScenarioView, out: Path, *, maps: bool = True) -> list[Path]:
    """Write ``scenario.json``, ``gains.csv``, ``losses.csv``, the tables that have rows and the map; all or none.

    Parameters
    ----------
    view : ScenarioView
    out : Path
        Created where missing. What a previous scenario left and this one does not have (a map, with `maps` false) is
        taken away; any other file in it is left alone.
    maps : bool
        False: no ``map.html``.

    Returns
    -------
    list of Path
        The files written, in `out`.

    Raises
    ------
    SourceError
        If the folder cannot be written to; the previous result is then still whole.
    """
    return write_together(out, lambda folder: _stage(view, folder, maps=maps), former=scenario_files(out))


def _stage(view: ScenarioView, folder: Path, *, maps: bool) -> list[Path]:
    document = folder / "scenario.json"
    document.write_text(to_json(scenario_document(view)), encoding="utf-8", newline="\n")
    effect, staged = view.effect, [document]
    tables = {"gains": gain_table(effect.gains), "losses": gain_table(effect.losses)}
    tables |= {"scenario_circles": effect.circles.reset_index()}
    more = {"scenario_communities": effect.communities, "scenario_groups": effect.groups}
    more |= {"scenario_types": view.types}
    tables |= {name: table for name, table in more.items() if len(table)}
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        path.write_bytes(csv_bytes(table))
        staged.append(path)
    if maps:
        from lifecircle.outputs.map_scenario import save_scenario_map  # folium is heavy

        staged.append(save_scenario_map(view, folder / "map.html"))
    return staged


def write_table(views: Sequence[ScenarioView], out: Path) -> list[Path]:
    """Write ``scenarios.csv`` and ``scenarios.json``: several scenarios side by side."""

    def stage(folder: Path) -> list[Path]:
        table, document = folder / "scenarios.csv", folder / "scenarios.json"
        table.write_bytes(csv_bytes(scenario_table(views)))
        content: Mapping[str, Any] = {"scenarios": [scenario_document(view) for view in views]}
        document.write_text(to_json(content), encoding="utf-8", newline="\n")
        return [table, document]

    return write_together(out, stage)


def scenario_table(views: Sequence[ScenarioView]) -> pd.DataFrame:
    """Return one row per scenario: what it changes, who gains and loses, the joint verdict, each circle's change.

    Returns
    -------
    DataFrame
        ``scenario, id, changes, all_circles_before, all_circles_after, all_circles_upper_after, all_circles_change,
        mean_circles_change, gained_residences, gained_weight, lost_residences, lost_weight``, then ``<circle>_change``.
    """
    rows = []
    for view in views:
        document = scenario_document(view)
        headline, gains, losses = (document[name] for name in ("headline", "gains", "losses"))
        rows.append(
            {
                "scenario": view.scenario.name,
                "id": view.scenario.id,
                "changes": len(view.scenario),
                "all_circles_before": headline["before"]["all_circles_share"],
                "all_circles_after": headline["after"]["all_circles_share"],
                "all_circles_upper_after": headline["after"]["all_circles_share_upper"],
                "all_circles_change": headline["change"]["all_circles_share"],
                "mean_circles_change": headline["change"]["mean_circles_covered"],
                "gained_residences": gains["residences"],
                "gained_weight": gains["weight"],
                "lost_residences": losses["residences"],
                "lost_weight": losses["weight"],
                **{f"{one['circle']}_change": one["change"] for one in document["circles"]},
            }
        )
    return pd.DataFrame(rows)
