"""Capacity measures of real places: people beyond the boundary count, and where it is drawn does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sources.table_files import xlsx_bytes

import lifecircle as lc
from lifecircle.pipeline.measuring.demand import Demand
from lifecircle.pipeline.measuring.measures import Measured, measured
from lifecircle.pipeline.measuring.surroundings import with_surroundings

# Three boxes of Akureyri around one centre, so that all are measured in the same plane.
SMALL = (-18.122, 65.672, -18.092, 65.688)
LARGE = (-18.132, 65.667, -18.082, 65.693)
AROUND = (-18.20, 65.64, -18.04, 65.71)
MINUTES = 6.0
DEMAND = Demand(rate=0.1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., lc.Place]:
    """Return places of the packaged town with everybody's number, places in kindergartens and two communities."""
    folder = tmp_path_factory.mktemp("town")
    town = lc.load_place(lc.demo_study(), cache=False)
    kinds = town.facilities[town.facilities["type"] == "kindergarten"].to_crs(4326)
    points = kinds.geometry.representative_point()
    rows = [
        (name or f"no. {number}", "幼儿园", point.x, point.y, 40 + 10 * number, "西" if point.x < -18.107 else "east")
        for number, (name, point) in enumerate(zip(kinds["name"], points, strict=True))
    ]
    (folder / "list.xlsx").write_bytes(xlsx_bytes(("名称", "类型", "经度", "纬度", "床位", "服务社区"), *rows))
    (folder / "people.geojson").write_text(people(), encoding="utf-8")
    west, east = (-18.2, 65.6, -18.107, 65.75), (-18.107, 65.6, -18.0, 65.75)
    (folder / "units.geojson").write_text(boxes({"1": west, "2": east}, name=["西", "东"]), encoding="utf-8")

    def place(boundary: tuple[float, ...], **keys: object) -> lc.Place:
        content = {
            "study": {"name": "Town", "boundary": list(boundary)},
            "osm": {"file": str(lc.demo_study().parent / "akureyri.osm.pbf"), "extent": list(AROUND)},
            "origin": {"kind": "building"},
            "facilities": [{"file": "list.xlsx", "datum": "wgs84"}],
            "population": {"file": "people.geojson", "column": "people", "datum": "wgs84"},
            "communities": {"file": "units.geojson", "id_column": "id", "name_column": "name", "datum": "wgs84"},
            **keys,
        }
        path = folder / f"study{abs(hash(boundary))}.yml"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return lc.load_place(path, cache=False)

    return place


def boxes(shapes: dict[str, tuple[float, float, float, float]], **columns: list[object]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, **{key: values[row] for key, values in columns.items()}},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
        }
        for row, (name, (w, s, e, n)) in enumerate(shapes.items())
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def people(east: float = -18.04) -> str:
    """Return squares of a hundredth of a degree with other numbers of people, up to a meridian."""
    x, y = np.arange(-18.20, east, 0.01), np.arange(65.64, 65.71, 0.01)
    cells = {f"{i}/{j}": (w, s, w + 0.01, s + 0.01) for i, w in enumerate(x) for j, s in enumerate(y)}
    return boxes(cells, people=[100 + 7 * row for row in range(len(cells))])


@pytest.fixture(scope="module")
def small(study: Callable[..., lc.Place]) -> lc.Place:
    return study(SMALL)


def found(place: lc.Place, name: str, **keys: object) -> Measured:
    return measured(place, name, request=lc.MeasureRequest(("kindergarten",), MINUTES, demand=DEMAND, **keys))


def test_a_larger_boundary_changes_no_value_inside(study: Callable[..., lc.Place], small: lc.Place) -> None:
    large = study(LARGE)
    assert len(large.residences) > len(small.residences) + 200
    for name in ("floating-catchment", "capacity-per-1000", "assign-nearest"):
        before, after = found(small, name).residences, found(large, name).residences.reindex(small.residences.index)
        pd.testing.assert_frame_equal(before, after, rtol=1e-9, check_names=False)
    alone = lc.measure(small, "cumulative", request=lc.MeasureRequest(("kindergarten",), MINUTES))
    assert (alone.iloc[:, 0] > 0).any()


