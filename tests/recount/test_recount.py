"""What an audit uses agrees with a separate pass that imports nothing of lifecircle."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from recount.recount import Matcher, recount, walkable

from lifecircle.config.catalogue import load_catalogue
from lifecircle.facilities.classify import classify
from lifecircle.model.area import local_crs
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.network.build import build_network
from lifecircle.sources.osm_file import read_osm

CATALOGUE = Path(__file__).resolve().parents[2] / "lifecircle" / "data" / "types.yml"
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
STUDIES = {
    "akureyri.osm.pbf": "demo",
    "reykjavik.osm.pbf": "reykjavik",
    "bad_hersfeld.osm.gz": "bad_hersfeld",
    "beijing_haidian_20170624.osm.pbf": "beijing_haidian",
    "beijing_cau_20260322.osm.pbf": "beijing_cau",
    "shenzhen_longgang_20191103.osm.pbf": "shenzhen_longgang",
}
PATCHES = ("beijing_cau", "beijing_haidian", "shenzhen_longgang")  # the reach of the study holds the whole extract
EXTRACTS = (
    "akureyri.osm.pbf",
    "selfoss.osm.pbf",
    "reykjavik.osm.pbf",
    "liechtenstein_2021.osm.pbf",
    "liechtenstein_2024.osm.pbf",
    "bad_hersfeld.osm.gz",
    "helsinki_centre.osm.pbf",
    "beijing_haidian_20170624.osm.pbf",
    "beijing_cau_20260322.osm.pbf",
    "shenzhen_longgang_20191103.osm.pbf",
)


@pytest.mark.parametrize("extract", EXTRACTS)
def test_counts_and_kilometres_agree(real_data: Path, extract: str) -> None:
    """Objects per type are equal, one by one; kilometres agree within 0.5 % (in fact within a metre a kilometre)."""
    counted, kilometres = recount(real_data / extract, CATALOGUE)
    data = read_osm(real_data / extract)
    found = classify(data.objects, load_catalogue())
    strict = found[~found["lenient"] | found["institutional"]]
    used = {kind: set(rows) for kind, rows in strict.groupby("type")["object_id"]}
    assert used == counted
    network = build_network(data.ways, crs=local_crs(shapely.box(*data.objects.total_bounds))).network
    # Lines across squares and the millimetres of gates are drawn by the network, not by the map.
    drawn = (network.flags & (EdgeFlag.SQUARE | EdgeFlag.GATE)) != 0
    walked = np.sum(network.length_mm[(network.permission != Permission.CLOSED) & ~drawn]) / 1e6
    assert walked == pytest.approx(kilometres, rel=0.001)
    confirm_golden(STUDIES.get(extract), counted, kilometres)


def confirm_golden(study: str | None, counted: dict[str, set[str]], kilometres: float) -> None:
    """What stands in the golden summary of the extract's study is what the separate pass counted."""
    if study is None:
        return
    golden = json.loads((GOLDEN / f"{study}.json").read_text(encoding="utf-8"))
    assert golden["mapped_objects"] == {kind: len(found) for kind, found in counted.items()}
    if study in PATCHES:
        assert golden["network_km"]["public"] + golden["network_km"]["private"] == pytest.approx(kilometres, rel=0.005)


def test_the_recount_imports_nothing_of_the_package() -> None:
    source = Path(sys.modules[Matcher.__module__].__file__ or "").read_text(encoding="utf-8")
    assert not [line for line in source.splitlines() if "import" in line.split() and "lifecircle" in line.split()]


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "footway", "foot": "no"}, False),
        ({"highway": "service", "access": "private"}, True),
        ({"highway": "service", "access": "no", "foot": "yes"}, True),
        ({"highway": "primary", "access": "no"}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk", "motorroad": "yes", "sidewalk": "both"}, True),
        ({"man_made": "pier"}, True),
        ({"railway": "platform", "foot": "use_sidepath"}, False),
        ({"railway": "rail"}, False),
        ({"highway": "construction"}, False),
    ],
)
def test_the_recounts_own_rules(tags: dict[str, str], *, answer: bool) -> None:
    """The oracle is wrong about nothing that it is asked about here."""
    assert walkable(tags) is answer
