"""Official community codes, joined to polygons by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.provenance import Note
from lifecircle.sources.name_likeness import comparable, marks
from lifecircle.sources.sheets import find_columns, records
from lifecircle.sources.table_formats import read_grids

# A likeness (rapidfuzz, 0 to 100) from which two names are one, and its lead over the next best.
ACCEPTED: Final = 85.0
LEAD: Final = 5.0
SHOWN_FROM: Final = 50.0
REVIEW_COLUMNS: Final = (
    "community_id",
    "name",
    "match",  # exact, fuzzy, reviewed; ambiguous or none: no code was given
    "code",  # given; to be filled in where it is empty
    "candidate_code",
    "candidate_name",
    "score",
    "runner_up_code",
    "runner_up_name",
    "runner_up_score",
)
_KINDS: Final = (
    ("village", re.compile(r"(?:村?村民委员会|村委会|村)$")),
    ("community", re.compile(r"(?:社区居民委员会|居民委员会|社区居委会|居委会|社区)$")),
)
NO_MATCH: Final = "none"


@dataclass(frozen=True, slots=True)
class Official:
    """One row of the official list: code and name as written, and the name taken apart."""

    code: str
    name: str
    kind: str
    stem: str


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for one community."""

    how: str
    found: Official | None = None
    score: float = 0.0
    runner_up: Official | None = None
    runner_up_score: float = 0.0


def read_codes(path: Path, *, code_column: str, name_column: str, prefix: str = "") -> tuple[Official, ...]:
    """Read an official list of communities: CSV or Excel, one row each.

    Parameters
    ----------
    path : Path
    code_column, name_column : str
    prefix : str
        Only codes that begin so are taken: the study's own district.

    Raises
    ------
    SchemaError
        If a column is absent, a code occurs twice, or no code begins with `prefix`.
    SourceError
        If the file cannot be read.
    """
    grid = read_grids(path)[0]
    header, columns = find_columns(grid, {"code": (code_column,), "name": (name_column,)}, needed=("code", "name"))
    rows: dict[str, Official] = {}
    for number, cells in records(grid, header, columns=columns):
        if not cells["code"] or not cells["code"].startswith(prefix):
            continue
        if cells["code"] in rows:
            raise SchemaError(f"{grid.where}, row {number}: code {cells['code']} occurs twice: remove one row")
        kind, stem = name_parts(cells["name"])
        rows[cells["code"]] = Official(cells["code"], cells["name"], kind, stem)
    if not rows:
        raise SchemaError(f"{grid.where}: no code begins with {prefix!r}; check communities.codes.prefix")
    return tuple(rows[code] for code in sorted(rows))


def read_reviewed(path: Path) -> dict[str, str]:
    """Read a review list that was edited: the code of each community that has one now."""
    grid = read_grids(path)[0]
    header, columns = find_columns(grid, {"id": ("community_id",), "code": ("code",)}, needed=("id", "code"))
    return {cells["id"]: cells["code"] for _, cells in records(grid, header, columns=columns) if cells["code"]}


def name_parts(name: str) -> tuple[str, str]:
    """Take a community's name apart into what it is and what it is called.

    Examples
    --------
    >>> name_parts("棉一东社区居民委员会"), name_parts("棉一东社区"), name_parts("张村村民委员会")
    (('community', '棉一东'), ('community', '棉一东'), ('village', '张'))
    """
    plain = comparable(name)
    for kind, pattern in _KINDS:
        stem = pattern.sub("", plain)
        if stem and stem != plain:
            return kind, stem
    return "", plain


def join_codes(
    communities: gpd.GeoDataFrame, official: Sequence[Official], *, reviewed: Mapping[str, str] | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[Note, ...]]:
    """Give each community the code of the official one that has its name.

    Equal names (but for 社区, 居委会 and the like) of one kind match; a village never matches a community. Else the
    most alike name wins from 85 of 100 with a lead of 5, if its numerals and compass points are the same. A
    name that two official communities have, or a code that two communities would get, is left to the review.

    Parameters
    ----------
    communities : GeoDataFrame
        Columns ``id`` and ``name``.
    official : sequence of Official
    reviewed : Mapping[str, str], optional
        Community id -> code, from a review list that somebody went through.

    Returns
    -------
    communities : GeoDataFrame
        With a column ``code``, "" where none was found.
    review : DataFrame
        Columns REVIEW_COLUMNS: every community whose names are not simply equal.
    notes : tuple of Note

    Raises
    ------
    SchemaError
        If the reviewed list names a code or a community that is not there.
    """
    by_code = {one.code: one for one in official}
    said = _checked(reviewed or {}, ids=set(communities["id"]), by_code=by_code)
    matches = [
        Match("reviewed", by_code[said[number]], 100.0) if number in said else _match(str(name), official)
        for number, name in zip(communities["id"], communities["name"], strict=True)
    ]
    matches = _once(matches)
    codes = [
        match.found.code if match.found and match.how in ("exact", "fuzzy", "reviewed") else "" for match in matches
    ]
    review = _review(communities, matches=matches, codes=codes)
    return communities.assign(code=codes), review, _notes(matches, official=len(official))


