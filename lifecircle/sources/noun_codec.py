"""Nouns as arrays and plain text, and back: never code, so that a file from elsewhere can do no harm.

A value becomes a tree of JSON (numbers, texts, and marked objects such as ``{"array": 3}``) and a list of plain arrays.
Known are None, bool, int, float, str, tuples, lists, sets of text, mappings, numpy arrays, tables and their columns,
geometries, CRS, and those dataclasses that the caller names. What occurs twice is written once.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

Array: TypeAlias = npt.NDArray[Any]
Tree: TypeAlias = Any  # what JSON can hold
Nouns: TypeAlias = Mapping[str, type]

TEXT = "str"  # pandas' dtype of text columns


class UnknownKindError(TypeError):
    """A value of a kind that cannot be stored."""


def nouns_by_name(nouns: Iterable[type]) -> Nouns:
    """Return dataclasses by the names that they are stored under."""
    return {noun.__name__: noun for noun in nouns}


class Encoder:
    """Turns values into trees; `arrays` holds what the trees refer to."""

    def __init__(self, nouns: Nouns) -> None:
        self._nouns = {noun: name for name, noun in nouns.items()}
        self.arrays: list[Array] = []
        self._known: dict[int, tuple[int, object]] = {}
        self._blocks: dict[tuple[int, ...], tuple[int, object]] = {}
        self._small: dict[type, Callable[[Any], Tree]] = {
            BaseGeometry: lambda shape: {"shape": shapely.to_wkb(shape, hex=True)},
            CRS: lambda crs: {"crs": crs.srs},
            tuple: self._sequence,
            list: self._sequence,
            frozenset: lambda members: {"frozenset": [self.encode(inner) for inner in sorted(members)]},
        }
        self._large: dict[type, Callable[[Any], dict[str, Tree]]] = {
            Mapping: self._mapping,
            np.ndarray: self._array,
            pd.Index: self._index,
            pd.Series: self._series,
            pd.DataFrame: self._frame,
        }

    def encode(self, value: object) -> Tree:
        """Return the tree of `value` (UnknownKindError when it has none)."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, np.generic):
            return self.encode(value.item())
        for kind, make in self._small.items():
            if isinstance(value, kind):
                return make(value)
        if id(value) in self._known:
            return {"again": self._known[id(value)][0]}
        # Kept alive with its number: another object must not get the same id.
        number = len(self._known)
        self._known[id(value)] = (number, value)
        return {"number": number, **self._large_tree(value)}

    def _large_tree(self, value: Any) -> dict[str, Tree]:  # noqa: ANN401  # whatever may occur again
        if type(value) in self._nouns:
            fields = [field.name for field in dataclasses.fields(value) if field.init]
            tree = {name: self.encode(getattr(value, name)) for name in fields}
            return {"noun": self._nouns[type(value)], "fields": tree}
        for kind, make in self._large.items():
            if isinstance(value, kind):
                return make(value)
        raise UnknownKindError(f"{type(value).__module__}.{type(value).__qualname__} cannot be stored")

    def _sequence(self, values: Sequence[object]) -> Tree:
        if isinstance(values, list) and _all_tags(values):
            return {"rows": self._tags(values)}
        return {type(values).__name__: [self.encode(inner) for inner in values]}

    def _mapping(self, values: Mapping[Any, Any]) -> dict[str, Tree]:
        if _all_tags(values.values()):
            return {"tagged": self.encode(list(values)), "rows": self._tags(values.values())}
        return {"mapping": [[self.encode(key), self.encode(inner)] for key, inner in values.items()]}

    def _series(self, values: pd.Series) -> dict[str, Tree]:
        return {"series": self._column(values), "index": self.encode(values.index), "name": self.encode(values.name)}

    def _array(self, values: Array) -> dict[str, Tree]:
        if values.dtype.kind in "biuf":
            self.arrays.append(values)
            return {"array": len(self.arrays) - 1}
        if values.dtype.kind != "O" or values.ndim != 1:
            raise UnknownKindError(f"an array of {values.dtype} with {values.ndim} axes cannot be stored")
        if any(isinstance(value, BaseGeometry) for value in values):
            return self._shapes(values)
        if all(value is None or type(value) is str for value in values):
            return {"texts": values.tolist()}
        if _all_tags(values):
            return {"tags": self._tags(values)}
        return {"objects": [self.encode(value) for value in values]}

    def _tags(self, values: Iterable[dict[str, str]]) -> Tree:
        """Return the tags of many objects; those of the very same objects are written once."""
        rows = list(values)
        block = tuple(map(id, rows))
        if block in self._blocks:
            return {"again": self._blocks[block][0]}
        number = len(self._known)
        self._known[id(rows)] = self._blocks[block] = (number, rows)
        # Every text once: a map says few things many times.
        said = [text for row in rows for pair in row.items() for text in pair]
        place = {text: number for number, text in enumerate(dict.fromkeys(said))}
        self.arrays += [np.array([place[text] for text in said], dtype=np.int32), np.array([*map(len, rows)], np.int32)]
        return {"number": number, "block": len(self.arrays) - 2, "texts": list(place)}

    def _shapes(self, values: Array) -> dict[str, Tree]:
        if not all(value is None or isinstance(value, BaseGeometry) for value in values):
            raise UnknownKindError("an array of geometries and other things cannot be stored")
        wkb = [b"" if shape is None else shape for shape in shapely.to_wkb(values)]
        self.arrays += [np.frombuffer(b"".join(wkb), dtype=np.uint8), np.cumsum([0, *map(len, wkb)])]
        return {"shapes": len(self.arrays) - 2}

    def _column(self, values: pd.Series) -> Tree:
        """Return the values of a column with their dtype."""
        if isinstance(values, gpd.GeoSeries):
            return {"geometry": self.encode(values.to_numpy()), "crs": self.encode(values.crs)}
        if values.dtype == TEXT:
            return {"text": [None if pd.isna(value) else value for value in values.tolist()]}
        if not isinstance(values.dtype, np.dtype):
            raise UnknownKindError(f"a column of {values.dtype} cannot be stored")
        return self.encode(values.to_numpy())

    def _index(self, values: pd.Index) -> dict[str, Tree]:
        if isinstance(values, pd.RangeIndex):
            return {"range": [values.start, values.stop, values.step], "name": self.encode(values.name)}
        if isinstance(values, pd.MultiIndex):
            raise UnknownKindError("an index of several levels cannot be stored")
        return {"labels": self._column(values.to_series()), "name": self.encode(values.name)}

    def _frame(self, frame: pd.DataFrame) -> dict[str, Tree]:
        # Column by position: names may repeat nowhere, but may be of any kind.
        columns = [[self.encode(name), self._column(frame[name])] for name in frame.columns]
        tree: dict[str, Tree] = {"frame": columns, "index": self.encode(frame.index)}
        if isinstance(frame, gpd.GeoDataFrame):
            tree["active"] = frame.active_geometry_name
        return tree


