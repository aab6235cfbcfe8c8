"""Comparisons worked by hand: four residences of weights 1, 2, 4, 8 on one street, 100 m apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lifecircle.coverage.compare import compare_records
from lifecircle.coverage.map_changes import date_bounds, gone_because, new_because
from lifecircle.coverage.same_things import in_one_only, match_residences
from lifecircle.errors import SchemaError
from lifecircle.model.audit import CIRCLE_COLUMNS, SHARE_COLUMNS, Headline
from lifecircle.model.comparison import AuditRecord, MapHistory, ObjectRecord, Trials

METRE = 1 / 111_195.0  # degrees of latitude
WEIGHTS = (1.0, 2.0, 4.0, 8.0)


def homes(*statuses: str, first: int = 0, served: str = "n1:shop") -> pd.DataFrame:
    """Return residences r0, r1 ... along a meridian, 100 m apart, of these statuses in the circle ``c``."""
    index = pd.Index([f"r{first + number}" for number in range(len(statuses))], name="residence_id")
    columns = {
        "name": "",
        "kind": "building",
        "weight": list(WEIGHTS[: len(statuses)]),
        "lon": 10.0,
        "lat": [50.0 + 100 * (first + number) * METRE for number in range(len(statuses))],
        "c_min": 5.0,
        "c_status": list(statuses),
        "c_reason": "",
        "c_facility_id": served,
    }
    return pd.DataFrame(columns, index=index)


def places(**rows: tuple[str, str, float]) -> pd.DataFrame:
    """Return facilities: object id = (type, name, metres north)."""
    index = pd.Index([f"{thing}:{row[0]}" for thing, row in rows.items()], name="facility_id", dtype=object)
    columns = {
        "object_id": list(rows),
        "type": [row[0] for row in rows.values()],
        "name": [row[1] for row in rows.values()],
        "source": "osm",
        "merged": "",
        "lon": 10.0,
        "lat": [50.0 + row[2] * METRE for row in rows.values()],
    }
    return pd.DataFrame(columns, index=index)


def circles(share: float, upper: float, *, minutes: float = 15.0, assessable: bool = True) -> pd.DataFrame:
    row = dict.fromkeys(CIRCLE_COLUMNS) | dict.fromkeys(SHARE_COLUMNS, share)
    row |= {name: upper for name in SHARE_COLUMNS if name.endswith("_upper")}
    row |= {"name_zh": "圈", "name_en": "Circle", "rule": "claim", "speed_kmh": 4.8, "facilities": 1}
    row |= {"assessable": assessable, "headline": True}
    row["threshold"] = [{"types": ["shop"], "min": minutes, "optional": False, "source": "a book"}]
    return pd.DataFrame([row], index=pd.Index(["c"], name="id", dtype=object))


def record(residences: pd.DataFrame, facilities: pd.DataFrame, **changes: object) -> AuditRecord:
    weight = residences["weight"].to_numpy()
    status = residences["c_status"].to_numpy()
    shares = [float(weight[rows].sum() / weight.sum()) for rows in (status == "covered", status != "not_covered")]
    values = {
        "standard": "hebi-nine",
        "rule": "claim",
        "profile": "adult",
        "weight": "population",
        "origin_kind": "building",
        "speed_kmh": 4.8,
        "headline": Headline(*shares, None, ("c",), 1, speed_kmh=4.8, rule="claim"),
        "circles": circles(*shares),
        "map_sha256": "a",
        "map_date": "2021-05-05T00:00:00Z",
        **changes,
    }
    return AuditRecord("镇", "Town", "", residences=residences, facilities=facilities, **values)  # type: ignore[arg-type]


SHOP = places(n1=("shop", "Corner", 0))
BEFORE = record(homes("not_covered", "covered", "not_covered", "covered"), SHOP)


def after(*statuses: str, served: str = "n1:shop", facilities: pd.DataFrame = SHOP, **changes: object) -> AuditRecord:
    changes = {"map_sha256": "b", "map_date": "2024-03-04T00:00:00Z", **changes}
    return record(homes(*statuses, served=served), facilities, **changes)


def test_gains_and_losses_are_shares_of_the_residences_in_both() -> None:
    """Weights 1, 2, 4, 8 of 15: the third gains (4/15), the second loses (2/15); 10/15 covered becomes 12/15."""
    row = compare_records(BEFORE, after("not_covered", "not_covered", "covered", "covered")).circles.loc["c"]
    assert row["gained_share"] == pytest.approx(4 / 15)
    assert row["lost_share"] == pytest.approx(2 / 15)
    assert (row["gained_homes"], row["lost_homes"]) == (1, 1)
    assert row["difference"] == pytest.approx(12 / 15 - 10 / 15)
    assert row["same_share_b"] - row["same_share_a"] == pytest.approx(row["gained_share"] - row["lost_share"])


def test_unknown_is_neither_gained_nor_lost() -> None:
    """The fourth (8/15) becomes unknown: the bounds of the second are 2/15 and 10/15."""
    row = compare_records(BEFORE, after("not_covered", "covered", "not_covered", "unknown")).circles.loc["c"]
    assert (row["gained_homes"], row["lost_homes"], row["to_unknown_homes"]) == (0, 0, 1)
    assert row["to_unknown_share"] == pytest.approx(8 / 15)
    assert row["difference"] == pytest.approx(2 / 15 - 10 / 15)
    assert row["difference_high"] == pytest.approx(10 / 15 - 10 / 15)


def test_without_trials_a_change_is_put_down_to_the_facility_that_serves() -> None:
    more = places(n1=("shop", "Corner", 0), n7=("shop", "New", 300))
    known = MapHistory(later={"n7": ObjectRecord({"start_date": "2023-01"})})
    gain = ("covered", "covered", "not_covered", "covered")
    new = compare_records(BEFORE, after(*gain, served="n7:shop", facilities=more), history=known)
    assert list(new.changes["cause"]) == ["new"]
    nobody_knows = compare_records(BEFORE, after(*gain, served="n7:shop", facilities=more))
    assert list(nobody_knows.changes["cause"]) == ["unknown"]
    old = compare_records(BEFORE, after(*gain, served="n1:shop", facilities=more))
    assert list(old.changes["cause"]) == ["network"]


@pytest.mark.parametrize(
    ("later_streets", "earlier_streets", "cause"),
    [
        ("covered", "not_covered", "network"),
        ("not_covered", "covered", "unknown"),
        ("not_covered", "not_covered", "both"),
        ("covered", "covered", "both"),
    ],
)
def test_trials_tell_streets_from_facilities(later_streets: str, earlier_streets: str, cause: str) -> None:
    more = places(n1=("shop", "Corner", 0), n7=("shop", "New", 300))
    later = after("covered", "covered", "not_covered", "covered", served="n7:shop", facilities=more)
    ids = later.residences.index
    trials = Trials(
        pd.DataFrame({"c_status": [later_streets] * 4}, index=ids),
        pd.DataFrame({"c_status": [earlier_streets] * 4}, index=ids),
    )
    found = compare_records(BEFORE, later, trials=trials)
    assert list(found.changes["cause"]) == [cause]
    assert found.circles.loc["c", f"gained_{cause}"] == pytest.approx(1 / 15)


def test_a_circle_asked_otherwise_says_nothing_of_the_map() -> None:
    later = after("covered", "covered", "not_covered", "covered", circles=circles(0.7, 0.7, minutes=10.0))
    found = compare_records(BEFORE, later)
    assert not found.circles.loc["c", "same_question"]
    assert list(found.changes["cause"]) == ["question"]
    assert "compare.questions" in {note.code for note in found.notes}


def test_no_difference_between_shares_of_different_things() -> None:
    found = compare_records(BEFORE, after("covered", "covered", "covered", "covered", weight="floor_area"))
    assert math.isnan(found.circles.loc["c", "difference"])
    assert found.joint.difference is None
    assert found.circles.loc["c", "gained_homes"] == 2


def test_circles_not_assessed_in_both_are_left_out_and_leave_the_joint_share() -> None:
    later = after(*["covered"] * 4, circles=circles(1.0, 1.0, assessable=False))
    found = compare_records(BEFORE, later)
    assert dict(found.left_out) == {"c": "not_assessable_b"}
    assert found.circles.empty
    assert found.joint.share_a is None
    other = later.circles.rename(index={"c": "d"})
    only = compare_records(
        BEFORE,
        replace(
            later,
            circles=other,
            residences=later.residences.add_prefix("d_")[[]].join(
                later.residences.rename(columns={"c_status": "d_status"})
            ),
        ),
    )
    assert dict(only.left_out) == {"d": "only_in_b", "c": "only_in_a"}


def test_the_same_audit_twice_changes_nothing() -> None:
    found = compare_records(BEFORE, BEFORE)
    assert found.changes.empty
    assert found.facilities.empty
    assert found.unmatched.empty
    assert found.circles.loc["c", "difference"] == 0.0


def test_residences_are_matched_by_id_else_by_place_and_else_named() -> None:
    """r0 stays; r1 is renumbered 10 m away; r2 was 100 m away from x2; an id that moved 100 m is another residence."""
    a = homes("covered", "covered", "covered")
    b = a.rename(index={"r1": "x1", "r2": "x2"}).copy()
    b["lat"] += np.array([0, 10, 100]) * METRE
    rows = match_residences(a, b)
    assert list(zip(rows["row_a"], rows["row_b"], rows["match"], strict=True)) == [(0, 0, "id"), (1, 1, "place")]
    moved = a.assign(lat=a["lat"] + 40 * METRE)
    assert match_residences(a, moved).empty
    found = compare_records(record(a, SHOP), record(b, SHOP))
    assert [tuple(row) for row in found.unmatched[["only_in", "residence_id"]].to_numpy()] == [("a", "r2"), ("b", "x2")]


def test_one_facility_is_one_whether_merged_or_redrawn() -> None:
    a = places(n1=("shop", "Corner", 0), n2=("shop", "Mill", 200), n3=("shop", "Old", 400), n4=("bank", "", 600))
    b = places(w9=("shop", "", 0), w2=("shop", "Mill", 230), w3=("shop", "Other", 410), w4=("shop", "", 600))
    b.loc["w9:shop", "merged"] = "n8;n1"
    gone, new = in_one_only(a, b)
    assert list(gone) == ["n3:shop", "n4:bank"]
    assert list(new) == ["w3:shop", "w4:shop"]


KNOWN = MapHistory(
    {"n": 100, "w": 50, "r": 0},
    earlier={"w7": ObjectRecord({"building": "yes"})},
    later={
        "n1": ObjectRecord({"disused:shop": "bakery"}),
        "n2": ObjectRecord({"shop": "vacant"}),
        "n3": ObjectRecord({"amenity": "bank"}),
        "n4": ObjectRecord({"disused": "no"}),
    },
)


@pytest.mark.parametrize(
    ("thing", "tags", "cause", "evidence"),
    [
        ("n900", {}, "unknown", "none"),
        ("n900", {"start_date": "2022"}, "new", "dated_after"),
        ("n900", {"opening_date": "2021-06-01"}, "new", "dated_after"),
        ("n900", {"start_date": "2021"}, "unknown", "none"),  # before or after the map of 5 May 2021?
        ("n900", {"start_date": "1990s"}, "unknown", "dated_before"),
        ("n900", {"check_date": "2020-01-01"}, "unknown", "seen_before"),
        ("n900", {"start_date": "2022", "check_date": "2020-01-01"}, "unknown", "contradictory"),
        ("n100", {}, "unknown", "mapped_before"),
        ("w7", {}, "unknown", "retagged"),
        ("n90", {"start_date": "2023-05"}, "new", "dated_after"),  # an old building that has become something else
    ],
)
def test_what_is_new_to_the_map_is_new_only_when_its_date_says_so(
    thing: str, tags: dict[str, str], cause: str, evidence: str
) -> None:
    why = new_because((thing,), ObjectRecord(tags), known=KNOWN, date="2021-05-05")
    assert (why.cause, why.evidence) == (cause, evidence)


@pytest.mark.parametrize(
    ("thing", "cause"), [("n1", "closed"), ("n2", "closed"), ("n3", "unknown"), ("n4", "unknown"), ("n5", "unknown")]
)
def test_what_is_off_the_map_is_closed_only_when_the_map_says_so(thing: str, cause: str) -> None:
    assert gone_because((thing,), KNOWN).cause == cause


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("2022-05-07", ("2022-05-07", "2022-05-07")),
        ("~1950", ("1949-01-01", "1951-12-31")),
        ("1914..1918", ("1914-01-01", "1918-12-31")),
        ("C18", ("1701-01-01", "1800-12-31")),
        ("after 2020", ("2020-01-01", "9999-12-31")),
        ("unknown", None),
    ],
)
def test_dates_are_read_with_their_doubt(text: str, bounds: tuple[str, str] | None) -> None:
    assert date_bounds(text) == bounds


def test_a_table_without_what_is_compared_is_refused() -> None:
    with pytest.raises(SchemaError, match="c_status"):
        replace(BEFORE, residences=BEFORE.residences.drop(columns="c_status"))
