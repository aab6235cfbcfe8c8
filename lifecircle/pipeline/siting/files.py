"""A plan on disk: its tables, and the built place audited and drawn beside the place as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lifecircle.model.siting_views import PlanView, ScoreView
from lifecircle.outputs.phrases import phrase
from lifecircle.outputs.score_text import score_text
from lifecircle.outputs.siting_files import write_csv, write_plan
from lifecircle.outputs.siting_text import plan_text
from lifecircle.pipeline.provenance import provenance_of
from lifecircle.pipeline.scenarios.what_if import what_if
from lifecircle.pipeline.siting.notes import OTHER_WALKER

if TYPE_CHECKING:
    from lifecircle.model.siting import SitingPlan
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.siting.score import Scores


def plan_view(place: Place, plan: SitingPlan, *, language: str | None = None) -> PlanView:
    """Return everything that an output may print of a plan."""
    question, output = place.question, place.study.output
    return PlanView(
        plan,
        place.area,
        question.standard,
        question.catalogue,
        provenance_of(place),
        place.residence_set.denominator_sources.get(plan.weight),
        language or question.language,
        output.compiled_by,
        output.map_approval_no,
    )


def summary(place: Place, plan: SitingPlan, *, language: str | None = None) -> str:
    """Return a plan as text ("zh" or "en"; default the study's)."""
    return plan_text(plan_view(place, plan, language=language))


def write_site(place: Place, plan: SitingPlan, *, out: str | Path, maps: bool = True) -> list[Path]:
    """Write a plan into the folder `out`, and what it would change: ``scenario.json``, gains, map, ``after/``.

    Parameters
    ----------
    place : Place
        That the plan was made for.
    plan : SitingPlan
    out : str or Path
    maps : bool
        False: no figure, no map and no audit of the built place.

    Returns
    -------
    list of Path

    Raises
    ------
    SourceError
        If the folder cannot be written to.
    """
    folder = Path(out)
    written = write_plan(plan_view(place, plan), folder, figure=maps)
    if maps and len(plan.sites):
        name = phrase("siting.scenario", place.question.language, count=len(plan.sites))
        built = what_if(place, plan.as_scenario(name))
        notes = tuple(note for note in plan.notes if note.code == OTHER_WALKER)
        written += replace(built, notes=notes).write(folder)
    return written


def score_summary(place: Place, scores: Scores) -> str:
    """Return the scores of candidates as text in the study's language."""
    question = place.question
    about = ScoreView(place.area, question.standard, question.catalogue, scores.weight, scores.total, question.language)
    return score_text(about, scores.table, told=scores.requirement, notes=scores.notes)


def write_scores(scores: Scores, out: Path) -> Path:
    """Write scores as CSV (SourceError where that is impossible)."""
    return write_csv(scores.table, out)
