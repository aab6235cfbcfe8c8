"""Real cities: a hidden half of the addresses is found again, names find their own object."""

import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lifecircle.model.osm import OsmData
from lifecircle.sources.gazetteer import build_gazetteer
from lifecircle.sources.gazetteer_search import GazetteerSearch
from lifecircle.sources.geocode import GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import GeocodeRules, Verdict
from lifecircle.sources.geocode_ledger import Ledger
from lifecircle.sources.osm_file import read_osm


@dataclass
class HiddenHalf:
    """Every address of a city, half of them hidden from the gazetteer.

    Hidden are addresses (street and number), not objects: an address mapped twice is hidden twice.
    """

    data: OsmData
    texts: list[str]
    places: list[gpd.GeoSeries]


def hidden_half(path: Path) -> HiddenHalf:
    data = read_osm(path)
    things = pd.concat([data.objects, data.addresses])
    of: dict[tuple[str, str], list[int]] = {}
    for row, tags in enumerate(things["tags"]):
        if tags.get("addr:street") and tags.get("addr:housenumber"):
            of.setdefault((tags["addr:street"], tags["addr:housenumber"]), []).append(row)
    keys = sorted(of)
    random.Random(7).shuffle(keys)  # noqa: S311 - a reproducible choice
    hidden = keys[: len(keys) // 2]
    ids = {things.index[row] for key in hidden for row in of[key]}
    texts = [_text(key, things["tags"].iloc[of[key][0]]) for key in hidden]
    places = [things.geometry.iloc[of[key]] for key in hidden]
    half = replace(data, objects=_without(data.objects, ids), addresses=_without(data.addresses, ids))
    return HiddenHalf(half, texts, places)


def _text(key: tuple[str, str], tags: dict[str, str]) -> str:
    town = " ".join(tags[word] for word in ("addr:postcode", "addr:city") if word in tags)
    return f"{key[0]} {key[1]}" + (f", {town}" if town else "")


def _without(frame: gpd.GeoDataFrame, ids: set[str]) -> gpd.GeoDataFrame:
    tags = [
        {key: value for key, value in words.items() if not key.startswith("addr:")} if thing in ids else words
        for thing, words in zip(frame.index, frame["tags"], strict=True)
    ]
    return frame.assign(tags=tags)


def errors_m(verdicts: list[Verdict], half: HiddenHalf) -> np.ndarray:
    """Distance of every accepted place to the middle of the nearest object of that address."""
    accepted = [(verdict.place, places) for verdict, places in zip(verdicts, half.places, strict=True) if verdict.place]
    found = gpd.GeoSeries([shapely.Point(place.lon, place.lat) for place, _ in accepted], crs=4326)
    crs = found.estimate_utm_crs()
    metric = found.to_crs(crs)
    counts = np.array([len(places) for _, places in accepted])
    true = gpd.GeoSeries(np.concatenate([places.to_numpy() for _, places in accepted]), crs=4326).to_crs(crs).centroid
    apart = shapely.distance(np.repeat(metric.to_numpy(), counts), true.to_numpy())
    return np.minimum.reduceat(apart, np.concatenate([[0], np.cumsum(counts)[:-1]]))


def placed(half: HiddenHalf) -> tuple[list[Verdict], float, float]:
    start = time.process_time()
    search = GazetteerSearch(build_gazetteer(half.data))
    built_s = time.process_time() - start
    start = time.process_time()
    verdicts = Geocoder(Sources(search, Ledger(None)), rules=GeocodeRules()).locate(
        [GeocodeQuery("", text) for text in half.texts]
    )
    return verdicts, built_s, time.process_time() - start


CITIES = [
    ("reykjavik.osm.pbf", 0.72, 20.0),
    ("liechtenstein_2024.osm.pbf", 0.70, 25.0),
    ("bad_hersfeld.osm.gz", 0.72, 20.0),
    ("selfoss.osm.pbf", 0.80, 20.0),
    ("akureyri.osm.pbf", 0.62, 35.0),
]


@pytest.mark.parametrize(("file", "share", "median_m"), CITIES, ids=[case[0].partition(".")[0] for case in CITIES])
def test_a_hidden_half_of_the_addresses_is_found_again(
    real_data: Path, file: str, share: float, median_m: float
) -> None:
    half = hidden_half(real_data / file)
    verdicts, built_s, located_s = placed(half)
    error = errors_m(verdicts, half)
    assert len(error) / len(verdicts) >= share
    assert np.median(error) <= median_m
    assert (error > 200).mean() <= 0.01
    assert built_s < 10.0
    assert located_s / len(verdicts) * 1000 < 5.0
    assert len(verdicts) == len(half.texts)


CHINESE = ["beijing_haidian_20170624.osm.pbf", "beijing_cau_20260322.osm.pbf", "shenzhen_longgang_20191103.osm.pbf"]


@pytest.mark.parametrize("file", CHINESE, ids=[name.partition(".")[0] for name in CHINESE])
def test_chinese_names_lead_back_to_their_own_object(real_data: Path, file: str) -> None:
    """Every named object is among the candidates of its name; what is accepted is it, or its twin within 100 m."""
    data = read_osm(real_data / file)
    named = data.objects[["name" in tags for tags in data.objects["tags"]]]
    names = [tags["name"] for tags in named["tags"]]
    search = GazetteerSearch(build_gazetteer(data))
    verdicts = Geocoder(Sources(search, Ledger(None)), rules=GeocodeRules()).locate(
        [GeocodeQuery(name, "") for name in names]
    )
    metric = named.geometry.to_crs(search.gazetteer.crs)
    accepted = 0
    for thing, name, shape, verdict in zip(named.index, names, metric, verdicts, strict=True):
        everywhere = {candidate.object_id for candidate in search.by_name(name)}
        assert thing in everywhere, name
        if verdict.place is None:
            assert verdict.reason in ("ambiguous", "area_only"), (name, verdict.reason)
            continue
        accepted += 1
        at = shapely.Point(search.gazetteer.metric(verdict.place.lon, verdict.place.lat))
        assert verdict.place.object_id == thing or at.distance(shape) <= 110, name
    assert accepted / len(named) > 0.75


def test_addresses_of_a_chinese_patch(real_data: Path) -> None:
    search = GazetteerSearch(build_gazetteer(read_osm(real_data / CHINESE[0])))
    found = Geocoder(Sources(search, Ledger(None)), rules=GeocodeRules())
    texts = ["北京市海淀区成府路61号", "海淀区成府路与中关村东路交叉口", "北京市海淀区双清路30号清华大学医院"]
    verdicts = found.locate([GeocodeQuery("", text) for text in texts])
    assert [verdict.status for verdict in verdicts[:2]] == ["accepted", "accepted"]
    assert [verdict.place.level for verdict in verdicts[:2]] == ["number", "crossing"]
    other_town = found.locate([GeocodeQuery("", "鹤壁市淇滨区成府路61号")])[0]
    assert other_town.status == "review"
