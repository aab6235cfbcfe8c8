"""audit.json: its schema, its numbers, and nothing that JSON does not know."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from outputs.views import small_view

from lifecircle.outputs.document import audit_document, json_ready, to_json

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "audit.schema.json"


@pytest.fixture
def schema() -> jsonschema.Draft202012Validator:
    content = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_document_obeys_its_schema(schema: jsonschema.Draft202012Validator, language: str):
    schema.validate(json.loads(to_json(audit_document(small_view(language=language)))))


def test_schema_refuses_unknown_keys_and_impossible_shares(schema: jsonschema.Draft202012Validator):
    document = audit_document(small_view())
    for broken in (
        document | {"index": 71.3},
        document | {"headline": document["headline"] | {"all_circles_share": 1.2}},
        {key: value for key, value in document.items() if key != "notes"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            schema.validate(broken)


def test_figures_are_those_of_the_town():
    document = audit_document(small_view())
    assert document["study"]["residences"] == 30
    assert document["study"]["population"] == 300.0
    assert document["verified_thresholds"] == {"verified": 1, "total": 2, "draft": False}
    assert document["headline"]["circles_counted"] == ["health", "fitness"]
    health, _, municipal = document["circles"]
    # 1.5 (i + j) + 1 <= 10 holds for i + j <= 6: all but (2,5), (3,4), (3,5), (4,3), (4,4), (4,5)
    assert health["share_residences"] == pytest.approx(24 / 30)
    assert health["threshold"] == [{"types": ["pharmacy", "clinic"], "min": 10.0}]
    assert municipal["share_population"] is None
    assert municipal["reason"] == "needs_user_layer"


def test_a_study_without_population_says_null():
    view = small_view()
    residences = view.residences.assign(population=np.nan)
    assert audit_document(replace(view, residences=residences))["study"]["population"] is None


def test_nan_and_infinity_become_null():
    values = {"a": float("nan"), "b": np.float64("inf"), "c": [np.int64(3), np.bool_(True)], "d": (None, "x")}
    assert json_ready(values) == {"a": None, "b": None, "c": [3, True], "d": [None, "x"]}


def test_no_clock_and_no_path():
    text = to_json(audit_document(small_view()))
    assert "clock" not in text
    assert str(Path.cwd()) not in text
