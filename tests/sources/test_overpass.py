"""Asking an Overpass server: only whole answers count, troubles are met with bounded patience."""

import json
import logging
import re

import pytest
from loopback_overpass import STAMP, Loopback, World, serving

from lifecircle.errors import ConfigError, SourceError
from lifecircle.sources.http_client import Patience, RefusedError, TooHeavyError, checked_url
from lifecircle.sources.overpass import Overpass, ask_overpass, parse_answer
from lifecircle.sources.overpass_query import Tile, boundaries_query, tile_query

QUICK = Patience(attempts=6, pause_s=0.01, timeout_s=1.0)
TILE = Tile(50_000_000, 20_000_000, 100_000)
XML = """<osm version="0.6">
<node id="1" lon="20.01" lat="50.01"/><node id="2" lon="20.02" lat="50.01"><tag k="highway" v="crossing"/></node>
<node id="3" lon="20.20" lat="50.01"/><node id="4" lon="20.05" lat="50.05"><tag k="shop" v="bakery"/></node>
<node id="5" lon="20.06" lat="50.05"><tag k="power" v="tower"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="path"/></way>
<way id="11"><nd ref="1"/><nd ref="2"/><tag k="power" v="line"/></way>
</osm>"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "tiny.osm"
    path.write_text(XML, encoding="utf-8")
    return World(path)


@pytest.fixture
def server(world):
    with serving(Loopback(world), seconds=30) as running:
        yield running


def objects(answer):
    return sorted(f"{element['type'][0]}{element['id']}" for element in json.loads(answer.body)["elements"])


def test_a_tile_brings_what_an_audit_reads_and_ways_whole(server):
    answer = ask_overpass(tile_query(TILE), Overpass((server.url,), QUICK), what="tile")
    # Node 3 lies outside, at the end of way 10; nodes 5 and way 11 are of no use.
    assert objects(answer) == ["n1", "n2", "n3", "n4", "w10"]
    assert (answer.timestamp, answer.elements, answer.server) == (STAMP, 5, server.url)
    assert {agent.partition("/")[0] for agent in server.agents} == {"lifecircle"}


@pytest.mark.parametrize(
    "fault",
    ["429", "504", "500", "html", "empty", "truncated", "drop", "silent", "odd_remark", "no_date", "no_nodes"],
)
def test_one_trouble_is_survived(server, fault, caplog):
    server.faults.append(fault)
    with caplog.at_level(logging.WARNING, "lifecircle"):
        answer = ask_overpass(tile_query(TILE), Overpass((server.url,), QUICK), what="tile 3 of 9")
    assert answer.elements == 5
    assert len(server.asked) == 2
    assert re.search(r"tile 3 of 9: 127.0.0.1:\d+: .*; trying again in 0 s", caplog.text)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("429", "HTTP 429"),
        ("504", "HTTP 504"),
        ("html", "the answer is a web page: Please log in"),
        ("truncated", "the answer is cut short or damaged"),
        ("no_nodes", "the answer lacks 3 nodes of its ways"),
        ("odd_remark", "the server gave up half-way: something new"),
    ],
)
def test_patience_ends(server, fault, said):
    server.faults.extend([fault] * 20)
    with pytest.raises(SourceError, match=re.escape(said)) as caught:
        ask_overpass(tile_query(TILE), Overpass((server.url,), QUICK), what="tile")
    assert not isinstance(caught.value, TooHeavyError)
    assert len(server.asked) == QUICK.attempts


def test_a_refused_question_is_not_repeated(server):
    server.faults.append("400")
    with pytest.raises(SourceError, match="HTTP 400"):
        ask_overpass(tile_query(TILE), Overpass((server.url,), QUICK), what="tile")
    assert len(server.asked) == 1


def test_an_answer_that_timed_out_on_the_server_is_too_heavy(server):
    server.faults.extend(["remark"] * 2)
    with pytest.raises(TooHeavyError, match="gave up half-way: runtime error: Query timed out"):
        ask_overpass(tile_query(TILE), Overpass((server.url,), QUICK), what="tile")
    assert len(server.asked) == 1


def test_a_mirror_is_asked_at_once(world, server):
    slow = Patience(attempts=4, pause_s=30.0, timeout_s=5.0)  # a pause would be noticed
    with serving(Loopback(world), seconds=30) as mirror:
        server.faults.append("504")
        answer = ask_overpass(tile_query(TILE), Overpass((server.url, mirror.url), slow), what="tile")
    assert answer.server == mirror.url
    assert (len(server.asked), len(mirror.asked)) == (1, 1)


def test_an_unreachable_server_says_so():
    nobody = Overpass(("http://127.0.0.1:9/api/interpreter",), Patience(attempts=2, pause_s=0.01, timeout_s=1.0))
    with pytest.raises(SourceError, match=r"tile: no answer .*127\.0\.0\.1:9: the connection failed"):
        ask_overpass("[out:json];", nobody, what="tile")


def test_pauses_double_each_round_and_stop_growing():
    patience = Patience(attempts=20, pause_s=5.0)
    assert [patience.pause(number, servers=1, asked_s=0.0) for number in range(4)] == [5, 10, 20, 40]
    assert [patience.pause(number, servers=2, asked_s=0.0) for number in range(4)] == [0, 5, 0, 10]
    assert patience.pause(19, servers=1, asked_s=0.0) == 300
    assert patience.pause(0, servers=2, asked_s=17.0) == 17


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b'{"elements": [', "cut short"),
        (b"[]", "not Overpass's"),
        (b'{"elements": [], "osm3s": {"timestamp_osm_base": "soon"}}', "date of its data"),
        (b'{"elements": [1], "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"}}', "no OpenStreetMap object"),
        (
            b'{"elements": [{"type": "node", "id": 1}], "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"}}',
            "a node without its place",
        ),
        (b'<html><p><strong style="color:red">Error</strong>: line 1: parse error</p>', "web page: line 1: parse"),
    ],
)
def test_what_is_no_answer(body, said):
    with pytest.raises(RefusedError, match=re.escape(said) if "<" not in said else said):
        parse_answer(body)


@pytest.mark.parametrize("url", ["ftp://a.org/x", "overpass-api.de", "file:///etc/passwd", "http://"])
def test_an_address_must_be_one(url):
    with pytest.raises(ConfigError, match="is not the address of a server"):
        checked_url(url)


def test_an_address_with_a_password_is_refused_without_repeating_it():
    with pytest.raises(ConfigError, match="holds a user name or password") as caught:
        checked_url("https://me:secret@a.org/api")
    assert "secret" not in str(caught.value)


def test_boundaries_bring_named_relations_too(server):
    answer = ask_overpass(
        boundaries_query((20.0, 50.0, 20.1, 50.1), relations=(7,)), Overpass((server.url,), QUICK), what="boundaries"
    )
    assert answer.elements == 0
    assert "relation(7);" in server.asked[0]
