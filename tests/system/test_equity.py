"""Equity of a study with estates and age groups, from the file to the table; and the inequality of a measure."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from system.studies import write_study

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.errors import ConfigError
from lifecircle.outputs.document import audit_document, to_json
from lifecircle.outputs.equity_text import equity_text
from lifecircle.outputs.tables import extra_csvs

ROOT = Path(__file__).resolve().parents[2]
EXTRACT = Path(lc.__file__).parent / "data" / "akureyri" / "akureyri.osm.pbf"
EXTENT = (-18.20, 65.64, -18.04, 65.71)
TOWN = (-18.175, 65.654, -18.075, 65.706)
HALF = -18.115  # west of it estates are renovated


def halves(path: Path) -> Path:
    """Two halves of the town with what is known of their estates and people."""
    known = [
        ("west", (TOWN[0], TOWN[1], HALF, TOWN[3]), {"renovated": "yes", "built": 1985, "people": 3000, "old": 300}),
        ("east", (HALF, TOWN[1], TOWN[2], TOWN[3]), {"renovated": "no", "built": 2005, "people": 1000, "old": 500}),
    ]
    features = [
        {"type": "Feature", "properties": {"name": name, **columns}, "geometry": shapely.box(*box).__geo_interface__}
        for name, box, columns in known
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("equity")
    file = str(halves(folder / "halves.geojson"))
    return write_study(
        folder,
        EXTRACT,
        boundary=TOWN,
        extent=EXTENT,
        population={"file": file, "column": "people", "groups": {"over_60": "old"}},
        equity={
            "by": ["renovated", "built", "age_group"],
            "bins": {"built": [2000]},
            "own_group": {"elderly": "over_60"},
            "file": {"file": file},
        },
    )


@pytest.fixture(scope="module")
def audit(study) -> lc.Audit:
    return lc.audit(lc.load_place(study, cache=False))


def by_hand(audit, rows, weight: str, circle: str) -> float:
    table = audit.residences[rows]
    covered = table.loc[table[f"{circle}_status"] == "covered", weight].sum()
    return covered / table[weight].sum()


def test_renovated_and_other_estates(audit):
    table = audit.equity()
    points = audit.residences.geometry.representative_point().to_crs(4326)
    for circle in ("health", "elderly"):
        for name, west in (("yes", True), ("no", False)):
            row = table[(table["by"] == "renovated") & (table["group"] == name) & (table["circle"] == circle)].iloc[0]
            rows = ((points.x < HALF) == west).to_numpy()
            assert row["share"] == pytest.approx(by_hand(audit, rows, "population", circle))
            assert row["residences"] == rows.sum()
            assert row["weight"] == pytest.approx({"yes": 3000, "no": 1000}[name])
            assert row["mean"] == pytest.approx(audit.circles.loc[circle, "share_population"])


def test_years_are_cut_as_the_study_says(audit):
    built = audit.equity()
    assert built.loc[built["by"] == "built", "group"].unique().tolist() == ["<2000", "≥2000"]
    other = audit.equity(["built"], bins={"built": [1980, 1990]})
    assert other["group"].unique().tolist() == ["1980–1990", "≥1990"]


def test_the_elderly_circle_is_weighted_by_the_elderly(audit):
    table = audit.equity().set_index(["by", "group", "circle"])
    own, every = table.loc[("own_group", "over_60", "elderly")], slice(None)
    assert own["share"] == pytest.approx(by_hand(audit, every, "population_over_60", "elderly"))
    assert own["weight"] == pytest.approx(800)
    assert table.loc[("age_group", "over_60", "elderly"), "share"] == own["share"]
    assert own["share"] != pytest.approx(own["mean"])


def test_what_the_study_asks_for_is_written(audit):
    written = pd.read_csv(io.BytesIO(extra_csvs(audit.view)["equity"]), encoding="utf-8-sig")
    document = audit_document(audit.view)
    assert len(written) == len(document["equity"]) == len(audit.equity())
    assert {entry["by"] for entry in document["equity"]} == {"renovated", "built", "age_group", "own_group"}
    assert "halves.geojson" in [entry["name"] for entry in document["provenance"]["inputs"]]
    schema = json.loads((ROOT / "docs" / "schemas" / "audit.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(to_json(document)))


def test_tags_of_the_map_and_columns_of_the_table(audit):
    kinds = audit.equity(["building"])
    assert {"apartments", "residential"} <= set(kinds["group"])
    assert set(audit.equity(["kind"])["group"]) == {"building"}


@pytest.mark.parametrize(
    ("by", "said"), [("colour_of_the_door", "known columns: community, object_id"), ("own_grup", "no attribute")]
)
def test_unknown_attributes_are_refused_with_what_is_known(audit, by, said):
    with pytest.raises(ConfigError, match=said):
        audit.equity([by])


def test_without_age_groups_there_is_no_table_of_them(audited):
    with pytest.raises(ConfigError, match=r"population\.groups"):
        audited("demo").equity(["age_group"])


def test_the_command_prints_groups_and_writes_all(study, tmp_path):
    out = tmp_path / "equity.csv"
    run = CliRunner().invoke(group, ["equity", str(study), "--lang", "zh", "--out", str(out)])
    assert run.exit_code == 0, run.output
    for said in ("over_60", "renovated", "合计", "各圈服务对象人群"):
        assert said in run.output
    assert len(pd.read_csv(out, encoding="utf-8-sig")) > 20


def test_the_text_in_english(audit):
    text = equity_text(audit.view, audit.equity(["renovated", "own_group"]))
    assert "Coverage by renovated (claim reading, 4.8 km/h, from residential buildings, share of population)" in text
    assert "Elderly care" in text
    assert "of over_60" in text


def test_a_measure_has_an_inequality_and_walking_times_do_not(study):
    command = ["measure", str(study), "--type", "grocery", "--inequality", "--ranking", "built"]
    run = CliRunner().invoke(group, command)
    assert run.exit_code == 0, run.output
    found = dict(line.split() for line in run.output.splitlines() if line.startswith(("gini", "concentration")))
    assert 0 < float(found["gini"]) < 1
    assert -1 < float(found["concentration"]) < 1
    refused = CliRunner().invoke(group, [*command[:4], "--measure", "kth-nearest", "--inequality"])
    assert refused.exit_code == 2
    assert "walking times have no inequality index" in refused.output


def test_inequality_of_a_place_is_that_of_its_people(audit):
    """Against the pairwise form of Gini: mean absolute difference over twice the mean."""
    from lifecircle.pipeline.measuring.inequality import inequality

    homes = audit.place.residences
    values = pd.Series(np.arange(len(homes)) % 7 + 1.0, index=homes.index)
    people = homes["population"].to_numpy()
    sums = np.bincount(values.astype(int), weights=people, minlength=8)[1:] / people.sum()
    grid = np.arange(1, 8)
    apart = np.abs(grid[:, None] - grid[None, :])
    expected = (sums[:, None] * sums[None, :] * apart).sum() / (2 * (sums * grid).sum())
    found = inequality(audit.place, "cumulative", values=values)
    assert found["gini"] == pytest.approx(expected)
    assert found.name == "population"
    assert "concentration" not in found
