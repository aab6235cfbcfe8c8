"""Residential buildings and walking minutes agree with separate passes over the raw extract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml
from recount.dwellings import dwellings
from recount.walks import PlainStreets

if TYPE_CHECKING:
    from lifecircle.model.standard import Item
    from lifecircle.pipeline.audit import Audit

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
SAME_S = 0.1  # both round to the millisecond; the projection may differ from the geodesic by 0.1 %
SAMPLED_M = 30.0


def written(name: str) -> dict[str, dict[str, object]]:
    return yaml.safe_load((CONFIGS / f"{name}.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["demo", "shenzhen_longgang", "beijing_haidian", "bad_hersfeld", "reykjavik"])
def test_residential_buildings_agree(audited: Callable[[str], Audit], real_data: Path, name: str) -> None:
    study = written(name)
    counted = dwellings(real_data / str(study["osm"]["file"]), tuple(study["study"]["boundary"]))  # type: ignore[arg-type]
    assert len(audited(name).place.residences) == counted


def entrances(table: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the entrances of a table as (S, 2) lon/lat, and the row of each."""
    lonlat = gpd.GeoSeries(table["entrances"].to_numpy(), crs=table.crs).to_crs("EPSG:4326")
    return shapely.get_coordinates(lonlat.to_numpy(), return_index=True)


def plain_minutes(audit: Audit, streets: PlainStreets, *, item: Item, speed_kmh: float) -> np.ndarray:
    """Return each residence's minutes to the nearest facility of `item` by the separate pass."""
    table = audit.place.facilities
    table = table[table["type"].isin(item.types) & ~table["lenient"]]
    doors, facility = entrances(table)
    reach = np.where(table["entrance_kind"] == "sampled", SAMPLED_M, audit.place.question.walk.max_access_m)[facility]
    starts, residence = entrances(audit.place.residences)
    metres = np.full(len(audit.place.residences), np.inf)
    np.minimum.at(metres, residence, streets.metres_between(starts, doors, reach_m=reach))
    return metres / (speed_kmh * 1000 / 60)


@pytest.mark.parametrize(
    ("name", "walls"),
    [
        ("demo", False),
        ("shenzhen_longgang", False),
        ("beijing_cau", False),
        ("beijing_haidian", False),
        ("bad_hersfeld", True),
    ],
)
def test_minutes_agree(audited: Callable[[str], Audit], real_data: Path, name: str, *, walls: bool) -> None:
    """Minutes to every circle that a separate walk over the raw nodes gives.

    The separate walk crosses no squares, so it may be slower; where no wall, fence or water bends an access leg it
    is never faster. With walls it may be either, for few. Verdicts agree for all but some in a thousand.
    """
    audit = audited(name)
    streets = PlainStreets(real_data / audit.place.inputs.osm.file_name)
    for circle in audit.place.standard.circles:
        found = circle.rule_for("claim")
        if found is None or not audit.circles.loc[circle.id, "assessable"]:
            continue
        (item,) = found[1].required
        if item.pools:  # k of n: its minutes are not those to one nearest facility
            continue
        plain = plain_minutes(audit, streets, item=item, speed_kmh=audit.circles.loc[circle.id, "speed_kmh"])
        ours = audit.residences[f"{circle.id}_min"].fillna(np.inf).to_numpy()
        limit = float(item.minutes or 0)
        assert np.mean((ours <= limit) == (plain <= limit)) >= 0.995, circle.id
        near = (ours <= limit) & (plain <= limit)
        if not near.any():
            continue
        seconds = (plain[near] - ours[near]) * 60
        allowed = SAME_S + 0.001 * 60 * ours[near]
        assert np.mean(seconds < -allowed) <= (0.06 if walls else 0.0), circle.id
        if not walls:
            assert np.max(np.abs(seconds)) <= 15.0, circle.id
