"""The door of an OSM file: its format, its header and a stream that fails in plain words."""

import bz2
import gzip
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lifecircle.errors import SourceError
from lifecircle.sources.files import check_file, read_head

SUFFIXES: Final = {".osm.pbf": "pbf", ".pbf": "pbf", ".osm.gz": "osm.gz", ".osm.bz2": "osm.bz2", ".osm": "osm"}
_OPENERS: Final[dict[str, type[gzip.GzipFile | bz2.BZ2File]]] = {"osm.gz": gzip.GzipFile, "osm.bz2": bz2.BZ2File}
_AGAIN: Final = "the file may be cut short or damaged; download it again"


def osm_format(path: Path) -> str:
    """Return osmium's name of the file's format, after checking that the content is of it.

    Raises
    ------
    SourceError
        Missing, a folder, empty, an unknown suffix, or a content that is not OSM data.
    """
    check_file(path)
    name = path.name.lower()
    found = next((kind for suffix, kind in SUFFIXES.items() if name.endswith(suffix)), None)
    if found is None:
        known = ", ".join(SUFFIXES)
        raise SourceError(f"{path.name}: the suffix {path.suffix!r} is not one of an OSM file ({known})")
    if found == "pbf":
        if b"OSMHeader" not in read_head(path, size=64):
            raise SourceError(f"{path.name}: not an OSM PBF file ({_looks_like(read_head(path))}); {_AGAIN}")
    elif not re.search(rb"<osm[\s>]", _xml_head(path, found)):
        raise SourceError(f"{path.name}: not OSM XML ({_looks_like(_xml_head(path, found))}); {_AGAIN}")
    return found


def read_header(path: Path, kind: str) -> tuple[tuple[float, float, float, float] | None, str]:
    """Return the header's box (west, south, east, north), or None, and its timestamp, or ""."""
    import osmium

    try:
        with _reader(path, kind, osmium.osm.NOTHING) as reader:
            header = reader.header()
            box, stamp = header.box(), header.get("osmosis_replication_timestamp", "")
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name}: cannot be read as OSM data ({error}); {_AGAIN}") from error
    bounds = None
    if box.valid():
        low, high = box.bottom_left, box.top_right
        bounds = (low.lon, low.lat, high.lon, high.lat)
    if not stamp and kind != "pbf":  # Overpass writes the date of its database into an element of its own
        found = re.search(rb'osm_base="([^"]*)"', _xml_head(path, kind))
        stamp = found.group(1).decode("ascii", "replace") if found else ""
    return bounds, stamp


def stream(path: Path, kind: str, *handlers: Any, entities: Any) -> Iterator[Any]:  # noqa: ANN401 - osmium's own types
    """Yield the file's objects of the given entities, passed through osmium handlers and filters.

    An object is valid only until the next one is asked for.

    Raises
    ------
    SourceError
        If the file is cut short or damaged.
    """
    import osmium

    try:
        with _reader(path, kind, entities) as reader:
            iterator = iter(osmium.OsmFileIterator(reader, *handlers))
            while (item := next(iterator, None)) is not None:
                yield item
    except (RuntimeError, OSError) as error:
        raise SourceError(f"{path.name}: reading stopped ({error}); {_AGAIN}") from error


def _reader(path: Path, kind: str, entities: Any) -> Any:  # noqa: ANN401 - osmium's own types
    import osmium

    return osmium.io.Reader(osmium.io.File(str(path), kind), entities)


def _xml_head(path: Path, kind: str) -> bytes:
    if kind not in _OPENERS:
        return read_head(path)
    head = b""
    with suppress(OSError, EOFError), _OPENERS[kind](path, "rb") as file:
        head = bytes(file.read(4096))
    return head


def _looks_like(head: bytes) -> str:
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    if text.startswith(b"\x89png"):
        return "it is a PNG picture"
    if text.startswith(b"\x1f\x8b"):
        return "it is gzip data"
    if text.startswith(b"<"):
        root = re.search(rb"<([a-z][\w:.-]*)", text)
        return f"its first element is <{root.group(1).decode('ascii', 'replace')}>" if root else "it is XML"
    return f"it starts with {head[:12]!r}"
