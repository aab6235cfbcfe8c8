"""The searches that audits rest on: those of one standard, or of several at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.pipeline.rule_searches import search

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.model.travel import NearestTimes
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.question import Question

log = logging.getLogger("lifecircle")

# What the tables say where nothing is reached.
BLANK = MappingProxyType(
    {"value": np.inf, "facility": -1, "entrance": -1, "access_mm": 0, "egress_mm": 0, "private": 0}
)


def searched(place: Place) -> dict[TimesKey, NearestTimes]:
    """Return the searches that an audit of `place` rests on."""
    asked = _asked(place.question)
    log.info("searching walking times: %d searches", sum(len(types) for types, _ in asked.values()))
    return {key: search(place, key, types=types, cutoff=limit) for key, (types, limit) in asked.items()}


def searched_once(place: Place, questions: Iterable[Question]) -> list[dict[TimesKey, NearestTimes]]:
    """Return the searches of each question, every type searched once for all of them.

    Each gets what `searched` would give it, and beside its types those of the others; no walk is longer than its own
    cutoff.

    Parameters
    ----------
    place : Place
        With the facility types of all questions.
    questions : iterable of Question
    """
    asked = [_asked(question) for question in questions]
    wanted: dict[TimesKey, tuple[set[str], int]] = {}
    for one in asked:
        for key, (types, limit) in one.items():
            known, farthest = wanted.get(key, (set(), 0))
            wanted[key] = (known | set(types), max(farthest, limit))
    log.info("searching walking times: %d searches", sum(len(types) for types, _ in wanted.values()))
    found = {
        key: search(place, key, types=tuple(sorted(types)), cutoff=limit) for key, (types, limit) in wanted.items()
    }
    return [{key: _ended(found[key], limit) for key, (_, limit) in one.items()} for one in asked]


def _asked(question: Question) -> Mapping[TimesKey, tuple[tuple[str, ...], int]]:
    """Return the types and the cutoff of every search that a question needs."""
    needed = needed_searches(
        question.standard,
        question.catalogue,
        profile=question.profile,
        profiles=question.profiles,
        rule=question.rule,
    )
    return {
        key: (types, cutoff(question.standard, key, cutoff_min=question.cutoff_min)) for key, types in needed.items()
    }


def _ended(found: NearestTimes, limit: int) -> NearestTimes:
    """Return `found` as if the search had ended at `limit`."""
    if limit == found.cutoff:
        return found
    beyond = found.value > limit
    parts: dict[str, Any] = {name: np.where(beyond, blank, getattr(found, name)) for name, blank in BLANK.items()}
    return replace(found, cutoff=limit, **parts)
