"""Compiled repair of a search: only what a change can reach is looked at.

Keys are ``value * scale + rank`` as in `search`. The tables behind `Graph`, `Doors` and `Origins` have room to grow;
what lies beyond the rows in use is never looked at. The one public wrapper is `update`.
"""

# ruff: noqa: PLR0913, PLR0917, FBT001  # kernels take their arrays one by one, and nothing by its name

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled
from lifecircle.travel.live_arrays import FAR, Doors, Graph, Origins, Region, Rule, Size

Ints = npt.NDArray[np.int64]
Entries = list[tuple[int, int]]


@compiled
def _offer(key: Ints, node: int, graph: Graph, doors: Doors, rule: Rule) -> int:
    """Return the least key that the doors on a junction's edges and the junctions next to it offer it."""
    best, own = FAR, graph.nodes[node]
    for place in range(own.begin, own.begin + own.degree):
        edge = graph.pool[place]
        street, cost = graph.edges[edge], graph.costs[edge]
        door = street.door
        while door >= 0:
            entrance, end = doors.points[door], doors.ends[door]
            if entrance.kind == rule.kind and end.leg <= rule.cutoff:
                if street.tail == node and end.by_tail <= rule.cutoff:
                    best = min(best, (end.leg + end.by_tail) * rule.scale + entrance.rank)
                if street.head == node and end.by_head <= rule.cutoff:
                    best = min(best, (end.leg + end.by_head) * rule.scale + entrance.rank)
            door = entrance.following
        # People walk from junctions to facilities: onward from `node` along the edge, in the edge's own direction.
        if street.tail == node:
            other, weight = street.head, cost.forward
        else:
            other, weight = street.tail, cost.backward
        if 0 < weight <= rule.cutoff and key[other] != FAR:
            best = min(best, key[other] + weight * rule.scale)
    return best if best < (rule.cutoff + 1) * rule.scale else FAR


@compiled
def _into(graph: Graph, edge: int, node: int) -> tuple[int, int]:
    """Return the other end of an edge and the cost of walking from there to `node`, 0 where nobody can."""
    street, cost = graph.edges[edge], graph.costs[edge]
    return (street.head, cost.backward) if street.tail == node else (street.tail, cost.forward)


@compiled
def _hand_on(key: Ints, heap: Entries, graph: Graph, rule: Rule) -> Entries:
    """Hand the keys of the junctions in `heap` on to wherever they are less; return these and what was there."""
    log = [(0, 0) for _ in range(0)]
    while len(heap) > 0:
        start, node = heapq.heappop(heap)
        if start != key[node]:
            continue
        for place in range(graph.nodes[node].begin, graph.nodes[node].begin + graph.nodes[node].degree):
            other, weight = _into(graph, graph.pool[place], node)
            if 0 < weight <= rule.cutoff:
                reached = start + weight * rule.scale
                if reached < key[other] and reached < (rule.cutoff + 1) * rule.scale:
                    log.append((other, key[other]))
                    key[other] = reached
                    heapq.heappush(heap, (reached, other))
    return log


@compiled
def _take_away(key: Ints, starts: list[int], graph: Graph, doors: Doors, rule: Rule) -> Entries:
    """Take the key from every junction that nothing supports any more; return the junctions and their keys.

    A key is supported by a door, or by a junction next to it whose key and the cost of the edge add up to it. Those
    that a lost key supported are asked in turn.
    """
    lost = [(0, 0) for _ in range(0)]
    for node in starts:
        if key[node] != FAR and _offer(key, node, graph, doors, rule) != key[node]:
            lost.append((node, key[node]))
            key[node] = FAR
    done = 0
    while done < len(lost):
        node, old = lost[done]
        done += 1
        for place in range(graph.nodes[node].begin, graph.nodes[node].begin + graph.nodes[node].degree):
            other, weight = _into(graph, graph.pool[place], node)
            rested = 0 < weight <= rule.cutoff and key[other] == old + weight * rule.scale
            if rested and _offer(key, other, graph, doors, rule) != key[other]:
                lost.append((other, key[other]))
                key[other] = FAR
    return lost


@compiled
def _repair(key: Ints, starts: Ints, graph: Graph, doors: Doors, rule: Rule) -> Entries:
    """Turn the keys (V,) of one column into those of a fresh search; return the junctions written and what was there.

    First whatever has become less is handed on. Then every junction that has lost what its key rested on is found and
    gets the least of what is left. All costs are above 0, so no key rests on itself, and what is left after both steps
    is supported and nowhere too great: the fresh keys.
    """
    log = [(0, 0) for _ in range(0)]
    heap = [(0, 0) for _ in range(0)]
    doubtful = [0 for _ in range(0)]  # a key that was supported once may become less, and stays supported
    for node in starts:
        best = _offer(key, node, graph, doors, rule)
        if best < key[node]:
            log.append((node, key[node]))
            key[node] = best
            heapq.heappush(heap, (best, node))
        elif best > key[node]:
            doubtful.append(node)
    log.extend(_hand_on(key, heap, graph, rule))
    lost = _take_away(key, doubtful, graph, doors, rule)
    for node, _ in lost:
        best = _offer(key, node, graph, doors, rule)
        if best != FAR:
            heap.append((best, node))
    heapq.heapify(heap)
    for best, node in heap:
        key[node] = best
    _hand_on(key, heap, graph, rule)  # to lost ones alone: a new key is no less than the one lost
    log.extend(lost)
    return log


