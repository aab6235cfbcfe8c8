"""The single changes that would cover most residences of the sample town, each against a fresh audit of the change."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lifecircle.model.causes import FIX_COLUMNS
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.network.components import stretches
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.walking.anywhere import to_metres

GAINED = ("residences", "weight")


@pytest.fixture(scope="module")
def before(audited):
    return audited("demo")


def whole(before, change: str) -> pd.DataFrame:
    table = before.fixes
    return table[(table["gap"] == 0) & (table["change"] == change)]


def with_shop(place, row):
    """The place with one more facility, a mapped point at the printed degrees."""
    xy = to_metres(place, lon=row["lon"], lat=row["lat"])[0]
    like = place.facilities.iloc[[0]]
    new = like.assign(
        object_id="new", type=row["what"], name="", lenient=False, entrance_kind="point", merged="", area_m2=0.0
    )
    new.index = pd.Index([f"new:{row['what']}"], name=like.index.name)
    new = new.set_geometry([shapely.Point(xy)], crs=like.crs)
    new["entrances"] = gpd.GeoSeries([shapely.MultiPoint([xy])], index=new.index, crs=like.crs)
    table = gpd.GeoDataFrame(pd.concat([place.facilities, new]).sort_index(kind="stable"), crs=like.crs)
    loaded = dict(place.facility_set.loaded_counts)
    loaded[row["what"]] = loaded.get(row["what"], 0) + 1
    return replace(place, facility_set=replace(place.facility_set, table=table, loaded_counts=loaded))


def gained(before, place, circle: str) -> tuple[int, float]:
    """Residences and weight that a fresh audit of `place` covers and the first does not."""
    column = f"{circle}_status"
    old, new = before.coverage.residences, audit(place, causes=False).coverage.residences
    rows = ((old[column] == "not_covered") & (new[column] == "covered")).to_numpy()
    return int(rows.sum()), float(old["weight"].to_numpy()[rows].sum())


def test_columns_and_ranks(before):
    table = before.fixes
    assert tuple(table.columns) == FIX_COLUMNS
    top = table[table["gap"] == 0]
    assert top["checked"].all()
    assert not table.loc[table["gap"] > 0, "checked"].any()
    for _, own in table.groupby(["circle", "gap"]):
        assert own["rank"].tolist() == list(range(1, len(own) + 1))
        assert own["weight"].is_monotonic_decreasing


@pytest.mark.parametrize("circle", ["comprehensive", "elderly", "shopping"])
def test_a_new_facility_gains_what_a_fresh_audit_says(before, circle):
    row = whole(before, "new_facility").set_index("circle").loc[[circle]].iloc[0]
    count, weight = gained(before, with_shop(before.place, row), circle)
    assert count == row["residences"] > 0
    assert weight == pytest.approx(row["weight"])


def test_an_opened_way_gains_what_a_fresh_audit_says(before):
    rows = whole(before, "open_way")
    assert len(rows)
    for _, row in rows.iterrows():
        network = before.place.network
        stretch = stretches(network, network.permission == Permission.CLOSED)
        way = int(row["what"].removeprefix("gate on ").removeprefix("way/"))
        (number,) = np.unique(stretch[(network.way_id == way) & (stretch >= 0)])
        permission = np.where(stretch == number, np.uint8(Permission.PUBLIC), network.permission)
        changed = replace(before.place, network=replace(network, permission=permission))
        count, weight = gained(before, changed, row["circle"])
        assert count == row["residences"] > 0
        assert weight == pytest.approx(row["weight"])


def test_no_junction_gains_more_than_the_first(before):
    """Every junction tried in turn, by searches from each, against the best place of the shopping circle."""
    from lifecircle.model.travel import TravelMode
    from lifecircle.pipeline.gaps.candidates import all_candidates
    from lifecircle.pipeline.rule_searches import of_rows
    from lifecircle.travel.nearest import nearest_times

    place, table = before.place, before.coverage.residences
    missed = (table["shopping_status"] == "not_covered").to_numpy()
    rows = np.concatenate([missed, np.zeros(len(place.joined.origins.ids) - len(missed), dtype=bool)])
    candidates = all_candidates(place).endpoints(place)
    doors = replace(candidates, type=np.array(candidates.ids, dtype=object))
    found = nearest_times(
        place.network,
        place.joined.impedance(TravelMode("ms", place.question.profile)),
        residences=of_rows(place.joined.origins, rows),
        facilities=doors,
        types=tuple(candidates.ids[::7]),
        cutoff=900_000,
    )
    weight = table["weight"].to_numpy()[missed]
    best = (np.isfinite(found.value[: len(missed)][missed]) * weight[:, None]).sum(axis=0).max()
    first = whole(before, "new_facility").set_index("circle").loc["shopping"].iloc[0]
    # Printed degrees move the place by up to 0.1 m: what is lost by that is next to nothing.
    assert first["weight"] >= 0.97 * best


def test_gaps_name_places_of_their_own(before):
    table, gaps = before.fixes, before.gaps
    for (circle, gap), own in table[table["gap"] > 0].groupby(["circle", "gap"]):
        members = gaps.loc[(gaps["circle"] == circle) & (gaps["gap"] == gap), "homes"].item()
        assert own["residences"].max() <= members


def test_causes_of_the_town_are_whole_and_checked_by_opening_everything(before):
    """Legs kept, every closed way open: exactly the flagged residences come within reach."""
    from lifecircle.coverage.case import TimesKey
    from lifecircle.model.travel import TravelMode
    from lifecircle.pipeline.gaps.causes import opened

    place, table = before.place, before.coverage.residences
    joined = replace(place.joined, network=opened(place.network))
    key = TimesKey(TravelMode("ms", place.question.profile), lenient=False)
    plan = next(one for one in place.standard.circles if one.id == "shopping")
    item = plan.rule_for("claim")[1].required[0]
    value = joined.search(key, types=item.types, cutoff=900_000).value[: len(table)].min(axis=1)
    said = table["shopping_cause"] + "|" + table["shopping_cause_also"]
    flagged = said.str.contains("private_or_gate").to_numpy()
    assert flagged.any()
    assert np.array_equal(flagged, (table["shopping_status"] == "not_covered").to_numpy() & (value <= 900_000))
    for circle in before.circles.index[before.circles["assessable"]]:
        uncovered = table[f"{circle}_status"] == "not_covered"
        assert ((table[f"{circle}_cause"] != "") == uncovered).all()


def test_steps_made_passable_gain_what_a_fresh_audit_says():
    """A wheelchair in the sample town: the flights of steps that alone keep residences off."""
    import lifecircle as lc

    seated = audit(lc.load_place(lc.demo_study(), overrides=lc.Overrides(profile="wheelchair")))
    rows = whole(seated, "step_free")
    assert len(rows)
    row, network = rows.iloc[0], seated.place.network
    flights = stretches(network, network.has_flag(EdgeFlag.STEPS))
    way = int(row["what"].removeprefix("way/"))
    (number,) = np.unique(flights[(network.way_id == way) & (flights >= 0)])
    flags = np.where(flights == number, network.flags & ~np.uint8(EdgeFlag.STEPS), network.flags)
    changed = replace(seated.place, network=replace(network, flags=flags))
    count, weight = gained(seated, changed, row["circle"])
    assert count == row["residences"] > 0
    assert weight == pytest.approx(row["weight"])