def test_supply_is_conserved_over_inside_and_outside(small: lc.Place) -> None:
    """What residences within reach of the inside facilities get adds up to places: with outside people, less inside."""
    wide = with_surroundings(small, minutes=MINUTES)
    assert wide.place.residences.index.is_unique
    assert wide.inside.sum() == len(small.residences)
    own = small.residences
    pd.testing.assert_series_equal(wide.place.residences["population"][wide.inside], own["population"])
    result = found(small, "floating-catchment")
    served = (result.residences["access"] * own["population"] * DEMAND.rate).sum()
    places = 40 + 10 * np.arange(len(small.facilities))
    assert 0 < served < places.sum()
    loads = found(small, "assign-nearest").facilities
    assert loads is not None
    assert (loads["residents_outside"] > 0).any()
    assert (loads["residents_outside"] <= loads["residents"] + 1e-9).all()


def test_the_notes_say_where_data_and_people_end(study: Callable[..., lc.Place], small: lc.Place) -> None:
    notes = {note.code: note for note in found(small, "floating-catchment").notes}
    assert not notes["surroundings.reach"].warning
    assert "surroundings.population" not in notes
    far = with_surroundings(small, minutes=20.0)
    assert [note.warning for note in far.notes if note.code == "surroundings.reach"] == [True]
    (small.study.base / "people.geojson").write_text(people(east=-18.095), encoding="utf-8")
    short = with_surroundings(study(SMALL), minutes=MINUTES)
    (small.study.base / "people.geojson").write_text(people(), encoding="utf-8")
    assert any(note.code == "surroundings.population" and "reaches" in note.en for note in short.notes)


def test_no_facility_takes_more_than_its_places(small: lc.Place) -> None:
    result = found(small, "assign-capacity")
    assert result.facilities is not None
    assert (result.facilities["load"] <= 1.0).all()
    assert (result.facilities["load"] > 0.999).any()
    assert {"assigned", "no_room"} <= set(result.residences["status"])
    assert any(note.code == "measure.no_room" for note in result.notes)


def test_communities_named_in_a_column_of_the_list(small: lc.Place) -> None:
    """Kindergartens west of -18.107 are named for 西, the others for "east", which no community is called."""
    with pytest.raises(lc.errors.SchemaError, match=r"'east' is no community of the study"):
        found(small, "assign-administrative", communities_of="服务社区")
    with pytest.raises(lc.errors.ConfigError, match=r"no facility of kindergarten has a value in '社区'"):
        found(small, "assign-administrative", communities_of="社区")


def test_communities_named_in_a_table(small: lc.Place) -> None:
    kinds = small.facilities[small.facilities["type"] == "kindergarten"]
    west, east = kinds.index[0], kinds.index[1]
    table = small.study.base / "named.csv"
    table.write_text(f"学校,社区\n{west},西\n{east},2\n", encoding="utf-8")
    result = found(small, "assign-administrative", communities_of="named.csv").residences
    assert set(result["facility_id"].dropna()) == {west, east}
    home = small.residences["community_id"].reindex(result.index)
    assert (result["facility_id"][home == "1"] == west).all()
    assert np.isinf(result["minutes"]).any()  # farther than was searched, yet assigned
    table.write_text(f"学校,社区\n{west}x,西\n", encoding="utf-8")
    with pytest.raises(lc.errors.SchemaError, match=r"named\.csv, row 2: .* is no facility"):
        found(small, "assign-administrative", communities_of="named.csv")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"rate": 0.0}, "rate is 0"),
        ({"total": -5.0}, "total is -5"),
        ({"total": 5.0, "group": "elderly"}, "not both"),
    ],
)
def test_bad_demand_is_refused(asked: dict[str, float], message: str) -> None:
    with pytest.raises(lc.errors.ConfigError, match=message):
        Demand(**asked)


def test_a_total_is_shared_by_weight_and_an_unknown_group_is_refused(small: lc.Place) -> None:
    request = lc.MeasureRequest(("kindergarten",), MINUTES, demand=Demand(total=500.0))
    result = measured(small, "assign-nearest", request=request)
    people_ = small.residences["population"]
    assert result.facilities is not None
    inside = result.facilities["residents"] - result.facilities["residents_outside"]
    reached = result.residences["status"] == "assigned"
    assert inside.sum() == pytest.approx(500.0 * people_[reached].sum() / people_.sum())
    with pytest.raises(lc.errors.ConfigError, match="no group 'elderly'"):
        measured(small, "assign-nearest", request=lc.MeasureRequest(("park",), demand=Demand(group="elderly")))
