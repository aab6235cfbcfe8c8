"""What a study file can ask for, end to end on real towns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from system.studies import SELFOSS, audit_of, squares, write_study

from lifecircle.sources.polygons import boundary_from_osm

if TYPE_CHECKING:
    from lifecircle.pipeline.audit import Audit

WEST, EAST = (-21.03, 63.92, -21.0, 63.95), (-21.0, 63.92, -20.95, 63.95)
CENTRE = (-18.12, 65.672, -18.09, 65.688)  # of Akureyri, 2 km and more inside the extract
AROUND = (-18.20, 65.64, -18.04, 65.71)


@pytest.fixture(scope="module")
def selfoss(audited: Callable[[str], Audit]) -> Audit:
    return audited("selfoss")


def test_planner_headline_is_the_audit_of_a_planner(real_data: Path, tmp_path: Path) -> None:
    """In the claim reading, walking as a planner from the start gives the second headline exactly.

    The elderly walk at 3.4 km/h in both: the command line replaces the study's walker, never a circle's own.
    """
    study = write_study(tmp_path, real_data / "selfoss.osm.pbf", rule="claim")
    adult, planner = audit_of(study), audit_of(study, profile="planner")
    assert planner.coverage.headline == adult.coverage.planner_speed
    assert planner.coverage.headline.speed_kmh == 4.0
    assert adult.coverage.headline.speed_kmh == 4.8
    assert planner.coverage.planner_speed == planner.coverage.headline
    for audit, speed in ((adult, 4.8), (planner, 4.0)):
        assert audit.circles.loc["health", "speed_kmh"] == speed
        assert audit.circles.loc["elderly", "speed_kmh"] == 3.4
    assert planner.residences["elderly_min"].equals(adult.residences["elderly_min"])
    near = planner.residences["health_min"] <= 15
    slower = planner.residences.loc[near, "health_min"] / adult.residences.loc[near, "health_min"]
    assert slower.to_numpy() == pytest.approx(1.2, rel=1e-3)  # each leg and edge is rounded to the millisecond


def test_a_rule_named_on_the_command_line_is_the_reading_of_the_study(real_data: Path, tmp_path: Path) -> None:
    study = write_study(tmp_path, real_data / "selfoss.osm.pbf", rule="claim")
    claim, strict = audit_of(study), audit_of(study, rule="standard")
    assert strict.coverage.headline == claim.coverage.reading_headlines["standard"]
    assert strict.circles["share_residences"].equals(claim.coverage.readings["standard"]["share_residences"])
    assert strict.coverage.headline.speed_kmh == 4.0


def test_a_wider_buffer_changes_no_verdict(real_data: Path, tmp_path: Path) -> None:
    """Streets and facilities beyond the default buffer serve nobody within the thresholds."""
    extract = real_data / "akureyri.osm.pbf"
    default = audit_of(write_study(tmp_path, extract, boundary=CENTRE, extent=AROUND))
    wide = audit_of(write_study(tmp_path, extract, boundary=CENTRE, extent=AROUND, about={"buffer_m": 2600}))
    assert wide.place.network.edges > default.place.network.edges
    assert default.place.area.buffer_m == 15 * 4800 / 60 + 250
    for circle in default.circles.index:
        columns = [f"{circle}_status", f"{circle}_reason"]
        assert wide.residences[columns].equals(default.residences[columns]), circle
        near = default.residences[f"{circle}_min"] <= 15
        assert wide.residences.loc[near, f"{circle}_min"].equals(default.residences.loc[near, f"{circle}_min"]), circle
    assert wide.coverage.headline == default.coverage.headline


def test_the_buffer_of_a_slow_walker_serves_the_planner_headline_too(real_data: Path, tmp_path: Path) -> None:
    """A wheelchair at 2.7 km/h rolls 675 m in 15 minutes, but the second headline walks 1000 m at 4.0 km/h."""
    audit = audit_of(write_study(tmp_path, real_data / "selfoss.osm.pbf"), profile="wheelchair")
    assert audit.place.area.buffer_m == 1000 + 250
    assert "coverage.buffer" not in [note.code for note in audit.coverage.notes]
    assert audit.circles.loc["health", "speed_kmh"] == 2.7
    assert audit.coverage.planner_speed.speed_kmh == 4.0


def test_the_municipal_circle_follows_the_users_layer(real_data: Path, tmp_path: Path) -> None:
    layer = squares(tmp_path / "小区.geojson", {"西": WEST, "东": EAST}, state=["renovated", "pending"])
    study = write_study(
        tmp_path,
        real_data / "selfoss.osm.pbf",
        facilities=[{"file": layer.name, "type": "renovated_estate", "state_column": "state", "datum": "wgs84"}],
    )
    audit = audit_of(study)
    row = audit.circles.loc["municipal"]
    assert row["assessable"]
    assert row["facilities"] == 2
    lon = audit.place.residences.geometry.representative_point().to_crs("EPSG:4326").x
    assert set(audit.residences["municipal_status"]) == {"covered", "not_covered"}
    assert ((audit.residences["municipal_status"] == "covered") == (lon < -21.0)).all()
    assert row["share_residences"] == pytest.approx((lon < -21.0).mean())
    assert "municipal" in audit.coverage.headline.circles_counted
    assert {"covered", "not_covered"} == set(audit.residences["municipal_status"])
    assert "municipal" in set(audit.gaps["circle"])


def test_a_mistaken_state_is_named(real_data: Path, tmp_path: Path) -> None:
    import lifecircle as lc

    layer = squares(tmp_path / "estates.geojson", {"west": WEST}, state=["done"])
    study = write_study(
        tmp_path, real_data / "selfoss.osm.pbf", facilities=[{"file": layer.name, "type": "renovated_estate"}]
    )
    with pytest.raises(lc.errors.SchemaError, match="'done'"):
        audit_of(study)


def test_communities_are_carried_to_residences_and_gaps(real_data: Path, tmp_path: Path) -> None:
    file = squares(tmp_path / "communities.geojson", {"西社区": WEST, "东社区": EAST}, code=["w", "e"])
    given = {"file": file.name, "id_column": "code", "name_column": "name", "datum": "wgs84"}
    audit = audit_of(write_study(tmp_path, real_data / "selfoss.osm.pbf", communities=given))
    lon = audit.place.residences.geometry.representative_point().to_crs("EPSG:4326").x
    assert (audit.place.residences["community_id"] == np.where(lon < -21.0, "w", "e")).all()
    assert set(audit.gaps["community"]) <= {"w", "e"}
    assert len(audit.gaps)


def test_people_of_the_grid_are_neither_lost_nor_made(audited: Callable[[str], Audit], real_data: Path) -> None:
    """Helsinki's cells: placed, beyond the boundary and unplaced people add up to the table's."""
    audit = audited("helsinki")
    cells = gpd.read_file(real_data / "population" / "helsinki_population_grid_2020.gpkg", layer="population_grid_2020")
    boundary = gpd.GeoSeries([audit.place.area.boundary], crs=audit.place.area.crs).to_crs(cells.crs).iloc[0]
    touching = cells[cells.intersects(boundary)]
    people = audit.place.residences["population"]
    assert audit.coverage.weight == "population"
    assert (people >= 0).all()
    assert 0 < math.fsum(people) <= touching["population"].sum()
    text = " ".join(note.en for note in audit.coverage.notes if note.code.startswith("residences."))
    counts = [float(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:people placed|of the table|people in)", text)]
    assert counts[0] == pytest.approx(math.fsum(people), abs=0.6)
    assert sum(counts) == pytest.approx(cells["population"].sum(), abs=2)
    shares = audit.circles.loc[audit.circles["assessable"]]
    assert shares["share_population"].notna().all()
    covered = audit.residences["health_status"] == "covered"
    assert shares.loc["health", "share_population"] == pytest.approx(people[covered].sum() / people.sum())
    assert audit.coverage.headline.all_circles_share is not None


def test_a_country_by_relation_and_by_name(audited: Callable[[str], Audit]) -> None:
    """Liechtenstein: 160 km2; the boundary is its relation, which its name finds as well."""
    audit = audited("liechtenstein")
    assert audit.place.area.area_km2 == pytest.approx(160.5, abs=0.5)
    objects = audit.place.inputs.osm.objects
    named = boundary_from_osm(objects, name="Vaduz")
    whole = audit.place.inputs.boundary
    assert shapely.covers(whole.buffer(1e-6), named)
    homes = audit.place.residences.geometry.representative_point().to_crs("EPSG:4326")
    assert shapely.covers(whole, homes.to_numpy()).all()


def test_boxes_follow_their_parallels(selfoss: Audit) -> None:
    """The southern side of a box is a parallel, not the straight line between its corners."""
    west, south, east, _ = SELFOSS
    middle = gpd.GeoSeries([shapely.Point((west + east) / 2, south + 1e-6)], crs="EPSG:4326").to_crs(
        selfoss.place.area.crs
    )
    outside = gpd.GeoSeries([shapely.Point((west + east) / 2, south - 1e-6)], crs="EPSG:4326").to_crs(
        selfoss.place.area.crs
    )
    extent = selfoss.place.area.extent
    assert extent.covers(middle.iloc[0])
    assert not extent.covers(outside.iloc[0])
