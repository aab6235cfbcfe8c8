"""The example list of the docs: what its generator writes, and what becomes of its faults."""

import importlib.util
from pathlib import Path

import shapely
from sources.table_files import request

from lifecircle.sources.table_datum import Surroundings
from lifecircle.sources.tables import read_facility_list
from lifecircle.sources.xlsx_files import read_xlsx

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "facilities_zh.xlsx"
AROUND_CAU = Surroundings((116.34403, 39.99767, 116.35974, 40.00888))


def test_the_generator_writes_the_same_cells(tmp_path) -> None:
    spec = importlib.util.spec_from_file_location("make_example_list", ROOT / "tools" / "make_example_list.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.make_example_list(tmp_path / EXAMPLE.name)
    assert read_xlsx(tmp_path / EXAMPLE.name) == read_xlsx(EXAMPLE)


def test_its_faults_are_met() -> None:
    found = read_facility_list(EXAMPLE, request=request(), about=AROUND_CAU)
    rows = found.rows.set_index("name")
    counts = found.rows["status"].value_counts().to_dict()
    assert counts == {"kept": 21, "fixed": 4, "refused": 4, "needs_geocoding": 8}
    assert rows["why_en"]["学清路幼儿园"] == "longitude and latitude were exchanged"
    assert rows["why_en"]["小月河文化活动站"].startswith("coordinates read from")
    assert rows["address"]["百姓超市"] == "志新西路5号"
    assert rows["status"]["邻里便利店"].tolist() == ["kept", "refused", "kept"]
    assert rows["why_en"]["月河药店"] == "column D (经度): '116.36.18' is no coordinate"
    assert rows["capacity"][["松龄养老驿站", "晚晴日间照料中心", "安和养老院"]].tolist() == [30, 20, 120]
    west, south, east, north = AROUND_CAU.bounds
    inside = found.rows.geometry.notna()

    assert found.rows[inside].within(shapely.box(west, south, east, north)).all()
