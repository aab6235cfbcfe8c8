"""The choice of engine, its threads, and what is said when a kernel is compiled."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lifecircle import engine
from lifecircle.errors import ConfigError

PACKAGE = Path(engine.__file__).parent


def test_an_unknown_engine_or_number_of_threads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_ENGINE", "fortran")
    with pytest.raises(ConfigError, match=r"'fortran'.*numba, scipy"):
        engine.uses_kernels()
    monkeypatch.delenv("LIFECIRCLE_ENGINE")
    for wrong in ("0", "two", "-1", ""):
        monkeypatch.setenv("LIFECIRCLE_THREADS", wrong)
        with pytest.raises(ConfigError, match="above 0"):
            engine.threads()


def test_without_numba_scipy_takes_over_aloud(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    engine._numba_loads.cache_clear()
    try:
        assert not engine.uses_kernels()
    finally:
        engine._numba_loads.cache_clear()
    assert "same results" in caplog.text


def test_threads_keep_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_THREADS", "4")
    assert engine.in_threads(lambda number: number * number, range(50)) == [number * number for number in range(50)]


CODE = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
import numpy as np
from lifecircle.engine import ready
from lifecircle.network import grid_kernels
share, end = np.zeros(1), np.zeros((1, 2))
ready(grid_kernels.places_along)(
    np.array([[5.0, 3.0]]), np.array([0]), np.array([0, 2]), np.array([0.0, 20.0]), np.array([0.0, 0.0]), share, end
)
print("share", share[0], "from", grid_kernels.places_along.stats.cache_path)
"""


def run(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
    )
    assert "share 0.25" in done.stdout
    return done.stdout


def test_a_kernel_compiles_once_aloud_and_then_starts_at_once(tmp_path: Path) -> None:
    installed = tmp_path / "install"
    shutil.copytree(PACKAGE, installed / "lifecircle", ignore=shutil.ignore_patterns("__pycache__", "data"))
    assert "compiling network.grid_kernels.places_along once" in run(installed)
    assert "compiling" not in run(installed)


def test_kernels_of_an_older_version_are_compiled_anew(tmp_path: Path) -> None:
    """What an older version left may name types that there are no more; numba would fail on reading it."""
    installed = tmp_path / "install"
    shutil.copytree(PACKAGE, installed / "lifecircle", ignore=shutil.ignore_patterns("__pycache__", "data"))
    run(installed)
    kept = sorted((installed / "lifecircle" / "network" / "__pycache__").glob("grid_kernels.places_along-*.nbi"))
    assert kept
    for index in kept:
        index.write_bytes(index.read_bytes()[:40])
        os.utime(index, (0, 0))
    assert "compiling network.grid_kernels.places_along once" in run(installed)
    assert "compiling" not in run(installed)


def test_a_read_only_install_keeps_kernels_in_the_users_cache_folder(tmp_path: Path) -> None:
    installed = tmp_path / "install"
    shutil.copytree(PACKAGE, installed / "lifecircle", ignore=shutil.ignore_patterns("__pycache__", "data"))
    # A file where the folder would be: nobody, not even an administrator, can write into it.
    (installed / "lifecircle" / "network" / "__pycache__").write_text("", encoding="utf-8")
    user = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    assert "compiling" in run(installed, **user)
    again = run(installed, **user)
    assert "compiling" not in again
    assert str(tmp_path) in again.partition("from")[2]


def test_where_no_folder_can_be_written_kernels_still_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from numba.core.dispatcher import Dispatcher

    def refuse(_: Dispatcher) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(Dispatcher, "enable_caching", refuse)
    kernel = engine.compiled(lambda values: values.sum())
    caplog.set_level(logging.INFO, logger="lifecircle")
    assert engine.ready(kernel)(np.arange(4)) == 6
    assert "compiling" in caplog.text
