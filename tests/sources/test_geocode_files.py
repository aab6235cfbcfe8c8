"""The ledger and the review file: edited by people, cut short by crashes, opened in spreadsheets."""

from pathlib import Path

import pytest

from lifecircle.errors import DatumError, SchemaError
from lifecircle.sources.geocode import GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import GeocodeRules, Option, Verdict, decide, merge
from lifecircle.sources.geocode_files import meant, shown
from lifecircle.sources.geocode_ledger import COLUMNS, Call, Ledger
from lifecircle.sources.geocode_review import read_review, write_review
from lifecircle.sources.geocoders.service import ServiceAnswer

ANSWER = ServiceAnswer(114.3, 35.7, "gcj02", 95.0, "门牌号", 50.0, "=HYPERLINK(1)", "B0")


def option(label: str, lon: float, score: float = 100.0, **more: object) -> Option:
    given = {"object_id": label, "level": "number", "within_m": 20.0, "source": "offline"} | more
    return Option(label=label, lon=lon, lat=35.0, score=score, certainty=score, **given)  # type: ignore[arg-type]


def review_file(path: Path, **filled: str) -> Path:
    verdict = Verdict("review", "ambiguous", None, 0.0, (option("a", 114.0), option("b", 114.1)))
    write_review(path, [(("名", "址"), verdict)], decided={})
    header, row = path.read_text(encoding="utf-8-sig").splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True)) | filled
    path.write_text(f"{header}\n{','.join(cells.values())}\n", encoding="utf-8-sig")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    ledger = Ledger(path)
    ledger.add(Call("amap", "=cmd, 'x'", "鹤壁市"), [ANSWER, ANSWER])
    ledger.add(Call("baidu", "-1号"), [])
    again = Ledger(path)
    assert again.get(Call("amap", "=cmd, 'x'", "鹤壁市")) == (ANSWER, ANSWER)
    assert again.get(Call("baidu", "-1号")) == ()
    assert again.get(Call("amap", "-1号")) is None
    assert not any(cell.lstrip('"').startswith(("=", "@", "+")) for cell in path.read_text("utf-8-sig").split(","))


@pytest.mark.parametrize("lost", [1, 20, 60, 110, 130])
def test_a_ledger_cut_short_forgets_only_the_last_call(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "l.csv"
    ledger = Ledger(path)
    ledger.add(Call("amap", "一"), [ANSWER])
    ledger.add(Call("amap", "二"), [ANSWER, ANSWER])
    path.write_bytes(path.read_bytes()[:-lost])
    cut = Ledger(path)
    assert cut.get(Call("amap", "一")) == (ANSWER,)
    assert cut.get(Call("amap", "二")) is None
    cut.add(Call("amap", "三"), [ANSWER])
    assert len(Ledger(path)) == 2


def test_a_ledger_saved_by_a_chinese_spreadsheet_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    Ledger(path).add(Call("amap", "长江路"), [ANSWER])
    text = path.read_text(encoding="utf-8-sig")
    path.write_bytes(text.replace(",", "\t").encode("gb18030"))
    assert Ledger(path).get(Call("amap", "长江路")) == (ANSWER,)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("lon", "abc", "line 2: lon, lat, score and within_m must be numbers"),
        ("lat", "135", "line 2: 114.3, 135 are no longitude and latitude"),
        ("datum", "火星", "line 2: unknown datum '火星'"),
    ],
)
def test_a_ledger_that_was_spoilt_says_where(tmp_path: Path, column: str, value: str, message: str) -> None:
    path = tmp_path / "l.csv"
    row = dict.fromkeys(COLUMNS, "x") | {
        "lon": "114.3",
        "lat": "35.7",
        "score": "95",
        "within_m": "50",
        "answer": "1/1",
    }
    row |= {"datum": "gcj02", column: value}
    path.write_text(f"{','.join(COLUMNS)}\n{','.join(row.values())}\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        Ledger(path)


def test_a_ledger_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="no column query, town"):
        Ledger(tmp_path / "l.csv")


