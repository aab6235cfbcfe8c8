"""Scenarios as nouns: known by what they say, combined, compared."""

import numpy as np
import pytest

from lifecircle.errors import SchemaError
from lifecircle.model.scenario import (
    CHANGES,
    AddFacility,
    AddStreet,
    CloseStreet,
    OpenGate,
    RemoveFacility,
    Scenario,
    SetCapacity,
)

SHOP = AddFacility("grocery", -18.1, 65.68, capacity=40)
STREET = AddStreet(points=[[-18.1, 65.68], [-18.2, 65.69]], kind="footbridge")


def test_the_id_is_that_of_the_content_and_stays_the_same_between_versions():
    plain = Scenario([SHOP, STREET])
    assert plain.id == Scenario((SHOP, STREET), name="other", note="words").id
    assert plain.id == Scenario([AddFacility(capacity=40.0, lat=65.68, lon=-18.1, type="grocery"), STREET]).id
    assert Scenario().id == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"  # sha256 of "[]"
    assert plain.id == "be7c02b811cf2922f6f886d95e7d753d6b63457739530cb83cea9261dcf1b306"


def test_the_id_tells_other_content_apart():
    ids = {
        Scenario(changes).id
        for changes in ([SHOP], [STREET], [SHOP, STREET], [STREET, SHOP], [SHOP, SHOP], [SetCapacity("a", 1)], [])
    }
    assert len(ids) == 7


def test_numbers_of_other_libraries_are_the_same_numbers():
    given = AddFacility("grocery", np.float64(-18.1), np.float64(65.68), capacity=np.float64(40))
    assert Scenario([given, STREET]).id == Scenario([SHOP, STREET]).id
    assert Scenario([CloseStreet(way=7)]).id == Scenario([CloseStreet(way=np.int64(7))]).id


def test_combined_taken_apart_and_compared():
    one, other = Scenario([SHOP], "shop"), Scenario([STREET, SHOP], "street")
    both = one.combine(other)
    assert both.changes == (SHOP, STREET, SHOP)
    assert both.name == "shop + street"
    assert both.without_last().id == Scenario([SHOP, STREET]).id
    found = both.diff(other)
    assert (found.only_first, found.only_second, found.common) == ((SHOP,), (), (SHOP, STREET))
    assert one.diff(Scenario([RemoveFacility("x")])).only_second == (RemoveFacility("x"),)


def test_every_kind_has_its_own_name_and_what_is_no_change_is_refused():
    assert len(CHANGES) == 12
    assert [name for name, kind in CHANGES.items() if name != kind.KIND] == []
    with pytest.raises(SchemaError, match="change 2 is a str"):
        Scenario([SHOP, "remove it"])
    with pytest.raises(SchemaError, match="pairs of numbers"):
        AddStreet(points=[1.0, 2.0])
    assert OpenGate(id=5).id == 5
