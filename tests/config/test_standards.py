"""Standards: hebi-nine's thresholds by hand, and every refusal with its text."""

from pathlib import Path

import pytest

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.standards import list_standards, load_standard, validate_standard
from lifecircle.errors import ConfigError, SourceError
from lifecircle.model.standard import Standard
from lifecircle.model.words import words

CATALOGUE = load_catalogue()

# circle, reading: (types, minutes or "<m> m", optional, label, source_m), copied by hand from the sources' table.
UNIFORM = {
    "comprehensive": "community_service",
    "fitness": "fitness_outdoor fitness_trail sports_centre",
    "elderly": "elder_community elder_residential",
    "health": "health_community clinic hospital",
    "culture": "book_house culture_venue",
    "schooling": "kindergarten primary_school middle_school school_any",
    "mobility": "bus_stop rail_station",
    "shopping": "grocery fresh_food",
}
STRICT = {
    "comprehensive": [
        ("community_service", "5 min", False, "unverified", 300),
        ("police", "15 min", True, "judgement", None),
    ],
    "fitness": [
        ("fitness_outdoor sports_centre", "5 min", False, "unverified", 300),
        ("sports_centre", "15 min", True, "second-hand", None),
        ("park", "10 min", False, "read", None),
    ],
    "elderly": [("elder_community", "5 min", False, "second-hand", None)],
    "health": [
        ("health_community clinic hospital", "15 min", False, "second-hand", None),
        ("pharmacy", "10 min", False, "judgement", None),
    ],
    "culture": [
        ("book_house", "10 min", False, "read", None),
        ("culture_venue community_service", "15 min", False, "judgement", None),
    ],
    "schooling": [
        ("kindergarten", "5 min", False, "second-hand", 300),
        ("primary_school", "10 min", False, "second-hand", 500),
        ("middle_school", "15 min", False, "second-hand", None),
    ],
    "mobility": [("bus_stop rail_station", "500 m", False, "read", None)],
    "shopping": [("grocery", "10 min", False, "read", None), ("fresh_food", "10 min", False, "read", None)],
}
LENIENT = {
    "fitness": "fitness_outdoor fitness_trail sports_centre gym park",
    "culture": "book_house culture_venue bookshop community_service",
}
PUBLISHED = {"comprehensive": 346, "fitness": 550, "elderly": 336, "culture": 209, "schooling": 253, "mobility": 362}
PUBLISHED |= {"shopping": 512, "municipal": 294}


def rows(standard: Standard, reading: str) -> dict[str, list[tuple[object, ...]]]:
    return {
        circle.id: [
            (
                " ".join(item.types),
                f"{item.minutes:g} min" if item.minutes is not None else f"{item.max_m:g} m",
                item.optional,
                item.label,
                item.source_m,
            )
            for item in circle.readings[reading].items
        ]
        for circle in standard.circles
        if reading in circle.readings
    }


@pytest.fixture(scope="module")
def hebi() -> Standard:
    return load_standard("hebi-nine", base=Path(), catalogue=CATALOGUE)


def test_hebi_nine_thresholds(hebi):
    claim = {circle: [(types, "15 min", False, "read", None)] for circle, types in UNIFORM.items()}
    claim["park10"] = [("park", "10 min", False, "read", None)]
    told = rows(hebi, "claim")
    trades = {circle: told.pop(circle) for circle in ("basic20", "quality30")}
    assert {circle: found[0][1:] for circle, found in trades.items()} == {
        "basic20": ("10 min", False, "judgement", None),
        "quality30": ("15 min", False, "judgement", None),
    }
    assert told == claim
    assert rows(hebi, "standard") == STRICT
    assert rows(hebi, "lenient") == {
        circle: [(types, "15 min", False, "judgement", None)] for circle, types in LENIENT.items()
    }


