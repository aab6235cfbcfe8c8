"""Real extracts against a plain osmium pass that shares no code with the reader."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import osmium
import pytest
import shapely

from lifecircle.sources.osm_file import read_osm

CITIES = ["selfoss.osm.pbf", "akureyri.osm.pbf", "helsinki_centre.osm.pbf", "shenzhen_longgang_20191103.osm.pbf"]
THINGS = ("amenity", "shop", "office", "healthcare", "building", "landuse", "barrier")


class Recount(osmium.SimpleHandler):
    """Counts with the plainest means there are."""

    def __init__(self) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self.present: set[int] = set()
        self.highways: dict[int, list[int]] = {}
        self.things: dict[str, set[str]] = {key: set() for key in THINGS}

    def _things(self, item: osmium.osm.OSMObject, kind: str) -> None:
        for key in THINGS:
            if item.tags.get(key, "no") != "no":
                self.things[key].add(f"{kind}{item.id}")

    def node(self, node: osmium.osm.Node) -> None:
        self.present.add(node.id)
        self.count["nodes"] += len(node.tags) > 0
        self._things(node, "n")

    def way(self, way: osmium.osm.Way) -> None:
        self.count["ways"] += 1
        refs = [node.ref for node in way.nodes]
        if "highway" in way.tags:
            self.highways[way.id] = refs
        if sum(left in self.present and right in self.present for left, right in pairwise(refs)):
            self._things(way, "w")

    def relation(self, _relation: osmium.osm.Relation) -> None:
        self.count["relations"] += 1


@pytest.mark.parametrize("name", CITIES)
def test_counts_agree_with_a_plain_pass(real_data: Path, name: str) -> None:
    plain = Recount()
    plain.apply_file(str(real_data / name))
    data = read_osm(real_data / name)
    assert {kind: data.counts[kind] for kind in plain.count} == dict(plain.count)

    pairs: Counter[tuple[int, int]] = Counter()
    for refs in plain.highways.values():
        whole = [(a, b) for a, b in pairwise(refs) if a in plain.present and b in plain.present]
        pairs.update(whole)
    read: Counter[tuple[int, int]] = Counter()
    ways = data.ways
    for row, tags in enumerate(ways.tags):
        if "highway" in tags and ways.way_id[row] > 0:
            refs = ways.node_id[ways.offsets[row] : ways.offsets[row + 1]].tolist()
            read.update(pairwise(refs))
    assert read == pairs

    for key in THINGS:
        kept = {
            number
            for number, tags in zip(data.objects.index, data.objects["tags"], strict=True)
            if number[0] != "r" and tags.get(key, "no") != "no"
        }
        assert kept == plain.things[key], key


@pytest.mark.parametrize("name", [*CITIES, "bad_hersfeld.osm.gz"])
def test_surfaces_agree_with_osmium_s_own_assembler(real_data: Path, name: str) -> None:
    """What libosmium assembles of ours is the same set of points; ours beyond it are counted as partial."""
    data = read_osm(real_data / name)
    surfaces = data.objects.geometry[data.objects.geom_type.isin(["Polygon", "MultiPolygon"])]
    draw = osmium.geom.WKBFactory().create_multipolygon
    theirs = {}
    for area in osmium.FileProcessor(str(real_data / name)).with_areas():
        if area.is_area():
            number = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
            if number in surfaces.index:
                theirs[number] = shapely.from_wkb(draw(area))
    assert len(surfaces) - len(theirs) <= data.counts["partial_relations"]
    assert len(theirs) > 100
    different = [number for number, shape in theirs.items() if not shapely.equals(shape, surfaces[number])]
    assert different == []
    assert data.objects.is_valid.all()


@pytest.mark.slow
def test_reykjavik_is_whole(real_data: Path) -> None:
    """29,578 walkable ways by the data's own description are among the streets; the header gives no box."""
    data = read_osm(real_data / "reykjavik.osm.pbf")
    assert len(set(data.ways.way_id.tolist())) >= 29_578
    assert data.counts["missing_nodes"] == 0
    assert data.bounds is None
    assert data.timestamp.startswith("2019-05")


def test_dates_and_boxes_of_headers(real_data: Path) -> None:
    cau = read_osm(real_data / "beijing_cau_20260322.osm.pbf")
    assert cau.bounds == pytest.approx((116.34403, 39.99767, 116.35974, 40.00888))
    assert read_osm(real_data / "bad_hersfeld.osm.gz").timestamp == "2021-10-27T14:42:29Z"
