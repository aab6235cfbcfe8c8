"""Run an audit of a place, and the handle that draws and writes it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.communities import community_note, community_rollup
from lifecircle.coverage.proximity import proximity, proximity_notes
from lifecircle.model.audit import AuditView, CoverageAudit
from lifecircle.model.provenance import Note
from lifecircle.outputs.cards import audit_card
from lifecircle.outputs.uncertainty import uncertainty_tables
from lifecircle.outputs.write import write_audit
from lifecircle.pipeline.base_map import base_map, empty_map
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.figures import Drawn, lorenz_table, minutes_table
from lifecircle.pipeline.gaps.causes import Streets
from lifecircle.pipeline.gaps.fixes import fixes_of
from lifecircle.pipeline.legs import leg_notes
from lifecircle.pipeline.lists.attributes import where_notes
from lifecircle.pipeline.lists.facility_sources import corrections_note
from lifecircle.pipeline.lists.rows import report_in
from lifecircle.pipeline.measuring.equity import equity_of
from lifecircle.pipeline.place import Place
from lifecircle.pipeline.progress import told
from lifecircle.pipeline.provenance import provenance_of, runtime_of
from lifecircle.pipeline.searched import searched
from lifecircle.pipeline.standards import provision, standard_notes
from lifecircle.pipeline.walking.isochrone import circle_isochrones

if TYPE_CHECKING:
    import folium

    from lifecircle.coverage.case import CoverageCase, TimesKey
    from lifecircle.model.travel import NearestTimes
    from lifecircle.model.uncertainty import Interval, Uncertainty
    from lifecircle.pipeline.confidence.uncertainty import UncertaintyRequest

log = logging.getLogger("lifecircle")


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Drawn):
    """The result of an audit together with its place.

    Attributes
    ----------
    place : Place
    coverage : CoverageAudit
    seconds : float
        That it took.
    times : Mapping[TimesKey, NearestTimes]
        The searches that it rests on; searched again where they are wanted and not there.
    """

    place: Place
    coverage: CoverageAudit
    seconds: float = 0.0
    times: Mapping[TimesKey, NearestTimes] = field(default_factory=dict)

    @property
    def circles(self) -> pd.DataFrame:
        """One row per circle, with the columns of ``audit.json``."""
        return self.coverage.circles

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """Numbered groups of neighbouring residences that a circle does not cover."""
        return self.coverage.gaps

    @cached_property
    def residences(self) -> gpd.GeoDataFrame:
        """The residences with minutes, status and serving facility of every circle."""
        return self.place.residences.join(self.coverage.residences)

    def equity(self, by: Sequence[str] = (), *, bins: Mapping[str, Sequence[float]] | None = None) -> pd.DataFrame:
        """Return coverage by groups of residences or people, columns EQUITY_COLUMNS; by default what the study asks.

        `by` names attributes of residences, ``age_group`` or ``own_group``; `bins` are edges for numbers.
        """
        return equity_of(self.place, self.coverage, by=by, bins=bins)

    @cached_property
    def fixes(self) -> pd.DataFrame:
        """The single changes that would cover most residences, per circle and gap; columns FIX_COLUMNS."""
        return fixes_of(self.place, self.coverage, case=self._case)

    @cached_property
    def _case(self) -> CoverageCase:
        return coverage_case(self.place, self.times or searched(self.place))

    def uncertainty(self, request: UncertaintyRequest | None = None) -> Uncertainty:
        """Return the 90 % interval from error in the data."""
        from lifecircle.pipeline.confidence.uncertainty import uncertainty

        return uncertainty(self.place, self.coverage, case=self._case, request=request)

    def interval(self, request: UncertaintyRequest | None = None) -> Interval | None:
        """Return the 90 % interval of the headline; None where no circle counts."""
        known = self.coverage.uncertainty if request is None else None
        return (known or self.uncertainty(request)).headline

    def with_uncertainty(self, request: UncertaintyRequest | None = None) -> Audit:
        """Return the audit with its interval, for the summary and the files."""
        return replace(self, coverage=replace(self.coverage, uncertainty=self.uncertainty(request)))

    @cached_property
    def communities(self) -> gpd.GeoDataFrame | None:
        """Shares and states of every circle per community, in the metric CRS; None without communities."""
        if self.place.communities is None:
            return None
        return community_rollup(self.coverage, self.place.residences, communities=self.place.communities)

    @cached_property
    def isochrones(self) -> gpd.GeoDataFrame:
        """The 5, 10 and 15 minutes around the facilities of every circle, EPSG:4326; to look at, never counted."""
        return circle_isochrones(self.place)

    @cached_property
    def view(self) -> AuditView:
        """Everything that an output may draw or write."""
        place = self.place
        return replace(self._undrawn, base=base_map(place.objects, reach=place.area.reach, extent=place.area.extent))

    @cached_property
    def _undrawn(self) -> AuditView:
        """The view without the ground of maps, which takes a while to sort."""
        place = self.place
        output = place.study.output
        return AuditView(
            area=place.area,
            catalogue=place.question.catalogue,
            audit=self.coverage,
            network=place.network,
            facilities=place.facilities,
            residences=place.residences,
            base=empty_map(place.objects),
            provenance=provenance_of(place),
            language=place.question.language,
            compiled_by=output.compiled_by,
            map_approval_no=output.map_approval_no,
            tiles=output.tiles,
            crs=output.crs,
            communities=self.communities,
            minutes=minutes_table(place, self.times, coverage=self.coverage),
            lorenz=lorenz_table(self.coverage),
            tables={
                "conflicts": place.facility_set.conflicts,
                "communities_review": place.inputs.community_review,
                "rows": report_in(place.inputs.list_rows, place.question.language),
                "provision": provision(place, coverage_case(place, {})),
                "published": self.coverage.published,
                **uncertainty_tables(self.coverage.uncertainty),
                "proximity": proximity(self.coverage),
                "equity": self.equity(),
            },
        )

    def summary(self, language: str | None = None) -> str:
        """Return the headline, the circles and the notes as text ("zh" or "en"; default the study's)."""
        from lifecircle.outputs.summary import summary_text

        return summary_text(replace(self._undrawn, language=language or self._undrawn.language))

    def __repr__(self) -> str:
        """Return place, standard and headline share in one line."""
        share = self.coverage.headline.all_circles_share
        said = "not assessable" if share is None else f"{share:.1%} of {self.coverage.weight} has all counted circles"
        return f"<Audit of {self.place!r}: {said}>"

    def _repr_html_(self) -> str:
        """Show the headline and the share of every circle in a notebook."""
        return audit_card(self._undrawn)

    def to_map(self) -> folium.Map:
        """Return an interactive map that opens without internet once saved."""
        from lifecircle.outputs.map_folium import audit_map

        return audit_map(replace(self.view, isochrones=self.isochrones))

    def write(
        self,
        out: str | Path,
        *,
        maps: bool = True,
        isochrones: bool = False,
        shapefiles: bool = False,
        fixes: bool | None = None,
    ) -> list[Path]:
        """Write every result file into the folder `out`, all or none, and return their paths.

        `isochrones` computes the bands of every circle, a layer of ``audit.gpkg``, without maps too;
        `shapefiles` adds ``shapefiles.zip``; `fixes` seeks the changes that would help most, by default with maps.
        """
        log.info("writing results")
        runtime = runtime_of(self.seconds)
        sought = maps if fixes is None else fixes
        view = self.view if maps else self._undrawn
        view = replace(view, tables={**view.tables, "fixes": self.fixes}) if sought else view
        view = replace(view, isochrones=self.isochrones) if maps or isochrones else view
        return write_audit(view, Path(out), maps=maps, shapefiles=shapefiles, runtime=runtime)


@told
def audit(
    place: Place,
    *,
    causes: bool = True,
    gaps: bool = True,
    times: Mapping[TimesKey, NearestTimes] | None = None,
) -> Audit:
    """Judge every residence of `place` on every circle of its standard.

    Parameters
    ----------
    place : Place
        From `load_place`.
    causes : bool
        Whether to say why residences are not covered, and to add the interval where the study asks for one; it
        changes no verdict.
    gaps : bool
        Whether to group those residences into numbered gaps; else there are none in the result.
    times : Mapping, optional
        The searches that it rests on, where they are known.

    Returns
    -------
    Audit

    Raises
    ------
    CutoffError
        If a search is too long for exact sums.
    """
    started = time.monotonic()
    attributes = where_notes(place)
    times = searched(place) if times is None else times
    log.info("judging circles")
    look = Streets(place, times) if causes else None
    case = coverage_case(place, times)
    coverage = audit_coverage(case, look=look, gaps=gaps)
    plain = place.before_corrections()
    without = None if plain is None else audit(plain, causes=False).coverage.headline
    changed = () if without is None else (corrections_note(coverage.headline, without),)
    notes = (*study_note(place), *place.notes, *leg_notes(place), *coverage.notes, *changed)
    notes = (*notes, *standard_notes(place, case), *proximity_notes(coverage), *attributes)
    coverage = replace(coverage, notes=(*notes, *_community_notes(place, coverage)), without_corrections=without)
    found = Audit(place, coverage, time.monotonic() - started, times)
    return found.with_uncertainty() if causes and place.study.uncertainty is not None else found


def _community_notes(place: Place, coverage: CoverageAudit) -> tuple[Note, ...]:
    if place.communities is None:
        return ()
    return (community_note(community_rollup(coverage, place.residences, communities=place.communities)),)


def study_note(place: Place) -> tuple[Note, ...]:
    """Return the study's own remark as a note, if it has one."""
    note = place.study.study.note
    return () if note is None else (Note("study.note", note.en, note.zh),)
