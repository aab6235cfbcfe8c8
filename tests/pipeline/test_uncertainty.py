"""Intervals and grids of definitions of the sample town, and the proof in small."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from lifecircle.cli import group
from lifecircle.config.uncertainty_keys import Uncertainty as Keys
from lifecircle.coverage.known import Known
from lifecircle.coverage.sensitivity import CLASSES
from lifecircle.errors import ConfigError
from lifecircle.model.uncertainty import HEADLINE
from lifecircle.outputs.document import audit_document, to_json
from lifecircle.outputs.sensitivity import sensitivity_document, sensitivity_text, write_sensitivity
from lifecircle.pipeline.audit import Audit, audit
from lifecircle.pipeline.confidence import unmapped
from lifecircle.pipeline.confidence.calibration import HELD, ProofRequest, proof, prove, proven
from lifecircle.pipeline.confidence.sensitivity import SensitivityRequest, sensitivity
from lifecircle.pipeline.confidence.uncertainty import UncertaintyRequest
from lifecircle.pipeline.place import Place, demo_study, load_place

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "audit.schema.json"
DECLARED = {"kindergarten": (0.8, 0.8), "school_any": (0.7, 0.9)}


@cache
def demo() -> Place:
    return load_place(demo_study(), cache=False)


@cache
def demo_audit() -> Audit:
    return audit(demo(), causes=False)


def asked(**changes: object) -> UncertaintyRequest:
    return UncertaintyRequest(**{"draws": 20, "completeness": DECLARED, "components": False, **changes})


def test_only_declared_types_are_drawn_and_the_others_are_named():
    found = demo_audit().uncertainty(asked())
    assert found.drawn == tuple(DECLARED)
    assert "grocery" in found.unknown
    assert {note.code for note in found.notes} >= {"uncertainty.drawn", "uncertainty.unknown"}
    rows = found.completeness.set_index("type")
    assert np.isnan(rows.loc["grocery", "low"])
    assert rows.loc["grocery", "unmapped"] == 0.0
    circles = found.circles
    assert circles.index[-1] == HEADLINE
    assert (circles["low"] <= circles["high"]).all()
    assert (circles["high"] <= circles["upper_high"]).all()


def test_missing_schools_only_raise_the_circle_of_schools():
    """Alone, unmapped facilities can only add coverage, and only where they serve."""
    found = demo_audit().uncertainty(asked(components=True))
    alone = found.components[found.components["component"] == "unmapped"].set_index("id")
    share = found.circles["share"]
    assert alone.loc["schooling", "high"] > share["schooling"]
    for name in share.index.drop(["schooling", HEADLINE]):
        assert (alone.loc[name, "low"], alone.loc[name, "high"]) == pytest.approx((share[name], share[name]))
    assert alone.loc[HEADLINE, "low"] >= share[HEADLINE] - 1e-12


def test_one_more_type_changes_no_other_circle():
    one = demo_audit().uncertainty(asked())
    two = demo_audit().uncertainty(asked(completeness={**DECLARED, "grocery": (0.6, 0.6)}))
    assert one.samples["schooling"].equals(two.samples["schooling"])
    assert not one.samples["shopping"].equals(two.samples["shopping"])


def test_both_engines_draw_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unmapped, "SITES", 150)
    request = asked(completeness={"kindergarten": (0.8, 0.8)})
    compiled = demo_audit().uncertainty(request)
    monkeypatch.setenv("LIFECIRCLE_ENGINE", "scipy")
    assert demo_audit().uncertainty(request).samples.equals(compiled.samples)
    assert not demo_audit().uncertainty(asked(seed=8)).samples.equals(compiled.samples)


def test_the_block_obeys_the_schema_and_the_summary_prints_it(tmp_path: Path):
    sure = demo_audit().with_uncertainty(asked())
    document = json.loads(to_json(audit_document(sure.view)))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    headline = document["uncertainty"]["headline"]
    assert sure.interval() is not None
    assert sure.interval().low == headline["low"]
    assert "90% interval" in sure.summary("en")
    assert "90% 区间" in sure.summary("zh")
    assert "uncertainty" not in json.loads(to_json(audit_document(demo_audit().view)))
    sure.write(tmp_path, maps=False)
    assert (tmp_path / "uncertainty.csv").read_text(encoding="utf-8-sig").startswith("id,share,low,high")


def test_an_interval_without_unmapped_facilities_is_not_calibrated():
    found = demo_audit().uncertainty(asked(completeness={}))
    assert not found.calibrated
    assert any(note.code == "uncertainty.not_calibrated" for note in found.notes)


def test_bad_numbers_are_refused():
    with pytest.raises(ConfigError, match="at least 20"):
        demo_audit().uncertainty(asked(draws=3))
    with pytest.raises(ConfigError, match="bus_stop"):
        demo_audit().uncertainty(asked(completeness={"bus_stop": (0.0, 0.5)}))
    with pytest.raises(ValueError, match="runs backwards"):
        Keys.model_validate({"completeness": {"pharmacy": [0.9, 0.5]}})
    assert Keys.model_validate({"completeness": {"pharmacy": 0.8}}).completeness == {"pharmacy": (0.8, 0.8)}


def test_the_proof_in_small():
    """Kindergartens of a small town, a fifth to three fifths deleted 12 times: the interval holds the whole map."""
    found = prove(demo(), ["kindergarten"], request=ProofRequest(runs=12, draws=40))
    assert found["held"].min() >= HELD
    assert (found["mapped"] < found["truth"]).all()
    assert (abs(found["expected"] - found["truth"]) < abs(found["mapped"] - found["truth"])).all()
    with pytest.raises(ConfigError, match="0 facilities"):
        prove(demo(), ["elder_community"])


def test_the_record_says_what_was_proven():
    held = proof()
    assert min(held["pharmacy"], held["school_any"]) >= HELD
    for kind, low, mapped, sure in (
        ("pharmacy", 0.4, 30, True),
        ("pharmacy", 0.3, 30, False),  # the proof took 60 % away, not 70
        ("pharmacy", 0.8, 9, False),  # too few to learn from
        ("no_such_type", 0.9, 30, False),
    ):
        assert proven(Known(kind, "declared", low, low, mapped)) is sure


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pharmacy", "school_any"])
def test_the_proof_in_full(kind: str, real_data: Path):
    """Reykjavik, 200 runs at each level, with draws as recorded."""
    assert (real_data / "reykjavik.osm.pbf").is_file()
    place = load_place(Path(__file__).parents[2] / "configs" / "reykjavik.yml", cache=False)
    found = prove(place, [kind], request=ProofRequest(runs=200, draws=100))
    assert found["held"].min() >= HELD
    assert found["held"].min() == pytest.approx(proof()[kind], abs=0.05)


@cache
def grid() -> object:
    return sensitivity(demo(), request=SensitivityRequest(speeds_kmh=(4.0, 4.8), readings=("claim", "standard")))


def test_the_base_of_the_grid_is_the_audit():
    table, coverage = grid().combinations, demo_audit().coverage
    base = table[table["base"]].set_index("id")
    for name in base.index.drop(HEADLINE):
        assert base.loc[name, "share"] == coverage.circles.loc[name, f"share_{coverage.weight}"]
    assert table["combination"].nunique() == 2 * 2 * 2 * 2


def test_speed_and_straight_lines_only_add_coverage():
    table = grid().combinations.set_index(["id", "origin", "reading", "metric", "speed_kmh"])["share"].unstack()
    assert (table[4.8] >= table[4.0] - 1e-12).all()
    metric = table[4.8].unstack("metric")
    assert (metric["straight"] >= metric["network"] - 1e-12).all()


def test_classes_bound_every_share_of_the_study_s_own_origins():
    """Robustly covered is at most the least share, and with the sensitive and unknown at least the greatest."""
    found = grid()
    own = found.combinations[found.combinations["origin"] == "building"].groupby("id")["share"]
    for name, low, high in zip(own.min().index, own.min(), own.max(), strict=True):
        shares = found.classes[name]
        assert sum(shares.values()) == pytest.approx(1.0)
        assert shares["robust_covered"] <= low + 1e-9
        assert 1.0 - shares["robust_not_covered"] >= high - 1e-9
    assert set(found.residences[f"{HEADLINE}_class"]) <= set(CLASSES)
    assert found.compared == 8
    assert any(note.code == "sensitivity.origin_shares_only" for note in found.notes)


def test_the_grid_is_written_and_printed(tmp_path: Path):
    found = grid()
    files = write_sensitivity(found, tmp_path)
    assert {file.name for file in files} == {
        "sensitivity.json",
        "sensitivity.csv",
        "sensitivity_factors.csv",
        "sensitivity.parquet",
        "sensitivity.gpkg",
    }
    document = json.loads((tmp_path / "sensitivity.json").read_text(encoding="utf-8"))
    assert len(document["combinations"]) == len(found.combinations)
    assert document == json.loads(to_json(sensitivity_document(found)))
    assert "covered whatever the definition" in sensitivity_text(found)


def test_definitions_that_do_not_exist_are_refused():
    for wrong in ({"readings": ("loose",)}, {"metrics": ("taxi",)}, {"origins": ("tent",)}, {"speeds_kmh": (40.0,)}):
        with pytest.raises(ConfigError, match="sensitivity"):
            sensitivity(demo(), request=SensitivityRequest(**wrong))
    answer = CliRunner().invoke(group, ["sensitivity", str(demo_study()), "--speeds", "fast"])
    assert answer.exit_code == 2
    assert "km/h" in answer.output