@pytest.mark.parametrize("text", ["=1+1", "-x", "@a", "+b", "'quoted'", "plain", "-12.5", "鹤壁"])
def test_cells_are_inert_and_come_back(text: str) -> None:
    assert meant(shown(text)) == text
    assert not shown(text).startswith(("=", "@"))


def test_a_filled_review_is_fed_back(tmp_path: Path) -> None:
    cases = [
        ({"choice": "2"}, ("chosen", 114.1, 35.0)),
        ({"choice": "1.0"}, ("chosen", 114.0, 35.0)),  # as a spreadsheet may save it
        ({"choice": "无"}, ("given_up", None, None)),
        ({"lon": "114.2", "lat": "35.5", "datum": "WGS84"}, ("chosen", 114.2, 35.5)),
        ({"lon": "-21.9", "lat": "64.1"}, ("chosen", -21.9, 64.1)),  # outside China no datum is needed
        ({}, ("not_found", None, None)),
    ]
    for number, (filled, expected) in enumerate(cases):
        decisions = read_review(review_file(tmp_path / f"{number}.csv", **filled))
        found = Geocoder(Sources(None, Ledger(None), decisions), rules=GeocodeRules())
        verdict = found.locate([GeocodeQuery("名", " 址 ")])[0]
        place = verdict.place
        assert (verdict.status, place and place.lon, place and place.lat) == expected


def test_a_choice_in_gcj02_is_brought_to_wgs84(tmp_path: Path) -> None:
    decisions = read_review(review_file(tmp_path / "r.csv", lon="114.303594", lat="35.748236", datum="高德"))
    (decision,) = decisions.values()
    assert abs(decision.option.lon - 114.2976) < 0.001
    assert decision.option.datum == "gcj02"


@pytest.mark.parametrize(
    ("filled", "message"),
    [
        ({"choice": "3"}, "line 2: choice '3' is no candidate"),
        ({"choice": "yes"}, "choice 'yes' is no candidate"),
        ({"lon": "114.2", "lat": "35.5"}, "coordinates in China need their datum"),
        ({"lon": "114.2", "lat": "", "datum": "wgs84"}, "must be numbers"),
        ({"lon": "64.1", "lat": "-121.9"}, "are no longitude and latitude"),
    ],
)
def test_a_review_filled_in_wrongly_says_where(tmp_path: Path, filled: dict[str, str], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        read_review(review_file(tmp_path / "r.csv", **filled))
    with pytest.raises(DatumError, match="unknown datum"):
        read_review(review_file(tmp_path / "r.csv", lon="114", lat="35", datum="mars"))


def test_writing_again_keeps_what_was_filled_in(tmp_path: Path) -> None:
    path = review_file(tmp_path / "r.csv", choice="2", remark="电话核实")
    decided = read_review(path)
    waiting = Verdict("review", "ambiguous", None, 0.0, (option("c", 114.5),))
    assert write_review(path, [(("名", "址"), waiting), (("新", ""), waiting)], decided=decided) == 1
    text = path.read_text(encoding="utf-8-sig")
    assert "电话核实" in text
    assert text.count("\n") == 3
    assert read_review(path) == decided


def test_a_lead_counts_only_over_other_places() -> None:
    rules = GeocodeRules()
    beside = decide([option("a", 114.0), option("b", 114.0005)], rules=rules)  # 46 m away: the same place
    assert (beside.status, beside.margin) == ("accepted", float("inf"))
    apart = decide([option("a", 114.0), option("b", 114.01, score=96.0)], rules=rules)
    assert (apart.status, apart.reason, apart.margin) == ("review", "ambiguous", 4.0)
    assert decide([option("a", 114.0, score=84.9)], rules=rules).reason == "low_score"
    assert decide([option("a", 114.0, within_m=201.0)], rules=rules).reason == "imprecise"


def test_an_address_picks_among_equal_names() -> None:
    names = [option("east", 114.02, level="name"), option("west", 114.0, level="name")]
    merged, disagree = merge(names, [option("no. 5", 114.001)], rules=GeocodeRules())
    verdict = decide(merged, rules=GeocodeRules(), disagree=disagree)
    assert (verdict.status, verdict.place.label, len(verdict.options)) == ("accepted", "west", 2)