class Decoder:
    """Turns trees back into values.

    Raises ValueError, KeyError, TypeError or IndexError for a tree that no `Encoder` has made.
    """

    def __init__(self, nouns: Nouns, arrays: Sequence[Array]) -> None:
        self._nouns, self._arrays = nouns, arrays
        self._known: dict[int, Any] = {}
        self._crs: dict[str, CRS] = {}
        self._makers: dict[str, Callable[[Any], Any]] = {
            "again": lambda tree: self._known[tree["again"]],
            "shape": lambda tree: shapely.from_wkb(tree["shape"]),
            "crs": lambda tree: self._crs_of(tree["crs"]),
            "tuple": lambda tree: tuple(self.decode(inner) for inner in tree["tuple"]),
            "list": lambda tree: [self.decode(inner) for inner in tree["list"]],
            "frozenset": lambda tree: frozenset(self.decode(inner) for inner in tree["frozenset"]),
            "noun": self._noun,
            "mapping": lambda tree: {self.decode(key): self.decode(inner) for key, inner in tree["mapping"]},
            "array": lambda tree: self._arrays[tree["array"]],
            "shapes": self._shapes,
            "texts": lambda tree: _objects(tree["texts"]),
            "block": self._block,
            "tags": lambda tree: _objects(self.decode(tree["tags"])),
            "rows": lambda tree: list(self.decode(tree["rows"])),
            "tagged": lambda tree: dict(zip(self.decode(tree["tagged"]), self.decode(tree["rows"]), strict=True)),
            "objects": lambda tree: _objects([self.decode(inner) for inner in tree["objects"]]),
            "range": lambda tree: pd.RangeIndex(*tree["range"]).rename(self.decode(tree["name"])),
            "labels": lambda tree: pd.Index(self._column(tree["labels"]), name=self.decode(tree["name"])),
            "series": self._series,
            "frame": self._frame,
        }

    def decode(self, tree: Tree) -> Any:  # noqa: ANN401  # whatever was encoded
        """Return the value of a tree."""
        if not isinstance(tree, dict):
            return tree
        kind = next(key for key in tree if key != "number")
        value = self._makers[kind](tree)
        if "number" in tree:
            self._known[tree["number"]] = value
        return value

    def _crs_of(self, text: str) -> CRS:
        # One object for all: comparing two takes longer than most tables.
        if text not in self._crs:
            self._crs[text] = CRS.from_user_input(text)
        return self._crs[text]

    def _noun(self, tree: Tree) -> object:
        fields = {name: self.decode(inner) for name, inner in tree["fields"].items()}
        return self._nouns[tree["noun"]](**fields)

    def _block(self, tree: Tree) -> list[dict[str, str]]:
        texts, (said, counts) = tree["texts"], self._arrays[tree["block"] :][:2]
        numbers, shared = iter(said.tolist()), dict[tuple[int, ...], dict[str, str]]()
        found = []
        for count in counts.tolist():
            same = tuple(itertools.islice(numbers, 2 * count))
            if same not in shared:
                words = map(texts.__getitem__, same)
                shared[same] = dict(zip(words, words, strict=True))
            found.append(shared[same])
        return found

    def _shapes(self, tree: Tree) -> Array:
        data, offsets = self._arrays[tree["shapes"]].tobytes(), self._arrays[tree["shapes"] + 1].tolist()
        wkb = [data[start:end] or None for start, end in itertools.pairwise(offsets)]
        return shapely.from_wkb(_objects(wkb))

    def _column(self, tree: Tree) -> Any:  # noqa: ANN401  # an array of some library
        if isinstance(tree, dict) and "geometry" in tree:
            return gpd.array.GeometryArray(self.decode(tree["geometry"]), crs=self.decode(tree["crs"]))
        if isinstance(tree, dict) and "text" in tree:
            return pd.array(tree["text"], dtype=TEXT)
        return self.decode(tree)

    def _series(self, tree: Tree) -> pd.Series:
        values, index, name = self._column(tree["series"]), self.decode(tree["index"]), self.decode(tree["name"])
        kind = gpd.GeoSeries if isinstance(values, gpd.array.GeometryArray) else pd.Series
        return kind(values, index=index, name=name)

    def _frame(self, tree: Tree) -> pd.DataFrame:
        columns = {self.decode(name): self._column(column) for name, column in tree["frame"]}
        frame = pd.DataFrame(columns, index=self.decode(tree["index"]), copy=False)
        if "active" not in tree:
            return frame
        return gpd.GeoDataFrame(frame, geometry=tree["active"])


def _all_tags(values: Iterable[object]) -> bool:
    """Say whether these are tags of OpenStreetMap objects: plain dicts of text, at least one."""
    found = False
    for value in values:
        if type(value) is not dict or not all(type(text) is str for pair in value.items() for text in pair):
            return False
        found = True
    return found


def _objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
