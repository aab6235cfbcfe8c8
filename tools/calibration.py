"""Run the proof of the interval and record it: lifecircle/data/calibration.json and the table of its methods page.

Usage: python tools/calibration.py STUDY.yml --types pharmacy,school_any [--runs 200] [--draws 100]

Rows of other types that were recorded earlier are kept.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from lifecircle.config.catalogue import load_catalogue
from lifecircle.pipeline.confidence.calibration import HELD, RESULTS, ProofRequest, prove
from lifecircle.pipeline.place import load_place

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "lifecircle" / "data" / RESULTS
PAGE = ROOT / "docs" / "methods" / "uncertainty.md"
BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"


def main() -> None:
    """Run, record, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("study")
    parser.add_argument("--types", required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--draws", type=int, default=100)
    asked = parser.parse_args()
    place = load_place(asked.study)
    for kind in asked.types.split(","):
        table = prove(place, [kind], request=ProofRequest(runs=asked.runs, draws=asked.draws))
        print(table.round(3).to_string(index=False), flush=True)
        rows = [{**row, "runs": asked.runs, "draws": asked.draws} for row in table.to_dict("records")]
        record(rows, study=Path(asked.study).stem)


def record(rows: list[dict[str, Any]], *, study: str) -> None:
    """Put `rows` in the place of those of their types, and write the table of the page anew."""
    known = json.loads(RECORD.read_text(encoding="utf-8"))["rows"] if RECORD.exists() else []
    kinds = {row["type"] for row in rows}
    kept = [row for row in known if row["type"] not in kinds]
    new = [{key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()} for row in rows]
    every = sorted([*kept, *new], key=lambda row: (row["type"], row["deleted"]))
    RECORD.write_text(json.dumps({"study": study, "rows": every}, indent=1) + "\n", encoding="utf-8", newline="\n")
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table_of(every)}\n{END}{after}", encoding="utf-8", newline="\n")


def table_of(rows: list[dict[str, Any]]) -> str:
    """Return the recorded rows as a Markdown table."""
    types = load_catalogue().types
    heads = ("type", "facilities", "deleted", "runs", "whole map", "thinned map", "mean of draws", "width", "held")
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
    for row in rows:
        name = types[row["type"]].name("en").split(",")[0]
        shares = [f"{row[key]:.3f}" for key in ("truth", "mapped", "expected", "width")]
        held = f"{row['held']:.1%}" + ("" if row["held"] >= HELD else " (not proven)")
        cells = [name, str(row["facilities"]), f"{row['deleted']:.0%}", str(row["runs"]), *shares, held]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
