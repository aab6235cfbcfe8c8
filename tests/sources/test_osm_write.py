"""Answers into one file: each object once, the newer right, what was read back equal."""

import osmium
import pytest

from lifecircle.errors import SourceError
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.osm_write import write_osm_file


def answer(stamp, *elements):
    return {"osm3s": {"timestamp_osm_base": f"2026-11-{stamp:02}T00:00:00Z"}, "elements": list(elements)}


def node(number, lon, **tags):
    return {"type": "node", "id": number, "lon": lon, "lat": 50.0} | ({"tags": tags} if tags else {})


def way(number, *nodes, **tags):
    return {"type": "way", "id": number, "nodes": list(nodes), "tags": tags}


def written(path):
    kinds = {"n": {}, "w": {}, "r": {}}
    for item in osmium.FileProcessor(str(path)):
        tags = {tag.k: tag.v for tag in item.tags}
        if item.type_str() == "n":
            kinds["n"][item.id] = (item.location.lon, tags)
        elif item.type_str() == "w":
            kinds["w"][item.id] = ([node.ref for node in item.nodes], tags)
        else:
            kinds["r"][item.id] = ([(m.type, m.ref, m.role) for m in item.members], tags)
    return kinds


def test_the_newer_answer_is_right_whatever_the_order(tmp_path):
    old = answer(1, node(1, 20.1, shop="yes"), node(2, 20.2), way(10, 1, 2, highway="path"))
    new = answer(2, node(1, 20.15), node(3, 20.3), way(10, 1, 3, highway="steps"))
    for number, answers in enumerate(([old, new], [new, old])):
        path = tmp_path / f"{number}.osm.pbf"
        write_osm_file(answers, path)
        found = written(path)
        assert found["n"] == {1: (20.15, {}), 2: (20.2, {}), 3: (20.3, {})}  # node 1 lost its tags
        assert found["w"] == {10: ([1, 3], {"highway": "steps"})}
    assert (tmp_path / "0.osm.pbf").read_bytes() == (tmp_path / "1.osm.pbf").read_bytes()


def test_the_oldest_date_is_the_date_of_the_whole(tmp_path):
    path = tmp_path / "a.osm.pbf"
    write_osm_file([answer(7, node(1, 20.0), node(2, 20.1), way(5, 1, 2, highway="path")), answer(3)], path)
    data = read_osm(path)
    assert data.timestamp == "2026-11-03T00:00:00Z"
    assert data.ways.way_id.tolist() == [5]


def test_everything_is_sorted_and_members_keep_order_and_role(tmp_path):
    members = [
        {"type": "way", "ref": 9, "role": "outer"},
        {"type": "node", "ref": 4, "role": "entrance"},
        {"type": "way", "ref": 8, "role": ""},
    ]
    relation = {"type": "relation", "id": 3, "members": members, "tags": {"type": "multipolygon"}}
    path = tmp_path / "a.osm.pbf"
    write_osm_file([answer(1, relation, way(9, 7, 4), way(8, 4, 7), node(7, 20.7), node(4, 20.4))], path)
    found = written(path)
    assert list(found["n"]) == [4, 7]
    assert list(found["w"]) == [8, 9]
    assert found["r"][3][0] == [("w", 9, "outer"), ("n", 4, "entrance"), ("w", 8, "")]


def test_coordinates_keep_their_seven_digits(tmp_path):
    path = tmp_path / "a.osm.pbf"
    write_osm_file([answer(1, node(1, 114.1234567))], path)
    assert written(path)["n"][1][0] == 114.1234567


def test_nothing_found_is_said(tmp_path):
    with pytest.raises(SourceError, match="has nothing in the area asked for"):
        write_osm_file([answer(1)], tmp_path / "a.osm.pbf")
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder_is_said(tmp_path):
    with pytest.raises(SourceError, match="cannot be written"):
        write_osm_file([answer(1, node(1, 20.0))], tmp_path / "none" / "a.osm.pbf")
