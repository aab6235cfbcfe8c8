"""Answers of a field check, applied."""

import numpy as np
import pytest
import shapely
from facilities_rows import CRS, at, rows

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import SchemaError
from lifecircle.facilities.corrections import apply_corrections
from lifecircle.model.area import WGS84
from lifecircle.model.field_check import Correction

CATALOGUE = load_catalogue()
REACH = shapely.box(-1000, -1000, 1000, 1000)
NEAR = (114.301, 35.701)  # about 90 m east and 111 m north of the middle


def table():
    return rows(
        "osm",
        ("n1", "pharmacy", "A", at(0)),
        ("w2", "school_any", "B", shapely.box(0, 0, 100, 100), np.nan, "mapped"),
        ("w2", "park", "B", shapely.box(0, 0, 100, 100), np.nan, "mapped"),
    )


def apply(*answers):
    return apply_corrections(table(), answers, catalogue=CATALOGUE, reach=REACH)


def answer(row, action, facility_id="", **more):
    return Correction(row, action, facility_id, source="checked.xlsx", **more)


def test_every_action():
    before = table()
    found = apply(
        answer(2, "drop", "n1:pharmacy"),
        answer(3, "retype", "w2:school_any", type="primary_school", name="B school"),
        answer(4, "add", type="toilets", name="C", lon=NEAR[0], lat=NEAR[1]),
        answer(5, "confirm", "w2:park"),
        answer(6, "confirm"),
    )
    assert found.table.index.tolist() == ["checked/4:toilets", "w2:park", "w2:primary_school"]
    assert found.table["name"].tolist() == ["C", "B", "B school"]
    added = found.table.loc["checked/4:toilets"]
    assert (added["source"], added["entrance_kind"], added["area_m2"]) == ("checked.xlsx", "point", 0.0)
    lonlat = found.table.geometry.to_crs(WGS84)["checked/4:toilets"]
    assert (lonlat.x, lonlat.y) == pytest.approx(NEAR, abs=1e-9)
    assert added["entrances"].equals(shapely.MultiPoint([added["geometry"]]))
    assert found.confirmed == {"w2:park"}
    assert found.counts == {"confirm": 2, "drop": 1, "retype": 1, "move": 0, "add": 1, "stale": 0}
    assert before.equals(table())


def test_a_moved_facility_is_entered_at_its_new_point_and_may_be_retyped_too():
    found = apply(
        answer(2, "move", "w2:school_any", lon=NEAR[0], lat=NEAR[1]),
        answer(3, "retype", "w2:school_any", type="middle_school"),
    )
    moved, other = found.table.loc["w2:middle_school"], found.table.loc["w2:park"]
    assert moved["geometry"].geom_type == "Point"
    assert moved["entrances"].equals(shapely.MultiPoint([moved["geometry"]]))
    assert (moved["entrance_kind"], moved["area_m2"]) == ("point", 0.0)
    assert (other["geometry"].area, other["entrance_kind"]) == (10_000.0, "mapped")
    assert found.table.crs == CRS


def test_a_facility_that_is_gone_is_named_with_its_row_and_loses_nothing_else():
    found = apply(answer(7, "drop", "n9:bank"), answer(8, "drop", "n1:pharmacy"))
    assert found.counts["stale"] == 1
    assert len(found.table) == 2
    (note,) = [note for note in found.notes if note.warning]
    assert note.code == "corrections.stale"
    assert "n9:bank (row 7)" in note.en
    assert "第 7 行" in note.zh


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([answer(2, "retype", "w2:school_any", type="park")], "row 2: w2:school_any is a park already: answer drop"),
        ([answer(2, "add", type="parc", lon=114.3, lat=35.7)], "row 2: unknown facility type 'parc'"),
        (
            [answer(2, "drop", "n1:pharmacy"), answer(5, "confirm", "n1:pharmacy")],
            r"rows 2 and 5: two answers about n1:pharmacy \(drop, confirm\)",
        ),
        (
            [
                answer(2, "move", "n1:pharmacy", lon=NEAR[0], lat=NEAR[1]),
                answer(3, "retype", "n1:pharmacy", type="clinic"),
                answer(4, "retype", "n1:pharmacy", type="park"),
            ],
            r"rows 3 and 4: two answers about n1:pharmacy \(retype, retype\)",
        ),
        ([answer(2, "add", type="park", lon=35.7, lat=114.3 - 90)], r"1 new places lie outside .*row 2: 35.7, 24.3"),
    ],
)
def test_refused_with_its_row(answers, message):
    with pytest.raises(SchemaError, match=message):
        apply(*answers)
