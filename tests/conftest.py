"""Shared fixtures: no network, the data folder, headless Chromium."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from lifecircle.pipeline.audit import Audit

ROOT = Path(__file__).resolve().parents[1]
# numba looks for a package of this name; the folder of tests beside this file is none.
if (_found := find_spec("coverage")) is None or _found.origin is None:
    sys.modules["coverage"] = None  # type: ignore[assignment]
# The same code gives the same verdict; `make test-all` searches with fresh examples.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("fresh", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
# Committed studies of real cities; only the sample town is shipped.
REAL = {path.stem for path in (ROOT / "configs").glob("*.yml")} - {"demo"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_connect = socket.socket.connect


def _only_loopback(self: socket.socket, address: object) -> None:
    """Refuse every connection that would leave this machine."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:  # type: ignore[index]
        raise OSError(f"tests are offline: a connection to {address} was refused")
    _connect(self, address)  # type: ignore[arg-type]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what reads a real city: the inner loop leaves it out."""
    for item in items:
        named = getattr(getattr(item, "callspec", None), "params", {}).values()
        audited = item.path.parent.name != "config" and any(str(name) in REAL for name in named)
        if audited or "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep every test's prepared places to itself, away from the user's."""
    monkeypatch.setenv("LIFECIRCLE_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _only_loopback)


def data_folder() -> Path | None:
    """Return the folder of real cities, or None on a machine that has none."""
    for folder in [*os.environ.get("LIFECIRCLE_DATA", "").split(os.pathsep), str(ROOT.parent / "shared" / "data")]:
        if folder and (Path(folder) / "reykjavik.osm.pbf").is_file():
            return Path(folder)
    return None


def _required_data() -> Path:
    folder = data_folder()
    if folder is None:
        reason = "the real cities are not on this machine: set LIFECIRCLE_DATA to their folder"
        if os.environ.get("LIFECIRCLE_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real cities; skips on a user's machine, fails where data is required (CI)."""
    return _required_data()


@pytest.fixture(scope="session")
def audited() -> Callable[[str], Audit]:
    """Audits of committed studies by name, each run once a session; "demo" needs no data folder."""

    @cache
    def audit_of(name: str) -> Audit:
        import lifecircle as lc

        if name == "demo":
            return lc.audit(lc.load_place(lc.demo_study()))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LIFECIRCLE_DATA", str(_required_data()))
            return lc.audit(lc.load_place(ROOT / "configs" / f"{name}.yml"))

    return audit_of
