"""The walks of an estate against the single routes, and what is written of them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.model.walks import WALK_COLUMNS, Walks
from lifecircle.outputs.walks import write_walks
from lifecircle.outputs.walks_text import figures
from lifecircle.pipeline.walking.walks import residences_of, walks, walks_view

ESTATE = "Lundarhverfi"


@pytest.fixture(scope="module")
def place() -> lc.Place:
    return lc.load_place(lc.demo_study(), cache=False)


@pytest.fixture(scope="module")
def found(place: lc.Place) -> Walks:
    return walks(place, ESTATE, type="primary_school")


@pytest.mark.parametrize(
    ("start", "kind", "message"),
    [
        ("Lundarhverfo", "primary_school", "did you mean 'Lundarhverfi'"),
        ("", "primary_school", "name an estate"),
        (ESTATE, "school", "unknown facility type 'school'"),
    ],
)
def test_what_is_not_there_is_refused(place: lc.Place, start: str, kind: str, message: str) -> None:
    with pytest.raises(lc.errors.ConfigError, match=message):
        walks(place, start, type=kind)


def test_every_walk_is_the_route_and_the_time_of_the_tables(place: lc.Place, found: Walks) -> None:
    times = lc.nearest_times(place, types=("primary_school",)).to_frame().set_index("residence_id")
    rows = found.lines.set_index("residence_id")
    assert (place.residences.loc[rows.index, "estate"] == ESTATE).all()
    own = times.loc[rows.index]
    pd.testing.assert_series_equal(rows["minutes"].astype(float), own["time_s"] / 60.0, check_names=False)
    assert (rows["facility_id"] == own["facility_id"]).all()
    for residence in rows.index[::40]:
        single = lc.route(place, residence_id=residence, type="primary_school")
        facts = single.facts()
        for column in ("length_m", "crossings", "crossings_marked", "footway_share", "steps_m", "streets"):
            assert rows.loc[residence, column] == facts[column], column
        assert rows.loc[residence].geometry.equals(single.line)


def test_the_figures_are_those_of_the_walks(found: Walks) -> None:
    totals, lines = found.totals(), found.lines
    assert totals["residences"] == len(lines) > 200
    assert totals["people"] is None
    assert totals["minutes_worst"] == lines["minutes"].max()
    assert lines.set_index("residence_id").loc[totals["worst"], "minutes"] == lines["minutes"].max()
    assert totals["minutes_mean"] == pytest.approx(lines["minutes"].astype(float).mean())
    across = (lines["crossings_marked"] + lines["crossings_unmarked"] > 0).sum()
    assert totals["walks_across_without_signals"] == across
    assert 0 < totals["footway_share"] < 1
    assert found.facilities["walks"].sum() == totals["walks"]


def test_places_of_crossings_lie_on_the_walks_that_meet_them(found: Walks) -> None:
    """Each place is within 15 m of as many walks as are counted there, and no walk with a crossing misses all."""
    lines = found.lines.geometry.to_numpy()
    assert len(found.crossings)
    for _, row in found.crossings.iterrows():
        assert np.count_nonzero(shapely.dwithin(lines, row.geometry, 15.0)) >= row["walks"] >= 1
    apart = shapely.distance(found.crossings.geometry.to_numpy()[:, None], found.crossings.geometry.to_numpy()[None, :])
    same = found.crossings["kind"].to_numpy()[:, None] == found.crossings["kind"].to_numpy()[None, :]
    assert (apart[same & ~np.eye(len(apart), dtype=bool)] > 10.0).all()


def test_a_start_is_an_estate_an_id_several_or_a_polygon(place: lc.Place, found: Walks) -> None:
    ids = list(found.lines["residence_id"])
    assert place.residences.index[residences_of(place, ",".join([ids[3], ids[1]]))].tolist() == [ids[1], ids[3]]
    assert len(residences_of(place, "all")) == len(place.residences)
    polygons = [
        thing for thing, tags in place.objects["tags"].items() if tags.get("name") == ESTATE and "landuse" in tags
    ]
    inside = place.residences.index[residences_of(place, polygons[0])]
    assert set(inside) <= set(ids)


def test_who_reaches_nothing_stays_in_the_table(place: lc.Place) -> None:
    far = lc.nearest_times(place, types=("primary_school",)).to_frame().set_index("residence_id")["time_s"]
    nobody = walks(place, ",".join(far.index[np.isinf(far)][:3]), type="primary_school")
    assert nobody.lines["status"].tolist() == ["out_of_reach"] * 3
    assert nobody.totals()["minutes_worst"] is None
    assert figures(nobody, "zh")[4] == ("最长步行", "–")


def test_the_files_open_offline_and_hold_every_walk(place: lc.Place, found: Walks, tmp_path: Path) -> None:
    paths = write_walks(walks_view(place, found), tmp_path / "out")
    assert [path.name for path in paths] == ["walks.csv", "walks.geojson", "walks.gpkg", "walks.html"]
    table = pd.read_csv(paths[0])
    assert tuple(table.columns) == WALK_COLUMNS
    assert len(table) == len(found.lines)
    for path in paths[1:3]:
        layer = gpd.read_file(path)
        assert len(layer) == len(found.found())
        assert layer.crs.to_epsg() == 4326
    page = paths[3].read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'href="http' not in page.replace('href="https://leafletjs.com', "")
    data = json.loads(page.split('type="application/json"')[1].split(">", 1)[1].split("</script>")[0])
    assert len(data["walks"]["features"]) == len(found.found())
    assert data["walks"]["features"][-1]["properties"]["longest"]
    assert write_walks(walks_view(place, found), tmp_path / "again")[3].read_text(encoding="utf-8") == page


def test_no_walk_at_all_still_gives_a_page(place: lc.Place, tmp_path: Path) -> None:
    far = lc.nearest_times(place, types=("primary_school",)).to_frame().set_index("residence_id")["time_s"]
    nobody = walks(place, far.index[np.isinf(far)][0], type="primary_school")
    assert len(write_walks(walks_view(place, nobody), tmp_path)) == 4


def test_the_command_prints_the_figures_and_writes_the_files(tmp_path: Path) -> None:
    command = ["walks", str(lc.demo_study()), "--from", "Innbærinn", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(group, command)
    assert done.exit_code == 0, done.output
    assert "Longest walk" in done.stdout
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".geojson", ".gpkg", ".html"]
    assert CliRunner().invoke(group, [*command[:3], "Innbærin", *command[4:]]).exit_code == 2


def test_the_measure_command_tells_loads(tmp_path: Path) -> None:
    command = ["measure", str(lc.demo_study()), "--measure", "assign-nearest", "--type", "kindergarten"]
    files = ["--out", str(tmp_path / "homes.csv"), "--facilities-out", str(tmp_path / "loads.csv")]
    done = CliRunner().invoke(group, [*command, "--people", "900", "--minutes", "10", *files])
    assert done.exit_code == 0, done.output
    loads = pd.read_csv(tmp_path / "loads.csv")
    homes = pd.read_csv(tmp_path / "homes.csv")
    assert homes["status"].eq("assigned").sum() == homes["facilities"].sum()
    assert 0 < loads["residents"].sum() <= 900
    assert "more than a fifth, so no load is told" in done.stdout
    assert "assign-capacity" in CliRunner().invoke(group, ["measure", "--list"]).stdout
