"""Write the golden summaries of tests/golden anew.

Usage: python tools/golden.py [STUDY | standard-ID ...]

Run it after a change that is meant to change figures, look at the difference, and say in CHANGELOG.md why they changed.
Studies other than the demo need LIFECIRCLE_DATA.
"""

import json
import sys
from pathlib import Path
from typing import Any

import lifecircle as lc

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from golden_summary import STANDARDS, STUDIES, golden_summary, standard_audit  # noqa: E402  # the tests own the definition of a summary

sys.path.pop(0)  # folders of tests must not pass for packages


def main(names: list[str]) -> None:
    """Audit the studies `names` and write ``tests/golden/<name>.json``."""
    for name in names:
        if name.startswith("standard-"):
            summary = golden_summary(standard_audit(name.removeprefix("standard-")))
            write(name, summary)
            continue
        config = lc.demo_study() if name == "demo" else ROOT / "configs" / f"{name}.yml"
        summary = golden_summary(lc.audit(lc.load_place(config)))
        write(name, summary)


def write(name: str, summary: dict[str, Any]) -> None:
    """Write one golden summary."""
    text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    (ROOT / "tests" / "golden" / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:] or [*STUDIES, *(f"standard-{name}" for name in STANDARDS)])
