"""Names resolved through osmnx: its settings are lent and put back, nothing is guessed."""

import socket
from types import SimpleNamespace

import pytest
from loopback_overpass import Loopback, serving

from lifecircle.errors import ConfigError, SourceError
from lifecircle.sources.http_client import Patience
from lifecircle.sources.online_names import NameService, osmnx_session, resolve_area

SQUARE = {"type": "Polygon", "coordinates": [[[114, 35], [115, 35], [115, 36], [114, 35]]]}


def place(number, shown, **other):
    return {
        "osm_type": "relation",
        "osm_id": number,
        "class": "boundary",
        "type": "administrative",
        "display_name": shown,
        "importance": 0.5,
        "boundingbox": ["35", "36", "114", "115"],
        "lat": "35.5",
        "lon": "114.5",
        "geojson": SQUARE,
    } | other


HEBI = place(3110534, "鹤壁市, 河南省, 中国")
NODE = place(
    26, "鹤壁市, 河南省, 中国", osm_type="node", type="city", geojson={"type": "Point", "coordinates": [114, 35]}
)


@pytest.fixture
def server():
    with serving(Loopback(None), seconds=60) as running:
        yield running


@pytest.fixture
def service(server, tmp_path, monkeypatch):
    monkeypatch.setattr("osmnx._nominatim.time", SimpleNamespace(sleep=lambda _: None))  # a second before each search
    return NameService(server.names_url, tmp_path / "cache", Patience(attempts=2, pause_s=0.01, timeout_s=5.0))


def test_a_name_becomes_a_relation(server, service):
    server.places = [NODE, HEBI]
    found = resolve_area("鹤壁市, 河南省", service)
    assert (found.relation, found.shown) == (3110534, "鹤壁市, 河南省, 中国")
    assert server.searches == ["鹤壁市, 河南省"]
    assert all(agent.startswith("lifecircle/") for agent in server.agents)
    assert not service.cache.exists()


def test_a_chinese_comma_and_case_do_not_matter(server, service):
    server.places = [place(1, "Akureyri, Iceland")]
    assert resolve_area("AKUREYRI，Iceland", service).relation == 1


def test_two_of_one_name_are_not_guessed_between(server, service):
    server.places = [place(1, "海南区, 乌海市, 内蒙古自治区, 中国"), place(2, "海南区, 别处, 中国")]
    with pytest.raises(
        ConfigError, match=r"2 administrative areas have that name; candidates: 海南区, 乌海市.*relation 1"
    ):
        resolve_area("海南区", service)


def test_another_name_is_not_taken_for_it(server, service):
    server.places = [place(5, "鹤壁街道, 北京市, 中国")]
    with pytest.raises(
        ConfigError, match=r"no administrative area is called exactly that; candidates: 鹤壁街道.*write"
    ):
        resolve_area("鹤壁市", service)


@pytest.mark.parametrize("places", [[], [NODE]])
def test_an_unknown_name(server, service, places):
    server.places = places
    with pytest.raises(ConfigError, match="knows no administrative area of that name"):
        resolve_area("鹤壁市", service)


def test_osmnx_does_not_ask_for_ever(server, service):
    server.places = [HEBI]
    server.faults.extend(["429", ""])
    assert resolve_area("鹤壁市", service).relation == 3110534
    server.faults.extend(["504"] * 9)
    with pytest.raises(SourceError, match=r"the name '鹤壁市': no answer .*HTTP 504"):
        resolve_area("鹤壁市", service)
    assert len(server.searches) == 4


@pytest.mark.parametrize("fault", ["html", "empty", "drop"])
def test_what_is_no_answer_is_refused(server, service, fault):
    server.faults.extend([fault] * 9)
    with pytest.raises(SourceError, match="the name '鹤壁市': no answer"):
        resolve_area("鹤壁市", service)


def spoil_and_fail(service):
    with osmnx_session(service, language="en", hook=print) as osmnx:
        assert osmnx.settings.doh_url_template is None
        assert osmnx.settings.use_cache is False
        assert osmnx.settings.cache_folder == service.cache
        assert osmnx.settings.http_user_agent.startswith("lifecircle/")
        socket.getaddrinfo = print
        raise RuntimeError("inside")


def test_every_setting_is_put_back_even_after_an_error(service):
    from osmnx import settings

    settings.requests_timeout = 77
    before = {name: value for name, value in vars(settings).items() if not name.startswith("_")}
    resolve = socket.getaddrinfo
    with pytest.raises(RuntimeError, match="inside"):
        spoil_and_fail(service)
    assert {name: value for name, value in vars(settings).items() if not name.startswith("_")} == before
    assert socket.getaddrinfo is resolve
    settings.requests_timeout = 180
