"""The sample town's extract with some objects added, changed or left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import osmium

AKUREYRI = Path(__file__).resolve().parents[2] / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"


@dataclass(frozen=True)
class Spot:
    """A node to add."""

    id: int
    lon: float
    lat: float
    tags: Mapping[str, str] = field(default_factory=dict)


def edited(path: Path, *, spots: tuple[Spot, ...] = (), without: Callable[[str, int], bool] | None = None) -> Path:
    """Write the extract to `path` with `spots` added and the objects `without` names left out (never nodes)."""
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    kinds = {"n": writer.add_node, "w": writer.add_way, "r": writer.add_relation}
    waiting = sorted(spots, key=lambda spot: spot.id)
    for item in osmium.FileProcessor(str(AKUREYRI)):
        kind = item.type_str()
        if kind != "n":
            _flush(writer, waiting)
        if without is None or not without(kind, item.id):
            kinds[kind](item)
    writer.close()
    return path


def _flush(writer: osmium.SimpleWriter, waiting: list[Spot]) -> None:
    for spot in waiting:
        node = osmium.osm.mutable.Node(id=spot.id, location=(spot.lon, spot.lat), tags=dict(spot.tags), version=1)
        writer.add_node(node)
    waiting.clear()
