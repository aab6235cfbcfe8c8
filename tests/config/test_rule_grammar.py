"""The grammar of standards' rules: every form read, every contradiction refused with its line."""

from pathlib import Path

import pytest

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.standards import list_standards, load_standard, study_catalogue, validate_standard
from lifecircle.model.rules import FacilityFilter, Item
from lifecircle.model.standard import Standard

CATALOGUE = load_catalogue()
PRESETS = {"hebi-nine", "hainan-eight", "gb50180", "mofcom", "tdt1062", "tdt1063", "moreno", "sony", "ghsci", "sdg11"}
HEAD = "id: mine\ntitle: Mine\ndefault_rule: claim\n"
SAID = "source: ours and ours, label: judgement"


def standard(folder: Path, claim: str, *, more: str = "") -> Standard:
    path = write(folder, claim, more=more)
    assert validate_standard(path, catalogue=CATALOGUE) == []
    return load_standard(str(path), base=folder, catalogue=CATALOGUE)


def write(folder: Path, claim: str, *, more: str = "") -> Path:
    path = folder / "mine.yml"
    circle = f"circles:\n  - {{id: a, zh: 甲, en: A, {claim}}}\n"
    path.write_text(HEAD + more + circle, encoding="utf-8")
    return path


def items(folder: Path, item: str, *, more: str = "") -> tuple[Item, ...]:
    return standard(folder, f"claim: {{{item}, {SAID}}}", more=more).circles[0].readings["claim"].items


def test_all_stands_for_one_item_each(tmp_path):
    found = items(tmp_path, "all: [park, [gym, sports_centre]], min: 10")
    assert [item.types for item in found] == [("park",), ("gym", "sports_centre")]
    assert {item.minutes for item in found} == {10.0}


def test_k_of_n(tmp_path):
    (item,) = items(tmp_path, "of: [park, [gym, sports_centre], bank], at_least: 2, max_m: 500")
    assert item.pools == (("park",), ("gym", "sports_centre"), ("bank",))
    assert (item.at_least, item.types) == (2, ("park", "gym", "sports_centre", "bank"))


def test_straight_line_within_and_filters(tmp_path):
    (item,) = items(tmp_path, "any: [park], max_m: 800, straight_line: true, min_area_m2: 4000")
    assert (item.straight_line, item.admits) == (True, FacilityFilter(4000.0))
    (item,) = items(tmp_path, "any: [kindergarten], min: 5, min_capacity: 90, where: {tier: 普惠, year: 2024}")
    assert item.admits == FacilityFilter(None, 90.0, (("tier", "普惠"), ("year", "2024")))
    (item,) = items(tmp_path, "any: [park], within: true")
    assert (item.within, item.minutes, item.max_m) == (True, None, None)


def test_types_of_ones_own(tmp_path):
    """A keyword or tags in the standard's own file make a type; the packaged catalogue stays as it is."""
    more = "types:\n  tcm_hall: {zh: 扁鹊堂, en: TCM hall, name_re: 扁鹊堂}\n"
    found = standard(tmp_path, f"claim: {{any: [tcm_hall, workers_station], min: 15, {SAID}}}", more=more)
    assert [kind.id for kind in found.own_types] == ["tcm_hall"]
    catalogue = study_catalogue("mine.yml", base=tmp_path)
    assert catalogue.types["tcm_hall"].name_re == "扁鹊堂"
    assert catalogue.name_order[0] == "tcm_hall"  # its name is tried before the packaged ones
    assert "tcm_hall" not in load_catalogue().types


def test_selectors_written_inline_make_a_type_of_the_circle(tmp_path):
    (item,) = items(tmp_path, "osm: [{leisure: [park, garden]}, {tourism: viewpoint}], min: 15, mean_of: 20")
    assert (item.types, item.mean_of) == (("mine_a",), 20)
    kind = study_catalogue("mine.yml", base=tmp_path).types["mine_a"]
    assert [dict(group) for group in kind.selectors] == [{"leisure": ("park", "garden")}, {"tourism": ("viewpoint",)}]


def test_no_two_inline_types_share_an_id(tmp_path):
    """Two of one circle, one of a circle whose id ends alike, and a type that the file itself calls so."""
    path = tmp_path / "mine.yml"
    rows = [
        ("a", "all: [mine_a], min: 5"),
        ("b", "osm: [{leisure: park}], min: 5"),
        ("b-2", "osm: [{leisure: garden}], min: 5"),
        ("b_2", "osm: [{leisure: pitch}], min: 5"),
    ]
    circles = "".join(f"  - {{id: {name}, zh: 甲, en: A, claim: {{{item}, {SAID}}}}}\n" for name, item in rows)
    kinds = "types:\n  mine_b: {zh: 乙, en: B, name_re: 乙}\n  mine_a: {zh: 丙, en: C, name_re: 丙}\n"
    path.write_text(f"{HEAD}{kinds}circles:\n{circles}", encoding="utf-8")
    assert validate_standard(path, catalogue=CATALOGUE) == []
    found = load_standard(str(path), base=tmp_path, catalogue=CATALOGUE)
    asked = [circle.readings["claim"].items[0].types[0] for circle in found.circles[1:]]
    assert asked == ["mine_b_2", "mine_b_2_2", "mine_b_2_3"]
    selectors = {kind.id: [dict(group) for group in kind.selectors or ()] for kind in found.own_types}
    assert [selectors[kind][0]["leisure"] for kind in asked] == [("park",), ("garden",), ("pitch",)]


