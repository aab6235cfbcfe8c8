"""Where a new facility could stand: junctions of the network, and whom each would reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.coverage.fixes import Gains, gains
from lifecircle.coverage.searches import item_mode
from lifecircle.model.travel import Snapped
from lifecircle.network.impedance import walkable_edges
from lifecircle.pipeline.rule_searches import of_rows
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach import reach_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecircle.coverage.fixes import Picked, Wanted
    from lifecircle.model.travel import Floats, Ints, ReachPairs
    from lifecircle.pipeline.place import Place

Bools: TypeAlias = npt.NDArray[np.bool_]

MOST = 500  # junctions looked at first; where there are more, one of every square
CLOSER = 3  # of the best, whose surroundings are looked at junction by junction
TOGETHER = 2000  # searched from at a time


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Junctions where a facility could stand.

    Attributes
    ----------
    node : int64 (N,)
    edge : int64 (N,)
        The street it is entered from: the smallest edge at the junction.
    """

    node: Ints
    edge: Ints

    def endpoints(self, place: Place) -> Endpoints:
        """Return them as facilities without a leg."""
        network, count = place.network, len(self.node)
        offset = np.where(network.tail[self.edge] == self.node, 0, network.length_mm[self.edge])
        none = np.zeros(count, dtype=np.int64)
        snapped = Snapped(
            owner=np.arange(count),
            x=network.node_x[self.node],
            y=network.node_y[self.node],
            edge=self.edge.copy(),
            offset_mm=offset,
            access_mm=none,
            reason=none.astype(np.uint8),
            crosses_wall=none.astype(bool),
        )
        ids = pd.Index([f"junction/{node}" for node in self.node.tolist()], dtype=object)
        return Endpoints(ids, snapped, np.full(count, "candidate", dtype=object))


def all_candidates(place: Place) -> Candidates:
    """Return every junction inside the boundary from which the study's walker can go on, ascending."""
    network, question = place.network, place.question
    edges = np.flatnonzero(walkable_edges(network, profile=question.profile, private=question.walk.private))
    ends = np.concatenate([network.tail[edges], network.head[edges]]).astype(np.int64)
    order = np.lexsort((np.tile(edges, 2), ends))
    node, first = np.unique(ends[order], return_index=True)
    shapely.prepare(place.area.boundary)
    inside = shapely.contains_xy(place.area.boundary, network.node_x[node], network.node_y[node])
    return Candidates(node[inside], np.tile(edges, 2)[order][first][inside])


def thinned(candidates: Candidates, place: Place, *, most: int = MOST) -> tuple[Candidates, float]:
    """Return at most `most` candidates, one of every square (the one nearest its middle), and the square's side.

    All of them, and 0, where there are no more than that.
    """
    network, node = place.network, candidates.node
    xy = np.column_stack([network.node_x[node], network.node_y[node]])
    side, kept = 0.0, np.arange(len(node))
    while len(kept) > most:
        side = side * 1.25 if side else 50.0
        cell = np.floor(xy / side)
        off = np.hypot(*(xy - (cell + 0.5) * side).T).round(3)
        order = np.lexsort((node, off, cell[:, 1], cell[:, 0]))
        new = np.ones(len(order), dtype=bool)
        new[1:] = (cell[order][1:] != cell[order][:-1]).any(axis=1)
        kept = np.sort(order[new])
    return Candidates(node[kept], candidates.edge[kept]), side


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Which of the candidates would gain most for one requirement."""

    wanted: Wanted
    candidates: Candidates
    best: Picked


def scored(
    place: Place, wanted: Sequence[Wanted], *, weight: Floats, groups: Mapping[str, Ints], places: int
) -> list[Scored]:
    """Return the best `places` candidates in all and the best of every group, one entry for each of `wanted`.

    Requirements of one walker share their searches. Where candidates were thinned, every junction around the best of
    them is looked at as well.
    """
    every = all_candidates(place)
    first = thinned(every, place)
    found: dict[int, Scored] = {}
    modes = dict.fromkeys(item_mode(one.item, one.walks) for one in wanted)
    for mode in modes:
        numbers = [n for n, one in enumerate(wanted) if item_mode(one.item, one.walks) == mode]
        members = [wanted[number] for number in numbers]

        def gained(pairs: Sequence[ReachPairs], members: Sequence[Wanted] = members) -> Iterator[Gains]:
            return (gains(pairs, one, weight=weight, groups=groups[one.circle]) for one in members)

        chosen, pairs = _of_walker(place, members, gained, every=every, first=first)
        each = [one.picked(places) for one in gained(pairs)]
        found |= {n: Scored(one, chosen, best) for n, one, best in zip(numbers, members, each, strict=True)}
    return [found[number] for number in range(len(wanted))]


def _of_walker(
    place: Place,
    members: Sequence[Wanted],
    gained: Callable[[Sequence[ReachPairs]], Iterator[Gains]],
    *,
    every: Candidates,
    first: tuple[Candidates, float],
) -> tuple[Candidates, list[ReachPairs]]:
    """Return the candidates for requirements of one walker, and whom each would reach."""
    chosen, side = first
    pairs = _pairs(place, chosen, members)
    if side:
        tops = [one.best(CLOSER) for one in gained(pairs)]
        near = _around(every, place, centres=chosen.node[sorted({at for top in tops for at in top})], side=side)
        pairs += _pairs(place, near, members)
        chosen = Candidates(np.concatenate([chosen.node, near.node]), np.concatenate([chosen.edge, near.edge]))
    return chosen, pairs


def _around(every: Candidates, place: Place, *, centres: Ints, side: float) -> Candidates:
    from scipy.spatial import cKDTree

    network = place.network
    if not len(centres):
        return Candidates(every.node[:0], every.edge[:0])
    middle = np.column_stack([network.node_x[centres], network.node_y[centres]])
    xy = np.column_stack([network.node_x[every.node], network.node_y[every.node]])
    near = cKDTree(middle).query(xy, distance_upper_bound=side)[0] <= side
    return Candidates(every.node[near], every.edge[near])


def _pairs(place: Place, candidates: Candidates, wanted: Sequence[Wanted]) -> list[ReachPairs]:
    """Return whom the candidates would reach, some of them at a time: what is sorted on the way takes much memory."""
    rows: Bools = np.zeros(len(place.joined.origins.ids), dtype=bool)
    for one in wanted:
        rows[one.rows] = True
    residences = of_rows(place.joined.origins, rows)
    impedance = place.joined.impedance(item_mode(wanted[0].item, wanted[0].walks))
    parts = [slice(at, at + TOGETHER) for at in range(0, max(len(candidates.node), 1), TOGETHER)]
    return [
        reach_pairs(
            place.network,
            impedance,
            residences=residences,
            facilities=Candidates(candidates.node[part], candidates.edge[part]).endpoints(place),
            cutoff=max(one.limit for one in wanted),
        )
        for part in parts
    ]
