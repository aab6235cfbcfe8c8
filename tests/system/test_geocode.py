"""``lifecircle geocode`` and geocoded lists in an audit, as a user runs them."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_geocoders import PHOTON_FOUND, Script, serving

from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.place import load_place

STUDY = """\
study:
  name: {{zh: 海淀, en: Haidian}}
  boundary: [116.3145, 39.985, 116.332, 40.0]
osm:
  file: beijing_haidian_20170624.osm.pbf
facilities:
  - {{file: 设施.csv, address_column: 地址}}
geocode: {{{geocode}}}
language: {language}
"""
LIST = """\
名称,类型,地址
博士园药房,药店,北京市海淀区成府路91号
路口药房,药店,成府路与中关村东路交叉口
=1+1,银行,中关村东路8号
查无此处,药店,福州市鼓楼区某某路5号
"""


@pytest.fixture
def study(tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(variable)

    def write(geocode: str = "", language: str = "en") -> Path:
        folder = tmp_path / "我的 研究"
        folder.mkdir(exist_ok=True)
        (folder / "设施.csv").write_text(LIST, encoding="gb18030")
        path = folder / "haidian.yml"
        path.write_text(STUDY.format(geocode=geocode, language=language), encoding="utf-8")
        return path

    return write


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lifecircle", "geocode", *map(str, arguments)]
    env = os.environ | {"PYTHONUTF8": "1"} | environment
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=env)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_offline_then_a_decision_then_the_audit(study: Callable[..., Path]) -> None:
    config = study()
    folder = config.parent
    done = run(folder / "设施.csv", "--config", config, "--out", folder / "geo.csv")
    assert done.returncode == 0, done.stderr
    assert "rows: 4" in done.stdout
    found = rows(folder / "geo.csv")
    assert [row["geocode_status"] for row in found] == ["accepted", "accepted", "review", "not_found"]
    assert found[2]["名称"] == "'=1+1"  # inert in a spreadsheet
    review = folder / "haidian.geocode-review.csv"
    filled = rows(review)
    assert [(row["address"], row["reason"]) for row in filled] == [
        ("中关村东路8号", "imprecise"),
        ("福州市鼓楼区某某路5号", "not_found"),
    ]
    filled[0]["choice"] = "1"
    with review.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(filled[0]))
        writer.writeheader()
        writer.writerows(filled)
    place = load_place(config)
    lists = place.inputs.facility_lists
    assert lists is not None
    assert sorted(lists["name"]) == ["=1+1", "博士园药房", "路口药房"]
    notes = {note.code: note for note in audit(place).view.audit.notes}
    assert "of 4 rows without coordinates 3 were placed" in notes["facilities.geocoded"].en
    assert ("geocode_review", review.name) in [(file.role, file.name) for file in place.inputs.files]


def test_coordinates_of_zero_are_none(study: Callable[..., Path]) -> None:
    config = study()
    table = config.with_name("零.csv")
    text = "名称,经度,纬度,地址\n博士园药房,0,0,北京市海淀区成府路91号\n甲,116.32,39.99,\n"
    table.write_text(text, encoding="utf-8")
    assert run(table, "--config", config, "--out", config.with_name("零.out.csv")).returncode == 0
    assert [row["geocode_status"] for row in rows(config.with_name("零.out.csv"))] == ["accepted", "given"]


def test_a_service_is_asked_once_and_the_audit_reads_its_ledger(study: Callable[..., Path]) -> None:
    with serving(Script((200, {**PHOTON_FOUND, "features": [_photon(116.3262, 39.9918)]}))) as script:
        config = study(f"providers: [offline, photon], urls: {{photon: '{script.url}'}}")
        folder = config.parent
        first = run(folder / "设施.csv", "--config", config, "--out", folder / "geo.xlsx")
        asked = len(script.queries)
        second = run(folder / "设施.csv", "--config", config, "--out", folder / "geo.xlsx")
    assert first.returncode == second.returncode == 0, first.stderr
    assert asked == len(script.queries) == 2  # the two rows that the gazetteer does not place
    assert "calls to services: 2" in first.stdout
    assert "calls" not in second.stdout
    lists = load_place(config).inputs.facility_lists
    assert lists is not None
    assert len(lists) == 4


def _photon(lon: float, lat: float) -> dict[str, object]:
    feature = PHOTON_FOUND["features"][0]
    return {**feature, "geometry": {"type": "Point", "coordinates": [lon, lat]}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["设施.csv"], "nothing to look into: name a study whose extract is the gazetteer (--config)"),
        (["设施.csv", "--provider", "amap"], "set the environment variable LIFECIRCLE_AMAP_KEY"),
        (["nowhere.csv", "--config", "haidian.yml"], "nowhere.csv"),
        (["设施.csv", "--config", "haidian.yml", "--out", "geo.txt"], "give a name that ends in .xlsx or .csv"),
    ],
)
def test_what_is_missing_is_named(study: Callable[..., Path], arguments: list[str], message: str) -> None:
    folder = study().parent
    named = [str(folder / word) if word.endswith((".csv", ".yml", ".txt")) else word for word in arguments]
    done = run(*named, LIFECIRCLE_AMAP_KEY="")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("geocode", "message"),
    [
        ("providers: [google]", "providers"),
        ("providers: [amap, amap]", "a provider is named twice"),
        ("urls: {photon: 'file:///etc/hosts'}", "is no web address"),
        ("urls: {amap: 'http://127.0.0.1/'}", "amap"),
        ("key: abc", "key"),
    ],
)
def test_a_study_cannot_send_keys_elsewhere_nor_hold_them(
    study: Callable[..., Path], geocode: str, message: str
) -> None:
    config = study(geocode)
    done = run(config.parent / "设施.csv", "--config", config)
    assert done.returncode == 2
    assert message in done.stderr
