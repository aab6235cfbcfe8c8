"""Scenario files: every problem with its line, all at once."""

from pathlib import Path

import pytest

from lifecircle.config.scenario_file import read_scenarios
from lifecircle.errors import ConfigError
from lifecircle.model.scenario import AddFacility, AddStreet, RemoveFacility, Scenario

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "scenarios"


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_scenario_in_five_lines(tmp_path: Path):
    text = "changes:\n  - add_facility: {type: pharmacy, lon: 1, lat: 2.5}\n  - remove_facility: n1:pharmacy\n"
    file = read_scenarios(written(tmp_path, text))
    assert file.scenarios == (Scenario((AddFacility("pharmacy", 1.0, 2.5), RemoveFacility("n1:pharmacy"))),)
    assert file.where == ((f"{tmp_path / 'scenario.yml'}:2", f"{tmp_path / 'scenario.yml'}:3"),)


def test_named_scenarios_and_the_files_that_are_shipped():
    file = read_scenarios(CONFIGS / "three_ideas.yml")
    assert len({scenario.id for scenario in file.scenarios}) == len(file.scenarios) == 4
    assert isinstance(file.scenarios[0].changes[0], AddStreet)
    assert read_scenarios(CONFIGS / "new_pharmacy.yml").scenarios[0].changes[0].type == "pharmacy"


def test_every_problem_is_told_with_its_line(tmp_path: Path):
    path = written(
        tmp_path,
        "changes:\n  - add_facilty: {type: x, lon: 1, lat: 2}\n  - add_facility: {typ: x, lon: a, lat: .nan}\n"
        "  - close_street:\n  - add_street: {points: [[1, 2], [3]]}\n  - {remove_facility: a, set_profile: adult}\n",
    )
    with pytest.raises(ConfigError) as caught:
        read_scenarios(path)
    lines = str(caught.value).splitlines()
    assert [int(line.removeprefix(f"{path}:").split(":")[0]) for line in lines] == [2, 3, 3, 3, 3, 4, 5, 6]
    assert "did you mean 'add_facility'" in lines[0]
    assert "exactly one kind" in lines[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\n", "give either changes"),
        ("changes: []\nscenarios: []\n", "give either changes"),
        ("scenarios: []\n", "scenarios is empty"),
        ("scenarios:\n  - {name: a, changes: []}\n  - {name: a, changes: []}\n", "there twice"),
    ],
)
def test_both_lists_none_or_a_name_twice(tmp_path: Path, text: str, said: str):
    with pytest.raises(ConfigError, match=said):
        read_scenarios(written(tmp_path, text))
