"""The strict loader: what a file looks like is what it means."""

import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.config import strict_yaml
from lifecircle.config.catalogue import DATA
from lifecircle.config.strict_yaml import MAX_BYTES, read_yaml
from lifecircle.errors import ConfigError, SourceError


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "a file.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        read_yaml(write(folder, text))
    return str(caught.value).removeprefix(str(folder / "a file.yml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", ":3:1: key 'a' is written twice (first on line 1): remove one"),
        ("a: {b: 1, b: 2}\n", ":1:11: key 'b' is written twice (first on line 1): remove one"),
        ("a: &x 1\n", ":1:4: anchors (&) and aliases (*) are not allowed: write the value out, or quote the text"),
        ("a: *x\n", ":1:4: anchors (&) and aliases (*) are not allowed: write the value out, or quote the text"),
        ("a: !!python/object:os.system x\n", ":1:4: tags (!) are not allowed, found 'tag:yaml.org,2002:python/object"),
        ("a: !!str 5\n", ":1:4: tags (!) are not allowed"),
        ("a:\n  - !mine {b: 1}\n", ":2:5: tags (!) are not allowed, found '!mine'"),
        ("a: " + "[" * 40, ":1:35: nested more than 32 levels deep"),
        ("a: [1, 2\nb: 3\n", ":2:2: expected ',' or ']'"),
        ("a: b: c\n", ":1:5: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2\n", ":2:1: but found another document"),
        ("- 1\n- 2\n", ":1:1: a mapping of keys is needed (key: value), found list"),
        ("42\n", ":1:1: a mapping of keys is needed (key: value), found int"),
        ("# nothing\n", ": the file is empty"),
        ("", ": the file is empty"),
        ("? [a, b]\n: 1\n", ":1:3: a key must be plain, non-empty text"),
        ('"": 1\n', ":1:1: a key must be plain, non-empty text"),
        ("a: 1\nb: \x07\n", ":2: a character that YAML does not allow (code 7)"),
        ('a: "\\ud800"\n', ":1:4: half a character"),
        (b"a: 1\nb: \xff\xfe\n", ":2: not UTF-8 text: save the file with the encoding UTF-8"),
        ("a: 鹤壁\n".encode("gb18030"), ":1: not UTF-8 text"),
        ("# " + "x" * MAX_BYTES, ": larger than 1000 kB: this is not a configuration file"),
    ],
)
def test_refused(tmp_path, text, message):
    assert refusal(tmp_path, text).startswith(message)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.yml: the file cannot be read \(No such file"):
        read_yaml(tmp_path / "nowhere.yml")
    with pytest.raises(SourceError, match="the file cannot be read"):
        read_yaml(tmp_path)


def test_alias_bomb_is_refused_at_its_first_anchor(tmp_path):
    bomb = 'a: &a ["x","x"]\n' + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)}]\n" for n in range(20)
    )
    assert refusal(tmp_path, bomb).startswith(":1:4: anchors")


# one text a line: words of YAML 1.1, clocks, codes, dates, other bases, near misses
STAYS_TEXT = """\
no
yes
on
off
y
12:30
010
041060000012
0o17
0x1F
1_000
2026-11-22
2026-11-22 10:00:00
1.2.3
1e
00.5
tRUE
nUll
<<
=
+
.
"""


@pytest.mark.parametrize("text", [*STAYS_TEXT.splitlines(), "1" * 5000])
def test_stays_text(tmp_path, text):
    assert read_yaml(write(tmp_path, f"a: {text}\n")).data == {"a": text}


SCALARS = {"": None, "~": None, "null": None, "true": True, "FALSE": False, "0": 0, "-12": -12, "+3": 3, "1.5": 1.5}
SCALARS |= {"-.5": -0.5, "3.": 3.0, "1e3": 1000.0, "0.1E-2": 0.001, ".inf": math.inf, "-.INF": -math.inf}
SCALARS |= {"'5'": "5", '"true"': "true", '""': "", "|\n  no\n": "no\n"}


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_core_scalars(tmp_path, text, value):
    seen = read_yaml(write(tmp_path, f"a: {text}\n")).data["a"]
    assert seen == value
    assert type(seen) is type(value)


def test_keys_are_text_and_merge_keys_are_only_keys(tmp_path):
    assert read_yaml(write(tmp_path, "5: a\ntrue: b\n<<: {c: 1}\n")).data == {"5": "a", "true": "b", "<<": {"c": 1}}


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    assert read_yaml(write(tmp_path, "\ufeffa: 鹤壁\r\nb: 2\r\n".encode())).data == {"a": "鹤壁", "b": 2}


def test_locations_find_their_lines(tmp_path):
    document = read_yaml(write(tmp_path, "a:\n  b:\n    - 1\n    - {c: 2}\nd: [3,\n  4]\n"))
    assert document.mark(("a", "b", 1, "c")) == (4, 8)
    assert document.mark(("d", 1)) == (6, 3)
    assert document.mark(("a", "(member)", "b", 0)) == (3, 7)  # a step that is not in the file is passed over
    assert document.mark(("a", "absent", "b2")) == (1, 1)
    assert document.where(("d",)) == f"{document.path}:5:1"


def core(value: object) -> bool:
    if isinstance(value, dict):
        return all(type(key) is str and core(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(core(inner) for inner in value)
    return value is None or type(value) in (bool, int, float, str)


@given(text=st.text(max_size=60))
def test_never_anything_but_core_types(tmp_path_factory, text):
    """Core types, or a refusal that names the file, whatever stands behind a key."""
    path = write(tmp_path_factory.getbasetemp(), f"a: {text}".encode("utf-8", "surrogatepass"))
    try:
        seen: object = read_yaml(path).data
    except ConfigError as error:
        seen = str(error)
    assert core(seen)
    assert isinstance(seen, dict) or str(seen).startswith(str(path))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(data=st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4))
def test_json_means_the_same(tmp_path_factory, data):
    """JSON is YAML 1.2 and comes back as it was written."""
    path = write(tmp_path_factory.getbasetemp(), json.dumps(data))
    assert read_yaml(path).data == data


ODD = ["中", "\x85", "\ufeff", "\x07", ": ", "- ", "\n  ", "\r\n", "---\n", "...\n", "null", "0x1", "'a?'"]
SCRAPS = st.sampled_from([*" \t\n:-[]{}#&*!|>'\"%@`,?~\\a1", *ODD])


@settings(max_examples=400)
@given(scraps=st.lists(SCRAPS, max_size=30))
def test_the_fast_reader_and_the_slow_one_agree(scraps: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("yaml") / "odd.yml"
    path.write_text("key: 1\n" + "".join(scraps), encoding="utf-8", newline="")

    def outcome() -> object:
        try:
            document = read_yaml(path)
        except ConfigError as error:
            return str(error)
        return repr(document.data), dict(document.marks)

    fast = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "_swift_loader", lambda: None)
        assert fast == outcome()


def test_the_packaged_files_take_the_fast_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    if strict_yaml._swift_loader() is not None:
        monkeypatch.setattr(strict_yaml, "_StrictLoader", None)
    elif os.environ.get("CI") == "true":
        pytest.fail("PyYAML was built without libyaml")
    for path in [DATA / "types.yml", DATA / "profiles.yml", *sorted(DATA.glob("standards/*.yml"))]:
        assert read_yaml(path).data
