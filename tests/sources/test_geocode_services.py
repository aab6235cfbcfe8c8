"""Services behind the gazetteer: datum, order, the ledger, quotas, and keys that never show."""

import logging
import os
from pathlib import Path

import pytest
from loopback_geocoders import AMAP_FOUND, AMAP_NOTHING, BAIDU_FOUND, NOMINATIM_FOUND, TIANDITU_FOUND, Script, serving

from lifecircle.errors import ConfigError
from lifecircle.sources.geocode import GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import GeocodeRules
from lifecircle.sources.geocode_ledger import Call, Ledger
from lifecircle.sources.geocoders.redaction import KEY_VARIABLES, RedactingFilter, redacted
from lifecircle.sources.geocoders.registry import PROTOCOLS, open_service
from lifecircle.sources.geocoders.service import Manners, Service

CANARY = "canary/5ecret+Key=="
HASTY = Manners(timeout_s=0.5, attempts=2, sleep=lambda _seconds: None)
QUOTA = (200, {"status": "0", "info": f"DAILY_QUERY_OVER_LIMIT {CANARY}", "infocode": "10003"})
ADDRESS = "河南省鹤壁市淇滨区长江路18号"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in KEY_VARIABLES.values():
        monkeypatch.setenv(variable, CANARY)
    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(variable)


def geocoder(ledger: Ledger, **urls: str) -> Geocoder:
    services = {name: Service(PROTOCOLS[name], url=url, manners=HASTY) for name, url in urls.items()}
    return Geocoder(Sources(None, ledger, {}, tuple(urls), services), rules=GeocodeRules())


# From the public formulas, computed independently: GCJ-02 114.303594, 35.748236 is 537 m off in Hebi.
def test_every_datum_becomes_wgs84() -> None:
    for provider, body, datum in (
        ("amap", AMAP_FOUND, "gcj02"),
        ("baidu", BAIDU_FOUND, "bd09"),
        ("tianditu", TIANDITU_FOUND, "cgcs2000"),
    ):
        with serving(Script((200, body))) as script:
            verdict = geocoder(Ledger(None), **{provider: script.url}).locate([GeocodeQuery("", ADDRESS)])[0]
        assert verdict.status == "accepted"
        assert (verdict.place.source, verdict.place.datum) == (provider, datum)
        # All three answers mean one place: within 100 m of each other only after conversion.
        assert abs(verdict.place.lon - 114.2976) < 0.001
        assert abs(verdict.place.lat - 35.7490) < 0.001


def test_no_call_is_ever_repeated(tmp_path: Path) -> None:
    path = tmp_path / "鹤壁.geocode.csv"
    queries = [GeocodeQuery("", ADDRESS), GeocodeQuery("", "鹤壁市某某路1号"), GeocodeQuery("", ADDRESS)]
    with serving(Script((200, AMAP_FOUND), (200, AMAP_NOTHING))) as script:
        first = geocoder(Ledger(path), amap=script.url).locate(queries)
        again = geocoder(Ledger(path), amap=script.url).locate(queries)
        assert len(script.queries) == 2
    assert [verdict.status for verdict in first] == ["accepted", "not_found", "accepted"]
    assert again == first
    offline = Geocoder(Sources(None, Ledger(path), {}, ("amap",), {}), rules=GeocodeRules())
    assert offline.locate(queries) == first  # an audit reads the ledger and asks nobody


def test_the_ledger_is_readable_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.geocode.csv"
    with serving(Script((200, AMAP_FOUND))) as script:
        geocoder(Ledger(path, now=lambda: "2026-11-22T08:00:00Z"), amap=script.url).locate([GeocodeQuery("", ADDRESS)])
    lines = path.read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "query,town,provider,time,answer,lon,lat,datum,score,level,within_m,matched,object_id"
    assert lines[1] == (
        f"{ADDRESS},,amap,2026-11-22T08:00:00Z,1/1,114.3035940,35.7482360,gcj02,95,门牌号,50,{ADDRESS},"
    )


