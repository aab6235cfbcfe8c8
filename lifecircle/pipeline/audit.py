"""Run an audit of a place, and the handle that draws and writes it."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.config.load import config_sha256
from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness, CoverageCase, TimesKey
from lifecircle.coverage.communities import community_note, community_rollup
from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.model.audit import AuditView, CoverageAudit
from lifecircle.model.provenance import Note, Provenance
from lifecircle.model.standard import Published
from lifecircle.model.travel import NearestTimes, TravelMode
from lifecircle.outputs.cards import audit_card
from lifecircle.outputs.write import write_audit
from lifecircle.pipeline.base_map import base_map
from lifecircle.pipeline.facility_sources import before_corrections, corrections_note
from lifecircle.pipeline.isochrone import circle_isochrones
from lifecircle.pipeline.legs import leg_notes, street_names
from lifecircle.pipeline.lists import report_in
from lifecircle.pipeline.place import Place
from lifecircle.pipeline.progress import told
from lifecircle.pipeline.rule_searches import search
from lifecircle.pipeline.searches import is_snapped
from lifecircle.pipeline.standards import audit_weight, provision, standard_notes

if TYPE_CHECKING:
    import folium

log = logging.getLogger("lifecircle")

LIBRARIES = ("lifecircle", "numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "osmium", "pyarrow")


@dataclass(frozen=True, eq=False, repr=False)
class Audit:
    """The result of an audit together with its place.

    Attributes
    ----------
    place : Place
    coverage : CoverageAudit
    """

    place: Place
    coverage: CoverageAudit
    seconds: float = 0.0

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

    @cached_property
    def communities(self) -> gpd.GeoDataFrame | None:
        """Shares and states of every circle per community, in the metric CRS; None without communities."""
        if self.place.communities is None:
            return None
        return community_rollup(self.coverage, self.place.residences, communities=self.place.communities)

    @cached_property
    def view(self) -> AuditView:
        """Everything that an output may draw or write."""
        place = self.place
        output = place.study.output
        return AuditView(
            area=place.area,
            catalogue=place.question.catalogue,
            audit=self.coverage,
            network=place.network,
            facilities=place.facilities,
            residences=place.residences,
            base=base_map(place.objects, reach=place.area.reach, extent=place.area.extent),
            provenance=provenance_of(place),
            language=place.question.language,
            compiled_by=output.compiled_by,
            map_approval_no=output.map_approval_no,
            communities=self.communities,
            tables={
                "conflicts": place.facility_set.conflicts,
                "communities_review": place.inputs.community_review,
                "rows": report_in(place.inputs.list_rows, place.question.language),
                "provision": provision(place),
            },
        )

    def summary(self, language: str | None = None) -> str:
        """Return the headline, the circles and the notes as text ("zh" or "en"; default the study's)."""
        from lifecircle.outputs.summary import summary_text

        return summary_text(replace(self.view, language=language or self.view.language))

    def __repr__(self) -> str:
        """Return place, standard and headline share in one line."""
        share = self.coverage.headline.all_circles_share
        said = "not assessable" if share is None else f"{share:.1%} of {self.coverage.weight} has all counted circles"
        return f"<Audit of {self.place!r}: {said}>"

    def _repr_html_(self) -> str:
        """Show the headline and the share of every circle in a notebook."""
        return audit_card(self.view)

    def to_map(self) -> folium.Map:
        """Return an interactive map that opens without internet once saved."""
        from lifecircle.outputs.map_folium import audit_map

        return audit_map(self.view)

    def write(self, out: str | Path, *, maps: bool = True, isochrones: bool = False) -> list[Path]:
        """Write every result file into the folder `out`, all or none, and return their paths.

        `isochrones` adds a layer with the bands of every circle to ``audit.gpkg``; it takes a while in a large city.
        """
        log.info("writing results")
        runtime = {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "audit_seconds": round(self.seconds, 3),
            "host": platform.node(),
            "python": platform.python_version(),
            "system": platform.platform(),
        }
        view = replace(self.view, isochrones=circle_isochrones(self.place)) if isochrones else self.view
        return write_audit(view, Path(out), maps=maps, runtime=runtime)


@told
def audit(place: Place) -> Audit:
    """Judge every residence of `place` on every circle of its standard.

    Parameters
    ----------
    place : Place
        From `load_place`.

    Returns
    -------
    Audit

    Raises
    ------
    CutoffError
        If a search is too long for exact sums.
    """
    started = time.monotonic()
    question = place.question
    needed = needed_searches(
        question.standard,
        question.catalogue,
        profile=question.profile,
        profiles=question.profiles,
        rule=question.rule,
    )
    log.info("searching walking times: %d searches", sum(len(types) for types in needed.values()))
    times = {
        key: search(place, key, types=types, cutoff=cutoff(question.standard, key, cutoff_min=question.cutoff_min))
        for key, types in needed.items()
    }
    log.info("judging circles")
    coverage = audit_coverage(coverage_case(place, times))
    plain = before_corrections(place)
    without = None if plain is None else audit(plain).coverage.headline
    changed = () if without is None else (corrections_note(coverage.headline, without),)
    notes = (*study_note(place), *place.notes, *leg_notes(place), *coverage.notes, *changed)
    notes = (*notes, *standard_notes(place))
    coverage = replace(coverage, notes=(*notes, *_community_notes(place, coverage)), without_corrections=without)
    return Audit(place, coverage, time.monotonic() - started)


def _community_notes(place: Place, coverage: CoverageAudit) -> tuple[Note, ...]:
    if place.communities is None:
        return ()
    return (community_note(community_rollup(coverage, place.residences, communities=place.communities)),)


def nearest_times(place: Place, *, types: tuple[str, ...] | None = None) -> NearestTimes:
    """Return the walking times of the study's walker from every residence to the nearest facility of each type.

    Parameters
    ----------
    place : Place
    types : tuple of str, optional
        Facility types; by default every type that can decide a circle of the standard.

    Returns
    -------
    NearestTimes
        Complete up to the study's cutoff; ``to_frame()`` gives the long table.
    """
    question = place.question
    key = TimesKey(TravelMode("ms", question.profile), lenient=False)
    found = place.joined.search(
        key,
        types=question.standard.types if types is None else types,
        cutoff=cutoff(question.standard, key, cutoff_min=question.cutoff_min),
    )
    return _only_residences(found, len(place.residences))


def _only_residences(found: NearestTimes, count: int) -> NearestTimes:
    return replace(
        found,
        residence_ids=found.residence_ids[:count],
        value=found.value[:count],
        facility=found.facility[:count],
        entrance=found.entrance[:count],
        access_mm=found.access_mm[:count],
        egress_mm=found.egress_mm[:count],
        private=found.private[:count],
    )


def coverage_case(place: Place, times: Mapping[TimesKey, NearestTimes]) -> CoverageCase:
    """Gather what `place` knows, with the searches `times`, into one case for the coverage room."""
    question, written = place.question, place.study
    residence_set = place.residence_set
    snapped = place.joined.origins.snapped
    population = place.residences["population"].sum(min_count=1)
    return CoverageCase(
        standard=question.standard,
        catalogue=question.catalogue,
        area=place.area,
        rule=question.rule,
        profile=question.profile,
        profiles=question.profiles,
        residences=place.residences,
        weight=audit_weight(place),
        denominator_sources=residence_set.denominator_sources,
        land_points=residence_set.land_points,
        origin_snapped=is_snapped(snapped, len(place.residences) + len(residence_set.land_points)),
        facilities=place.facilities,
        loaded_counts=place.facility_set.loaded_counts,
        times=times,
        completeness={
            kind: Completeness(given.status, given.reason or given.source or "")
            for kind, given in written.completeness.items()
            if kind in question.catalogue.types  # a type of another standard's own
        },
        published={kind: Published(**given.model_dump()) for kind, given in written.published.items()},
        population_total=None if np.isnan(population) else float(population),
        user_layers={kind: layer.to_crs(place.area.crs) for kind, layer in place.inputs.user_layers.items()},
        street_names=street_names(place),
    )


def provenance_of(place: Place) -> Provenance:
    """Return what a result of `place` was computed from: versions, configuration, files and row counts."""
    counts = {f"osm.{name}": count for name, count in place.inputs.osm.counts.items()}
    counts |= {f"facilities.{name}": count for name, count in place.facility_set.counts.items()}
    counts |= {f"residences.{name}": count for name, count in place.residence_set.counts.items()}
    return Provenance(
        {name: version(name) for name in LIBRARIES},
        config_sha256(place.study, place.inputs.hashes),
        place.inputs.files,
        counts,
    )


def study_note(place: Place) -> tuple[Note, ...]:
    """Return the study's own remark as a note, if it has one."""
    note = place.study.study.note
    return () if note is None else (Note("study.note", note.en, note.zh),)
