"""Overpass answers into one OpenStreetMap file."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lifecircle.errors import SourceError

Ids = npt.NDArray[np.int64]
Degrees = npt.NDArray[np.float64]
Tags = dict[str, str]
Ways = dict[int, tuple[Ids, Tags]]
Relations = dict[int, tuple[list[tuple[str, int, str]], Tags]]


def write_osm_file(answers: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write the objects of several answers into one PBF file, each once, sorted by kind and id.

    Parameters
    ----------
    answers : iterable of Mapping
        Whole Overpass answers. Where two hold the same object, the one whose data is newer is right, and of two
        equally old ones the later in order.
    path : Path
        Replaced only when the new file is whole.

    Raises
    ------
    SourceError
        If nothing was found, or the file cannot be written.
    """
    dated = sorted(((_stamp(answer), number, _Columns.of(answer)) for number, answer in enumerate(answers)), key=_age)
    if not dated:
        raise SourceError(f"{path.name}: no answers to make it of")
    nodes = _Nodes.of([columns for *_, columns in dated])
    ways = {key: way for *_, columns in dated for key, way in columns.ways.items()}
    relations = {key: relation for *_, columns in dated for key, relation in columns.relations.items()}
    if not len(nodes.ids):
        raise SourceError(f"{path.name}: OpenStreetMap has nothing in the area asked for; check study.boundary")
    _write(path, stamp=dated[0][0], content=(nodes, ways, relations))


def _age(row: tuple[str, int, "_Columns"]) -> tuple[str, int]:
    return row[0], row[1]


def _stamp(answer: Mapping[str, Any]) -> str:
    return str(answer["osm3s"]["timestamp_osm_base"])


@dataclass(frozen=True, slots=True)
class _Columns:
    """One answer, packed: most nodes have no tags, and there are many."""

    ids: Ids
    lon: Degrees
    lat: Degrees
    node_tags: dict[int, Tags]
    ways: Ways
    relations: Relations

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "_Columns":
        kinds: dict[str, list[Mapping[str, Any]]] = {"node": [], "way": [], "relation": []}
        for element in answer["elements"]:
            kinds[element["type"]].append(element)
        nodes = kinds["node"]
        return cls(
            np.array([node["id"] for node in nodes], dtype=np.int64),
            np.array([node["lon"] for node in nodes], dtype=np.float64),
            np.array([node["lat"] for node in nodes], dtype=np.float64),
            {node["id"]: node.get("tags", {}) for node in nodes if node.get("tags")},
            {way["id"]: (np.array(way["nodes"], dtype=np.int64), way.get("tags", {})) for way in kinds["way"]},
            {
                found["id"]: (
                    [(member["type"][0], member["ref"], member.get("role", "")) for member in found.get("members", [])],
                    found.get("tags", {}),
                )
                for found in kinds["relation"]
            },
        )


@dataclass(frozen=True, slots=True)
class _Nodes:
    ids: Ids
    lon: Degrees
    lat: Degrees
    tags: dict[int, Tags]

    @classmethod
    def of(cls, columns: list[_Columns]) -> "_Nodes":
        """Join the nodes of answers that are ordered from old to new."""
        ids, lon, lat = (
            np.concatenate([getattr(part, name) for part in columns])[::-1] for name in ("ids", "lon", "lat")
        )
        unique, first = np.unique(ids, return_index=True)  # reversed, so that the first is the newest
        tags: dict[int, Tags] = {}
        for part in columns:
            for number in set(tags).intersection(part.ids.tolist()):
                del tags[number]  # a node that lost its tags since
            tags |= part.node_tags
        return cls(unique, lon[first], lat[first], tags)

    def __iter__(self) -> Iterator[tuple[int, float, float, Tags]]:
        for number, lon, lat in zip(self.ids.tolist(), self.lon.tolist(), self.lat.tolist(), strict=True):
            yield number, lon, lat, self.tags.get(number, {})


def _write(path: Path, *, stamp: str, content: tuple[_Nodes, Ways, Relations]) -> None:
    import osmium

    nodes, ways, relations = content
    header = osmium.io.Header()
    header.set("generator", "lifecircle")
    header.set("osmosis_replication_timestamp", stamp)
    beside = path.with_name(f".{path.name}.tmp")
    kinds = osmium.osm.mutable
    try:
        with osmium.SimpleWriter(osmium.io.File(str(beside), "pbf"), header=header, overwrite=True) as writer:
            for number, lon, lat, tags in nodes:
                writer.add_node(kinds.Node(id=number, location=(lon, lat), tags=tags))
            for number, (refs, tags) in sorted(ways.items()):
                writer.add_way(kinds.Way(id=number, nodes=refs.tolist(), tags=tags))
            for number, (members, tags) in sorted(relations.items()):
                writer.add_relation(kinds.Relation(id=number, members=members, tags=tags))
        beside.replace(path)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise SourceError(f"{path}: cannot be written ({error}); check the folder and the space left") from error