PAIRS = "preset: mofcom, section: pairs, min: 10"


def test_a_group_of_another_standard(tmp_path):
    """One requirement, one threshold: each of the group's types is asked; of mofcom's own types those it needs come."""
    (found,) = items(tmp_path, "preset: mofcom, section: pairs, min: 10")
    kinds = ("convenience", "breakfast", "fresh_food", "repair", "elder_community", "nursery", "waste", "car_wash")
    assert found.types == kinds
    assert (found.pools, found.at_least) == (tuple((kind,) for kind in kinds), 8)
    assert [kind.id for kind in standard(tmp_path, f"claim: {{{PAIRS}, {SAID}}}").own_types] == ["car_wash"]
    assert standard(tmp_path, f"claim: {{{PAIRS.replace('pairs', 'quality')}, {SAID}}}").own_types == ()


def test_provision_per_community(tmp_path):
    claim = f"claim: {{any: [park], min: 10, {SAID}}}"
    asked = f"provision: [{{any: [elder_community], in_unit: community, at_least: 2, {SAID}}}]"
    (found,) = standard(tmp_path, f"{claim}, {asked}").circles[0].provision
    assert (found.types, found.at_least, found.unit) == (("elder_community",), 2, "community")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("min: 10", ":5: circles[0].claim: give the facilities as one of any, all, of, osm, preset"),
        ("any: [park], all: [gym], min: 10", ":5: circles[0].claim: give the facilities as one of any, all, of, osm"),
        ("any: [park], min: 10, within: true", ":5: circles[0].claim: within: true means inside the polygon"),
        ("of: [park, gym], min: 10", ":5: circles[0].claim: of and at_least belong together"),
        ("of: [park, gym], at_least: 3, min: 10", ":5: circles[0].claim: at_least is 3, but of names 2"),
        ("any: [park, gym], min: 10, mean_of: 20", ":5: circles[0].claim: mean_of takes one type"),
        ("all: [park, gim], min: 10", ":5: unknown facility type 'gim'; did you mean 'gym'?"),
        ("preset: mofcon, section: basic, min: 10", ":5: unknown standard 'mofcon'; did you mean 'mofcom'?"),
        ("preset: mofcom, section: basics, min: 10", ":5: mofcom has no section 'basics'; did you mean 'basic'?"),
        ("any: [park], min: 10, minarea: 3", ":5: circles[0].claim.minarea: unknown key"),
        ("osm: [{leisure: '~('}], min: 10", ":5: circles[0].claim.osm[0].leisure: '(' is not a regular expression"),
        ("any: [park], judged: false", ":5: circles[0]: circle 'a': nothing in it is judged: write headline: false"),
    ],
)
def test_contradictions_are_refused_with_file_and_line(tmp_path, item, message):
    path = write(tmp_path, f"claim: {{{item}, {SAID}}}")
    assert validate_standard(path, catalogue=CATALOGUE)[0].startswith(f"{path}{message}")


def test_a_section_must_be_named(tmp_path):
    path = write(tmp_path, f"section: one, claim: {{any: [park], min: 10, {SAID}}}")
    assert validate_standard(path, catalogue=CATALOGUE) == [
        f"{path}:5: 'one' is not in sections: add it there with zh and en"
    ]


def test_all_presets_are_there():
    assert set(list_standards()) == PRESETS


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_threshold_of_a_preset_names_its_source(name):
    found = load_standard(name, base=Path(), catalogue=CATALOGUE)
    every = [item for circle in found.circles for rule in circle.readings.values() for item in rule.items]
    assert every
    assert all(len(item.source) > 20 for item in every)
    assert found.draft == (name == "gb50180")
    assert {circle.section for circle in found.circles} - {""} == {section.id for section in found.sections}


def test_gb50180_tiers():
    """Kindergarten 300 m, primary school 500 m, secondary school 1000 m; parks by their size."""
    found = {circle.id: circle for circle in load_standard("gb50180", base=Path(), catalogue=CATALOGUE).circles}
    limits = {name: found[name].readings["standard"].items[0] for name in found}
    assert limits["five-kindergarten"].max_m == 300
    assert limits["ten-primary-school"].max_m == 500
    assert limits["fifteen-middle-school"].max_m == 1000
    assert [limits[f"{tier}-park"].admits.min_area_m2 for tier in ("fifteen", "ten", "five")] == [50_000, 10_000, 4_000]
    assert not found["fifteen-elderly"].headline
    assert not limits["five-toilets"].judged


def test_standards_with_a_denominator():
    asked = {name: load_standard(name, base=Path(), catalogue=CATALOGUE).denominator for name in PRESETS}
    assert {name: weight for name, weight in asked.items() if weight} == {
        "tdt1063": "land",
        "sdg11": "population",
        "ghsci": "population",
        "sony": "population",
    }
