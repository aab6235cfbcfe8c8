"""The studies in configs/, the sample place, the search for files, the schemas for editors."""

import hashlib
import json
import os
from pathlib import Path

import jsonschema
import pytest

from lifecircle.config.files import SAMPLE, resolve_file
from lifecircle.config.json_schema import json_schema_texts
from lifecircle.config.load import load_study, sample_study
from lifecircle.config.standards import STANDARDS
from lifecircle.config.strict_yaml import read_yaml
from lifecircle.errors import SourceError

ROOT = Path(__file__).resolve().parents[2]
ALL = sorted((ROOT / "configs").glob("*.yml"))
NAMES = ["bad_hersfeld", "beijing_cau", "beijing_haidian", "demo", "helsinki", "liechtenstein", "liechtenstein_2021"]
NAMES += ["reykjavik", "selfoss", "shenzhen_longgang"]
CHINESE = {"beijing_cau", "beijing_haidian", "shenzhen_longgang"}
# Without offline data: their own tests are in test_six_cities.py.
FETCHED = {"baoding", "hebi", "hengshui", "shijiazhuang", "wuhai_hainan", "xingtai"}
CONFIGS = [path for path in ALL if path.stem not in FETCHED]


def test_all_studies_are_there():
    assert [path.stem for path in CONFIGS if path.stem in NAMES] == NAMES


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_study_loads(path):
    study = load_study(path)
    assert study.osm.extent is not None
    assert study.standard == "hebi-nine"
    assert study.language == ("zh" if path.stem in CHINESE else "en")
    assert path.stem in CHINESE or study.origin.kind == "building"
    assert not any(Path(name).is_absolute() for name in study.file_names())
    assert "LIFECIRCLE_DATA" in path.read_text(encoding="utf-8") or path.stem == "demo"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_data_file_is_found(path, real_data, monkeypatch):
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    study = load_study(path)
    assert all(resolve_file(study.base, name).is_file() for name in study.file_names())


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_boundaries_lie_in_their_extents(path):
    study = load_study(path)
    inner, outer = study.study.boundary, study.osm.extent
    if isinstance(inner, tuple):
        assert outer[0] <= inner[0] < inner[2] <= outer[2]
        assert outer[1] <= inner[1] < inner[3] <= outer[3]
    else:
        assert inner == outer


def test_the_sample_study_is_the_demo_study():
    assert sample_study().read_bytes() == (ROOT / "configs" / "demo.yml").read_bytes()
    study = load_study(sample_study())
    assert study.completeness["bus_stop"].status == "thin"
    assert "illustration" in study.study.note.en
    assert "仅作演示" in study.study.note.zh


def test_the_sample_needs_no_repository_and_no_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("LIFECIRCLE_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    for path in (sample_study(), ROOT / "configs" / "demo.yml"):
        study = load_study(path)
        assert resolve_file(study.base, study.osm.file) == SAMPLE / "akureyri.osm.pbf"


def test_the_samples_notice_names_licence_and_hash():
    notice = (SAMPLE / "LICENCE.md").read_text(encoding="utf-8")
    digest = hashlib.sha256((SAMPLE / "akureyri.osm.pbf").read_bytes()).hexdigest()
    assert digest in notice
    assert "© OpenStreetMap contributors" in notice
    assert "Open Database License 1.0" in notice


def test_files_are_sought_beside_the_study_then_in_each_data_folder(tmp_path, monkeypatch):
    beside, first, second = (tmp_path / name for name in ("研究", "data one", "two"))
    for folder in (beside, first, second):
        (folder / "sub").mkdir(parents=True)
    monkeypatch.setenv("LIFECIRCLE_DATA", os.pathsep.join([str(first), "", str(second)]))
    for folder in (second, first, beside):
        (folder / "sub" / "a.gpkg").write_bytes(b"")
        assert resolve_file(beside, "sub/a.gpkg") == folder / "sub" / "a.gpkg"
    (second / "sub" / "b.gpkg").mkdir()  # a folder is no file
    with pytest.raises(SourceError) as caught:
        resolve_file(beside, "sub/b.gpkg")
    assert str(caught.value) == (
        f"sub/b.gpkg: not found; searched {beside}; {first}; {second}; {SAMPLE}. Put the file into one of these "
        "folders, or set LIFECIRCLE_DATA to the folder that holds it"
    )
    with pytest.raises(SourceError, match="there is no such file: check the path"):
        resolve_file(beside, str(tmp_path / "none.gpkg"))
    assert resolve_file(second, str(first / "sub" / "a.gpkg")) == first / "sub" / "a.gpkg"


@pytest.mark.parametrize("name", ["standard.schema.json", "study.schema.json"])
def test_schema_files_are_current(name):
    """When this fails: python -c "from pathlib import Path; from lifecircle.config.json_schema import *;
    write_json_schemas(Path('docs/schemas'))".
    """
    assert (ROOT / "docs" / "schemas" / name).read_text(encoding="utf-8") == json_schema_texts()[name]


def test_schemas_accept_what_we_ship_and_refuse_what_we_refuse():
    texts = {name: json.loads(text) for name, text in json_schema_texts().items()}
    study = jsonschema.Draft202012Validator(texts["study.schema.json"])
    standard = jsonschema.Draft202012Validator(texts["standard.schema.json"])
    for path in ALL:
        study.validate(read_yaml(path).data)
    for path in STANDARDS.glob("*.yml"):
        standard.validate(read_yaml(path).data)
    assert not study.is_valid({**read_yaml(CONFIGS[0]).data, "walc": 1})
    assert not standard.is_valid({**read_yaml(STANDARDS / "hebi-nine.yml").data, "circles": []})
    assert study.is_valid({"study": {"name": "Hebi", "boundary": "hebi.geojson"}, "osm": {"file": "a.osm.pbf"}})
