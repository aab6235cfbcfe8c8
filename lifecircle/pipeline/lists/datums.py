"""What a stated, or missing, datum is compared with: the extract's boundaries and streets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.errors import DatumError
from lifecircle.sources.table_datum import DETECT, Surroundings, detected
from lifecircle.sources.vector_files import read_vector

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from lifecircle.model.osm import OsmData
    from lifecircle.model.provenance import Note

    Shapes = npt.NDArray[np.object_]


class KnownPlaces:
    """What an extract holds in WGS-84 for certain, made ready when it is first asked for."""

    def __init__(self, data: OsmData) -> None:
        self._data = data

    @cached_property
    def streets(self) -> Shapes:
        """Return the runs of streets as LineStrings, in degrees."""
        ways = self._data.ways
        if not len(ways.way_id):
            return np.empty(0, dtype=object)
        runs = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.offsets))
        return np.asarray(shapely.linestrings(np.column_stack([ways.lon, ways.lat]), indices=runs), dtype=object)

    @cached_property
    def boundaries(self) -> Shapes:
        """Return the administrative areas, in degrees."""
        objects = self._data.objects
        wanted = [tags.get("boundary") == "administrative" for tags in objects["tags"]]
        return objects.geometry.to_numpy()[np.array(wanted, dtype=bool)]

    def around(self, boundary: BaseGeometry) -> Surroundings:
        """Return what the readers of lists know of a study with `boundary`."""
        west, south, east, north = boundary.bounds
        return Surroundings((west, south, east, north), lambda: self.streets)


def known_datum(
    path: Path, *, layer: str | None, datum: str | None, places: Callable[[], KnownPlaces]
) -> tuple[str | None, tuple[Note, ...]]:
    """Return the datum of a polygon file: as stated, or detected where the study asks for it.

    Parameters
    ----------
    path : Path
    layer, datum : str, optional
        As the study states them.
    places : callable
        Asked only when something must be detected.

    Raises
    ------
    DatumError
        If neither the boundaries nor the streets of the extract tell it for certain.
    SourceError, SchemaError
        If the file cannot be read.
    """
    if datum != DETECT:
        return datum, ()
    shapes = read_vector(path, layer=layer, datum="wgs84").geometry.to_numpy()
    known = places()
    failure: DatumError | None = None
    for reference in (known.boundaries, known.streets):
        if not len(reference):
            continue
        try:
            found, notes = detected(shapes, Surroundings(None, lambda lines=reference: lines), file=path.name)  # type: ignore[misc]
        except DatumError as error:
            failure = error
        else:
            return found.name, notes
    raise failure or DatumError(f"{path.name}: datum: detect finds no streets to compare with; state the datum")
