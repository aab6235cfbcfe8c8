"""Tiny OSM files, written by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from lifecircle.model.osm import OsmData
from lifecircle.sources.osm_file import read_osm

# Nodes 1 ... 99 stand on a lattice: node 10 * row + column at 0.001 degrees a step from (20 E, 50 N).
EDGE = 0.001


def place(node: int) -> tuple[float, float]:
    return round(20 + EDGE * (node % 10), 7), round(50 + EDGE * (node // 10), 7)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def osm_xml(
    ways: dict[int, tuple[list[int], dict[str, str]]],
    *,
    relations: dict[int, tuple[list[tuple[int, str]], dict[str, str]]] | None = None,
    node_tags: dict[int, dict[str, str]] | None = None,
    absent: tuple[int, ...] = (),
    head: str = "",
) -> str:
    """XML of lattice nodes 1-99 less `absent`, ways ``{id: (refs, tags)}``, relations ``{id: (members, tags)}``."""
    node_tags = node_tags or {}
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="hand">', head]
    for node in range(1, 100):
        if node not in absent:
            lon, lat = place(node)
            lines.append(
                f'<node id="{node}" lon="{lon}" lat="{lat}" version="1">{_tags(node_tags.get(node, {}))}</node>'
            )
    for number, (refs, tags) in ways.items():
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{inner}{_tags(tags)}</way>')
    for number, (members, tags) in (relations or {}).items():
        inner = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        lines.append(f'<relation id="{number}" version="1">{inner}{_tags(tags)}</relation>')
    return "\n".join([*lines, "</osm>"])


@pytest.fixture
def read_tiny(tmp_path: Path) -> Callable[..., OsmData]:
    """Write a tiny file and read it back with ``read_osm``."""

    def read(*args: Any, **kwargs: Any) -> OsmData:
        path = tmp_path / "tiny.osm"
        path.write_text(osm_xml(*args, **kwargs), encoding="utf-8")
        return read_osm(path)

    return read
