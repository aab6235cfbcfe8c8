"""From a study file to a place that is ready to be audited."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from lifecircle.config.load import sample_study
from lifecircle.config.schema import Study
from lifecircle.coverage.edges import edge_distance_m
from lifecircle.errors import NetworkError
from lifecircle.facilities.prepare import Facilities, prepare_facilities
from lifecircle.model.area import StudyArea
from lifecircle.model.standard import Standard
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network, clip_network
from lifecircle.network.impedance import walkable_edges
from lifecircle.network.legs import legs_across_outlines
from lifecircle.network.snapping import snap_points
from lifecircle.outputs.cards import place_card
from lifecircle.pipeline.inputs import Inputs, read_inputs
from lifecircle.pipeline.lists.facility_sources import FieldCheck, study_facilities
from lifecircle.pipeline.people import origin_request, tidied
from lifecircle.pipeline.progress import told
from lifecircle.pipeline.question import Overrides, Question, read_question
from lifecircle.pipeline.searches import Joined, join, with_facilities
from lifecircle.pipeline.slope import graded
from lifecircle.pipeline.warm_start import WarmStart
from lifecircle.residences.prepare import Residences, prepare_residences
from lifecircle.travel.cells import CellTable, Window, build_cells

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.model.network import Barriers, WalkNetwork
    from lifecircle.model.provenance import Note
    from lifecircle.model.tables import FacilityTable, ResidenceTable
    from lifecircle.model.travel import Snapped, WalkProfile

log = logging.getLogger("lifecircle")

DERIVED = ("joined", "across", "edge_m")  # computed when first asked for, and kept with the place


@dataclass(frozen=True, eq=False, repr=False)
class Place:
    """A study area with its network, facilities and residences, ready to be audited.

    Attributes
    ----------
    study : Study
    question : Question
    area : StudyArea
    inputs : Inputs
    network : WalkNetwork
        Clipped to the study's reach.
    barriers : Barriers
    facility_set : Facilities
    residence_set : Residences
    objects : GeoDataFrame
        The extract's objects in the metric CRS.
    notes : tuple of Note
        Of every step of the preparation.
    communities : GeoDataFrame or None
        In the metric CRS: ``id``, ``name``, ``code`` where known; each place in at most one.
    field_check : FieldCheck or None
    """

    study: Study
    question: Question
    area: StudyArea
    inputs: Inputs
    network: WalkNetwork
    barriers: Barriers
    facility_set: Facilities
    residence_set: Residences
    objects: gpd.GeoDataFrame
    notes: tuple[Note, ...]
    communities: gpd.GeoDataFrame | None = None
    field_check: FieldCheck | None = None

    @property
    def facilities(self) -> FacilityTable:
        """Facilities in the metric CRS, by facility id, with a MultiPoint column ``entrances``."""
        return self.facility_set.table

    @property
    def residences(self) -> ResidenceTable:
        """Residences in the metric CRS, by residence id, with a MultiPoint column ``entrances``."""
        return self.residence_set.table

    @property
    def standard(self) -> Standard:
        """The standard that the place is asked about."""
        return self.question.standard

    @property
    def speed_m_s(self) -> float:
        """Speed of the study's walker in metres per second."""
        return self.question.profile.speed_kmh / 3.6

    @cached_property
    def joined(self) -> Joined:
        """Every entrance joined to the network for the study's walker."""
        log.info("joining entrances to the network")
        return join(
            self.network,
            self.barriers,
            origins=(self.residences.index, self.residences["entrances"], self.residence_set.land_points),
            facilities=self.facilities,
            profile=self.question.profile,
            rules=self.question.walk,
        )

    @cached_property
    def across(self) -> npt.NDArray[np.bool_]:
        """Which access legs of the origins cross an outline of residential land away from a gate."""
        wanted = [tags.get("landuse") == "residential" for tags in self.objects["tags"]]
        outlines = self.objects.geometry.to_numpy()[np.array(wanted, dtype=bool)]
        origins = self.joined.origins.snapped
        return legs_across_outlines(origins, self.network, outlines=outlines, gates=self.barriers.gates)

    @cached_property
    def edge_m(self) -> npt.NDArray[np.float64]:
        """Straight distance of the residences, then the land points, to the outside of the data, in metres."""
        return edge_distance_m(self.residences, self.residence_set.land_points, extent=self.area.extent)

    @cached_property
    def cells(self) -> CellTable:
        """Grid points every 20 m over the streets, each joined to its street for the study's walker."""
        log.info("joining grid points to the network")
        x, y = self.network.geometry_x, self.network.geometry_y
        west, south, east, north = self.area.reach.bounds
        box = (max(x.min(), west), max(y.min(), south), min(x.max(), east), min(y.max(), north))
        window = Window.around(box, margin_m=self.question.walk.max_access_m)
        return build_cells(window, self.snap)

    def snap(
        self,
        xy: npt.NDArray[np.float64],
        *,
        profile: WalkProfile | None = None,
        owner: npt.NDArray[np.int64] | None = None,
    ) -> Snapped:
        """Join points (N, 2) in metres to the network as residences are joined.

        By default for the study's walker, each point its own owner.
        """
        rules = self.question.walk
        return snap_points(
            (np.arange(len(xy), dtype=np.int64) if owner is None else owner, xy),
            self.network,
            usable=walkable_edges(self.network, profile=profile or self.question.profile, private=rules.private),
            barriers=self.barriers,
            max_access_m=rules.max_access_m,
        )

    def before_corrections(self) -> Place | None:
        """Return the same place without its field check, None where it has none."""
        if self.field_check is None:
            return None
        plain = replace(self, facility_set=self.field_check.before, field_check=None)
        vars(plain)["joined"] = with_facilities(  # where the cached property keeps it
            self.joined, plain.facilities, barriers=self.barriers, profile=self.question.profile
        )
        return plain

    def __repr__(self) -> str:
        """Return name, sizes and standard in one line."""
        sizes = f"{len(self.facilities)} facilities, {len(self.residences)} residences"
        return f"<Place {self.area.name('en')}: {sizes}, {self.standard.id}>"

    def _repr_html_(self) -> str:
        """Show what was prepared in a notebook."""
        language, facilities = self.question.language, self.facilities
        counts = {
            "standard": self.standard.title(language),
            "area": f"{self.area.area_km2:,.1f} km²",
            "network": f"{self.network.length_mm.sum() / 1e6:,.0f} km",
            "facilities": f"{facilities['object_id'].nunique():,} ({facilities['type'].nunique()})",
            "residences": f"{len(self.residences):,}",
        }
        warnings = tuple(note.text(language) for note in self.notes if note.warning)
        return place_card(self.area.name(language), language, counts=counts, facts=warnings)


