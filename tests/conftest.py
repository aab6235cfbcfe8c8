"""Shared fixtures: no network, the data folder, headless Chromium."""

import os
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_connect = socket.socket.connect


def _only_loopback(self: socket.socket, address: object) -> None:
    """Refuse every connection that would leave this machine."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:  # type: ignore[index]
        raise OSError(f"tests are offline: a connection to {address} was refused")
    _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _only_loopback)


def data_folder() -> Path | None:
    """Return the folder of real cities, or None on a machine that has none."""
    for folder in [*os.environ.get("LIFECIRCLE_DATA", "").split(os.pathsep), str(ROOT.parent / "shared" / "data")]:
        if folder and (Path(folder) / "reykjavik.osm.pbf").is_file():
            return Path(folder)
    return None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real cities; skips on a user's machine, fails where data is required (CI)."""
    folder = data_folder()
    if folder is None:
        reason = "the real cities are not on this machine: set LIFECIRCLE_DATA to their folder"
        if os.environ.get("LIFECIRCLE_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
