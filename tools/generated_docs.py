"""Write the generated files of docs/ anew: the JSON Schemas and the data dictionary.

Usage: python tools/generated_docs.py
"""

from pathlib import Path

from lifecircle.config.json_schema import write_json_schemas
from lifecircle.outputs.dictionary import data_dictionary

DOCS = Path(__file__).resolve().parents[1] / "docs"

if __name__ == "__main__":
    write_json_schemas(DOCS / "schemas")
    (DOCS / "data-dictionary.md").write_text(data_dictionary(), encoding="utf-8", newline="\n")
