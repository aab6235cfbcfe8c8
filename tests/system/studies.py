"""Small studies of real towns, written where a test wants them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lifecircle as lc

SELFOSS = (-21.03, 63.92, -20.95, 63.95)


def write_study(folder: Path, extract: Path, **keys: Any) -> Path:
    """Write ``study.yml`` (YAML is a superset of JSON) about the box of Selfoss unless `keys` say otherwise."""
    box = list(keys.pop("boundary", SELFOSS))
    content = {
        "study": {"name": "Town", "boundary": box, **keys.pop("about", {})},
        "osm": {"file": str(extract), "extent": list(keys.pop("extent", SELFOSS))},
        "origin": {"kind": "building"},
        "language": "en",
        **keys,
    }
    path = folder / "study.yml"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def audit_of(config: Path, **overrides: str) -> lc.Audit:
    """Audit a study, with words of the command line."""
    return lc.audit(lc.load_place(config, overrides=lc.Overrides(**overrides)))


def squares(path: Path, boxes: dict[str, tuple[float, float, float, float]], **columns: list[str]) -> Path:
    """Write a GeoJSON of named boxes (west, south, east, north) with further columns."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, **{key: values[row] for key, values in columns.items()}},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
        }
        for row, (name, (w, s, e, n)) in enumerate(boxes.items())
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path
