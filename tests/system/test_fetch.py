"""A whole fetch against a server on this machine: the same network as from a file, whatever happens on the way."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from loopback_overpass import STAMP, Loopback, World, serving

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.pipeline.fetch import FetchOptions, fetch
from lifecircle.sources.http_client import Patience
from lifecircle.sources.snapshot import read_snapshot

BOX = "[-21.026, 63.922, -20.957, 63.947]"
FILE = f"""\
study: {{name: Selfoss, boundary: {BOX}}}
osm: {{file: selfoss.osm.pbf, extent: [-21.03, 63.92, -20.95, 63.95]}}
origin: {{kind: building}}
language: en
"""
LIVE = re.sub("osm: .*", "osm: {download: true}", FILE)
QUICK = Patience(attempts=6, pause_s=0.01, timeout_s=5.0)


@pytest.fixture(scope="module")
def world(real_data):
    return World(real_data / "selfoss.osm.pbf")


@pytest.fixture
def server(world):
    with serving(Loopback(world), seconds=120) as running:
        yield running


@pytest.fixture
def study(tmp_path, real_data, monkeypatch):
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    (tmp_path / "file.yml").write_text(FILE, encoding="utf-8")
    path = tmp_path / "赛尔福斯 live.yml"
    path.write_text(LIVE, encoding="utf-8")
    return path


def options(server, **other):
    return FetchOptions(
        server=server.url, nominatim=server.names_url, patience=QUICK, **({"tile_degrees": 0.04} | other)
    )


def same_place(one, other):
    for name in [field.name for field in fields(one.network) if field.name != "crs"]:
        np.testing.assert_array_equal(getattr(one.network, name), getattr(other.network, name), err_msg=name)
    assert one.network.crs == other.network.crs
    assert one.network.edges == other.network.edges > 1500
    assert one.facilities.index.tolist() == other.facilities.index.tolist()
    assert one.residences.index.tolist() == other.residences.index.tolist()
    assert one.inputs.osm.objects.index.tolist() == other.inputs.osm.objects.index.tolist()


def test_the_network_is_the_same_after_every_trouble(server, study):
    server.faults.extend(
        ["429", "", "504", "remark", "", "truncated", "", "html", "drop", "", "silent", "no_nodes", "500", "odd_remark"]
    )
    found = fetch(study, options=options(server))
    assert not server.faults
    assert found.timestamp == found.newest == STAMP
    assert len(set(server.answered)) == len(server.answered)
    live, filed = lc.load_place(study), lc.load_place(study.parent / "file.yml")
    same_place(live, filed)
    assert live.area.to_wgs84(live.area.extent).covers(filed.area.to_wgs84(filed.area.reach).buffer(-1e-6))
    (osm,) = [file for file in live.inputs.files if file.role == "osm"]
    assert (osm.timestamp, osm.name, osm.sha256) == (STAMP, "赛尔福斯 live.snapshot.osm.pbf", found.sha256)
    quartered = [row["name"] for row in found.tiles if row["name"].endswith("_20000")]
    assert len(quartered) == 4  # of the tile that was too much for the server


def test_a_second_fetch_asks_for_nothing(server, study):
    first = fetch(study, options=options(server))
    count = len(server.asked)
    assert fetch(study, options=options(server)) == first
    assert len(server.asked) == count


def test_a_wider_boundary_asks_for_new_tiles_only(server, study):
    fetch(study, options=options(server))
    study.write_text(LIVE.replace("-21.026", "-21.11"), encoding="utf-8")
    before = list(server.answered)
    wider = fetch(study, options=options(server))
    again = [query for query in server.answered[len(before) :] if "way[~" in query]
    assert again
    assert not set(again) & set(before)
    assert read_snapshot(study) == wider


def test_an_exhausted_server_leaves_what_it_gave(server, study):
    server.faults.extend([""] * 3 + ["504"] * 50)
    with pytest.raises(
        lc.errors.SourceError, match=r"HTTP 504.*2 of \d+ tiles are safe on disk; run the same command again"
    ):
        fetch(study, options=options(server))
    assert not list(study.parent.glob("*.snapshot.osm.pbf"))
    with pytest.raises(lc.errors.SourceError, match="there is no snapshot"):
        lc.load_place(study)
    server.faults.clear()
    fetch(study, options=options(server))
    assert max(Counter(server.answered).values()) == 1


def test_killed_in_the_middle_it_goes_on(server, study):
    command = [sys.executable, "-m", "lifecircle", "fetch", str(study), "--server", server.url]
    command += ["--tile", "0.02", "--pause", "0.05"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ | {"NO_PROXY": "127.0.0.1"}}
    for number in (5, 13):  # twice, each time with one question in flight
        server.holding.clear()
        server.released.clear()
        server.hold_from = number
        with subprocess.Popen(command, **quiet) as running:
            assert server.holding.wait(60)
            running.send_signal(signal.SIGKILL)
            assert running.wait(10) == -signal.SIGKILL
        server.released.set()
        assert not list(study.parent.glob("*.snapshot.osm.pbf"))
    finished = list(server.answered)
    assert len(finished) == 11  # 4, then 7 more; two were cut off unanswered
    server.hold_from = None
    done = subprocess.run(command, capture_output=True, timeout=100, check=False, env=quiet["env"])
    assert done.returncode == 0, done.stderr.decode()
    assert max(Counter(server.answered).values()) == 1  # no finished tile was asked for twice
    assert len(server.asked) == len(server.answered) + 2
    assert b"10 from before" in done.stderr  # the administrative boundaries are no tile
    assert "OpenStreetMap of 2026-11-01" in done.stdout.decode()
    same_place(lc.load_place(study), lc.load_place(study.parent / "file.yml"))


def test_a_kill_between_data_and_description_downloads_nothing(server, study):
    fetch(study, options=options(server))
    count = len(server.asked)
    sidecar = next(study.parent.glob("*.snapshot.json"))
    sidecar.unlink()
    found = fetch(study, options=options(server))
    assert len(server.asked) == count
    assert read_snapshot(study) == found
    assert len(list(study.parent.glob("*.snapshot.osm.pbf.1"))) == 1  # never deleted


def test_a_stranger_in_the_place_of_the_snapshot_is_kept(server, study):
    mine = study.with_name(f"{study.stem}.snapshot.osm.pbf")
    mine.write_bytes(b"my own work")
    fetch(study, options=options(server))
    assert mine.with_name(f"{mine.name}.1").read_bytes() == b"my own work"


def test_a_fetched_study_is_audited_and_says_where_it_is_from(server, study, tmp_path):
    run = CliRunner().invoke(
        group, ["fetch", str(study), "--server", server.url, "--tile", "0.1", "--pause", "0.01"], catch_exceptions=False
    )
    assert run.exit_code == 0, run.output
    assert "ODbL" in run.stdout
    assert "tile 1 of 2" in run.stderr
    run = CliRunner().invoke(group, ["check", str(study)])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(group, ["audit", str(study), "--no-maps", "--out", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    told = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))["provenance"]["inputs"]
    assert [(row["timestamp"], row["name"]) for row in told if row["role"] == "osm"] == [
        (STAMP, "赛尔福斯 live.snapshot.osm.pbf")
    ]


def test_a_study_with_a_file_has_nothing_to_fetch(server, study):
    with pytest.raises(
        lc.errors.ConfigError, match=r"osm\.file is 'selfoss\.osm\.pbf', so there is nothing to download"
    ):
        fetch(study.parent / "file.yml", options=options(server))
    assert not Path(study.parent / "file.snapshot.parts").exists()
