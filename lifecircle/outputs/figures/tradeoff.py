"""What further sites add: the best choice found for every number of sites, and the bound beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifecircle.outputs.figures.fonts import drawable, wrapped
from lifecircle.outputs.figures.frame import FOOT, HEAD, MARGIN, panel, titled
from lifecircle.outputs.figures.paper import HAIR, SERIES
from lifecircle.outputs.phrases import percent, phrase
from lifecircle.outputs.siting_text import requirement_text, weight_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lifecircle.model.siting_views import PlanView

SIZE = (7.2, 5.4)
TOLD = 2  # requirements that the subtitle names; of more their number


def tradeoff_chart(view: PlanView) -> Figure:
    """Return the trade-off of a plan: share covered (p-median: mean minutes) against sites, or what they cost.

    It begins with what exists.

    Parameters
    ----------
    view : PlanView
        Of a plan with at least one site.
    """
    from matplotlib.ticker import MaxNLocator

    plan, language = view.plan, view.language
    table, minutes = plan.tradeoff, plan.unit == "minutes"
    priced = bool((table["price"] != table["sites"]).any())
    steps = np.append(0.0, table["price" if priced else "sites"])
    columns = ("value", "bound") if minutes else ("share", "bound_share")
    now = plan.minutes_before if minutes else plan.share(plan.reached[plan.objective].before)
    found, bound = (np.append(now or 0.0, table[column]) * (1.0 if minutes else 100.0) for column in columns)
    figure = titled(view, phrase("figure.siting", language), subtitle=_subtitle(view), size=SIZE)
    axes = panel(figure, (MARGIN + 0.7, FOOT + 0.6, SIZE[0] - 2 * MARGIN - 0.9, SIZE[1] - HEAD - FOOT - 1.0))
    limit: dict[str, Any] = {"color": SERIES[1], "linestyle": "--", "marker": "^" if minutes else "v", "markersize": 5}
    axes.plot(steps, bound, linewidth=1.2, label=_said(view, "figure.siting.bound"), **limit)
    axes.fill_between(steps, found, bound, color=SERIES[1], alpha=0.10, linewidth=0)
    own = "figure.siting.first" if plan.problem == "lscp" else "figure.siting.covered"
    axes.plot(steps, found, "o-", color=SERIES[0], linewidth=1.8, label=_said(view, own))
    for row in sorted({0, len(steps) - 1}):
        text = f"{found[row]:.2f}" if minutes else percent(found[row] / 100.0)
        place: dict[str, Any] = {"xytext": (0, 9 if minutes else -15), "textcoords": "offset points", "ha": "center"}
        axes.annotate(text, (steps[row], found[row]), **place)
    highest = 1.15 * float(np.max([found, bound]))
    axes.set(xlabel=_said(view, f"figure.siting.{'price' if priced else 'x'}"))
    axes.set(xlim=(-0.06 * steps.max(), 1.05 * steps.max()), ylim=(0, highest if minutes else min(102.0, highest)))
    name = "figure.siting.minutes" if minutes else "figure.siting.y"
    axes.set_ylabel(wrapped(_said(view, name, weight=weight_name(view)), 48))
    if not np.any(steps % 1.0):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color=HAIR, linewidth=0.4)
    axes.legend(loc="lower right", frameon=False)
    return figure


def _subtitle(view: PlanView) -> str:
    """Return what the shares rest on: problem, what counts, reading and weight."""
    plan, language = view.plan, view.language
    asked = [requirement_text(view, each) for each in plan.requirements]
    if plan.objective != "requirement" or len(asked) > TOLD:
        asked = [phrase(f"siting.objective.{plan.objective}", language), phrase(f"reading.{plan.rule}", language)]
    said = [phrase(f"siting.problem.{plan.problem}", language), *asked, weight_name(view)]
    return " · ".join(said)


def _said(view: PlanView, key: str, **values: object) -> str:
    return drawable(phrase(key, view.language, **values), view.language)
