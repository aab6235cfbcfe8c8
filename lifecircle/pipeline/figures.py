"""What the charts of an audit show: minutes by type, and how evenly circles are spread."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.accessibility.inequality import gini, lorenz
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import item_searches, walker
from lifecircle.errors import SchemaError
from lifecircle.model.audit import LORENZ_COLUMNS, MINUTES_COLUMNS, AuditView, CoverageAudit
from lifecircle.model.rules import Item
from lifecircle.model.standard import Circle
from lifecircle.model.travel import NearestTimes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lifecircle.pipeline.place import Place

# Steps of the cumulated curves: a quarter of a minute, 25 m; whole, so that a share at a threshold is the audit's own.
STEPS = {"ms": (15_000, "min", 60_000.0), "mm": (25_000, "m", 1000.0)}


class Drawn(ABC):
    """What has a view can draw figures of it."""

    @property
    @abstractmethod
    def view(self) -> AuditView:
        """Everything that an output may draw or write."""

    def figure(
        self, kind: str, *, circle: str | None = None, after: Drawn | None = None, table: pd.DataFrame | None = None
    ) -> Figure:
        """Return a figure for print: sheet, circle, shares, minutes, lorenz or before_after.

        ``circle`` needs the id of a `circle`, ``before_after`` the audit `after` a change; ``minutes`` and ``lorenz``
        can draw another `table` than the audit's own.
        """
        from lifecircle.outputs.figures.draw import draw

        return draw(self.view, kind, circle=circle, table=table, after=None if after is None else after.view)

    def write_map_book(self, path: str | Path) -> Path:
        """Write a PDF with all circles on a sheet, then a page per circle and per community, and return its path."""
        from lifecircle.outputs.figures.map_book import write_map_book

        return write_map_book(self.view, Path(path))

    def write_figures(
        self, out: str | Path, *, kinds: Sequence[str] | None = None, formats: Sequence[str] = ("png", "svg", "pdf")
    ) -> list[Path]:
        """Write figures (by default all that need nothing more) into the folder `out` and return their paths."""
        from lifecircle.outputs.figures.draw import write_figures

        return write_figures(self.view, Path(out), kinds=kinds, formats=formats)


def minutes_table(
    place: Place, times: Mapping[TimesKey, NearestTimes], *, coverage: CoverageAudit
) -> pd.DataFrame | None:
    """Return, per circle and type, the share of the study's weight within every quarter of a minute (or 25 m).

    In the headline reading, at the speed of the circle's own walker. Items that are not a walk to the nearest facility
    (straight lines, means, inside a polygon) are left out.

    Returns
    -------
    DataFrame or None
        MINUTES_COLUMNS; shares 0..1, inclusive; None where nothing was walked.
    """
    weight = coverage.residences["weight"].reindex(place.residences.index).to_numpy(dtype=float)
    frames = []
    for circle in place.standard.circles:
        for key, kind in dict.fromkeys(_walked(place, circle, coverage)):
            found = times.get(key)
            if found is None or kind not in found.types or weight.sum() <= 0:
                continue
            values = found.value[: len(weight), found.types.index(kind)]
            frames.append(_cumulated(values, weight, key=key, names=(circle.id, kind), cutoff=found.cutoff))
    return pd.concat(frames, ignore_index=True)[list(MINUTES_COLUMNS)] if frames else None


def _walked(place: Place, circle: Circle, coverage: CoverageAudit) -> Iterator[tuple[TimesKey, str]]:
    question = place.question
    found = None if circle.user_layer else circle.rule_for(coverage.rule)
    if found is None:
        return
    used, rule = found
    walks = walker(circle, used, profile=question.profile, profiles=question.profiles)
    written = (*rule.required, *rule.reported)
    for item in (part for whole in written for part in _parts(whole)):
        if item.straight_line or item.within or item.mean_of > 1:
            continue
        searches = item_searches(item, walks, lenient=rule.lenient, catalogue=question.catalogue)
        for key, _ in list(searches)[:1]:  # the second one admits what is in doubt
            yield from ((key, kind) for kind in item.types)


def _parts(item: Item) -> tuple[Item, ...]:
    return tuple(item.of_pool(pool) for pool in item.pools) or (item,)


def _cumulated(
    values: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    *,
    key: TimesKey,
    names: tuple[str, str],
    cutoff: int,
) -> pd.DataFrame:
    step, unit, per_unit = STEPS[key.mode.unit]
    reached = np.isfinite(values)
    bins = np.ceil(values[reached] / step).astype(np.int64)
    count = cutoff // step + 1
    held = np.bincount(bins[bins < count], weights=weight[reached][bins < count], minlength=count)
    return pd.DataFrame(
        {
            "circle": names[0],
            "type": names[1],
            "unit": unit,
            "value": np.arange(count) * step / per_unit,
            "share": np.cumsum(held) / weight.sum(),
        }
    )


def lorenz_table(coverage: CoverageAudit) -> pd.DataFrame | None:
    """Return the Lorenz curve of the number of covered circles; None where nobody has any, or one circle counts."""
    together = coverage.residences.groupby("covered_count")["weight"].sum()
    access = pd.Series(together.index.to_numpy(dtype=float), index=together.index)
    try:
        curve, index = lorenz(access, population=together), gini(access, population=together)
    except SchemaError:
        return None
    return pd.DataFrame(dict(zip(LORENZ_COLUMNS, (curve.population, curve.share, index), strict=True)))
