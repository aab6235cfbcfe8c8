"""Extracts by region: resumed, checked, refused when they are not what they should be."""

import hashlib
from pathlib import Path

import pytest
import shapely
from loopback_extracts import Extracts
from loopback_overpass import serving

from lifecircle.errors import SourceError
from lifecircle.sources.geofabrik import download_extract
from lifecircle.sources.http_client import Patience
from lifecircle.sources.snapshot import SnapshotFiles, read_snapshot

SAMPLE = Path(__file__).resolve().parents[2] / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"
BODY = SAMPLE.read_bytes()
POLY = """iceland
1
   -25.0 62.0
   -12.0 62.0
   -12.0 67.0
   -25.0 67.0
   -25.0 62.0
END
!2
   -19.0 64.0
   -18.0 64.0
   -18.0 65.0
   -19.0 64.0
END
END
"""
NAME = "/europe/iceland-latest.osm.pbf"
STEP = 65_536  # what has arrived is written in pieces of this size
QUICK = Patience(attempts=4, pause_s=0.01, timeout_s=10.0)


def files_of(body, md5=None):
    told = f"{md5 or hashlib.md5(body, usedforsecurity=False).hexdigest()}  iceland-latest.osm.pbf\n"
    return {NAME: body, f"{NAME}.md5": told.encode(), "/europe/iceland.poly": POLY.encode()}


@pytest.fixture
def server():
    with serving(Extracts(files_of(BODY)), seconds=30) as running:
        yield running


@pytest.fixture
def files(tmp_path):
    return SnapshotFiles(tmp_path / "town.yml")


def test_an_extract_becomes_the_snapshot(server, files):
    found = download_extract("europe/iceland", files, server=f"{server.url}/", patience=QUICK)
    assert files.data.read_bytes() == BODY
    assert read_snapshot(files.study) == found
    assert found.timestamp == ""  # the sample's header gives none
    assert found.area.area == pytest.approx(13 * 5 - 0.5)
    assert not found.area.contains(shapely.Point(-18.3, 64.5))
    assert sorted(path.name for path in files.study.parent.iterdir()) == ["town.snapshot.json", "town.snapshot.osm.pbf"]


def test_a_broken_connection_goes_on_where_it_stopped(server, files):
    server.breaks.extend([2 * STEP, STEP])
    download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    assert files.data.read_bytes() == BODY
    assert [asked for path, asked in server.requests if path == NAME] == [
        "",
        f"bytes={2 * STEP}-",
        f"bytes={3 * STEP}-",
    ]
    assert server.sent == len(BODY) + len(POLY) + len(server.files[f"{NAME}.md5"])


def test_a_later_run_goes_on_too(server, files):
    server.breaks.extend([STEP] * 4)
    with pytest.raises(SourceError, match=r"extract europe/iceland: no answer .*(broke off|connection failed)"):
        download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    assert files.partial.stat().st_size == 4 * STEP
    assert not files.data.exists()
    server.requests.clear()
    download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    assert (NAME, f"bytes={4 * STEP}-") in server.requests
    assert files.data.read_bytes() == BODY


def test_a_newer_file_is_never_joined_to_an_older_start(server, files):
    server.breaks.extend([STEP] * 4)
    with pytest.raises(SourceError):
        download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    newer = BODY[:200_000] + bytes(reversed(BODY[200_000:]))
    server.files.update(files_of(newer))
    server.breaks.clear()
    download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    assert files.data.read_bytes() == newer


def test_a_wrong_checksum_is_refused_after_a_second_try(server, files):
    server.files.update(files_of(BODY, md5="0" * 32))
    with pytest.raises(SourceError, match="does not match its checksum, twice"):
        download_extract("europe/iceland", files, server=server.url, patience=QUICK)
    assert [path for path, _ in server.requests].count(NAME) == 2
    assert not files.data.exists()
    assert not files.partial.exists()


def test_an_unknown_region(server, files):
    with pytest.raises(SourceError, match=r"checksum of the extract: no answer .*HTTP 404"):
        download_extract("europe/atlantis", files, server=server.url, patience=QUICK)
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["", "x\n1\n  a b\nEND\n", "x\n 1.0 2.0\n"])
def test_an_outline_that_is_none(server, files, text):
    server.files["/europe/iceland.poly"] = text.encode()
    with pytest.raises(SourceError, match=r"iceland\.poly"):
        download_extract("europe/iceland", files, server=server.url, patience=QUICK)


def test_a_checksum_that_is_none(server, files):
    server.files[f"{NAME}.md5"] = b"<html>hello</html>"
    with pytest.raises(SourceError, match="no MD5 checksum in the answer"):
        download_extract("europe/iceland", files, server=server.url, patience=QUICK)
