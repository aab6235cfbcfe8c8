"""Successive shortest shifts: people move from full facilities to others until none is overfull."""

import heapq
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

FAR = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Groups of people and the facilities that each can walk to; G groups, L links.

    Attributes
    ----------
    first : int64 (G + 1,)
        Links of group g are ``first[g]`` to ``first[g + 1]``; every group has one at least.
    facility : int64 (L,)
        Row of the facility; ascending within a group.
    value : int64 (L,)
        Milliseconds.
    people : int64 (G,)
        Above 0.
    """

    first: Ints
    facility: Ints
    value: Ints
    people: Ints


def least_minutes(links: Links, room: Ints) -> Ints:
    """Return how many people use each link, int64 (L,): the most people, and for them the least time.

    Everybody starts at the nearest facility. While one holds more than its `room`, the cheapest chain of shifts from
    it to a facility with room is carried out; who finds none is left out, which costs more than any chain. Each
    chain is a shortest path of the residual network, so the result is a minimum-cost flow, in whole numbers.
    """
    return _Shifts(links, room).run()


class _Shifts:
    """The residual network between facilities; the last node holds those who are left out."""

    def __init__(self, links: Links, room: Ints) -> None:
        self.links, self.nodes = links, len(room) + 1
        self.out = len(room)
        longest = int(links.value.max()) if len(links.value) else 0
        self.left_out = (self.nodes + 1) * (longest + 1)  # no chain of shifts costs as much
        self.group = np.repeat(np.arange(len(links.people)), np.diff(links.first))
        # A link of every group to being left out stands behind the real ones.
        self.facility = [*links.facility.tolist(), *[self.out] * len(links.people)]
        self.value = [*links.value.tolist(), *[self.left_out] * len(links.people)]
        self.owner = [*self.group.tolist(), *range(len(links.people))]
        self.flow = [0] * len(self.value)
        self.room = [*room.tolist(), int(links.people.sum())]
        self.load = [0] * self.nodes
        self.price = np.full((self.nodes, self.nodes), FAR, dtype=np.int64)
        self.heaps: list[list[list[tuple[int, int, int]]]] = [
            [[] for _ in range(self.nodes)] for _ in range(self.nodes)
        ]

    def run(self) -> Ints:
        """Start everybody at the nearest, then shift."""
        self._start()
        for source in range(self.out):
            while self.load[source] > self.room[source]:
                self._shift(self._path(source))
        return np.array(self.flow[: len(self.links.value)], dtype=np.int64)

    def _of_group(self, group: int) -> list[int]:
        first, last = self.links.first[group : group + 2].tolist()
        return [*range(first, last), len(self.links.value) + group]

    def _start(self) -> None:
        for group, people in enumerate(self.links.people.tolist()):
            nearest = min(self._of_group(group), key=lambda link: (self.value[link], link))
            self.flow[nearest] = people
            self.load[self.facility[nearest]] += people
            here = self.facility[nearest]
            for link in self._of_group(group):
                if link != nearest:
                    self.heaps[here][self.facility[link]].append(
                        (self.value[link] - self.value[nearest], nearest, link)
                    )
        for here in range(self.nodes):
            for there in range(self.nodes):
                heapq.heapify(self.heaps[here][there])
                self._reprice(here, there)

    def _reprice(self, here: int, there: int) -> None:
        """Set the price of a shift between two nodes: that of the cheapest person who can make it."""
        heap = self.heaps[here][there]
        while heap and not self.flow[heap[0][1]]:
            heapq.heappop(heap)
        self.price[here, there] = heap[0][0] if heap else FAR

    def _path(self, source: int) -> list[int]:
        """Return the cheapest chain of nodes from `source` to one with room (Bellman and Ford)."""
        cost = np.full(self.nodes, FAR, dtype=np.int64)
        cost[source] = 0
        before = np.full(self.nodes, -1, dtype=np.int64)
        while True:
            over = cost[:, None] + self.price
            best = over.argmin(axis=0)
            new = over[best, np.arange(self.nodes)]
            better = new < cost
            if not better.any():
                break
            cost[better], before[better] = new[better], best[better]
        free = [node for node in range(self.nodes) if self.load[node] < self.room[node]]
        node = min(free, key=lambda one: (int(cost[one]), one))
        path = [node]
        while path[-1] != source:
            path.append(int(before[path[-1]]))
        return path[::-1]

    def _shift(self, path: list[int]) -> None:
        """Move as many people along `path` as overfill its start, fit at its end, and can make every step."""
        steps = [self.heaps[here][there][0] for here, there in pairwise(path)]
        end = path[-1]
        amount = min(self.load[path[0]] - self.room[path[0]], self.room[end] - self.load[end])
        amount = min(amount, *(self.flow[leaving] for _, leaving, _ in steps))
        for _, leaving, entering in steps:
            self.flow[leaving] -= amount
            if not self.flow[entering]:
                self._open(entering)
            self.flow[entering] += amount
        for _, leaving, _ in steps:
            if not self.flow[leaving]:
                here = self.facility[leaving]
                for other in self._of_group(self.owner[leaving]):
                    self._reprice(here, self.facility[other])
        self.load[path[0]] -= amount
        self.load[end] += amount

    def _open(self, link: int) -> None:
        """Let the people who have come to `link` move on from there."""
        here, value = self.facility[link], self.value[link]
        for other in self._of_group(self.owner[link]):
            if other != link:
                there = self.facility[other]
                heapq.heappush(self.heaps[here][there], (self.value[other] - value, link, other))
                self.price[here, there] = min(int(self.price[here, there]), self.value[other] - value)
