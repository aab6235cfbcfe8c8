"""What became of every row of a list: kept, fixed, refused or in need of geocoding, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

KEPT, FIXED, REFUSED, NEEDS_GEOCODING = "kept", "fixed", "refused", "needs_geocoding"
# A row without usable coordinates: needs geocoding where it has an address or a name, else refused.
LACKING: Final = "lacking"
STATUSES: Final = (KEPT, FIXED, REFUSED, NEEDS_GEOCODING)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about one row.

    Attributes
    ----------
    position : int
        Of the row among those below the header.
    kind : str
        `KEPT` (only remarked upon), `FIXED`, `LACKING` or `REFUSED`.
    en, zh : str
    """

    position: int
    kind: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row."""

    status: str
    why_en: str
    why_zh: str


def fates(remarks: Iterable[Remark], clues: Sequence[str]) -> list[Fate]:
    """Return the fate of every row from the remarks on it; the worst decides.

    Parameters
    ----------
    remarks : iterable of Remark
    clues : sequence of str
        What a row can be looked up by, one a row: its address, else its name; "" where it has neither.
    """
    said: dict[int, list[Remark]] = {}
    for remark in remarks:
        said.setdefault(remark.position, []).append(remark)
    plain = Fate(KEPT, "", "")
    return [
        _fate(said[position], has_clue=bool(clue)) if position in said else plain for position, clue in enumerate(clues)
    ]


def _fate(remarks: Sequence[Remark], *, has_clue: bool) -> Fate:
    kinds = {remark.kind for remark in remarks}
    if REFUSED in kinds:
        shown, status = [remark for remark in remarks if remark.kind == REFUSED][:1], REFUSED
    elif LACKING in kinds:
        shown = [remark for remark in remarks if remark.kind == LACKING]
        status = NEEDS_GEOCODING if has_clue else REFUSED
    else:
        shown, status = list(remarks), FIXED if FIXED in kinds else KEPT
    en, zh = [remark.en for remark in shown], [remark.zh for remark in shown]
    if status == REFUSED and REFUSED not in kinds:
        en.append("it has neither name nor address")
        zh.append("名称和地址也都没有")
    return Fate(status, "; ".join(dict.fromkeys(en)), "；".join(dict.fromkeys(zh)))
