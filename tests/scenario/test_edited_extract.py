"""A scenario gives what an audit of the edited OpenStreetMap file gives: file, parser and preparation included.

The file is edited with pyosmium alone; nothing of the scenario's own code takes part on that side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import pytest
import yaml

import lifecircle as lc
from lifecircle.model.scenario import AddResidences, AddStreet, Change, CloseGate, CloseStreet, OpenGate, OpenStreet

EXTRACT = Path(lc.demo_study()).with_name("akureyri.osm.pbf")
HERE = (-18.1310, 65.6900)
CLINIC = 267060501  # a node: amenity=clinic
PATH = 425167767  # a footway of the north-west, with other ways round it
CLOSED = 412535043  # a way nobody may walk
GATE = 4244755236  # a node of PATH
BETWEEN = {  # two junctions that are 55 m apart, nothing in between, and 1.3 km on foot
    259736575: (-18.1306808, 65.6788187),
    389536154: (-18.1316244, 65.6791193),
}
HOUSE = (-18.1302, 65.6903)
Tags = Mapping[str, str]


@dataclass(frozen=True)
class Edit:
    """Tags that objects get instead of their own ("n1": {...}; added to them where `add`), and new nodes and ways."""

    tags: Mapping[str, Tags] = field(default_factory=dict)
    nodes: Mapping[int, tuple[float, float, Tags]] = field(default_factory=dict)
    ways: Mapping[int, tuple[list[int], Tags]] = field(default_factory=dict)


def write(edit: Edit, path: Path) -> None:
    writer = osmium.SimpleWriter(str(path))
    add = {"n": writer.add_node, "w": writer.add_way, "r": writer.add_relation}
    done = set()

    def flush(kind: str) -> None:
        if kind in done:
            return
        done.add(kind)
        if kind == "n":
            for number, (lon, lat, tags) in edit.nodes.items():
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=dict(tags), version=1))
        if kind == "w":
            for number, (refs, tags) in edit.ways.items():
                writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=dict(tags), version=1))

    for item in osmium.FileProcessor(str(EXTRACT)):
        kind = item.type_str()
        for earlier in "nwr"["nwr".index("n") : "nwr".index(kind)]:
            flush(earlier)
        new = edit.tags.get(f"{kind}{item.id}")
        add[kind](item if new is None else item.replace(tags=dict(new)))
    writer.close()


def tags_of(name: str) -> dict[str, str]:
    for item in osmium.FileProcessor(str(EXTRACT)):
        if f"{item.type_str()}{item.id}" == name:
            return {tag.k: tag.v for tag in item.tags}
    raise KeyError(name)


def place_of(edit: Edit | None, folder: Path) -> lc.Place:
    """Return the sample study of the edited file."""
    study = yaml.safe_load(Path(lc.demo_study()).read_text(encoding="utf-8"))
    study["osm"]["file"] = str(EXTRACT)
    if edit is not None:
        write(edit, folder / "edited.osm.pbf")
        study["osm"]["file"] = "edited.osm.pbf"
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return lc.load_place(path, cache=False)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> lc.Place:
    return place_of(None, tmp_path_factory.mktemp("town"))


def assert_same(changed: lc.Audit, edited: lc.Audit, *, apart: int = 0) -> None:
    """Every residence has the same verdicts and the same milliseconds; `apart` residences are looked at elsewhere."""
    ours, theirs = changed.coverage.residences, edited.coverage.residences
    both = ours.index.intersection(theirs.index)
    assert len(both) == len(theirs) - apart == len(ours) - apart
    for circle in changed.circles.index:
        for column in ("status", "reason", "min", "m"):
            name = f"{circle}_{column}"
            if name in ours:
                assert ours.loc[both, name].equals(theirs.loc[both, name]), name
    assert changed.coverage.headline == edited.coverage.headline


def with_tags(name: str, **more: str) -> dict[str, str]:
    return tags_of(name) | more


GATED = {"barrier": "gate", "locked": "yes", "foot": "no"}


@pytest.mark.parametrize(
    ("changes", "edit"),
    [
        pytest.param(
            [lc.AddFacility("clinic", *HERE)],
            lambda: Edit(nodes={10**11: (*HERE, {"amenity": "clinic"})}),
            id="a facility is added",
        ),
        pytest.param(
            [lc.RemoveFacility(f"n{CLINIC}:clinic")],
            lambda: Edit(tags={f"n{CLINIC}": {}}),
            id="a facility goes",
        ),
        pytest.param(
            [CloseStreet(way=PATH)],
            lambda: Edit(tags={f"w{PATH}": with_tags(f"w{PATH}", foot="no")}),
            id="a way is closed",
        ),
        pytest.param(
            [OpenStreet(way=CLOSED)],
            lambda: Edit(tags={f"w{CLOSED}": with_tags(f"w{CLOSED}", foot="yes")}),
            id="a way is opened",
        ),
        pytest.param(
            [AddStreet(points=tuple(BETWEEN.values()), kind="path")],
            lambda: Edit(ways={10**11: ([*BETWEEN], {"highway": "footway"})}),
            id="a path is laid",
        ),
        pytest.param(
            [AddStreet(points=tuple(BETWEEN.values()), kind="footbridge")],
            lambda: Edit(ways={10**11: ([*BETWEEN], {"highway": "footway", "bridge": "yes", "layer": "1"})}),
            id="a footbridge is built",
        ),
        pytest.param(
            [lc.MoveFacility(f"n{CLINIC}:clinic", *HERE)],
            lambda: Edit(tags={f"n{CLINIC}": {}}, nodes={10**11: (*HERE, tags_of(f"n{CLINIC}"))}),
            id="a facility moves",
        ),
    ],
)
def test_a_change_is_an_audit_of_the_edited_file(town: lc.Place, tmp_path: Path, changes: list[Change], edit) -> None:
    changed = lc.what_if(town, changes).audit
    edited = lc.audit(place_of(edit(), tmp_path))
    assert_same(changed, edited)


@pytest.mark.parametrize("change", [OpenGate(id=GATE), CloseGate(id=GATE)], ids=["opened", "closed"])
def test_a_gate_is_opened_and_closed(tmp_path: Path, change: OpenGate | CloseGate) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "open").mkdir()
    locked = place_of(Edit(tags={f"n{GATE}": GATED}), tmp_path / "locked")
    stands_open = place_of(Edit(tags={f"n{GATE}": {"barrier": "gate", "foot": "yes"}}), tmp_path / "open")
    opened = isinstance(change, OpenGate)
    before, after = (locked, stands_open) if opened else (stands_open, locked)
    result = lc.what_if(before, [change])
    assert_same(result.audit, lc.audit(after))
    minutes = [audit.coverage.residences["health_min"].to_numpy() for audit in (result.baseline, result.audit)]
    longer, shorter = (minutes[0], minutes[1]) if opened else (minutes[1], minutes[0])
    assert np.any(longer > shorter)  # somebody goes through it
    assert not np.any(longer < shorter)


def test_new_residences_are_judged_as_a_building_of_the_file_is(town: lc.Place, tmp_path: Path) -> None:
    lon, lat = HOUSE
    corners = [(lon + a * 1e-4, lat + b * 5e-5) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    nodes = {10**11 + k: (*corner, {}) for k, corner in enumerate(corners)}
    edit = Edit(nodes=nodes, ways={10**11: ([*nodes, next(iter(nodes))], {"building": "house"})})
    edited = lc.audit(place_of(edit, tmp_path))
    built = edited.residences.loc[f"w{10**11}"]
    door = edited.residences.loc[[f"w{10**11}"], "entrances"].set_crs(edited.place.area.crs).to_crs(4326).iloc[0]
    at = door.geoms[0]
    estate = AddResidences(lon=at.x, lat=at.y, floor_area_m2=float(built["floor_area_m2"]))
    changed = lc.what_if(town, [estate]).audit
    (new,) = set(changed.residences.index) - set(town.residences.index)
    for circle in changed.circles.index:
        assert changed.residences.loc[new, f"{circle}_status"] == built[f"{circle}_status"], circle
    ours, theirs = changed.coverage.residences, edited.coverage.residences
    both = ours.index.intersection(theirs.index)
    assert len(both) == len(ours) - 1 == len(theirs) - 1
    assert all(ours.loc[both, f"{c}_status"].equals(theirs.loc[both, f"{c}_status"]) for c in changed.circles.index)
    shares = [audit.circles["share_floor_area"].to_numpy(dtype=float) for audit in (changed, edited)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-9, nan_ok=True)
