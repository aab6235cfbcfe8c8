"""What a place knows, gathered for the coverage room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.config.published import both, published_counts
from lifecircle.coverage.case import Completeness, CoverageCase, TimesKey
from lifecircle.pipeline.legs import street_names
from lifecircle.pipeline.searches import is_snapped
from lifecircle.pipeline.standards import audit_weight

if TYPE_CHECKING:
    from lifecircle.model.travel import NearestTimes
    from lifecircle.pipeline.place import Place


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
        edge_m=place.edge_m,
        facilities=place.facilities,
        loaded_counts=place.facility_set.loaded_counts,
        times=times,
        completeness={
            kind: Completeness(given.status, both(given.reason or given.source))
            for kind, given in written.completeness.items()
            if kind in question.catalogue.types  # a type of another standard's own
        },
        published=published_counts(written),
        population_total=None if np.isnan(population) else float(population),
        user_layers={kind: layer.to_crs(place.area.crs) for kind, layer in place.inputs.user_layers.items()},
        street_names=street_names(place),
    )
