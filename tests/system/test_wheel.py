"""The built wheel holds everything that a user's machine needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    "lifecircle/py.typed",
    "lifecircle/data/types.yml",
    "lifecircle/data/profiles.yml",
    "lifecircle/data/phrases.yml",
    "lifecircle/data/phrases_report.yml",
    "lifecircle/data/progress.yml",
    "lifecircle/data/standards/hebi-nine.yml",
    "lifecircle/data/akureyri/akureyri.osm.pbf",
    "lifecircle/data/akureyri/demo.yml",
    "lifecircle/data/akureyri/LICENCE.md",
    "lifecircle/outputs/assets/report.css",
    "lifecircle/outputs/assets/report.typ",
    "lifecircle/outputs/assets/leaflet/leaflet.js",
    "lifecircle/outputs/assets/leaflet/leaflet.css",
    "lifecircle/outputs/assets/leaflet/LICENSE",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        "-w",
        str(out),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = out.glob("lifecircle-*.whl")
    return built


def test_package_data_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert not [name for name in NEEDED if name not in names]
    assert not [name for name in names if name.startswith(("tests/", "configs/")) or "__pycache__" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE.md") for name in names)


def test_the_wheel_alone_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import lifecircle as lc\n"
        f"assert lc.__file__.startswith({str(site)!r}), lc.__file__\n"
        "audit = lc.audit(lc.load_place(lc.demo_study()))\n"
        f"audit.write({str(tmp_path / '结果 out')!r})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path)
    assert (tmp_path / "结果 out" / "map.html").stat().st_size > 100_000
