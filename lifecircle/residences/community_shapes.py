"""Community polygons made fit for counting: every place in one community, or the file is refused with its ids."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.errors import SchemaError
from lifecircle.model.area import union_polygons
from lifecircle.model.provenance import Note
from lifecircle.residences.land import Shapes, disjoint, polygonal

# Two communities that share more than this of the smaller one are not drawn carelessly: one list is two levels.
MOST_OVERLAP = 0.1
# Narrower gaps and overlaps are left by drawing, not by planning.
SLIVER_M = 10.0
# Left-over scraps of a community, and whole communities too small to hold a house.
SCRAP_M2 = 100.0
TOUCH_M = 0.01
LISTED = 5


def tidy_communities(communities: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Repair what drawing leaves between communities, and refuse what cannot be repaired.

    Scraps (parts under 100 m2 beside a larger part) are dropped. Overlaps of at most a tenth of the smaller community
    go to it. Enclosed gaps of a mean width (twice the area over the perimeter) under 10 m go to the neighbour with
    the longest common border; wider ones are somebody's: they stay, and are reported.

    Parameters
    ----------
    communities : GeoDataFrame
        Columns ``id`` and ``name``; valid polygons in a metric CRS.

    Returns
    -------
    communities : GeoDataFrame
        The same rows with disjoint geometry (up to borders), sorted by id, index 0 ... n - 1.
    notes : tuple of Note
        What was repaired, with ids and square metres.

    Raises
    ------
    SchemaError
        With the ids: repeated or empty ids, communities under 100 m2, overlaps of more than a tenth.
    """
    frame = communities.sort_values("id", kind="stable", ignore_index=True)
    ids = _checked_ids(frame)
    shapes, scraps = _without_scraps(polygonal(frame.geometry.to_numpy()))
    small = shapely.area(shapes) < SCRAP_M2
    if small.any():
        raise SchemaError(
            f"communities: {_listed(ids[small])} under {SCRAP_M2:g} m2: that is no community; remove or redraw them"
        )
    overlaps = _overlaps(shapes, ids=ids)
    shapes = disjoint(shapes)
    shapes, filled, open_gaps = _gaps_filled(shapes)
    notes = [_scrap_note(ids, scraps), _overlap_note(ids, overlaps), _gap_note(ids, filled), _open_note(open_gaps)]
    tidy = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return tidy, tuple(note for note in notes if note is not None)


