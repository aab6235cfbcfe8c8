"""What a reader is told of the files of a study."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from lifecircle.config.load import load_study
from lifecircle.pipeline.inputs import read_inputs

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"
BOX = [[-18.12, 65.67], [-18.09, 65.67], [-18.09, 65.69], [-18.12, 65.69]]


@pytest.mark.parametrize(("order", "share"), [((0, 1, 2, 3, 0), 1.0), ((0, 2, 1, 3, 0), 0.5)])
def test_a_boundary_that_crosses_itself_is_mended_with_a_warning(
    tmp_path: Path, order: tuple[int, ...], share: float
) -> None:
    """A box, and the bow tie over its diagonals, of half the area: two triangles of a quarter each."""
    ring = {"type": "Polygon", "coordinates": [[BOX[corner] for corner in order]]}
    (tmp_path / "town.geojson").write_text(json.dumps(ring), encoding="utf-8")
    path = tmp_path / "study.yml"
    path.write_text(
        f"study: {{name: Town, boundary: {{file: town.geojson}}}}\nosm: {{file: {SAMPLE}}}\n", encoding="utf-8"
    )
    found = read_inputs(load_study(path))
    assert found.boundary.is_valid
    assert found.boundary.area == pytest.approx(shapely.Polygon(BOX).area * share)
    told = [note for note in found.notes if note.code == "polygons.mended"]
    assert [note.en for note in told] == (
        ["town.geojson: outlines that cross themselves were mended (row 1): check them."] if share < 1 else []
    )
    assert all(note.warning and note.zh == "town.geojson：第 1 行的边界自相交，已自动修复，请核对。" for note in told)
