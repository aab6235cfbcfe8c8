"""Which datum a list's coordinates are in: stated, said by its columns, or detected; never assumed in China."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.errors import DatumError
from lifecircle.model.provenance import Note
from lifecircle.sources.datum import Datum
from lifecircle.sources.datum_detector import Detection, detect_datum
from lifecircle.sources.displacement import in_gcj_box
from lifecircle.sources.table_places import Bounds, Places, locate_places
from lifecircle.sources.vector_datum import refuse_undeclared

if TYPE_CHECKING:
    Shapes = npt.NDArray[np.object_]

DETECT: Final = "detect"
_SHIFTED: Final = ("gcj02", "bd09")
# Fewer places than this say little about a datum that somebody states.
_ENOUGH: Final = 30
_NAMES_ZH: Final = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the place that a list belongs to.

    Attributes
    ----------
    bounds : (west, south, east, north), optional
        Of the study, WGS-84 degrees.
    reference : callable, optional
        Returns streets or boundaries in WGS-84, to detect or to doubt a datum by.
    """

    bounds: Bounds | None = None
    reference: Callable[[], Shapes] | None = None


def list_datum(
    places: Places, *, stated: str | None, said: tuple[str, ...], about: Surroundings, file: str
) -> tuple[Datum, tuple[Note, ...]]:
    """Return the datum of a list's coordinates, and how it is known.

    Parameters
    ----------
    places : Places
        As written.
    stated : str, optional
        By the study; ``"detect"`` compares with ``about.reference``.
    said : tuple of str
        Datums in the names of the coordinate columns.
    about : Surroundings
    file : str
        Named in errors.

    Raises
    ------
    DatumError
        If nothing says it inside China, if the study and the columns disagree, or if a detection is not sure.
    """
    if stated == DETECT:
        return _detected(places, about, file=file)
    if stated is not None:
        return _stated(stated, said, file=file), ()
    if len(said) > 1:
        raise DatumError(f"{file}: the columns' names say {', '.join(said)}; state which one as datum")
    if said:
        en = f"{file}: the names of its columns say that the coordinates are {said[0]}."
        return Datum(said[0]), (Note("tables.datum", en, f"{file}：列名表明坐标为 {_NAMES_ZH[said[0]]}。"),)
    given = ~np.isnan(places.x) & ~np.isnan(places.y)
    xy = np.column_stack([places.x[given], places.y[given]])
    refuse_undeclared(xy if in_gcj_box(xy[:, 0], xy[:, 1]).any() else xy[:, ::-1], file=file)
    return Datum("wgs84"), ()


def _stated(stated: str, said: tuple[str, ...], *, file: str) -> Datum:
    try:
        datum = Datum.parse(stated)
    except DatumError as error:
        raise DatumError(f"{file}: {error}") from error
    if said and datum.name not in said and ":" not in datum.name:
        raise DatumError(
            f"{file}: the study says {datum.name}, the names of the columns say {', '.join(said)}; correct one of them"
        )
    return datum


def _detected(places: Places, about: Surroundings, *, file: str) -> tuple[Datum, tuple[Note, ...]]:
    degrees = locate_places(places, Datum("wgs84"), around=about.bounds, file=file)
    return detected(_points(degrees), about, file=file)


def _points(places: Places) -> Shapes:
    """Return every place once: a hundred rows on one spot are one piece of evidence."""
    given = ~np.isnan(places.x)
    xy = np.unique(np.column_stack([places.x[given], places.y[given]]), axis=0)
    return np.asarray(shapely.points(xy), dtype=object)


def detected(geometries: Shapes, about: Surroundings, *, file: str) -> tuple[Datum, tuple[Note, ...]]:
    """Detect the datum of geometries whose degrees are as written.

    Raises
    ------
    DatumError
        If there is nothing to compare with, or the detection is not sure.
    """
    if about.reference is None:
        raise DatumError(f"{file}: datum: detect needs streets or boundaries to compare with; state the datum instead")
    found = detect_datum(geometries, reference=about.reference())
    if not found.sure:
        raise DatumError(f"{file}: the datum cannot be told from the streets: {found.text()}; state it")
    name = found.best.name
    return found.best, (
        Note(
            "tables.datum.detected",
            f"{file}: datum detected as {name}; mean distance to the nearest street or boundary: {found.text()}.",
            f"{file}：检测到坐标系为 {_NAMES_ZH[name]}；各坐标系下到最近街道或边界的平均距离：{_figures_zh(found)}。",
        ),
    )


def _figures_zh(found: Detection) -> str:
    ranked = sorted(found.residuals.items(), key=lambda item: (item[1], item[0]))
    shown = "、".join(f"{_NAMES_ZH.get(name, name)} {metres:.0f} 米" for name, metres in ranked)
    return f"{shown}（置信度 {found.confidence:.3f}，{found.samples} 个点）"


def doubts(places: Places, datum: Datum, *, about: Surroundings, file: str) -> tuple[Note, ...]:
    """Return a warning where the streets clearly contradict a datum that somebody stated.

    Parameters
    ----------
    places : Places
        In WGS-84, under `datum`.
    datum : Datum
    about : Surroundings
    file : str
    """
    points = _points(places)
    if about.reference is None or len(points) < _ENOUGH or not in_gcj_box(places.x, places.y).any():
        return ()
    written = points
    if datum.name in _SHIFTED:
        written = shapely.transform(points, lambda xy: np.column_stack(datum.from_wgs84(xy[:, 0], xy[:, 1])))
    try:
        found = detect_datum(written, reference=about.reference())
    except DatumError:
        return ()  # far from every street: other checks speak
    expected = datum.name if datum.name in _SHIFTED else "wgs84"
    if not found.sure or found.best.name == expected:
        return ()
    better = found.best.name
    return (
        Note(
            "tables.datum.doubted",
            f"{file}: stated as {datum.name}, but its places lie closer to the streets as {better}: {found.text()}; "
            "check the datum.",
            f"{file}：所填坐标系为 {_NAMES_ZH.get(datum.name, datum.name)}，但按 {_NAMES_ZH[better]} 更贴合街道："
            f"{_figures_zh(found)}；请核对坐标系。",
            warning=True,
        ),
    )
