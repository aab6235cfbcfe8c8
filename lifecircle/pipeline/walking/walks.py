"""Walk to school: the routes from all residences of an estate to the nearest facility of a type."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.config.problems import nearest
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import cutoff
from lifecircle.errors import ConfigError
from lifecircle.model.travel import Snapped, TravelMode
from lifecircle.model.walks import WALK_COLUMNS, Walks, WalksView
from lifecircle.pipeline.base_map import base_map
from lifecircle.pipeline.provenance import provenance_of
from lifecircle.pipeline.walking.walk_crossings import crossing_places
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.route import trace_routes

if TYPE_CHECKING:
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.route import Route
    from lifecircle.pipeline.place import Place

    Ints = npt.NDArray[np.int64]

log = logging.getLogger("lifecircle")

EVERYWHERE = "all"
_FROM_ROUTE = (
    *("length_m", "crossings", "crossings_signals", "crossings_marked", "crossings_unmarked"),
    *("footway_share", "private_share", "steps_m", "streets"),
)


def walks(place: Place, start: str, *, type: str) -> Walks:  # noqa: A002  # the word of the tables
    """Return the walk from every residence of `start` to its nearest facility of a type.

    Parameters
    ----------
    place : Place
    start : str
        The name of an estate or the id of a residential polygon; a community's id, code or name; residence ids, joined
        by commas; or ``"all"``.
    type : str
        Facility type, for example ``primary_school``.

    Returns
    -------
    Walks
        Each walk is the one behind the residence's time in the tables (see `lifecircle.pipeline.walking.route.route`).

    Raises
    ------
    ConfigError
        If nothing has that name, or the type is unknown.

    References
    ----------
    docs/methods/walk-to-school.md
    """
    question = place.question
    if type not in question.catalogue.types:
        raise ConfigError(f"unknown facility type {type!r}{nearest(type, list(question.catalogue.types))}")
    rows = residences_of(place, start)
    key = TimesKey(TravelMode("ms", question.profile), lenient=False)
    impedance, facilities = place.joined.impedance(key.mode), place.joined.admitted(lenient=False)
    starts = _starts(place, rows)
    log.info("walking from %d residences", len(rows))
    times = nearest_times(
        place.network,
        impedance,
        residences=starts,
        facilities=facilities,
        types=(type,),
        cutoff=cutoff(question.standard, key, cutoff_min=question.cutoff_min),
    )
    reached = np.flatnonzero(np.isfinite(times.value[:, 0]))
    routes = trace_routes(
        times,
        [(row, 0) for row in reached.tolist()],
        network=place.network,
        impedance=impedance,
        residences=starts,
        facilities=facilities,
    )
    joined = np.zeros(len(rows), dtype=bool)
    joined[starts.snapped.owner[starts.snapped.edge >= 0]] = True
    lines = _lines(place, rows, routes=dict(zip(reached.tolist(), routes, strict=True)), joined=joined)
    kind = question.catalogue.types[type]
    return Walks(
        start,
        type,
        {"zh": kind.name_zh, "en": kind.name_en},
        question.profile,
        lines,
        _streets(place.network, routes),
        crossing_places(place.network, routes, people=lines["people"].to_numpy(dtype=float)[reached]),
        _served(place, lines),
        place.residences.iloc[rows],
    )


def walks_view(place: Place, found: Walks) -> WalksView:
    """Return everything that the files of `found` are made of."""
    return WalksView(
        found,
        place.area,
        place.network,
        base_map(place.objects, reach=place.area.reach, extent=place.area.extent),
        provenance_of(place),
        place.question.language,
    )


def residences_of(place: Place, start: str) -> Ints:
    """Return the rows of the residences that `start` names; see `walks`.

    Raises
    ------
    ConfigError
        If it names none.
    """
    table = place.residences
    if start == EVERYWHERE:
        return np.arange(len(table), dtype=np.int64)
    parts = [part.strip() for part in start.split(",") if part.strip()]
    if not parts:
        raise ConfigError("walks: name an estate, a community, a polygon or residences to start from, or all")
    if all(part in table.index for part in parts):
        return np.sort(table.index.get_indexer(pd.Index(dict.fromkeys(parts))).astype(np.int64))
    for column in ("estate", "object_id", "name"):
        rows = np.flatnonzero(table[column].to_numpy(dtype=object) == start)
        if len(rows):
            return rows
    for shape in (_community(place, start), _polygon(place, start)):
        if shape is not None:
            return _inside(place, shape, start)
    known = [start_ for column in ("estate", "name") for start_ in sorted(set(table[column])) if start_]
    if place.communities is not None:
        known += [str(name) for name in place.communities["name"]]
    close = difflib.get_close_matches(start, [*known, *table.index], n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"there are for example {', '.join(known[:8])}"
    raise ConfigError(f"no estate, community, residential polygon or residence is called {start!r}: {hint}")


def _community(place: Place, start: str) -> shapely.Geometry | None:
    if place.communities is None:
        return None
    for column in ("id", "code", "name"):
        if column in place.communities.columns:
            own = place.communities[column].astype(str) == start
            if own.any():
                return shapely.union_all(place.communities.geometry.to_numpy()[own.to_numpy()])
    return None


def _polygon(place: Place, start: str) -> shapely.Geometry | None:
    """Return a mapped polygon by its id or, for residential land, by its name."""
    objects = place.objects
    if start in objects.index:
        shape: shapely.Geometry = objects.geometry.loc[start]
        return shape if shapely.area(shape) > 0 else None
    own = [tags.get("name") == start and tags.get("landuse") == "residential" for tags in objects["tags"]]
    shapes = objects.geometry.to_numpy()[np.array(own, dtype=bool)]
    return shapely.union_all(shapes) if shapely.area(shapes).sum() > 0 else None


def _inside(place: Place, shape: shapely.Geometry, start: str) -> Ints:
    points = shapely.point_on_surface(place.residences.geometry.to_numpy())
    rows = np.flatnonzero(shapely.intersects(shape, points))
    if not len(rows):
        raise ConfigError(f"{start!r} holds no residence of the study")
    return rows


def _starts(place: Place, rows: Ints) -> Endpoints:
    """Return the residences `rows` with all their entrances."""
    origins = place.joined.origins
    number = np.full(len(origins.ids), -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    mine = np.flatnonzero(number[origins.snapped.owner] >= 0)
    parts = {name: getattr(origins.snapped, name)[mine] for name in Snapped.__slots__ if name != "owner"}
    owner = number[origins.snapped.owner[mine]]
    return Endpoints(place.residences.index[rows], Snapped(owner=owner, **parts), None)


def _lines(place: Place, rows: Ints, *, routes: dict[int, Route], joined: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
    table = place.residences.iloc[rows]
    names = place.facilities["name"]
    nothing = dict.fromkeys(_FROM_ROUTE) | {"facility_id": None, "facility_name": None, "minutes": None}
    records = []
    for number, (residence, own) in enumerate(table.iterrows()):
        about = {name: own[name] for name in ("name", "estate", "community_id")}
        route = routes.get(number)
        status = "walk" if route else "out_of_reach" if joined[number] else "no_street"
        walked = nothing
        if route is not None:
            facts = route.facts()
            walked = {name: facts[name] for name in _FROM_ROUTE}
            name = str(names.get(route.facility_id, ""))
            walked |= {"facility_id": route.facility_id, "facility_name": name, "minutes": route.minutes}
        records.append({"residence_id": residence, **about, "people": own["population"], "status": status, **walked})
    shapes = [routes[number].line if number in routes else None for number in range(len(rows))]
    frame = pd.DataFrame(records, columns=list(WALK_COLUMNS))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=place.area.crs))


def _streets(network: WalkNetwork, routes: Sequence[Route]) -> gpd.GeoDataFrame:
    """Return every edge that is walked, and by how many."""
    count = np.zeros(network.edges, dtype=np.int64)
    for route in routes:
        count[np.unique(route.edge)] += 1
    used = np.flatnonzero(count)
    return gpd.GeoDataFrame({"walks": count[used]}, geometry=network.lines(used), crs=network.crs)


def _served(place: Place, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities that walks lead to."""
    walked = lines[lines["status"] == "walk"].groupby("facility_id", sort=True)
    counts = pd.DataFrame({"walks": walked.size(), "people": walked["people"].sum(min_count=1)})
    table = place.facilities.loc[counts.index]
    points = table.geometry.representative_point()
    return gpd.GeoDataFrame(counts.assign(name=table["name"]), geometry=points, crs=place.area.crs)
