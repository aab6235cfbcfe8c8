"""The public names, and how quickly they load."""

import importlib
import subprocess
import sys

import pytest

import lifecircle as lc

HEAVY = ("folium", "osmium", "osmnx", "matplotlib", "numba", "pandera", "geopandas", "pandas", "numpy", "networkx")


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_all_and_reality_agree() -> None:
    assert list(lc.__all__) == sorted(lc.__all__)
    assert len(lc.__all__) <= 25
    for name in lc.__all__:
        value = getattr(lc, name)
        assert value is not None
        module = lc._ROOMS.get(name)
        if module is not None:
            assert getattr(importlib.import_module(module), name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="audits"):
        lc.audits  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = run_python("import lifecircle, sys; print(' '.join(sys.modules))").split()
    assert not {name for name in HEAVY if name in loaded}


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom lifecircle.cli import group\n"
        "try:\n    group(['--help'])\nexcept SystemExit: pass\n"
        "print('LOADED', ' '.join(sys.modules))"
    )
    text, _, loaded = run_python(code).partition("LOADED")
    assert "audit" in text
    assert "standards" in text
    assert not {name for name in HEAVY if name in loaded.split()}
