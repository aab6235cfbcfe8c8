"""What leads into the facilities of a place while its streets and gates change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.entrances import entrance_nodes, is_entrance, may_lead_in
from lifecircle.facilities.ways_in import SAMPLED_REACH_M, MappedWays, Meetings, Sites
from lifecircle.network.draft import laid_out

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.pipeline.scenarios.live_barriers import Told
    from lifecircle.pipeline.scenarios.live_edges import LiveEdges

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]


class _Kept:
    """Meetings as they were at the start, site by site."""

    def __init__(self, met: Meetings, *, sites: int) -> None:
        self._met = met.rows(np.argsort(met.site, kind="stable"))
        self._begin = np.searchsorted(self._met.site, np.arange(sites + 1))

    def of(self, rows: Ints) -> Meetings:
        """Return those of some sites (N,)."""
        return self._met.rows(laid_out(self._begin, rows)[1])


class LiveWaysIn:
    """What leads into some sites of a place: kept from the start but for the streets that are drawn otherwise since.

    Parameters
    ----------
    sites : Sites
    objects : GeoDataFrame
        Of the extract.
    gates : GeoDataFrame
        Those of them that are gates and can be opened or shut.
    edges : LiveEdges
    """

    def __init__(self, sites: Sites, *, objects: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, edges: LiveEdges) -> None:
        others = entrance_nodes(objects.drop(index=gates.index))
        nodes = shapely.STRtree(np.concatenate([others, gates.geometry.to_numpy()]))
        self._open = np.array([True] * len(others) + [is_entrance(tags) for tags in gates["tags"]], dtype=bool)
        self._gate = {str(name): row for row, name in enumerate(gates.index, start=len(others))}
        self._sites, self._edges, self._nodes = sites, edges, nodes
        areas, known = np.flatnonzero(sites.sizes > 0), MappedWays(sites, nodes=nodes, ways=edges.drawn)
        self._mapped, self._crossings, self._landings = (
            _Kept(find(areas), sites=len(sites.shapes)) for find in (known.mapped, known.crossings, known.landings)
        )

    def now(self, told: Told) -> WaysNow:
        """Return what leads into the sites as the streets are now; `told` as in `LiveBarriers`."""
        open_ = self._open.copy()
        for name, tags in told.items():
            open_[self._gate[name]] = is_entrance(tags)
        redrawn = self._edges.redrawn
        lines = self._edges.table["line"][redrawn[_lead_in(self._edges, redrawn)]]
        new = MappedWays(self._sites, nodes=self._nodes, ways=shapely.STRtree(lines))
        return WaysNow(self._mapped, self._crossings, self._landings, open=open_, new=new, edges=self._edges)


@dataclass(frozen=True, slots=True, eq=False)
class WaysNow:
    """What leads into sites at one moment; see `WaysIn`."""

    _mapped: _Kept
    _crossings: _Kept
    _landings: _Kept
    open: Bools
    new: MappedWays
    edges: LiveEdges

    def mapped(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        met = self._mapped.of(rows)
        return met.rows(self.open[met.way])

    def crossings(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        return Meetings.joined([self._still(self._crossings.of(rows)), self.new.crossings(rows)])

    def landings(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        return Meetings.joined([self._still(self._landings.of(rows)), self.new.landings(rows)])

    def reach(self, shapes: Shapes) -> Ints:
        """See `WaysIn`."""
        near = self.edges.around(shapely.bounds(shapes), within_m=SAMPLED_REACH_M)
        ways = shapely.STRtree(self.edges.table["line"][near[_lead_in(self.edges, near)]])
        return ways.query(shapes, predicate="dwithin", distance=SAMPLED_REACH_M)[0]

    def _still(self, met: Meetings) -> Meetings:
        """Return meetings with ways that lead in now and are drawn as they were at the start."""
        return met.rows(_lead_in(self.edges, met.way) & self.edges.as_drawn(met.way))


def _lead_in(edges: LiveEdges, rows: Ints) -> Bools:
    """Return which edges (N,) may lead into a facility now."""
    return may_lead_in(**{name: edges.table[name][rows] for name in ("permission", "flags", "island")})
