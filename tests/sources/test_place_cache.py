"""The cache of prepared places: what goes in comes out, and nothing else ever does."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from grid_city import grid_area, grid_network
from pyproj import CRS

from lifecircle.model.area import StudyArea
from lifecircle.model.network import WalkNetwork
from lifecircle.sources import place_cache
from lifecircle.sources.noun_codec import Decoder, Encoder, UnknownKindError, nouns_by_name
from lifecircle.sources.place_cache import PlaceCache, cache_folder, clear, entries

KEY = "0" * 64
NOUNS = nouns_by_name((WalkNetwork, StudyArea))


def through(value: object) -> object:
    encoder = Encoder(NOUNS)
    tree = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(NOUNS, encoder.arrays).decode(tree)


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(2**70), 0.1 + 0.2, float("inf"), "鹤壁 \x00 😀", (), (1, ("a", None)), [1, [2.5]],
     {"a": 1, 2: (3,)}, frozenset({"b", "a"}), {"array": 1, "again": 0, "noun": "WalkNetwork"}, [{"name": "路"}, {}]],
)  # fmt: skip
def test_plain_values_come_back_with_their_types(value: object) -> None:
    found = through(value)
    assert found == value
    assert type(found) is type(value)


def test_numpy_numbers_become_plain_and_nan_stays() -> None:
    assert through((np.int64(7), np.float64(0.1), np.bool_(True))) == (7, 0.1, True)
    assert np.isnan(through(float("nan")))
    assert through(MappingProxyType({"a": 1})) == {"a": 1}


def test_arrays_come_back_bit_for_bit() -> None:
    shapes = np.array([shapely.Point(0.1, 0.2), None, shapely.box(0, 0, 1, 1), shapely.Point(1, 2, 3)], dtype=object)
    tags = np.array([{"name": "a"}, {}], dtype=object)
    arrays = {
        "ints": np.arange(6, dtype=np.int32).reshape(2, 3),
        "bytes": np.array([0, 255], dtype=np.uint8),
        "floats": np.array([0.1, np.nan, -0.0, np.inf]),
        "none": np.empty((0, 2)),
        "texts": np.array(["a", None, ""], dtype=object),
        "mixed": np.array([1, "a", (2,)], dtype=object),
        "tags": tags,
        "empty": np.empty(0, dtype=object),
    }
    found = through({**arrays, "shapes": shapes, "again": tags.copy()})
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].shape == array.shape, name
        same = (
            found[name].tobytes() == array.tobytes()
            if array.dtype != object
            else found[name].tolist() == array.tolist()
        )
        assert same, name
    assert shapely.to_wkb(found["shapes"]).tolist() == shapely.to_wkb(shapes).tolist()
    # The very same dicts are written once and come back as the very same.
    assert found["again"][0] is found["tags"][0]


def test_tables_come_back_with_their_types_and_order() -> None:
    crs = CRS.from_proj4("+proj=tmerc +lat_0=35.7 +lon_0=114.3 +k_0=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs")
    frame = gpd.GeoDataFrame(
        {
            "text": pd.array(["a", None], dtype="str"),
            "object": np.array(["b", None], dtype=object),
            "number": [1.5, np.nan],
            "flag": [True, False],
            "entrances": gpd.GeoSeries([shapely.MultiPoint([(0, 0)]), shapely.MultiPoint()], crs=crs),
            7: [1, 2],
        },
        geometry=gpd.GeoSeries([shapely.Point(1, 2), None], crs=crs),
        index=pd.Index(["x", "y"], name="facility_id"),
    )
    found = through(frame)
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(frame))
    assert type(found) is gpd.GeoDataFrame
    assert found.crs == frame.crs
    assert found.crs.srs == frame.crs.srs
    assert found["entrances"].dtype == frame["entrances"].dtype
    assert found.active_geometry_name == "geometry"
    for table in (pd.DataFrame(), pd.DataFrame({"a": []}), frame["number"], frame.geometry, pd.DataFrame(index=["q"])):
        again = through(table)
        assert type(again) is type(table)
        check = pd.testing.assert_series_equal if isinstance(table, pd.Series) else pd.testing.assert_frame_equal
        check(again, table)


def test_nouns_come_back_and_share_what_they_shared() -> None:
    network, area = grid_network(4, 3), grid_area(4, 3)
    found = through({"one": network, "two": (network, area)})
    assert found["one"] is found["two"][0]
    for field in fields(WalkNetwork):
        before, after = getattr(network, field.name), getattr(found["one"], field.name)
        assert np.array_equal(before, after) if isinstance(before, np.ndarray) else before == after
    assert found["two"][1].boundary.equals_exact(area.boundary, 0.0)
    assert not found["one"].length_mm.flags.writeable


@dataclass(frozen=True)
class Stranger:
    """A noun that the cache was not told about."""

    value: int


def test_what_the_cache_does_not_know_is_neither_stored_nor_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path)
    for value in (Stranger(1), object(), pd.Timestamp("2026-11-22"), np.array([1 + 2j])):
        with pytest.raises(UnknownKindError, match="cannot be stored"):
            Encoder(NOUNS).encode(value)
        with caplog.at_level(logging.WARNING, logger="lifecircle"):
            assert not cache.store(KEY, {"value": value}, name="x")
        assert "not cached" in caplog.text
    assert not list(tmp_path.iterdir())
    with pytest.raises(KeyError):
        Decoder(NOUNS, []).decode({"noun": "Stranger", "fields": {"value": 1}})
    with pytest.raises(KeyError):
        Decoder(NOUNS, []).decode({"__reduce__": ["os.system", "true"]})


def test_an_entry_holds_nothing_pickled(tmp_path: Path) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path)
    assert cache.store(KEY, {"network": grid_network(4, 3), "texts": np.array(["a"], dtype=object)}, name="x")
    (path,) = tmp_path.iterdir()
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        for name in file.namelist():
            if name.endswith(".npy"):
                np.lib.format.read_array(io.BytesIO(file.read(name)), allow_pickle=False)
            else:
                json.loads(file.read(name))


def test_stored_loaded_listed_cleared(tmp_path: Path) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path / "deep" / "folder")
    assert cache.load(KEY) is None
    assert cache.store(KEY, {"a": (1, 2)}, name="鹤壁 / Hebi")
    assert cache.load(KEY) == {"a": (1, 2)}
    (entry,) = entries(tmp_path / "deep" / "folder")
    assert (entry.key, entry.name, entry.bytes > 0, entry.age_s < 60) == (KEY, "鹤壁 / Hebi", True, True)
    assert cache.store(KEY, {"a": 3}, name="later")
    assert cache.load(KEY) == {"a": 3}
    count, size = clear(tmp_path / "deep" / "folder")
    assert (count, size > 0) == (1, True)
    assert cache.load(KEY) is None
    assert clear(tmp_path / "nowhere") == (0, 0)


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "cut":
        data = data[: len(data) // 2]
    elif how == "empty":
        data = bytearray()
    elif how == "flipped":
        data[data.index(b"NUMPY") + 140] ^= 1  # inside an array: only its checksum knows
    elif how == "no zip":
        data = bytearray(b"not a place")
    elif how == "other zip":
        data[data.index(b"PK\x01\x02") + 6] = 216  # needs version 21.6 of the format
    elif how == "other key":
        data = data.replace(KEY.encode(), b"1" * 64)
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "no zip", "other zip", "other key"])
def test_damage_is_noticed_dropped_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path)
    cache.store(KEY, {"array": np.arange(1000)}, name="x")
    (path,) = tmp_path.iterdir()
    damage(path, how)
    assert [entry.path for entry in entries(tmp_path)] == [path]
    with caplog.at_level(logging.WARNING, logger="lifecircle"):
        assert cache.load(KEY) is None
    assert "damaged" in caplog.text
    assert not path.exists()
    assert cache.store(KEY, {"a": 1}, name="x")
    assert cache.load(KEY) == {"a": 1}


def test_a_run_that_dies_while_writing_leaves_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place_cache.np.lib.format, "write_array", dies)
        with pytest.raises(KeyboardInterrupt):
            cache.store(KEY, {"a": np.arange(5)}, name="x")
    assert cache.load(KEY) is None
    assert not list(tmp_path.iterdir())
    # One killed without a chance to tidy leaves its draft; a later run takes it away, but not a fresh one.
    old, fresh = tmp_path / "old.part", tmp_path / "fresh.part"
    for draft in (old, fresh):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.store(KEY, {"a": 1}, name="x")
    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_full_or_forbidden_disk_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="lifecircle"):
        assert not PlaceCache(NOUNS, folder=tmp_path / "file").store(KEY, {"a": 1}, name="x")
    assert "not cached" in caplog.text
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert not PlaceCache(NOUNS, folder=tmp_path / "cache").store(KEY, {"a": 1}, name="x")
    assert not list((tmp_path / "cache").iterdir())


def test_many_runs_at_once_never_see_half_a_place(tmp_path: Path) -> None:
    cache = PlaceCache(NOUNS, folder=tmp_path)
    wrong: list[object] = []

    def write(number: int) -> None:
        for _ in range(15):
            cache.store(KEY, {"a": np.full(20_000, number), "n": number}, name="x")

    def read() -> None:
        for _ in range(60):
            found = cache.load(KEY)
            if found is not None and not (found["a"] == found["n"]).all():
                wrong.append(found)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert cache.load(KEY) is not None
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def test_the_oldest_places_give_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_cache, "KEPT", 3)
    cache = PlaceCache(NOUNS, folder=tmp_path)
    for number in range(5):
        cache.store(f"{number:064}", {"a": number}, name=str(number))
        os.utime(tmp_path / f"{number:064}{place_cache.SUFFIX}", (1e9 + number, 1e9 + number))
    cache.store(f"{5:064}", {"a": 5}, name="5")
    assert [entry.name for entry in entries(tmp_path)] == ["5", "4", "3"]


def test_the_folder_is_the_variables_or_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIFECIRCLE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("LIFECIRCLE_CACHE")
    assert cache_folder().parts[-2:] == ("lifecircle", "places")
