"""What an OpenStreetMap file tells of some objects' age: their dates, versions and the highest ids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lifecircle.model.comparison import ObjectRecord
from lifecircle.sources.osm_header import osm_format, stream


@dataclass(frozen=True, slots=True)
class FileHistory:
    """Records of the objects asked for that are in the file, by object id, and the highest id of each kind."""

    records: dict[str, ObjectRecord]
    highest: dict[str, int]


def read_history(path: Path, wanted: Collection[str]) -> FileHistory:
    """Read the objects `wanted` of a file, and the highest ids.

    OpenStreetMap gives ids in the order in which objects are made, so that an object whose id is not above the
    highest one in a file was made before that file. Versions and times are 0 and "" where the file leaves them out.

    Parameters
    ----------
    path : Path
    wanted : collection of str
        Object ids: ``"n12"``, ``"w34"``, ``"r56"``; others are passed over.

    Raises
    ------
    SourceError
        If the file is missing, damaged or no OSM data.
    """
    import osmium

    kind = osm_format(path)
    numbers = {letter: {int(one[1:]) for one in wanted if one[:1] == letter and one[1:].isdigit()} for letter in "nwr"}
    records, highest = {}, {"n": 0, "w": 0, "r": 0}
    entities = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    for item in stream(path, kind, entities=entities):
        letter, number = item.type_str(), item.id
        highest[letter] = max(highest[letter], number)
        if number in numbers[letter]:
            stamp = item.timestamp
            records[f"{letter}{number}"] = ObjectRecord(
                {tag.k: tag.v for tag in item.tags},
                item.version,
                stamp.strftime("%Y-%m-%dT%H:%M:%SZ") if stamp.timestamp() > 0 else "",
            )
    return FileHistory(records, highest)
