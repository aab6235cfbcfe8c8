"""What-if on the sample town: every kind of change equals an audit of the changed place, and is taken back."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from pyproj import Transformer

import lifecircle as lc
from lifecircle.cli.what_if import command
from lifecircle.model.area import WGS84
from lifecircle.model.scenario import (
    AddResidences,
    Change,
    CloseStreet,
    OpenStreet,
    RetypeFacility,
    SetCapacity,
    SetProfile,
)
from lifecircle.model.what_if import GAIN_COLUMNS
from lifecircle.outputs.map_scenario import scenario_data
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.scenarios.edited import edited_place
from lifecircle.pipeline.scenarios.session import Session
from lifecircle.pipeline.walking.nearest import nearest_times

ROOT = Path(__file__).resolve().parents[2]
CLINIC = "n267060501:clinic"
HERE = (-18.1310, 65.6900)


@pytest.fixture(scope="module")
def town() -> lc.Place:
    return lc.load_place(lc.demo_study(), cache=False)


@pytest.fixture(scope="module")
def baseline(town: lc.Place):
    return audit(town, causes=False)


@pytest.fixture(scope="module")
def session(town: lc.Place) -> Session:
    return Session(town)


def some_changes(place: lc.Place, *, seed: int, count: int) -> list[Change]:
    """Return changes of facilities and streets, most of them possible."""
    rng, network = np.random.default_rng(seed), place.network
    back = Transformer.from_crs(place.area.crs, WGS84, always_xy=True)
    ids, types = place.facilities.index.to_numpy(), np.unique(place.facilities["type"].to_numpy(dtype=object))

    def point(spread: float = 30.0) -> tuple[float, float]:
        at = int(network.geometry_offsets[int(rng.integers(network.edges))])
        x, y = network.geometry_x[at] + rng.normal(0, spread), network.geometry_y[at] + rng.normal(0, spread)
        return back.transform(x, y)

    def street(kind: str) -> lc.AddStreet:
        lon, lat = point()
        return lc.AddStreet(((lon, lat), (lon + 0.0015, lat), (lon + 0.0015, lat + 0.0006)), kind=kind)

    makers = [
        lambda: lc.AddFacility(str(rng.choice(types)), *point(), capacity=20),
        lambda: lc.RemoveFacility(str(rng.choice(ids))),
        lambda: lc.MoveFacility(str(rng.choice(ids)), *point()),
        lambda: RetypeFacility(str(rng.choice(ids)), str(rng.choice(types))),
        lambda: SetCapacity(str(rng.choice(ids)), 30),
        lambda: street("street"),
        lambda: street("path"),
        lambda: street("crossing"),
        lambda: street("footbridge"),
        lambda: CloseStreet(edge=int(rng.integers(network.edges))),
        lambda: CloseStreet(way=int(rng.choice(network.way_id))),
        lambda: OpenStreet(edge=int(rng.choice(np.flatnonzero(network.permission > 0)))),
    ]
    return [makers[number % len(makers)]() for number in range(count)]


def anew(session: Session) -> pd.Series:
    """Return the shares of an audit of the changed place, and the joint one."""
    found = audit(edited_place(session.baseline, session.scenario).place, causes=False).coverage
    shares = found.circles[f"share_{found.weight}"].astype(float)
    joint = np.nan if found.headline.all_circles_share is None else found.headline.all_circles_share
    return pd.concat([shares, pd.Series({"all_circles": joint})])


def test_every_followed_change_is_an_audit_of_the_changed_place_and_is_taken_back(session: Session):
    states, made = [session.circles()], set()
    for number, change in enumerate(some_changes(session.baseline, seed=3, count=24)):
        if len(session._states) > 2:
            break
        try:
            states.append(session.apply(change))
        except lc.errors.ConfigError:
            continue  # refused: nothing has changed, as the next comparison shows
        made.add(change.KIND)
        if number % 4 == 3:
            assert np.array_equal(states[-1]["share"], anew(session), equal_nan=True)
    assert np.array_equal(states[-1]["share"], anew(session), equal_nan=True)
    assert len(made) >= 5
    while len(states) > 1:
        states.pop()
        assert session.undo().equals(states[-1])


def test_nothing_changed_is_the_baseline_itself(town: lc.Place, baseline):
    result = lc.what_if(town, [], baseline=baseline)
    assert result.audit is baseline
    assert not len(result.gains)
    assert not len(result.losses)
    assert (result.circles["change"].dropna() == 0).all()


def test_who_gains_and_who_loses_is_told_by_residence(town: lc.Place, baseline):
    result = lc.what_if(town, [lc.MoveFacility(CLINIC, *HERE)], baseline=baseline)
    gains, losses = result.gains, result.losses
    assert tuple(gains.columns) == (*GAIN_COLUMNS, "geometry")
    was, now = (side.coverage.residences["health_status"] for side in (baseline, result.audit))
    assert set(gains["residence_id"]) == set(was.index[(was != "covered") & (now == "covered")])
    assert set(losses["residence_id"]) == set(was.index[(was == "covered") & (now != "covered")])
    assert gains["weight"].sum() == pytest.approx(result.circles.loc["health", "gained_weight"])
    share = (gains["weight"].sum() - losses["weight"].sum()) / baseline.coverage.residences["weight"].sum()
    assert result.circles.loc["health", "change"] == pytest.approx(share)
    assert (result.audit.place.facilities.loc[CLINIC, "entrance_kind"]) == "point"
    assert town.facilities.loc[CLINIC].geometry != result.audit.place.facilities.loc[CLINIC].geometry


def test_a_type_that_decides_no_circle_is_shown_first_by_who_comes_within_its_threshold(town: lc.Place, baseline):
    result = lc.what_if(town, [lc.AddFacility("pharmacy", *HERE)], baseline=baseline)
    assert not len(result.gains)
    before, after = (nearest_times(side.place, types=("pharmacy",)).value[:, 0] for side in (baseline, result.audit))
    came = (before > 10 * 60_000) & (after <= 10 * 60_000)  # ten minutes: the standard reading's
    row, weight = result.types.iloc[0], baseline.coverage.residences["weight"]
    assert (row["limit_min"], row["gained_residences"], row["lost_residences"]) == (10.0, came.sum(), 0)
    assert row["gained_weight"] == pytest.approx(weight[came].sum())
    assert row["within_limit_after"] - row["within_limit_before"] == pytest.approx(weight[came].sum() / weight.sum())
    assert f"{came.sum()} residences newly within 10 min" in result.summary("en")
    page = scenario_data(result.view)
    shown = page["views"][page["start"]]
    assert shown["id"] == "type:pharmacy"
    assert np.array_equal(np.array(list(shown["codes"])) == "0", came)  # 0 is drawn as gained
    moved = lc.what_if(town, [lc.MoveFacility(CLINIC, *HERE)], baseline=baseline)
    assert scenario_data(moved.view)["start"] == 0  # circles change: they come first


def test_new_residences_count_after_and_neither_gain_nor_lose(town: lc.Place, baseline):
    estate = AddResidences(
        polygon=[[-18.106, 65.662], [-18.103, 65.662], [-18.103, 65.6632], [-18.106, 65.6632]],
        floor_area_m2=12000.0,
        homes=24,
        name="estate",
    )
    result = lc.what_if(town, [estate], baseline=baseline)
    assert result.effect.newcomers == 24
    assert result.effect.newcomers_weight == pytest.approx(12000.0)
    assert not len(result.gains)
    assert len(result.audit.place.residences) == len(town.residences) + 24
    assert len(result.audit.place.residence_set.land_points) >= len(town.residence_set.land_points)


def test_notes_name_types_and_circles_in_words(town: lc.Place, baseline):
    police = lc.what_if(town, [lc.AddFacility("police", *HERE)], baseline=baseline).view.notes
    (idle,) = (note for note in police if note.code == "scenario.idle_types")
    assert "no circle is decided by Police" in idle.en
    assert "宽口径下，派出所" in idle.zh
    stop = lc.what_if(town, [lc.AddFacility("bus_stop", *HERE)], baseline=baseline).view.notes
    (unknown,) = (note for note in stop if note.code == "scenario.from_unknown")
    assert "gain in Green mobility was unknown" in unknown.en
    assert unknown.zh.startswith("绿色出行的受益")


def test_another_walker_is_the_place_prepared_for_them(town: lc.Place):
    changed = edited_place(town, lc.Scenario([SetProfile("elderly")])).place
    other = lc.load_place(lc.demo_study(), overrides=lc.Overrides(profile="elderly"), cache=False)
    ours, theirs = (audit(place, causes=False).coverage for place in (changed, other))
    pd.testing.assert_frame_equal(ours.circles, theirs.circles)
    pd.testing.assert_frame_equal(ours.residences, theirs.residences)


def test_bad_changes_are_refused_together_with_number_and_reason(town: lc.Place):
    bad = [
        lc.AddFacility("pharmcy", *HERE, capacity=-1),
        lc.AddFacility("pharmacy", -18.08, 65.697),  # in the fjord
        lc.AddFacility("pharmacy", 100.0, 30.0),
        lc.RemoveFacility(CLINIC),
        lc.RemoveFacility(CLINIC),
        lc.MoveFacility("n1:nothing", *HERE),
        SetCapacity("n321402853:pharmacy", 0),
        lc.AddStreet(((-18.16, 65.70), (-18.161, 65.7001)), kind="footbridge"),
        CloseStreet(way=1),
        AddResidences(*HERE),
        SetProfile("robot"),
    ]
    with pytest.raises(lc.errors.ConfigError) as caught:
        lc.what_if(town, bad)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("10 of 11 changes cannot be made")
    numbers = [int(line.split()[1]) for line in lines[1:]]
    assert numbers == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert "did you mean 'pharmacy'" in lines[1]
    assert "capacity is -1" in lines[1]
    assert "no street that can be walked lies within 250 m" in lines[2]


def test_command_line_writes_a_valid_document(tmp_path: Path):
    out = tmp_path / "wi"
    config, scenario = ROOT / "configs" / "demo.yml", ROOT / "configs" / "scenarios" / "new_pharmacy.yml"
    done = CliRunner().invoke(command, [str(config), str(scenario), "--out", str(out), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    document = json.loads((out / "scenario.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs" / "schemas" / "scenario.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["types"][0]["within_15_after"] > document["types"][0]["within_15_before"]
    assert {"gains.csv", "losses.csv", "map.html"} <= {path.name for path in out.iterdir()}
    assert (out / "after" / "audit.json").is_file()
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "showChanges" in page
    assert "https://cdn" not in page
    nothing = tmp_path / "nothing.yml"
    nothing.write_text("changes: []\n", encoding="utf-8")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    again = CliRunner().invoke(command, [str(config), str(nothing), "--out", str(out), "--no-maps"])
    assert again.exit_code == 0, again.output
    left = {path.name for path in out.iterdir()}  # neither the map nor the types of the scenario before
    assert left == {"after", "gains.csv", "losses.csv", "notes.txt", "scenario.json", "scenario_circles.csv"}
    scenario_file = tmp_path / "bad.yml"
    scenario_file.write_text("changes:\n  - remove_facility: n1:nothing\n", encoding="utf-8")
    refused = CliRunner().invoke(command, [str(config), str(scenario_file), "--out", str(tmp_path / "no")])
    assert refused.exit_code == 2
    assert f"{scenario_file}:2: change 1 (remove_facility)" in refused.output
