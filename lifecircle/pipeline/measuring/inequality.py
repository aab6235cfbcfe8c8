"""Inequality of a measure over the people of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.accessibility.inequality import concentration_index, gini, lorenz, theil
from lifecircle.accessibility.registry import MEASURES
from lifecircle.errors import SchemaError
from lifecircle.pipeline.measuring.traits import trait
from lifecircle.pipeline.standards import audit_weight

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

WEIGHT_COLUMNS = {"population": "population", "floor_area": "floor_area_m2", "land": "land_m2"}
LORENZ_AT = tuple(step / 10 for step in range(11))


def inequality(place: Place, name: str, *, values: pd.Series, ranking: str | None = None) -> pd.Series:
    """Return how unequally a measure is spread: ``gini``, ``theil``, points of the Lorenz curve, ``concentration``.

    Over the study's weight (people where it has them); residences without a weight count for nothing.

    Parameters
    ----------
    place : Place
    name : str
        Of the measure.
    values : Series
        By residence id.
    ranking : str, optional
        Attribute of residences (see `traits.trait`), numbers: without one there is no concentration
        index. Residences of unknown rank are left out of that index alone.

    Returns
    -------
    Series
        ``gini``, ``theil``, ``share_of_lowest_10`` ... ``share_of_lowest_90`` (what so many per cent of the people,
        those with least access, have of it) and, with `ranking`, ``concentration``.

    Raises
    ------
    SchemaError
        On walking times, verdicts, unknown values, or a ranking that is no number.

    References
    ----------
    docs/methods/inequality.md
    """
    if MEASURES[name].unit == "seconds":
        raise SchemaError(
            f"{name}: walking times have no inequality index, since the way to nothing is no number; "
            "use cumulative, gravity or a floating catchment"
        )
    weight = audit_weight(place)
    people = pd.Series(1.0, index=values.index)
    if weight in WEIGHT_COLUMNS:
        people = place.residences[WEIGHT_COLUMNS[weight]].reindex(values.index).fillna(0.0)
    curve = lorenz(values, population=people)
    found = {"gini": gini(values, population=people), "theil": theil(values, population=people)}
    reached = pd.Series(curve.share, index=curve.population).groupby(level=0).last()
    points = sorted({*reached.index, *LORENZ_AT})
    drawn = reached.reindex(points).interpolate(method="index")
    found |= {f"share_of_lowest_{round(at * 100)}": float(drawn[at]) for at in LORENZ_AT[1:-1]}
    if ranking is not None:
        ranks = trait(place, ranking).reindex(values.index)
        if not pd.api.types.is_float_dtype(ranks):
            raise SchemaError(f"ranking {ranking!r}: its values are no numbers; rank by a number such as building year")
        known = ranks.notna()
        found["concentration"] = concentration_index(values[known], population=people[known], ranking=ranks[known])
    return pd.Series(found, name=weight)