def demo_study() -> Path:
    """Return the study file of the sample place inside the package."""
    return sample_study()


@told
def load_place(config: str | Path, *, overrides: Overrides | None = None, cache: bool = True) -> Place:
    """Read a study file and prepare its network, facilities and residences.

    Parameters
    ----------
    config : str or Path
        The study's YAML file.
    overrides : Overrides, optional
        Standard, walker, reading or language instead of the study's.
    cache : bool
        Start from the place as an earlier run prepared it from the same files, and keep it for later ones; the
        place is the same either way.

    Returns
    -------
    Place

    Raises
    ------
    ConfigError, SourceError, SchemaError, DatumError, NetworkError
        If the study or a file it names cannot be used; the message says what to do.
    """
    study, question = read_question(config, overrides=overrides)
    if not cache:
        return _fresh_place(study, question)
    warm = WarmStart(study, question)
    parts = warm.load()
    if parts is None:
        place = _fresh_place(study, question)
        kept = [field.name for field in fields(Place) if field.name not in ("study", "question")]
        warm.store({name: getattr(place, name) for name in (*kept, *DERIVED)})
        return place
    derived = {name: parts.pop(name) for name in DERIVED}
    place = Place(study, question, **parts)
    vars(place).update(derived)  # where cached properties keep theirs
    return place


def _fresh_place(study: Study, question: Question) -> Place:
    inputs = read_inputs(study)
    area = study_area(study, question, boundary=inputs.boundary, extent=inputs.extent)
    return prepare_place(study, question, inputs=inputs, area=area)


def study_area(
    study: Study, question: Question, *, boundary: BaseGeometry, extent: BaseGeometry | None = None
) -> StudyArea:
    """Return the area of a study whose boundary and extent (EPSG:4326) are known."""
    about = study.study
    buffer_m = about.buffer_m if about.buffer_m is not None else question.longest_m + question.walk.max_access_m
    names = (about.name.zh, about.name.en)
    return StudyArea.from_wgs84(boundary, extent=extent, names=names, buffer_m=buffer_m, date=about.date or "")


def prepare_place(study: Study, question: Question, *, inputs: Inputs, area: StudyArea) -> Place:
    """Return the place of a study whose files have been read; see `load_place`."""
    objects = inputs.osm.objects.to_crs(area.crs)
    log.info("building the walking network")
    built = build_network(inputs.osm.ways, crs=area.crs, inclines=study.walk.slope is not None)
    network, sloped = graded(clip_network(built.network, area.reach), study)
    if network.edges == 0 or not np.any(~network.island):
        raise NetworkError(
            f"{inputs.osm.file_name}: no walkable street within {area.buffer_m:.0f} m of the study boundary; "
            "check study.boundary, or use an extract with highways"
        )
    barriers = find_barriers(objects, network)
    log.info("finding facilities")
    mapped = prepare_facilities(objects, catalogue=question.catalogue, network=network, reach=area.reach)
    used, checked = study_facilities(mapped, inputs, study=study, catalogue=question.catalogue, area=area)
    log.info("finding residences")
    communities, repairs = tidied(inputs.communities, area=area)
    request = origin_request(
        study.origin, question.standard, population=inputs.population, communities=communities, area=area
    )
    residences = prepare_residences(objects, area=area, network=network, request=request)
    notes = (*inputs.notes, *built.notes, *sloped, *used.notes, *repairs, *residences.notes)
    return Place(
        study, question, area, inputs, network, barriers, used, residences, objects, notes, communities, checked
    )
