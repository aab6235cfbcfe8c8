"""Every service's protocol against a stand-in on this machine: answers, and every way to fail."""

import os

import pytest
from loopback_geocoders import (
    AMAP_FOUND,
    AMAP_NOTHING,
    BAIDU_FOUND,
    NOMINATIM_FOUND,
    PHOTON_FOUND,
    TIANDITU_FOUND,
    Script,
    serving,
)

from lifecircle.errors import ConfigError
from lifecircle.sources.geocoders.redaction import KEY_VARIABLES
from lifecircle.sources.geocoders.registry import PROTOCOLS, open_service
from lifecircle.sources.geocoders.service import (
    BusyError,
    GeocodingError,
    KeyRefusedError,
    Manners,
    QuotaError,
    Service,
    ServiceAnswer,
)

CANARY = "canary/5ecret+Key=="
HASTY = Manners(timeout_s=0.3, attempts=2, sleep=lambda _seconds: None)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in KEY_VARIABLES.values():
        monkeypatch.setenv(variable, CANARY)
    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(variable)


def ask(
    provider: str, *entries: object, text: str = "长江路18号", town: str = ""
) -> tuple[Script, tuple[ServiceAnswer, ...]]:
    with serving(Script(*entries)) as script:
        return script, Service(PROTOCOLS[provider], url=script.url, manners=HASTY).ask(text, town=town)


FOUND = [
    ("amap", AMAP_FOUND, ("gcj02", 114.303594, 35.748236), "门牌号", 50.0),
    ("baidu", BAIDU_FOUND, ("bd09", 114.31004, 35.75432), "门址", 100.0),
    ("tianditu", TIANDITU_FOUND, ("cgcs2000", 114.2976, 35.749), "门址", 50.0),
    ("nominatim", NOMINATIM_FOUND, ("wgs84", -21.9426, 64.1466), "place", 50.0),
    ("photon", PHOTON_FOUND, ("wgs84", -21.9426, 64.1466), "house", 50.0),
]


@pytest.mark.parametrize(("provider", "body", "place", "level", "within_m"), FOUND, ids=[case[0] for case in FOUND])
def test_an_answer_keeps_its_datum_level_and_precision(
    provider: str, body: object, place: tuple[str, float, float], level: str, within_m: float
) -> None:
    script, (answer, *_) = ask(provider, (200, body), town="鹤壁市")
    assert (answer.datum, answer.lon, answer.lat) == place
    assert (answer.level, answer.within_m) == (level, within_m)
    assert answer.score >= 80
    assert script.agents[0].startswith("lifecircle/")
    assert CANARY not in repr(answer)


def test_what_each_service_is_sent() -> None:
    sent = {provider: ask(provider, (200, body), town="鹤壁市")[0].queries[0] for provider, body, *_ in FOUND}
    assert sent["amap"] == {"address": "长江路18号", "city": "鹤壁市", "output": "JSON", "key": CANARY}
    assert sent["baidu"]["ret_coordtype"] == "bd09ll"
    assert sent["baidu"]["ak"] == CANARY
    assert sent["tianditu"] == {"ds": '{"keyWord": "鹤壁市长江路18号"}', "tk": CANARY}
    assert sent["nominatim"]["format"] == "jsonv2"
    assert sent["photon"]["q"] == "长江路18号, 鹤壁市"


EMPTY = [
    ("amap", AMAP_NOTHING),
    ("baidu", {"status": 0, "result": []}),
    ("tianditu", {"msg": "无结果", "status": "101"}),
    ("nominatim", []),
    ("photon", {"type": "FeatureCollection", "features": []}),
]


@pytest.mark.parametrize(("provider", "body"), EMPTY, ids=[case[0] for case in EMPTY])
def test_nothing_found_is_an_answer(provider: str, body: object) -> None:
    assert ask(provider, (200, body))[1] == ()