def _checked(reviewed: Mapping[str, str], *, ids: set[str], by_code: Mapping[str, Official]) -> Mapping[str, str]:
    strange = [f"{number} -> {code}" for number, code in sorted(reviewed.items()) if code not in by_code]
    if strange:
        raise SchemaError(f"communities.codes.reviewed: codes that the official list does not hold: {strange[:5]}")
    return {number: code for number, code in reviewed.items() if number in ids}


def _match(name: str, official: Sequence[Official]) -> Match:
    from rapidfuzz import fuzz, process

    kind, stem = name_parts(name)
    allowed = [one for one in official if one.kind == kind or "" in (one.kind, kind)]
    equal = [one for one in allowed if one.stem == stem]
    if len(equal) == 1:
        return Match("exact", equal[0], 100.0)
    if equal:
        return Match("ambiguous", equal[0], 100.0, equal[1], 100.0)
    own = marks(stem)
    allowed = [one for one in allowed if marks(one.stem) == own]
    best = process.extract(stem, [one.stem for one in allowed], scorer=fuzz.ratio, limit=2, score_cutoff=SHOWN_FROM)
    if not best:
        return Match(NO_MATCH)
    first, score = allowed[best[0][2]], float(best[0][1])
    second, next_score = (allowed[best[1][2]], float(best[1][1])) if len(best) > 1 else (None, 0.0)
    sure = score >= ACCEPTED and score - next_score >= LEAD
    return Match("fuzzy" if sure else NO_MATCH, first, score, second, next_score)


def _once(matches: Sequence[Match]) -> list[Match]:
    """Leave a code that several communities would get to the review; a reviewed or an equal name goes before."""
    order = {"reviewed": 0, "exact": 1, "fuzzy": 2}
    claims: dict[str, list[int]] = defaultdict(list)
    for row, match in enumerate(matches):
        if match.found is not None and match.how in order:
            claims[match.found.code].append(row)
    result = list(matches)
    for rows in claims.values():
        best = min(order[matches[row].how] for row in rows)
        winners = [row for row in rows if order[matches[row].how] == best]
        for row in rows:
            if row not in winners or len(winners) > 1:
                result[row] = replace(matches[row], how="ambiguous")
    return result


def _review(communities: gpd.GeoDataFrame, *, matches: Sequence[Match], codes: Sequence[str]) -> pd.DataFrame:
    rows = [
        (
            number,
            name,
            match.how,
            code,
            match.found.code if match.found else "",
            match.found.name if match.found else "",
            round(match.score, 1),
            match.runner_up.code if match.runner_up else "",
            match.runner_up.name if match.runner_up else "",
            round(match.runner_up_score, 1),
        )
        for number, name, match, code in zip(communities["id"], communities["name"], matches, codes, strict=True)
        if match.how != "exact"
    ]
    return pd.DataFrame(rows, columns=list(REVIEW_COLUMNS)).sort_values("community_id", ignore_index=True)


def _notes(matches: Sequence[Match], *, official: int) -> tuple[Note, ...]:
    count = {how: sum(match.how == how for match in matches) for how in ("exact", "fuzzy", "reviewed", "ambiguous")}
    given = count["exact"] + count["fuzzy"] + count["reviewed"]
    lost = len(matches) - given
    return (
        Note(
            "communities.codes",
            f"Official codes by name: {given} of {len(matches)} communities have one ({count['exact']} equal names, "
            f"{count['fuzzy']} alike, {count['reviewed']} reviewed); {lost} have none ({count['ambiguous']} ambiguous) "
            f"and stand in communities_review.csv. The official list holds {official}.",
            f"按名称匹配统计用区划代码：{len(matches)} 个社区中 {given} 个获得代码（同名 {count['exact']}，"
            f"近似 {count['fuzzy']}，人工复核 {count['reviewed']}）；"
            f"{lost} 个未获得（其中 {count['ambiguous']} 个有歧义），"
            f"见 communities_review.csv。官方名单共 {official} 个。",
            warning=bool(lost),
        ),
    )
