"""``lifecircle map``: a table of facilities as a searchable page."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

import lifecircle as lc
from lifecircle.pipeline.lists.table_map import TableOptions, table_map

ROWS = pd.DataFrame(
    {
        "名称": ["城东药店", "</script><b>二</b>", "无处可寻"],
        "类型": ["药店", "幼儿园", "药店"],
        "地址": ["东街1号", "", ""],
        "经度": [-18.09, -18.10, None],
        "纬度": [65.68, 65.69, None],
        "电话": ["0392-1", "", ""],
    }
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "设施.xlsx"
    ROWS.to_excel(path, index=False)
    return path


def content_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_every_row_with_a_place_is_on_the_page(table):
    content = content_of(table_map(table).get_root().render())
    assert content["facilities"]["name"] == ["城东药店", "</script><b>二</b>"]
    assert content["facilities"]["detail"][0] == [["地址", "东街1号"], ["类型", "药店"], ["电话", "0392-1"]]
    assert content["title"]["basis"] == "3 行中有 1 行无位置，未上图"
    assert [(kind["id"], kind["count"]) for kind in content["types"]] == [("kindergarten", 1), ("pharmacy", 1)]
    assert content["attribution"] == ""  # nothing of OpenStreetMap is on it
    lon, lat, step_lon, step_lat = content["facilities"]["xy"]
    assert (lon, lat, step_lon, step_lat) == (-18_090_000, 65_680_000, -10_000, 10_000)


def test_a_study_lies_behind_it(table):
    options = TableOptions(language="en")
    content = content_of(table_map(table, config=lc.demo_study(), options=options).get_root().render())
    assert content["attribution"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert len(content["base"]["streets"]["parts"]) == len(content["streets"]["way"]) > 1000


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (TableOptions(type="pharmacies"), lc.errors.ConfigError, "'pharmacies' is not in the catalogue"),
        (TableOptions(sheet="Nowhere"), lc.errors.LifecircleError, "Nowhere"),
    ],
)
def test_what_it_cannot_read_it_says(table, options, error, message):
    with pytest.raises(error, match=message):
        table_map(table, options=options)


def test_a_table_without_any_place_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    ROWS.assign(经度=None, 纬度=None).to_excel(path, index=False)
    with pytest.raises(lc.errors.SchemaError, match="none of its 3 rows has a place; lifecircle geocode finds some"):
        table_map(path)


def test_the_command_writes_one_page(table, tmp_path):
    out = tmp_path / "page.html"
    command = [sys.executable, "-m", "lifecircle", "map", str(table), "--lang", "en", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == f"-> {out}\n"
    assert "<link" not in out.read_text(encoding="utf-8")