FAILURES = [
    ("amap", (200, {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}), KeyRefusedError),
    ("amap", (200, {"status": "0", "info": "USERKEY_PLAT_NOMATCH", "infocode": "10009"}), KeyRefusedError),
    ("amap", (200, {"status": "0", "info": "DAILY_QUERY_OVER_LIMIT", "infocode": "10003"}), QuotaError),
    ("amap", (200, {"status": "0", "info": "USER_DAILY_QUERY_OVER_LIMIT", "infocode": "10044"}), QuotaError),
    ("amap", (200, {"status": "0", "info": "CUQPS_HAS_EXCEEDED_THE_LIMIT", "infocode": "10021"}), BusyError),
    ("amap", (200, {"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"}), BusyError),
    ("amap", (200, {"status": "0", "info": "INVALID_PARAMS", "infocode": "20000"}), GeocodingError),
    ("baidu", (200, {"status": 200, "message": "APP不存在,AK有误请检查再重试"}), KeyRefusedError),
    ("baidu", (200, {"status": 5, "message": "ak不存在或者非法"}), KeyRefusedError),
    ("baidu", (200, {"status": 240, "message": "APP 服务被禁用"}), KeyRefusedError),
    ("baidu", (200, {"status": 302, "message": "天配额超限,限制访问"}), QuotaError),
    ("baidu", (200, {"status": 401, "message": "当前并发量已经超过约定并发配额,限制访问"}), BusyError),
    ("baidu", (200, {"status": 1, "message": "服务器内部错误"}), BusyError),
    ("baidu", (200, {"status": 2, "message": "Parameter Invalid"}), GeocodingError),
    ("tianditu", (403, {"code": 301012, "msg": "权限类型错误", "resolve": "请使用服务端key"}), KeyRefusedError),
    ("tianditu", (403, {"code": 1, "msg": "非法Key", "resolve": "请检查Key"}), KeyRefusedError),
    ("tianditu", (418, "I'm a teapot"), KeyRefusedError),
    ("tianditu", (403, {"code": 2, "msg": "访问次数超出上限", "resolve": "明日再试"}), QuotaError),
    ("tianditu", (200, {"msg": "error", "status": "404"}), GeocodingError),
    ("nominatim", (403, "<html>Usage policy</html>"), KeyRefusedError),
    ("nominatim", (429, "<html>Too many</html>"), BusyError),
    ("photon", (400, {"message": "missing search term 'q'"}), GeocodingError),
]


@pytest.mark.parametrize(("provider", "entry", "error"), FAILURES, ids=[f"{p}-{e[1]}" for p, e, _ in FAILURES])
def test_status_codes_mean_what_the_manuals_say(provider: str, entry: object, error: type[Exception]) -> None:
    with pytest.raises(GeocodingError) as caught:
        ask(provider, entry)
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"{provider}: ")


@pytest.mark.parametrize("provider", list(PROTOCOLS))
@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ((500, "oops"), BusyError),
        ((503, b""), BusyError),
        ((200, "<!doctype html><title>Login</title>"), GeocodingError),
        ((200, ""), GeocodingError),
        ((200, '{"status": "1", "geoc'), GeocodingError),
        ((200, '"text"'), GeocodingError),
        ((200, {"status": "1", "geocodes": [{"location": "x"}], "features": [{}], "result": {}}), GeocodingError),
        ((200, b"\xff\xfe broken"), GeocodingError),
        ((200, "[" * 100_000), GeocodingError),
        ((200, " " * ((1 << 20) + 5)), GeocodingError),
        ((302, ""), GeocodingError),
        (1.0, BusyError),
    ],
    ids=["500", "503", "html", "empty", "cut", "text", "shape", "bytes", "deep", "large", "redirect", "silent"],
)
def test_no_answer_is_ever_taken_for_one(provider: str, entry: object, error: type[Exception]) -> None:
    with pytest.raises(GeocodingError) as caught:
        assert ask(provider, entry)[1] != ()  # an empty answer would count as "nothing found"
    assert type(caught.value) is error or provider == "baidu"  # a status of "1" is Baidu's own internal error
    assert CANARY not in str(caught.value)


def test_a_busy_service_is_asked_again_a_dead_key_is_not() -> None:
    busy = (200, {"status": "0", "info": "CUQPS_HAS_EXCEEDED_THE_LIMIT", "infocode": "10021"})
    script, answers = ask("amap", busy, (200, AMAP_FOUND))
    assert len(answers) == 1
    assert len(script.queries) == 2
    with serving(Script((200, {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}))) as dead:
        with pytest.raises(KeyRefusedError):
            Service(PROTOCOLS["amap"], url=dead.url, manners=HASTY).ask("长江路")
        assert len(dead.queries) == 1


def test_an_unreachable_server_is_named() -> None:
    service = Service(PROTOCOLS["photon"], url="http://127.0.0.1:9/api", manners=HASTY)
    with pytest.raises(BusyError, match="photon: cannot be reached"):
        service.ask("Laugavegur 12")


def test_requests_keep_the_pace() -> None:
    clock = [0.0]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))
        clock[0] += seconds

    manners = Manners(timeout_s=2.0, attempts=1, sleep=sleep, clock=lambda: clock[0])
    with serving(Script((200, NOMINATIM_FOUND))) as script:
        service = Service(PROTOCOLS["nominatim"], url=script.url, manners=manners)
        for _ in range(3):
            service.ask("Laugavegur 12")
    assert waits == [1.1, 1.1]


def test_keys_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIFECIRCLE_AMAP_KEY")
    with pytest.raises(ConfigError, match="LIFECIRCLE_AMAP_KEY"):
        open_service("amap")
    with pytest.raises(ConfigError, match="would be sent to another server"):
        open_service("baidu", url="http://127.0.0.1:1/")
    with pytest.raises(ConfigError, match="unknown geocoding service 'google'"):
        open_service("google")
    with pytest.raises(ConfigError, match="not the address of a server"):
        open_service("photon", url="file:///etc/hosts")
