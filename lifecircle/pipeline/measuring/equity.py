"""Coverage by groups of residences and of people, as a study or its user asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.equity import Group, binned, equity_by, equity_of_own, equity_of_people
from lifecircle.errors import ConfigError
from lifecircle.model.equity import AGE_GROUP, EQUITY_COLUMNS, OWN_GROUP
from lifecircle.pipeline.measuring.traits import trait
from lifecircle.residences.groups import GROUP_PREFIX, group_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.model.audit import CoverageAudit
    from lifecircle.pipeline.place import Place


def equity_of(
    place: Place,
    coverage: CoverageAudit,
    *,
    by: Sequence[str] = (),
    bins: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """Return coverage by group: the share of every group, of everybody, and the gap between them.

    Parameters
    ----------
    place : Place
    coverage : CoverageAudit
        Of `place`.
    by : sequence of str
        Attributes (`lifecircle.pipeline.measuring.traits.trait`); ``age_group`` for the age groups of the population,
        ``own_group`` for circles weighted by the people they are for. By default what the study asks for.
    bins : Mapping[str, sequence of float], optional
        Edges for numbers, beside those of the study.

    Returns
    -------
    DataFrame
        Columns EQUITY_COLUMNS; no row where nothing is asked.

    Raises
    ------
    ConfigError
        If an attribute, group or circle is unknown.
    SchemaError
        If an attribute is not known for any residence.

    References
    ----------
    docs/methods/equity.md
    """
    asked = place.study.equity
    names = list(dict.fromkeys(by)) or list(asked.by if asked else ())
    if not by and asked and asked.own_group:
        names.append(OWN_GROUP)
    edges = {**(asked.bins if asked else {}), **(bins or {})}
    parts = [_one(place, coverage, name, edges=edges.get(name, ())) for name in dict.fromkeys(names)]
    full = [part for part in parts if len(part)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=list(EQUITY_COLUMNS))


def _one(place: Place, coverage: CoverageAudit, name: str, *, edges: Sequence[float]) -> pd.DataFrame:
    if name == AGE_GROUP:
        groups = [Group(column.removeprefix(GROUP_PREFIX), _people(place, column)) for column in _columns(place)]
        return equity_of_people(coverage, groups, people=_people(place, "population"))
    if name == OWN_GROUP:
        return equity_of_own(coverage, _own(place, coverage))
    values = trait(place, name).reindex(coverage.residences.index)
    if pd.api.types.is_float_dtype(values):
        labels = binned(values.to_numpy(dtype=float), edges=edges)
    elif len(edges):
        raise ConfigError(f"equity: bins for {name!r}, whose values are no numbers: leave them out")
    else:
        labels = np.array([one if isinstance(one, str) else "" for one in values], dtype=object)
    return equity_by(coverage, name, labels=labels)


def _columns(place: Place) -> tuple[str, ...]:
    found = group_columns(place.residences)
    if not found:
        raise ConfigError(
            "equity: the study has no age groups; name their columns in population.groups (group: column of the file)"
        )
    return found


def _people(place: Place, column: str) -> npt.NDArray[np.float64]:
    return place.residences[column].fillna(0.0).to_numpy(dtype=float)


def _own(place: Place, coverage: CoverageAudit) -> dict[str, Group]:
    """Return the people that each circle is for, as the study says."""
    asked = place.study.equity
    if asked is None or not asked.own_group:
        raise ConfigError("equity: own_group is not given; say which age groups a circle is for: {elderly: over_60}")
    known, found = _columns(place), {}
    for circle, groups in asked.own_group.items():
        if circle not in coverage.circles.index:
            circles = ", ".join(str(one) for one in coverage.circles.index)
            raise ConfigError(f"equity.own_group: unknown circle {circle!r}; the standard has {circles}")
        columns = [f"{GROUP_PREFIX}{group}" for group in groups]
        for group, column in zip(groups, columns, strict=True):
            if column not in known:
                given = ", ".join(one.removeprefix(GROUP_PREFIX) for one in known)
                raise ConfigError(f"equity.own_group: unknown group {group!r}; population.groups has {given}")
        people = np.sum([_people(place, column) for column in columns], axis=0)
        found[circle] = Group("+".join(groups), np.asarray(people, dtype=float))
    return found
