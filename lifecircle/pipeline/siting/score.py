"""``lifecircle score``: what each of a user's own candidate places would bring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED
from lifecircle.errors import ConfigError
from lifecircle.model.siting import SCORE_COLUMNS, SitedRequirement
from lifecircle.model.siting_options import SitingOptions
from lifecircle.pipeline.siting.ground import before
from lifecircle.pipeline.siting.reach import Sites, candidate_sites, reach_of
from lifecircle.pipeline.siting.task import refuse_thin
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from lifecircle.model.provenance import Note
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.siting.ground import Before

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Candidate places compared for one new facility.

    Attributes
    ----------
    table : DataFrame, columns SCORE_COLUMNS
        The one that brings most by itself first; candidates that cannot be used come last, with the reason as
        ``status`` and no numbers.
    requirement : SitedRequirement
        What was measured.
    weight : str
    total : float
        The study's weight.
    notes : tuple of Note
        On the list of candidates.
    """

    table: pd.DataFrame
    requirement: SitedRequirement
    weight: str
    total: float
    notes: tuple[Note, ...] = ()


def score(
    place: Place,
    candidates: str | Path | pd.DataFrame,
    *,
    type: str,  # noqa: A002  # the word of the field, and of the command line
    options: SitingOptions | None = None,
) -> Scores:
    """Compare candidate places for one new facility.

    Parameters
    ----------
    place : Place
    candidates : str, Path or DataFrame
        As for `lifecircle.pipeline.siting.site.site`.
    type : str
        What would be built.
    options : SitingOptions, optional

    Returns
    -------
    Scores

    Raises
    ------
    ConfigError, InfeasibleError, SourceError, SchemaError, DatumError
        As `lifecircle.pipeline.siting.site.site`.
    """
    options = options or SitingOptions()
    base = before(place, (type,), options=options)
    ((want, verdict),) = base.asked
    refuse_thin(base, options=options)
    if want.item.in_metres and want.item.straight_line:
        raise ConfigError(f"{type}: its threshold is a straight line; give minutes of your own (--minutes)")
    sites = candidate_sites(place, candidates, kinds=(type,), options=options)
    everyone = base.weights > 0.0
    longest = round(max(place.question.cutoff_min, want.item.minutes or 0.0) * MS_PER_MIN)
    longest = want.limit if want.item.in_metres else longest
    reach = reach_of(place, want, ends=sites.ends, lacking=everyone, limit=longest)
    frame = _scores(base, reach, sites=sites, longest=longest)
    gone = [{"candidate_id": name, "status": reason} for name, reason in sorted(sites.found.gone.items())]
    frame = pd.concat([frame, pd.DataFrame(gone)], ignore_index=True) if gone else frame
    told = want.told((type,), "" if verdict.thin is None else verdict.thin.kind)
    table = frame.reindex(columns=list(SCORE_COLUMNS)).astype({"rank": "Int64", "order": "Int64"})
    return Scores(table, told, base.ground.case.weight, base.weight.total, sites.found.notes)


def _scores(base: Before, reach: csr_array, *, sites: Sites, longest: int) -> pd.DataFrame:
    ((want, verdict),) = base.asked
    values = base.weights
    now = np.minimum(verdict.value, longest)
    start = _mean(values, now)
    columns = reach.tocsc()
    rows = []
    for number in range(len(sites)):
        part = slice(int(columns.indptr[number]), int(columns.indptr[number + 1]))
        origin, walk = columns.indices[part], columns.data[part] - 1
        near = origin[walk <= want.limit]
        status = verdict.status[near]
        known = math.fsum(values[near[status == NOT_COVERED]].tolist())
        unknown = math.fsum(values[near[(status != NOT_COVERED) & (status != COVERED)]].tolist())
        after = now.copy()
        after[origin] = np.minimum(after[origin], walk)
        mean = math.nan if want.item.in_metres else _mean(values, after)
        rows.append(
            {
                "candidate_id": str(sites.found.table.index[number]),
                "name": str(sites.found.table["name"].iloc[number]),
                "lon": float(sites.lon[number]),
                "lat": float(sites.lat[number]),
                "status": "scored",
                "within_reach": math.fsum(values[near].tolist()),
                "gain_alone": math.fsum((known, unknown)),
                "share_alone": math.fsum((known, unknown)) / base.weight.total if base.weight.total else math.nan,
                "from_not_covered": known,
                "from_unknown": unknown,
                "mean_minutes": mean,
                "minutes_saved": math.nan if want.item.in_metres else start - mean,
            }
        )
    frame = pd.DataFrame(rows)
    order, gain = _in_order(base, columns, limit=want.limit)
    frame = frame.assign(order=order, gain_in_order=gain)
    saved = frame["minutes_saved"].fillna(0.0)
    frame = frame.iloc[np.lexsort((frame["candidate_id"], -saved, -frame["gain_alone"]))]
    return frame.assign(rank=np.arange(1, len(frame) + 1)).reset_index(drop=True)


def _mean(values: Floats, walk: Floats) -> float:
    total = float(values.sum())
    return float((values * walk).sum() / total / MS_PER_MIN) if total else math.nan


def _in_order(base: Before, columns: csr_array, *, limit: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return each candidate's turn if the most useful next one is built again and again, and its gain then."""
    ((_, verdict),) = base.asked
    left = np.where(verdict.status == COVERED, 0.0, base.weights)
    near = [
        columns.indices[a:b][columns.data[a:b] - 1 <= limit]
        for a, b in zip(columns.indptr[:-1], columns.indptr[1:], strict=True)
    ]
    order, gains = np.zeros(len(near), dtype=np.int64), np.zeros(len(near))
    for turn in range(1, len(near) + 1):
        each = np.array([left[own].sum() if not order[number] else -1.0 for number, own in enumerate(near)])
        best = int(np.argmax(each))
        order[best], gains[best] = turn, math.fsum(left[near[best]].tolist())
        left[near[best]] = 0.0
    return order, gains
