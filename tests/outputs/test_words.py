"""Every word of the outputs is there in both languages, and asks for the same values."""

import ast
import logging
import re
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest
import yaml

from lifecircle.cli.words import console_language, progress_text
from lifecircle.outputs import phrases
from lifecircle.outputs.phrases import CATALOGUES

PACKAGE = Path(phrases.__file__).resolve().parents[1]
DATA = resources.files("lifecircle").joinpath("data")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Phrases whose key is put together in the code: their first words are written there, the rest are ids.
FORBIDDEN = ("达标", "不实", "虚报", "造假")


def catalogue(name: str) -> dict[str, dict[str, str]]:
    return yaml.safe_load(DATA.joinpath(name).read_text(encoding="utf-8"))


def every_phrase() -> dict[str, dict[str, str]]:
    return {key: words for name in CATALOGUES for key, words in catalogue(name).items()}


def test_every_catalogue_in_the_package_is_read():
    found = {path.name for path in (PACKAGE / "data").glob("phrases*.yml")}
    assert found == set(CATALOGUES)


def test_the_fast_reader_reads_what_the_plain_one_reads():
    assert phrases._phrases() == every_phrase()


def test_no_key_stands_in_two_catalogues_or_twice_in_one():
    keys = []
    for name in CATALOGUES:
        text = DATA.joinpath(name).read_text(encoding="utf-8")
        keys += re.findall(r"^([\w.]+):", text, flags=re.MULTILINE)
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_phrase_is_written_in_both_languages():
    for key, words in every_phrase().items():
        assert set(words) == {"en", "zh"}, key
        assert all(isinstance(text, str) and text for text in words.values()), key


def test_both_languages_fill_in_the_same_values():
    for key, words in every_phrase().items():
        asked = [{name for _, name, _, _ in Formatter().parse(words[language]) if name} for language in ("en", "zh")]
        assert asked[0] == asked[1] or asked[0] - asked[1] <= {"weight"} or asked[1] - asked[0] <= {"weight"}, key


def test_published_figures_are_never_called_met_or_false():
    for key, words in every_phrase().items():
        assert not [word for word in FORBIDDEN if word in words["zh"]], key


def test_english_phrases_hold_no_chinese_but_for_quoted_terms():
    for key, words in every_phrase().items():
        quoted = re.sub(r"（[^）]*）|\([^)]*\)|\[[^\]]*\]", "", words["en"])
        assert not CHINESE.search(quoted), key


def called_phrases() -> set[tuple[str, str]]:
    """Return (file, key) of every ``phrase("...")`` with a literal key."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"phrase", "_said"}
            )
            for argument in node.args if named else ():
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value:
                    found.add((path.name, argument.value))
    return found


def test_every_phrase_that_the_code_asks_for_is_there():
    known = set(every_phrase())
    assert [pair for pair in sorted(called_phrases()) if pair[1] not in known] == []


@pytest.mark.parametrize("name", ["phrases_report.yml", "phrases_figures.yml"])
def test_every_phrase_of_the_report_and_figures_is_used(name: str):
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    literal = set(re.findall(r"\"([\w.]+)\"", code))
    stems = {stem for stem in re.findall(r"f\"([\w.]+?)\.?\{", code) if stem}
    for key in catalogue(name):
        parts = key.split(".")
        built = any(".".join(parts[:at]) in stems for at in range(1, len(parts))) or key in stems
        assert key in literal or built, f"{key} is never used"


def test_types_and_circles_are_named_in_both_languages():
    types = yaml.safe_load(DATA.joinpath("types.yml").read_text(encoding="utf-8"))
    for kind, row in types["types"].items():
        assert row.get("zh") or row.get("name_zh"), kind
        assert row.get("en") or row.get("name_en"), kind


def logged() -> set[str]:
    """Return every message that the library logs while it works."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if ast.unparse(node.func) in {"log.info", "log.warning"}:
                found |= {part.value for part in node.args[:1] if isinstance(part, ast.Constant)}
    return found


def test_the_console_can_say_everything_in_chinese():
    known = yaml.safe_load(DATA.joinpath("progress.yml").read_text(encoding="utf-8"))
    assert sorted(logged() - set(known)) == []
    for english, chinese in known.items():
        assert re.findall(r"%[.\d]*\w", english) == re.findall(r"%[.\d]*\w", chinese), english


@pytest.mark.parametrize(
    ("asked", "locale", "said"),
    [
        ("zh", "en_US.UTF-8", "读取 a.pbf"),
        (None, "zh_CN.UTF-8", "读取 a.pbf"),
        (None, "C", "reading a.pbf"),
        ("en", "zh_CN", "reading a.pbf"),
    ],
)
def test_progress_follows_the_option_then_the_locale(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, locale: str, said: str
):
    monkeypatch.setenv("LC_ALL", locale)
    record = logging.LogRecord("lifecircle", logging.INFO, "", 0, "reading %s", ("a.pbf",), None)
    assert progress_text(record, console_language(asked)) == said
