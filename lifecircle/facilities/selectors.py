"""The selector grammar: tag tests compiled once, and names made comparable."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Selector, TagTest
from lifecircle.model.osm import Tags

# Names that may decide a type; `old_name` says what a place no longer is.
NAME_KEYS = ("name", "name:zh", "official_name", "alt_name", "short_name")

# Characters of facility names, one to one; shop signs and older maps write them traditionally.
_PAIRS = (
    "醫医 務务 區区 鄉乡 鎮镇 鄰邻 會会 綜综 點点 廳厅 黨党 眾众 兒儿 園园 學学 級级 貫贯 職职 業业 廠厂 "
    "體体 館馆 場场 綠绿 駕驾 廣广 樂乐 動动 運运 門门 療疗 診诊 養养 護护 頤颐 長长 驛驿 實实 驗验 國国 "
    "語语 書书 閱阅 覽览 讀读 藝艺 術术 宮宫 課课 員员 電电 車车 維维 樓楼 機机 換换 樁桩 購购 銀银 儲储 "
    "幣币 藥药 鋪铺 舖铺 農农 貿贸 產产 鮮鲜 麵面 飯饭 廁厕 間间 衛卫 髮发 發发 髪发 潔洁 婦妇 嬰婴 託托 "
    "濟济 難难 剎刹 縫缝 紉纫 織织 補补 開开 鎖锁 鑰钥 遺遗 舊旧 專专 愛爱 報报 勞劳 紅红 團团 聯联 雙双 "
    "東东 範范 圖图 劇剧 羅罗 獸兽 寵宠 輔辅 導导 製制 飲饮 糧粮 單单 證证 輕轻 環环 遊游 標标 復复 齒齿 "
    "鑲镶 轉转 營营 處处 辦办 災灾 應应 臺台 灣湾 華华 縣县 據据 隊队 題题 豐丰 傳传 軍军 創创 賣卖 妝妆 "
    "媽妈 賓宾 屬属 廢废 戶户 執执 濕湿 燈灯 監监 禮礼 種种 籠笼 籌筹 類类 網网 聾聋 裝装 訓训 調调 責责 "
    "販贩 貼贴 資资 輪轮 遞递 郵邮 鏡镜 閒闲 閑闲 陽阳 險险 駛驶 騎骑 鳥鸟 衆众 "
)
_TO_SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}

Payload = TypeVar("Payload")


def comparable(text: str) -> str:
    """Return `text` in the form that every pattern is searched in.

    NFKC (full-width letters and brackets become plain ones), traditional characters that occur in facility
    names become simplified, runs of white space become one blank.
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(_TO_SIMPLIFIED).split())


def names_of(tags: Tags) -> tuple[str, ...]:
    """Return the comparable names in `tags`, in the order of ``NAME_KEYS``, each once; ";" separates several."""
    found = (comparable(part) for key in NAME_KEYS if key in tags for part in tags[key].split(";"))
    return tuple(dict.fromkeys(name for name in found if name))


def compile_pattern(pattern: str, *, flags: int = 0, where: str) -> re.Pattern[str]:
    """Compile a regular expression of the catalogue.

    Raises
    ------
    ConfigError
        With `where` it stands, if it is not a regular expression.
    """
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise ConfigError(f"catalogue: {where}: {pattern!r} is not a regular expression: {error}") from None


@dataclass(frozen=True, slots=True)
class CompiledTest:
    """One key's test: any of plain values, patterns, presence, or "absent or none of these"."""

    values: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    any_value: bool
    refused: tuple[frozenset[str], ...]

    def matches(self, value: str | None) -> bool:
        """Return whether a tag's `value` (None when the key is absent) passes."""
        if any(value is None or value not in names for names in self.refused):
            return True
        if value is None:
            return False
        return self.any_value or value in self.values or any(pattern.search(value) for pattern in self.patterns)

    @property
    def needs_key(self) -> bool:
        """Whether an object without the key always fails."""
        return not self.refused


