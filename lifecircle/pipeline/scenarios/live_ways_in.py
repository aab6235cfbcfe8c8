"""What leads into the facilities of a place while its streets and gates change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.facilities.entrances import entrance_nodes, is_entrance, may_lead_in
from lifecircle.facilities.ways_in import SAMPLED_REACH_M, MappedWays, Meetings, Sites, Ways
from lifecircle.network.draft import laid_out

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """What leads into some sites of a place: kept from the start but for the streets that have changed since.

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
        self._sites, self._edges = sites, edges
        areas, known = np.flatnonzero(sites.sizes > 0), MappedWays(sites, edges.drawn, nodes=nodes)
        found = {"mapped": known.mapped, "crossings": known.crossings, "landings": known.landings}
        self._kept = {name: _Kept(find(areas), sites=len(sites.shapes)) for name, find in found.items()}

    def now(self, told: Told) -> WaysNow:
        """Return what leads into the sites as the streets are now; `told` as in `LiveBarriers`."""
        open_ = self._open.copy()
        for name, tags in told.items():
            open_[self._gate[name]] = is_entrance(tags)
        redrawn = self._edges.redrawn[_lead_in(self._edges, self._edges.redrawn)]
        new = Ways(self._sites, self._edges.tree(redrawn))
        return WaysNow(self._kept, open_, self._sites, self._edges, redrawn, new)


@dataclass(frozen=True, slots=True, eq=False)
class WaysNow:
    """What leads into sites at one moment; see `WaysIn`. Ways are edges, by their numbers.

    Attributes
    ----------
    kept : Mapping
        What was found at the start, by the methods of `WaysIn`.
    open : bool (entrances,)
    sites : Sites
    edges : LiveEdges
    redrawn : int64 (N,)
        Those that are otherwise than at the start and may lead in.
    new : Ways
        The same; rows of `redrawn`.
    """

    kept: Mapping[str, _Kept]
    open: Bools
    sites: Sites
    edges: LiveEdges
    redrawn: Ints
    new: Ways

    def mapped(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        met = self.kept["mapped"].of(rows)
        return met.rows(self.open[met.way])

    def crossings(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        return self._now(self.kept["crossings"].of(rows), self.new.crossings(rows))

    def landings(self, rows: Ints) -> Meetings:
        """See `WaysIn`."""
        return self._now(self.kept["landings"].of(rows), self.new.landings(rows))

    def reach(self, shapes: Shapes) -> Ints:
        """See `WaysIn`."""
        near = self.edges.around(shapely.bounds(shapes), within_m=SAMPLED_REACH_M)
        return Ways(self.sites, self.edges.tree(near[_lead_in(self.edges, near)])).reach(shapes)

    def _now(self, kept: Meetings, new: Meetings) -> Meetings:
        """Return those of `kept` with edges that lead in now and are as they were, and the `new` ones."""
        still = _lead_in(self.edges, kept.way) & ~np.isin(kept.way, self.edges.redrawn)
        return Meetings.joined([kept.rows(still), replace(new, way=self.redrawn[new.way])])


def _lead_in(edges: LiveEdges, rows: Ints) -> Bools:
    """Return which edges (N,) may lead into a facility now."""
    return may_lead_in(**{name: edges.table[name][rows] for name in ("permission", "flags", "island")})