def test_hebi_nine_circles(hebi):
    nine = [*UNIFORM, "municipal"]
    assert [circle.id for circle in hebi.circles] == [*nine, "park10", "basic20", "quality30"]
    assert [circle.id for circle in hebi.circles if circle.headline] == nine
    assert [circle.name_zh for circle in hebi.circles[:3]] == ["综合服务", "全民健身", "养老服务"]
    assert {circle.id: circle.profile for circle in hebi.circles if circle.profile} == {"elderly": "elderly"}
    assert hebi.circles[8].user_layer == "renovated_estate"
    assert (hebi.origin_kind, hebi.profile, hebi.default_rule) == ("estate_gate", "adult", "claim")
    assert (hebi.title_zh, hebi.title_en) == ("鹤壁一刻钟生活圈（九圈）", "Hebi nine functional circles")
    assert [circle.readings["lenient"].lenient for circle in hebi.circles if "lenient" in circle.readings] == [True] * 2


def test_hebi_nine_published_counts_are_works_done(hebi):
    counts = {circle.id: circle.published for circle in hebi.circles if circle.published}
    assert {key: count.value for key, count in counts.items()} == PUBLISHED
    assert {count.counts for count in counts.values()} == {"works"}
    assert {words(count.area).zh for count in counts.values()} == {"鹤壁市"}
    assert {count.source for count in counts.values()} == {"press report on Hebi's life circles, February 2024"}


def test_hebi_nine_names_a_source_for_every_threshold(hebi):
    items = [item for circle in hebi.circles for rule in circle.readings.values() for item in rule.items]
    assert len(items) == 29
    assert all(len(item.source) > 20 for item in items)
    assert hebi.verified_thresholds() == (14, 29)


def test_hebi_nine_trades_are_all_of_mofcoms(hebi):
    """Twelve basic and five quality trades, each of them asked; of mofcom's own types none is needed."""
    items = {circle.id: circle.readings["claim"].items for circle in hebi.circles[-2:]}
    assert {circle: [(len(item.pools), item.at_least) for item in found] for circle, found in items.items()} == {
        "basic20": [(12, 12)],
        "quality30": [(5, 5)],
    }
    assert ("pharmacy",) in items["basic20"][0].pools
    assert hebi.own_types == ()


def test_every_packaged_standard_is_valid():
    assert {"hainan-eight", "hebi-nine"} <= set(list_standards())
    for name in list_standards():
        assert load_standard(name, base=Path(), catalogue=CATALOGUE).id == name


@pytest.mark.parametrize("name", list_standards())
def test_no_two_circles_of_a_standard_bear_one_name(name):
    circles = load_standard(name, base=Path(), catalogue=CATALOGUE).circles
    assert len({circle.name_zh for circle in circles}) == len({circle.name_en for circle in circles}) == len(circles)


HEAD = "id: mine\ntitle: Mine\ndefault_rule: claim\ncircles:\n"
GOOD = "  - {id: a, zh: 甲, en: A, claim: {any: [park], min: 10, source: a judgement of ours, label: judgement}}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_users_file(tmp_path):
    path = write(tmp_path, HEAD + GOOD)
    assert validate_standard(path, catalogue=CATALOGUE) == []
    for name in ("mine.yml", str(path)):
        assert (
            load_standard(name, base=tmp_path, catalogue=CATALOGUE).circles[0].readings["claim"].items[0].minutes == 10
        )


def circle(claim: str) -> str:
    return HEAD + GOOD + f"  - {{id: b, zh: 乙, en: B, {claim}}}\n"