def compile_test(test: TagTest, *, where: str = "selector") -> CompiledTest:
    """Compile a tag test written in the catalogue's grammar.

    Parameters
    ----------
    test : TagTest
        Plain values, ``"*"``, ``"~regex"`` and ``"!a|b"``; one of them must match.
    where : str
        Named in errors.

    Raises
    ------
    ConfigError
        If the test is empty or a pattern cannot be compiled.
    """
    if not test or any(part in ("", "~", "!") for part in test):
        raise ConfigError(
            f"catalogue: {where}: an empty tag test {list(test)!r}: give a value, '*', '~regex' or '!a|b'"
        )
    plain = frozenset(part for part in test if part != "*" and part[0] not in "~!")
    patterns = tuple(compile_pattern(part[1:], where=where) for part in test if part.startswith("~"))
    refused = tuple(frozenset(part[1:].split("|")) for part in test if part.startswith("!"))
    return CompiledTest(plain, patterns, "*" in test, refused)


@dataclass(frozen=True, slots=True)
class CompiledSelector:
    """An AND-group of tag tests."""

    tests: tuple[tuple[str, CompiledTest], ...]

    def matches(self, tags: Tags) -> bool:
        """Return whether every test passes; names are compared in their comparable form."""
        for key, test in self.tests:
            value = tags.get(key)
            if value is not None and test.patterns and key in NAME_KEYS:
                value = comparable(value)
            if not test.matches(value):
                return False
        return True


def compile_selector(selector: Selector, *, where: str = "selector") -> CompiledSelector:
    """Compile an AND-group.

    Raises
    ------
    ConfigError
        If no test asks for a tag to be present: such a group would match almost everything.
    """
    tests = tuple((key, compile_test(test, where=f"{where}, key {key!r}")) for key, test in selector.items())
    if not any(test.needs_key for _, test in tests):
        raise ConfigError(f"catalogue: {where}: no test of {dict(selector)!r} asks for a tag to be present")
    return CompiledSelector(tests)


class SelectorIndex(Generic[Payload]):
    """Many AND-groups, searched by the tag that each cannot do without.

    Parameters
    ----------
    entries : sequence of (payload, selector)
        What a match stands for, and the group.
    """

    def __init__(self, entries: Sequence[tuple[Payload, Selector]]) -> None:
        compiled = [(payload, compile_selector(selector, where=str(payload))) for payload, selector in entries]
        by_value: dict[tuple[str, str], list[int]] = defaultdict(list)
        by_key: dict[str, list[int]] = defaultdict(list)
        for row, (_, selector) in enumerate(compiled):
            key, test = min(
                ((key, test) for key, test in selector.tests if test.needs_key),
                key=lambda entry: bool(entry[1].patterns or entry[1].any_value),  # plain values first
            )
            if test.patterns or test.any_value:
                by_key[key].append(row)
            else:
                for value in sorted(test.values):
                    by_value[key, value].append(row)
        self._compiled = tuple(compiled)
        self._by_value = MappingProxyType(dict(by_value))
        self._by_key = MappingProxyType(dict(by_key))
        self.keys = frozenset(key for key, _ in by_value) | frozenset(by_key)

    def matches(self, tags: Tags) -> tuple[Payload, ...]:
        """Return the payloads of the groups that `tags` fulfil, each once, in the order given."""
        rows: set[int] = set()
        for key in self.keys & tags.keys():
            rows.update(self._by_value.get((key, tags[key]), ()))
            rows.update(self._by_key.get(key, ()))
        hits = (self._compiled[row] for row in sorted(rows))
        return tuple(dict.fromkeys(payload for payload, selector in hits if selector.matches(tags)))


class AnyTag:
    """A mapping of key to test of which one is enough (the gate's ``never_if_tag``, ``generic_carriers``)."""

    def __init__(self, selector: Selector, *, where: str) -> None:
        self._tests = {key: compile_test(test, where=f"{where}, key {key!r}") for key, test in selector.items()}
        self.keys = frozenset(self._tests)

    def has(self, key: str, value: str) -> bool:
        """Return whether the tag ``key=value`` is one of these."""
        return key in self._tests and self._tests[key].matches(value)

    def any_of(self, tags: Tags, *, keys: Iterable[str] | None = None) -> bool:
        """Return whether one of the `tags` (only those of `keys`, when given) is one of these."""
        wanted = self.keys if keys is None else self.keys & frozenset(keys)
        return any(self.has(key, tags[key]) for key in wanted & tags.keys())