def test_a_quota_stops_the_service_and_the_next_one_is_asked(tmp_path: Path) -> None:
    queries = [GeocodeQuery("", f"鹤壁市长江路{number}号") for number in (18, 20, 22)]
    with serving(Script(QUOTA)) as amap, serving(Script((200, TIANDITU_FOUND))) as tianditu:
        asking = geocoder(Ledger(tmp_path / "l.csv"), amap=amap.url, tianditu=tianditu.url)
        verdicts = asking.locate(queries)
        assert (len(amap.queries), len(tianditu.queries)) == (1, 3)
    assert {verdict.place.source for verdict in verdicts} == {"tianditu"}
    assert "quota is used up" in asking.failures["amap"]
    assert len(Ledger(tmp_path / "l.csv")) == 3  # a failure is no answer: it may be asked again tomorrow


def test_a_service_that_is_down_is_left_alone_and_no_row_is_lost() -> None:
    queries = [GeocodeQuery("", f"鹤壁市长江路{number}号") for number in range(10)]
    with serving(Script((503, "down"))) as script:
        asking = geocoder(Ledger(None), amap=script.url)
        verdicts = asking.locate(queries)
        assert len(script.queries) == 3 * HASTY.attempts
    assert [verdict.status for verdict in verdicts] == ["not_found"] * 10


def test_a_rough_answer_waits_for_a_person() -> None:
    rough = {**AMAP_FOUND, "geocodes": [{**AMAP_FOUND["geocodes"][0], "level": "区县"}]}  # type: ignore[dict-item, index]
    with serving(Script((200, rough))) as script:
        verdict = geocoder(Ledger(None), amap=script.url).locate([GeocodeQuery("", ADDRESS)])[0]
    assert (verdict.status, verdict.reason, verdict.place) == ("review", "low_score", None)


def test_an_answer_far_outside_the_study_waits_for_a_person() -> None:
    with serving(Script((200, NOMINATIM_FOUND))) as script:
        services = {"photon": Service(PROTOCOLS["nominatim"], url=script.url, manners=HASTY)}
        sources = Sources(None, Ledger(None), {}, ("photon",), services, around=(114.1, 35.6, 114.4, 35.9))
        verdict = Geocoder(sources, rules=GeocodeRules()).locate([GeocodeQuery("", "Laugavegur 12")])[0]
    assert (verdict.status, verdict.reason) == ("review", "outside")


def test_the_public_nominatim_is_not_sent_a_list() -> None:
    sources = Sources(None, Ledger(None), {}, ("nominatim",), {"nominatim": open_service("nominatim")})
    with pytest.raises(ConfigError, match="forbids bulk geocoding, and 101 rows"):
        Geocoder(sources, rules=GeocodeRules()).locate([GeocodeQuery("", f"Laugavegur {n}") for n in range(101)])


def test_keys_never_show(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The service itself repeats the key in everything it says; every log of every library is read."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "l.csv"
    echo = {**AMAP_FOUND, "geocodes": [{**AMAP_FOUND["geocodes"][0], "formatted_address": f"x {CANARY}"}]}  # type: ignore[dict-item, index]
    entries = [(200, echo), QUOTA]
    with serving(Script(*entries)) as script:
        asking = geocoder(Ledger(path), amap=script.url)
        verdicts = asking.locate([GeocodeQuery("", ADDRESS), GeocodeQuery("", "长江路19号")])
    logging.getLogger("lifecircle.geocode").warning("GET https://x/?key=%s", CANARY)
    seen = [caplog.text, path.read_text(encoding="utf-8-sig"), repr(asking.failures)]
    assert "[key]" in asking.failures["amap"]
    assert script.queries[0]["key"] == CANARY
    for text in [*seen, repr(Ledger(path).get(Call("amap", ADDRESS)))]:
        for form in (CANARY, "canary%2F5ecret", "5ecret"):
            assert form not in text
    assert verdicts[0].status == "accepted"
    assert "5ecret" not in repr(verdicts)


def test_the_filter_hides_keys_in_every_form() -> None:
    assert redacted(f"a {CANARY} b canary%2F5ecret%2BKey%3D%3D c") == "a [key] b [key] c"
    record = logging.LogRecord("x", logging.INFO, "f", 1, "key=%s", (CANARY,), None)
    assert RedactingFilter().filter(record)
    assert record.getMessage() == "key=[key]"
