"""JSON Schemas for editors, as files."""

import json
from pathlib import Path
from typing import Any

from lifecircle.config.scenario_file import scenario_file_json_schema
from lifecircle.config.schema import study_json_schema
from lifecircle.config.standards import standard_json_schema


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def json_schema_texts() -> dict[str, str]:
    """Return the text of each schema file by its name."""
    return {
        "scenario-file.schema.json": _text(scenario_file_json_schema()),
        "standard.schema.json": _text(standard_json_schema()),
        "study.schema.json": _text(study_json_schema()),
    }


def write_json_schemas(folder: Path) -> None:
    """Write the schema files into `folder`, which must exist."""
    for name, text in json_schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