ITEM = "source: ours and ours, label: judgement"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (circle(f"claim: {{any: [pork], min: 5, {ITEM}}}"), ":6: unknown facility type 'pork'; did you mean 'park'?"),
        (
            circle(f"claim: {{any: [park], {ITEM}}}"),
            ":6: circles[1].claim: give one of min (minutes) and max_m (metres)",
        ),
        (
            circle(f"claim: {{any: [park], min: 5, max_m: 5, {ITEM}}}"),
            ":6: circles[1].claim: give one of min (minutes)",
        ),
        (
            circle(f"claim: {{any: [park], min: -5, {ITEM}}}"),
            ":6: circles[1].claim.min: got -5: input should be greater",
        ),
        (circle("claim: {any: [park], min: 5, source: ours ours}"), ":6: circles[1].claim.label: this key is missing"),
        (circle("claim: {any: [park], min: 5, label: read}"), ":6: circles[1].claim.source: this key is missing"),
        (
            circle("claim: {any: [park], min: 5, source: abc, label: read}"),
            ":6: 'abc' is not in sources: add it there, ",
        ),
        (
            circle(f"claim: {{any: [park], minn: 5, {ITEM}}}"),
            ":6: circles[1].claim.minn: unknown key; did you mean 'min'",
        ),
        (circle(f"claim: {{any: [], min: 5, {ITEM}}}"), ":6: circles[1].claim.any: got []: "),
        (circle("headline: true"), ":6: circles[1]: circle 'b': give claim, standard or lenient, or a user_layer"),
        (
            circle(f"claim: {{any: [park], min: 5, optional: true, {ITEM}}}"),
            ":6: circles[1]: circle 'b': every item of ",
        ),
        (circle("user_layer: estates"), ":6: unknown facility type 'estates'; "),
        (
            circle(f"user_layer: park, claim: {{any: [park], min: 5, {ITEM}}}"),
            ":6: circles[1]: circle 'b': a circle of a",
        ),
        (
            circle(f"profile: elder, claim: {{any: [park], min: 5, {ITEM}}}"),
            ":6: unknown profile 'elder'; did you mean 'e",
        ),
        (
            circle(f"support: [gim], claim: {{any: [park], min: 5, {ITEM}}}"),
            ":6: unknown facility type 'gim'; did you m",
        ),
        (
            circle(f"claim: {{any: [park], min: 5, straight_line: true, {ITEM}}}"),
            ":6: circles[1].claim: straight_line belongs to max_m",
        ),
        (HEAD + GOOD + GOOD, ":6: circle id 'a' is used twice"),
        (HEAD + "  []\n", ":4: circles: got []: "),
        (
            HEAD.replace("claim", "clam") + GOOD,
            ":3: default_rule: 'clam' is not one of 'claim', 'standard' or 'lenient'",
        ),
        (HEAD + GOOD + "a: &b 1\n", ":6:4: anchors (&) and aliases (*) are not allowed"),
    ],
)
def test_refused_with_file_and_line(tmp_path, text, message):
    path = write(tmp_path, text)
    problems = validate_standard(path, catalogue=CATALOGUE)
    assert problems[0].startswith(f"{path}{message}")
    with pytest.raises(ConfigError) as caught:
        load_standard("mine.yml", base=tmp_path, catalogue=CATALOGUE)
    assert str(caught.value).splitlines()[0] == problems[0].splitlines()[0]


def test_every_problem_is_listed_in_the_order_of_the_file(tmp_path):
    text = circle(f"claim: [{{any: [pork], min: 5, {ITEM}}}, {{any: [perk], min: 5, {ITEM}}}], profile: x")
    problems = validate_standard(write(tmp_path, text), catalogue=CATALOGUE)
    assert [problem.split(": ", 1)[1].split("'")[1] for problem in problems] == ["perk", "pork", "x"]


def test_unknown_standard_and_missing_file(tmp_path):
    with pytest.raises(ConfigError, match="unknown standard 'hebi-nin'; did you mean 'hebi-nine'"):
        load_standard("hebi-nin", base=tmp_path, catalogue=CATALOGUE)
    with pytest.raises(
        ConfigError, match=r"unknown standard 'zzz'; valid: .*hebi-nine.*; or name a file that ends in \.yml"
    ):
        load_standard("zzz", base=tmp_path, catalogue=CATALOGUE)
    with pytest.raises(SourceError, match=r"none\.yml: not found; searched"):
        load_standard("none.yml", base=tmp_path, catalogue=CATALOGUE)
    with pytest.raises(SourceError, match="cannot be read"):
        validate_standard(tmp_path / "none.yml", catalogue=CATALOGUE)
