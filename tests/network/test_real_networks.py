"""Real cities: lengths on the ellipsoid, and the graph in other people's tools."""

import time

import numpy as np
import osmnx
import pytest
from pyproj import Geod, Transformer
from shapely.geometry import box

from lifecircle.model.area import WGS84, local_crs
from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.network.build import build_network
from lifecircle.network.components import component_report
from lifecircle.sources.osm_file import read_osm

BOXES = {
    "akureyri.osm.pbf": (-18.20, 65.64, -18.04, 65.71),
    "reykjavik.osm.pbf": (-22.06, 64.02, -21.60, 64.20),
    "liechtenstein_2024.osm.pbf": (9.47, 47.05, 9.64, 47.27),
    "bad_hersfeld.osm.gz": (9.66, 50.84, 9.76, 50.89),
}


def load(folder, name):
    return read_osm(folder / name).ways, local_crs(box(*BOXES[name]))


@pytest.fixture(scope="module")
def akureyri(real_data):
    ways, crs = load(real_data, "akureyri.osm.pbf")
    return build_network(ways, crs=crs)


@pytest.mark.parametrize("name", ["akureyri.osm.pbf", "reykjavik.osm.pbf", "liechtenstein_2024.osm.pbf"])
def test_lengths_agree_with_the_ellipsoid(real_data, name):
    ways, crs = load(real_data, name)
    started = time.process_time()
    network = build_network(ways, crs=crs).network
    assert time.process_time() - started < 5.0
    lonlat = Transformer.from_crs(crs, WGS84, always_xy=True)
    lon, lat = lonlat.transform(network.geometry_x, network.geometry_y)
    _, _, steps = Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    steps = np.asarray(steps)
    steps[network.geometry_offsets[1:-1] - 1] = 0.0
    truth = np.add.reduceat(steps, network.geometry_offsets[:-1])
    # Half a millimetre of rounding, one for the shortest edges.
    assert np.all(np.abs(network.length_mm / 1000.0 - truth) <= 0.001 * truth + 0.001)


def test_bad_hersfeld_far_beyond_its_box(real_data):
    ways, crs = load(real_data, "bad_hersfeld.osm.gz")
    built = build_network(ways, crs=crs)
    assert built.counts["squares"] > 10
    assert built.counts["gates_closed"] > 0
    assert built.network.has_flag(EdgeFlag.STEPS).any()


def test_akureyri_is_one_town(akureyri):
    report = component_report(akureyri.network)
    assert report["length_m"].iloc[0] > 0.98 * report["length_m"].sum()
    assert report["island"].sum() == akureyri.counts["islands"]
    assert (report["length_m"] < 2000).equals(report["island"])
    assert np.any(akureyri.network.crossing == Crossing.SIGNALS)


def test_akureyri_length_from_the_file_itself(real_data, akureyri):
    """Sum of geodesic lengths of all ways that are not foot=no or access=no, counted way by way."""
    ways, _ = load(real_data, "akureyri.osm.pbf")
    geod, total = Geod(ellps="WGS84"), 0.0
    for run, tags in enumerate(ways.tags):
        part = slice(ways.offsets[run], ways.offsets[run + 1])
        shut = tags.get("foot") == "no" or (tags.get("access") == "no" and "foot" not in tags)
        total += 0.0 if shut else geod.line_length(ways.lon[part], ways.lat[part])
    network = akureyri.network
    walkable = (network.permission != Permission.CLOSED) & ~network.has_flag(EdgeFlag.SQUARE)
    assert network.length_mm[walkable].sum() / 1000.0 == pytest.approx(total, rel=0.001)


def test_osmnx_reads_the_graph(akureyri):
    graph = akureyri.network.to_networkx()
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (akureyri.network.nodes, akureyri.network.edges)
    assert nodes.crs == akureyri.network.crs
    stats = osmnx.basic_stats(graph)
    assert stats["edge_length_total"] * 1000 == pytest.approx(int(akureyri.network.length_mm.sum()))
    assert edges.geometry.length.sum() == pytest.approx(stats["edge_length_total"], rel=1e-5)