def _checked_ids(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    ids = frame["id"].astype(str).to_numpy(dtype=object)
    missing = frame["id"].isna().to_numpy() | (ids == "")
    if missing.any():
        names = ", ".join(str(name) for name in frame["name"][missing].head(LISTED))
        raise SchemaError(
            f"communities: {int(missing.sum())} rows have no id ({names}): give every community an id of its own"
        )
    unique, count = np.unique(ids.astype(str), return_counts=True)
    if (count > 1).any():
        raise SchemaError(
            f"communities: {_listed(unique[count > 1])} in several rows: dissolve their polygons into one row each"
        )
    return ids


def _without_scraps(shapes: Shapes) -> tuple[Shapes, npt.NDArray[np.float64]]:
    """Return `shapes` without scraps, and the area dropped from each."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    scrap = (area < SCRAP_M2) & (area < largest[owner])
    kept = np.array(shapes, dtype=object)
    for row in np.unique(owner[scrap]).tolist():
        kept[row] = shapely.multipolygons(parts[(owner == row) & ~scrap])
    return kept, np.bincount(owner[scrap], weights=area[scrap], minlength=len(shapes)).astype(float)


def _overlaps(shapes: Shapes, *, ids: npt.NDArray[np.object_]) -> list[tuple[int, int, float]]:
    """Return (row, row, m2) of every overlap, or refuse those that are too large."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    share = shared / np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    found = sorted((int(a), int(b), float(m2)) for a, b, m2 in zip(left, right, shared, strict=True) if m2 > 1.0)
    bad = sorted((int(a), int(b)) for a, b, part in zip(left, right, share, strict=True) if part > MOST_OVERLAP)
    if bad:
        pairs = "; ".join(f"{ids[a]} and {ids[b]}" for a, b in bad[:LISTED])
        raise SchemaError(
            f"communities: {len(bad)} pairs overlap by more than {MOST_OVERLAP:.0%} of the smaller one ({pairs}): "
            "keep one level of communities in the file, or redraw their borders"
        )
    return found


def _gaps_filled(shapes: Shapes) -> tuple[Shapes, list[tuple[int, float]], list[float]]:
    """Return the shapes with narrow enclosed gaps filled, (row, m2) of each filled one, m2 of the wide ones."""
    whole = shapely.get_parts(union_polygons(list(shapes)))
    rings = [ring for polygon in whole for ring in polygon.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    width = 2 * shapely.area(holes) / shapely.length(holes) if len(holes) else np.zeros(0)
    filled_shapes, filled = np.array(shapes, dtype=object), []
    tree = shapely.STRtree(shapes)
    for hole in sorted(holes[width < SLIVER_M], key=lambda one: one.bounds):
        near = np.sort(tree.query(hole, predicate="dwithin", distance=TOUCH_M))
        common = [shapely.intersection(hole.boundary, shapes[row].buffer(TOUCH_M)).length for row in near.tolist()]
        row = int(near[int(np.argmax(common))])
        filled_shapes[row] = union_polygons([filled_shapes[row], hole])
        filled.append((row, float(hole.area)))
    return filled_shapes, filled, sorted(float(hole.area) for hole in holes[width >= SLIVER_M])


def _listed(ids: Iterable[object]) -> str:
    names = [str(name) for name in ids]
    return f"ids {', '.join(names[:LISTED])}" + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


def _scrap_note(ids: npt.NDArray[np.object_], scraps: npt.NDArray[np.float64]) -> Note | None:
    rows = np.flatnonzero(scraps)
    if not len(rows):
        return None
    return Note(
        "communities.scraps",
        f"{len(rows)} communities have scraps under {SCRAP_M2:g} m2 beside their main part, {scraps.sum():.0f} m2 in "
        f"all: left out ({_listed(ids[rows])}).",
        f"{len(rows)} 个社区的面状数据含小于 {SCRAP_M2:g} 平方米的碎片（共 {scraps.sum():.0f} 平方米），已舍去"
        f"({_listed(ids[rows])})。",
    )


def _overlap_note(ids: npt.NDArray[np.object_], found: list[tuple[int, int, float]]) -> Note | None:
    if not found:
        return None
    pairs = _listed(f"{ids[a]}/{ids[b]}" for a, b, _ in found)
    total = sum(m2 for _, _, m2 in found)
    return Note(
        "communities.overlaps",
        f"{len(found)} pairs of communities overlap by {total:,.0f} m2 in all: the ground was given to the smaller one "
        f"({pairs}).",
        f"{len(found)} 对社区边界重叠，共 {total:,.0f} 平方米：重叠部分归入面积较小的社区（{pairs}）。",
        warning=True,
    )


def _gap_note(ids: npt.NDArray[np.object_], filled: list[tuple[int, float]]) -> Note | None:
    if not filled:
        return None
    rows = sorted({row for row, _ in filled})
    total = sum(m2 for _, m2 in filled)
    return Note(
        "communities.slivers",
        f"{len(filled)} gaps narrower than {SLIVER_M:g} m between communities, {total:,.0f} m2 in all, were given to "
        f"the neighbour with the longest common border ({_listed(ids[rows])}).",
        f"社区之间有 {len(filled)} 处宽度不足 {SLIVER_M:g} 米的缝隙（共 {total:,.0f} 平方米），"
        "已并入公共边最长的相邻社区"
        f"({_listed(ids[rows])})。",
    )


def _open_note(gaps: list[float]) -> Note | None:
    if not gaps:
        return None
    return Note(
        "communities.holes",
        f"{len(gaps)} areas enclosed by communities belong to none of them, {sum(gaps) / 1e4:,.1f} ha in all: "
        "residences there are in no community.",
        f"有 {len(gaps)} 处被社区包围但不属于任何社区的区域，共 {sum(gaps) / 1e4:,.1f} 公顷："
        "其中的居住点不归入任何社区。",
        warning=True,
    )
