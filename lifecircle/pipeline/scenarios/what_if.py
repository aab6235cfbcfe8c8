"""What if: a place after a scenario, audited, and who gains and who loses."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.config.scenario_file import read_scenarios
from lifecircle.errors import ConfigError
from lifecircle.model.scenario import Change, Scenario
from lifecircle.model.what_if import REACH_COLUMNS, TYPE_EFFECT_COLUMNS, Effect, JointEffect, ScenarioView
from lifecircle.pipeline.audit import Audit, audit
from lifecircle.pipeline.provenance import runtime_of
from lifecircle.pipeline.scenarios.edited import Edited, edited_place
from lifecircle.pipeline.scenarios.marks import marks_of
from lifecircle.pipeline.scenarios.notes import scenario_notes
from lifecircle.pipeline.walking.nearest import nearest_times
from lifecircle.scenario.effect import effect_of
from lifecircle.scenario.effect_tables import type_effect
from lifecircle.scenario.type_reach import type_reach

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from lifecircle.model.provenance import Note
    from lifecircle.pipeline.place import Place

log = logging.getLogger("lifecircle")


@dataclass(frozen=True, eq=False)
class ScenarioResult:
    """A scenario's audit beside that of the untouched place.

    Attributes
    ----------
    scenario : Scenario
    baseline : Audit
    audit : Audit
        Of the changed place; of the empty scenario, the baseline itself.
    edited : Edited
        How the place was changed.
    notes : tuple of Note
        Of whoever made the scenario (a siting plan), beside those on its effect.
    """

    scenario: Scenario
    baseline: Audit
    audit: Audit
    edited: Edited
    notes: tuple[Note, ...] = ()

    @cached_property
    def effect(self) -> Effect:
        """Who gains and who loses, by circle, community and group."""
        sides = self.baseline, self.audit
        return effect_of(
            (self.baseline.coverage, self.audit.coverage),
            (self.baseline.place.residences, self.audit.place.residences),
            communities=(sides[0].communities, sides[1].communities),
        )

    @property
    def gains(self) -> gpd.GeoDataFrame:
        """Residences and circles that become covered."""
        return self.effect.gains

    @property
    def losses(self) -> gpd.GeoDataFrame:
        """Residences and circles that are covered no more."""
        return self.effect.losses

    @property
    def circles(self) -> pd.DataFrame:
        """Shares of every circle before and after, in the study's weight."""
        return self.effect.circles

    @property
    def communities(self) -> pd.DataFrame:
        """Communities and circles of which a share or state changes; empty without communities."""
        return self.effect.communities

    @property
    def groups(self) -> pd.DataFrame:
        """Shares of every age group before and after; empty without groups."""
        return self.effect.groups

    @property
    def readings(self) -> pd.DataFrame:
        """Shares of every circle, and the joint ones, in every reading before and after."""
        return self.effect.readings

    @property
    def types(self) -> pd.DataFrame:
        """How near the facilities of the types that the scenario touches are before and after."""
        return self._types[0]

    @property
    def reach(self) -> pd.DataFrame:
        """Who is within the threshold of those types before and after, residence by residence."""
        return self._types[1]

    @cached_property
    def _types(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        sides = self.baseline, self.audit
        tables = [side.place.facilities for side in sides]
        kinds = {row.type for edit in self.edited.edits for row in edit.come}
        gone = {name for edit in self.edited.edits for name in edit.gone}
        kinds |= set(tables[0]["type"][tables[0].index.isin(gone)])
        chosen = tuple(sorted(kinds))
        counts = [table.groupby("type")["object_id"].nunique().to_dict() for table in tables]
        if not chosen:
            return pd.DataFrame(columns=list(TYPE_EFFECT_COLUMNS)), pd.DataFrame(columns=list(REACH_COLUMNS))
        times = [nearest_times(side.place, types=chosen) for side in sides]
        audits, found = (sides[0].coverage, sides[1].coverage), (times[0], times[1])
        reach = type_reach(audits, found, rule=audits[0].rule)
        return type_effect(audits, found, counts=(counts[0], counts[1]), reach=reach), reach

    @property
    def headline(self) -> JointEffect:
        """The joint verdict before and after, over the circles that count in both."""
        return self.effect.joint

    @cached_property
    def view(self) -> ScenarioView:
        """Everything that an output may draw or write."""
        sides = self.baseline.coverage, self.audit.coverage
        catalogue = self.baseline.place.question.catalogue
        return ScenarioView(
            self.scenario,
            self.baseline.view,
            self.audit.view,
            self.effect,
            self.types,
            self.reach,
            marks_of(self.baseline.place, self.edited, scenario=self.scenario),
            (*self.notes, *scenario_notes(sides, self.effect, types=self.types, catalogue=catalogue)),
        )

    def summary(self, language: str | None = None) -> str:
        """Return the headline and the circles before and after as text ("zh" or "en"; default the study's)."""
        from lifecircle.outputs.scenario_text import scenario_text

        return scenario_text(self.view, language or self.baseline.view.language)

    def to_map(self) -> folium.Map:
        """Return a map of who gains and who loses, with what was changed, that opens without internet once saved."""
        from lifecircle.outputs.map_scenario import scenario_map

        return scenario_map(self.view)

    def write(self, out: str | Path, *, maps: bool = True) -> list[Path]:
        """Write ``scenario.json``, tables and map into the folder `out`, the changed place's audit into ``out/after``.

        Returns
        -------
        list of Path
        """
        from lifecircle.outputs.scenario_files import write_scenario
        from lifecircle.outputs.write import write_audit

        log.info("writing results")
        after, runtime = Path(out) / "after", runtime_of(self.audit.seconds)
        # The report and the figures are for the plan that is chosen: audit.write makes them.
        paths = write_audit(self.audit.view, after, maps=maps, report=False, runtime=runtime)
        return [*write_scenario(self.view, Path(out), maps=maps), *paths]


def what_if(
    place: Place, changes: Scenario | Iterable[Change], *, baseline: Audit | None = None, where: Sequence[str] = ()
) -> ScenarioResult:
    """Audit a place after a scenario.

    A scenario is a fresh run on edited data: the result is, bit for bit, that of an audit of the changed place.

    Parameters
    ----------
    place : Place
        Not changed.
    changes : Scenario, or iterable of Change
    baseline : Audit, optional
        Of the same place, if there is one already.
    where : sequence of str, optional
        Where each change is written (file and line), for messages.

    Returns
    -------
    ScenarioResult

    Raises
    ------
    ConfigError
        With every change that cannot be made, and why; nothing is computed then. Also for a baseline of another place.
    SchemaError
        If something among `changes` is no change.

    Examples
    --------
    >>> import lifecircle as lc
    >>> place = lc.load_place(lc.demo_study())
    >>> result = what_if(place, [lc.AddFacility(type="pharmacy", lon=-18.117, lat=65.669)])
    >>> bool(result.circles.loc["health", "change"] >= 0)
    True
    """
    scenario = changes if isinstance(changes, Scenario) else Scenario(tuple(changes))
    if baseline is not None and baseline.place is not place:
        raise ConfigError("what_if: the baseline is the audit of another place: give that of this one, or none")
    edited = edited_place(place, scenario, where=where)
    before = baseline or audit(place)
    after = before if edited.place is place else audit(edited.place)
    return ScenarioResult(scenario, before, after, edited)


def what_if_file(place: Place, path: str | Path) -> list[ScenarioResult]:
    """Audit a place after each scenario of a YAML file, all beside one untouched baseline.

    Raises
    ------
    ConfigError
        With every problem of the file, or every change of any scenario that cannot be made; nothing is computed then.
    SourceError
        If the file cannot be read.
    """
    file = read_scenarios(Path(path))
    refused, made = list[str](), list[Edited]()
    for scenario, where in zip(file.scenarios, file.where, strict=True):
        try:
            made.append(edited_place(place, scenario, where=where))
        except ConfigError as error:
            refused.append(f"{scenario.name}: {error}" if scenario.name and len(file.scenarios) > 1 else str(error))
    if refused:
        raise ConfigError("\n".join(refused))
    before = audit(place)
    results = []
    for scenario, edited in zip(file.scenarios, made, strict=True):
        log.info("scenario %s", scenario.name or scenario.id[:12])
        after = before if edited.place is place else audit(edited.place)
        results.append(ScenarioResult(scenario, before, after, edited))
    return results


def write_results(results: Sequence[ScenarioResult], out: str | Path, *, maps: bool = True) -> list[Path]:
    """Write one scenario into the folder `out`; several into a folder each, with a table of them all in `out`."""
    from lifecircle.outputs.scenario_files import write_table

    folder = Path(out)
    if len(results) == 1:
        return results[0].write(folder, maps=maps)
    names = folder_names([result.scenario.name for result in results])
    paths = [
        path for result, name in zip(results, names, strict=True) for path in result.write(folder / name, maps=maps)
    ]
    return [*write_table([result.view for result in results], folder), *paths]


def folder_names(names: Sequence[str]) -> list[str]:
    """Return a folder name for each scenario: its number, and of its name what every file system takes.

    Examples
    --------
    >>> folder_names(["A footbridge / Brücke", "学校搬迁"])
    ['1-a-footbridge-brücke', '2-学校搬迁']
    """
    plain = ["-".join(re.findall(r"\w+", name.casefold()))[:40].strip("-") for name in names]
    return [f"{number}-{name}" if name else str(number) for number, name in enumerate(plain, start=1)]
