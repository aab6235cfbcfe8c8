"""The same place gives the same audit, however its file is ordered and wherever its map is centred."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
from system.studies import SELFOSS, audit_of, write_study


class _Everything(osmium.SimpleHandler):
    """Every object of a file, as pyosmium's mutable copies."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[osmium.osm.mutable.Node] = []
        self.ways: list[osmium.osm.mutable.Way] = []
        self.relations: list[osmium.osm.mutable.Relation] = []

    def node(self, node: osmium.osm.Node) -> None:
        place = (node.location.lon, node.location.lat)
        self.nodes.append(osmium.osm.mutable.Node(id=node.id, tags=dict(node.tags), location=place, version=1))

    def way(self, way: osmium.osm.Way) -> None:
        refs = [node.ref for node in way.nodes]
        self.ways.append(osmium.osm.mutable.Way(id=way.id, tags=dict(way.tags), nodes=refs, version=1))

    def relation(self, relation: osmium.osm.Relation) -> None:
        members = [(member.type, member.ref, member.role) for member in relation.members]
        tags = dict(relation.tags)
        self.relations.append(osmium.osm.mutable.Relation(id=relation.id, tags=tags, members=members, version=1))


def backwards(source: Path, copy: Path) -> Path:
    """Write `source` with the objects of every kind in reverse order."""
    found = _Everything()
    found.apply_file(str(source))
    writer = osmium.SimpleWriter(str(copy))
    for node in reversed(found.nodes):
        writer.add_node(node)
    for way in reversed(found.ways):
        writer.add_way(way)
    for relation in reversed(found.relations):
        writer.add_relation(relation)
    writer.close()
    return copy


def test_the_order_of_the_file_changes_nothing(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "selfoss.osm.pbf"
    one = audit_of(write_study(tmp_path, source))
    other = audit_of(write_study(tmp_path, backwards(source, tmp_path / "backwards.osm.bz2")))
    assert other.residences.drop(columns=["geometry", "entrances"]).equals(
        one.residences.drop(columns=["geometry", "entrances"])
    )
    assert other.place.facilities.index.equals(one.place.facilities.index)
    assert other.gaps.drop(columns="geometry").equals(one.gaps.drop(columns="geometry"))
    assert other.coverage.headline == one.coverage.headline
    assert [note.en for note in other.coverage.notes] == [note.en for note in one.coverage.notes]


def test_another_centre_of_the_map_changes_no_verdict(real_data: Path, tmp_path: Path) -> None:
    """A boundary with open land to the south-east is projected about another point.

    Lengths change by less than 0.1 %, so only a residence within a second of a threshold could change its verdict, and
    a few whose representative point moves to another wing of the building.
    """
    west, south, east, north = SELFOSS
    source = real_data / "selfoss.osm.pbf"
    one = audit_of(write_study(tmp_path, source))
    other = audit_of(write_study(tmp_path, source, boundary=(west, south - 0.04, east + 0.2, north)))
    assert other.place.area.crs != one.place.area.crs
    both = one.residences.index
    assert both.isin(other.residences.index).all()
    moved = other.residences.loc[both]
    for circle in one.circles.index[one.circles["assessable"]]:
        before, after = one.residences[f"{circle}_min"], moved[f"{circle}_min"]
        limit = 10.0 if circle in ("park10", "basic20") else 15.0
        near = before <= limit
        if near.any():
            assert np.isclose(after[near], before[near], rtol=1e-3).mean() > 0.995, circle
        clear = np.abs(before - limit) > 0.02
        assert (moved[f"{circle}_status"] == one.residences[f"{circle}_status"])[clear].mean() > 0.998, circle