@compiled
def _along(graph: Graph, edge: int, ahead: int) -> int:
    """Return the cost of walking `ahead` millimetres along an edge (back if below 0), as `ends.part_of_edge`."""
    cost = graph.costs[edge]
    whole = cost.forward if ahead > 0 else cost.backward
    if ahead == 0:
        return 0 if cost.forward + cost.backward > 0 else FAR
    if whole == 0:
        return FAR
    if abs(ahead) == graph.edges[edge].length:
        return whole
    rate = cost.rate_forward if ahead > 0 else cost.rate_backward
    return int(np.rint(rate * abs(ahead)))


@compiled
def parts(edge: Ints, offset: Ints, graph: Graph, leaving: bool) -> tuple[Ints, Ints]:
    """Return the costs between points on edges (N,) and their tails, and their heads, as `ends.ends_of` does.

    0 for points on none. `leaving`: people walk from the points, not to them.
    """
    by_tail, by_head = np.zeros(len(edge), dtype=np.int64), np.zeros(len(edge), dtype=np.int64)
    for point in range(len(edge)):
        own = edge[point]
        if own >= 0:
            rest = graph.edges[own].length - offset[point]
            by_tail[point] = _along(graph, own, -offset[point] if leaving else offset[point])
            by_head[point] = _along(graph, own, rest if leaving else -rest)
    return by_tail, by_head


@compiled
def _best(owner: int, key: Ints, graph: Graph, doors: Doors, origins: Origins, rule: Rule) -> tuple[int, int]:
    """Return the least key of a residence and the first of its points that has it; FAR and -1 without one."""
    best, chosen = (rule.cutoff + 1) * rule.scale, -1
    for point in range(origins.begin[owner], origins.begin[owner + 1]):
        home, end = origins.points[point], origins.ends[point]
        edge, leg = home.edge, end.leg
        if edge < 0 or leg > rule.cutoff:
            continue
        least = FAR
        door = graph.edges[edge].door
        while door >= 0:
            entrance, last = doors.points[door], doors.ends[door].leg
            if entrance.kind == rule.kind and last <= rule.cutoff:
                walk = _along(graph, edge, entrance.offset_mm - home.offset_mm)
                if walk <= rule.cutoff:
                    least = min(least, (leg + walk + last) * rule.scale + entrance.rank)
            door = entrance.following
        onward = key[graph.edges[edge].tail]
        if onward != FAR and end.by_tail <= rule.cutoff:
            least = min(least, (leg + end.by_tail) * rule.scale + onward)
        onward = key[graph.edges[edge].head]
        if onward != FAR and end.by_head <= rule.cutoff:
            least = min(least, (leg + end.by_head) * rule.scale + onward)
        if least < best:
            best, chosen = least, point
    return (best, chosen) if chosen >= 0 else (FAR, chosen)


@compiled
def _visit(edge: int, graph: Graph, origins: Origins, stamp: Ints, turn: int, found: list[int]) -> None:
    """Add the residences with a point on `edge` to `found`, each once a `turn`."""
    point = graph.edges[edge].origin
    while point >= 0:
        owner = origins.points[point].owner
        if stamp[owner] != turn:
            stamp[owner] = turn
            found.append(owner)
        point = origins.points[point].following


@compiled
def update(
    keys: Ints, cells: tuple[Ints, Ints], region: Region, graph: Graph, doors: Doors, origins: Origins, size: Size
) -> tuple[Ints, Ints]:
    """Repair the keys of the junctions, then those of the residences that hang on them.

    Parameters
    ----------
    keys : int64 (V, K)
        Changed in place.
    cells : (int64 (R, K), int64 (R, K))
        Least key of every residence and the point it is walked from; changed in place.
    region : Region
    graph, doors, origins : Graph, Doors, Origins
        After the change.
    size : Size

    Returns
    -------
    junctions : int64 (M, 3)
        What was overwritten, the latest first, some junctions twice: column, junction, key.
    residences : int64 (N, 4)
        Of the residences that have changed: column, residence, key, point; sorted by column, then residence.

    References
    ----------
    Ramalingam and Reps (1996), An incremental algorithm for a generalization of the shortest-path problem,
    J. Algorithms 21.
    """
    nodes = [(0, 0, 0) for _ in range(0)]
    rows = [(0, 0, 0, 0) for _ in range(0)]
    for place in range(len(region.columns)):
        column = region.columns[place]
        rule = Rule(region.kinds[place], size.scale, size.cutoff)
        turn = size.turn + column
        key, best, chosen = keys[:, column], cells[0][:, column], cells[1][:, column]
        found = [0 for _ in range(0)]
        for owner in region.owners:
            region.stamp[owner] = turn
            found.append(owner)
        for node, old in _repair(key, region.junctions, graph, doors, rule):
            nodes.append((column, node, old))
            for end in range(graph.nodes[node].begin, graph.nodes[node].begin + graph.nodes[node].degree):
                _visit(graph.pool[end], graph, origins, region.stamp, turn, found)
        for edge in region.edges:
            _visit(edge, graph, origins, region.stamp, turn, found)
        found.sort()
        for owner in found:
            now, point = _best(owner, key, graph, doors, origins, rule)
            if now != best[owner] or point != chosen[owner]:
                rows.append((column, owner, best[owner], chosen[owner]))
                best[owner], chosen[owner] = now, point
    junctions = np.empty((len(nodes), 3), dtype=np.int64)
    for entry in range(len(nodes)):
        last = len(nodes) - 1 - entry
        junctions[last, 0], junctions[last, 1], junctions[last, 2] = nodes[entry]
    residences = np.empty((len(rows), 4), dtype=np.int64)
    for entry in range(len(rows)):
        row = rows[entry]
        residences[entry, 0], residences[entry, 1], residences[entry, 2], residences[entry, 3] = row
    return junctions, residences
