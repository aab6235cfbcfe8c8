"""Who gains by community and by age group, counted one residence at a time; several scenarios side by side."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

import lifecircle as lc
from lifecircle.model.scenario import Scenario
from lifecircle.outputs.scenario_files import scenario_table
from lifecircle.pipeline.scenarios.what_if import ScenarioResult

EXTRACT = Path(lc.demo_study()).with_name("akureyri.osm.pbf")
HERE = (-18.1310, 65.6900)
BOX = (-18.175, 65.654, -18.075, 65.706)
CLINIC = lc.AddFacility("clinic", *HERE)
PHARMACY_GOES = lc.RemoveFacility("n267060501:clinic")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> lc.Place:
    """The sample town in four quarters, its people known at 900 points, in two age groups."""
    folder = tmp_path_factory.mktemp("town")
    x, y = np.linspace(BOX[0], BOX[2], 3), np.linspace(BOX[1], BOX[3], 3)
    quarters = [shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for i in range(2) for j in range(2)]
    names = ["SW", "NW", "SE", "NE"]
    gpd.GeoDataFrame({"id": names, "name": names}, geometry=quarters, crs=4326).to_file(folder / "quarters.gpkg")
    spots = [shapely.Point(a, b) for a in np.linspace(BOX[0], BOX[2], 30) for b in np.linspace(BOX[1], BOX[3], 30)]
    number = np.arange(len(spots))
    people = {"people": 10.0 + number % 7, "old": 2.0 + number % 3, "young": 1.0 + number % 4}
    gpd.GeoDataFrame(people, geometry=spots, crs=4326).to_file(folder / "people.gpkg")
    study = yaml.safe_load(Path(lc.demo_study()).read_text(encoding="utf-8"))
    study["osm"]["file"] = str(EXTRACT)
    study["communities"] = {"file": "quarters.gpkg", "datum": "wgs84", "id_column": "id", "name_column": "name"}
    study["population"] = {"file": "people.gpkg", "column": "people", "groups": {"old": "old", "young": "young"}}
    (folder / "study.yml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return lc.load_place(folder / "study.yml", cache=False)


@pytest.fixture(scope="module")
def result(town: lc.Place) -> ScenarioResult:
    return lc.what_if(town, [CLINIC])


def covered(audit: lc.Audit, circle: str) -> dict[str, bool]:
    return (audit.coverage.residences[f"{circle}_status"] == "covered").to_dict()


def test_the_change_of_every_community(town: lc.Place, result: ScenarioResult) -> None:
    was, now = covered(result.baseline, "health"), covered(result.audit, "health")
    rows = town.residences
    expected = {}
    for quarter in ("SW", "NW", "SE", "NE"):
        own = rows.index[rows["community_id"] == quarter]
        people = rows.loc[own, "population"].to_dict()
        total = math.fsum(people.values())
        shares = [math.fsum(people[one] for one in own if side[one]) / total for side in (was, now)]
        if shares[0] != shares[1]:
            expected[quarter] = shares
    found = result.effect.communities
    found = found[found["circle"] == "health"].set_index("community_id")
    assert len(expected) >= 1
    assert set(found.index) == set(expected)
    for quarter, (before, after) in expected.items():
        assert found.loc[quarter, ["share_before", "share_after"]].tolist() == pytest.approx([before, after], abs=1e-12)
        assert found.loc[quarter, "change"] == pytest.approx(after - before, abs=1e-12)


@pytest.mark.parametrize("group", ["old", "young"])
def test_the_change_of_every_age_group(town: lc.Place, result: ScenarioResult, group: str) -> None:
    was, now = covered(result.baseline, "health"), covered(result.audit, "health")
    people = town.residences[f"population_{group}"].fillna(0.0).to_dict()
    total = math.fsum(people.values())
    groups = result.effect.groups
    (row,) = groups[(groups["group"] == group) & (groups["circle"] == "health")].to_dict("records")
    assert row["people"] == pytest.approx(total)
    assert total > 500  # people at points far from any residence are not placed
    for side, of in (("before", was), ("after", now)):
        held = math.fsum(count for one, count in people.items() if of[one])
        assert row[f"share_{side}"] == pytest.approx(held / total, abs=1e-12)
    gained = math.fsum(count for one, count in people.items() if now[one] and not was[one])
    assert gained > 0
    assert (row["gained_people"], row["lost_people"]) == pytest.approx((gained, 0.0))


def test_several_scenarios_side_by_side(town: lc.Place) -> None:
    better = lc.what_if(town, Scenario((CLINIC,), name="more"))
    worse = lc.what_if(town, Scenario((PHARMACY_GOES,), name="less"))
    table = scenario_table([one.view for one in (better, worse)])
    assert table["scenario"].tolist() == ["more", "less"]
    for row, one in zip(table.to_dict("records"), (better, worse), strict=True):
        moved = one.audit.circles["share_population"] - one.baseline.circles["share_population"]
        assert row["health_change"] == pytest.approx(moved["health"], abs=1e-12)
        assert row["changes"] == 1
    assert pd.Series(table["health_change"]).gt(0).tolist() == [True, False]
    assert (table["gained_residences"] > 0).tolist() == [True, False]
    assert (table["lost_residences"] > 0).tolist() == [False, True]
