"""Every residence and facility within a cutoff of each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.engine import in_threads, ready, threads, uses_kernels
from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance, ReachPairs
from lifecircle.travel.ends import Ends, along_shared_edges, ends_of, subset
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach_question import Pairs, Question, Ways
from lifecircle.travel.reach_scipy import by_scipy
from lifecircle.travel.search import EXACT, NARROW, arcs_to_facilities

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.uint32]

# Pairs written before memory for more is taken; results do not depend on it.
ROOM = 1 << 20
# Searches of a few streets are fastest in wide bands.
STEPS = 4


def reach_pairs(
    network: WalkNetwork, impedance: Impedance, *, residences: Endpoints, facilities: Endpoints, cutoff: int
) -> ReachPairs:
    """Return every residence and facility within a walk of `cutoff`, with the least walk between them.

    Walks are those of `nearest_times`: the least over a row of pairs of one type is its nearest time.

    Parameters
    ----------
    network : WalkNetwork
        V nodes, E edges.
    impedance : Impedance
        Of the same E edges; its mode says whether values are milliseconds or millimetres.
    residences : Endpoints
        R rows.
    facilities : Endpoints
        F rows with their `type`; rows of type "" are left out.
    cutoff : int
        Inclusive, in the mode's unit.

    Returns
    -------
    ReachPairs
        Sorted by residence, then facility.

    Raises
    ------
    SchemaError
        If `facilities` carries no types.
    NetworkError
        If the points or the impedance belong to another network.
    CutoffError
        If `cutoff` is not above 0, or too large for exact sums.

    References
    ----------
    docs/methods/walking-times.md; Dijkstra (1959).
    """
    question = ask(network, impedance, residences=residences, facilities=facilities, cutoff=cutoff)
    residence, facility, value = answer(question)
    return ReachPairs(
        mode=impedance.mode,
        cutoff=cutoff,
        residence_ids=residences.ids,
        facility_ids=facilities.ids,
        types=np.asarray(facilities.type),
        residence=residence,
        facility=facility,
        value=value,
    )


def ask(
    network: WalkNetwork, impedance: Impedance, *, residences: Endpoints, facilities: Endpoints, cutoff: int
) -> Question:
    """Bring a question for `reach_pairs`, whose arguments these are, into the form that both engines search.

    Raises
    ------
    SchemaError, NetworkError, CutoffError
        As there.
    """
    if facilities.type is None:
        raise SchemaError("pairs: facilities carry no type; give Endpoints(ids, snapped, type)")
    if cutoff <= 0:
        raise CutoffError(f"pairs: cutoff is {cutoff} {impedance.mode.unit}: it must be above 0")
    if cutoff >= EXACT:
        raise CutoffError(f"pairs: sums up to {cutoff} {impedance.mode.unit} are not exact: use a shorter cutoff")
    origins = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
    entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    entrances = subset(entrances, np.flatnonzero(facilities.type[entrances.owner] != ""))
    near_origin, near_entrance, walk = along_shared_edges(origins, entrances, network=network, impedance=impedance)
    entered, left = (_over_junctions(ends, network.length_mm[ends.edge]) for ends in (entrances, origins))
    rows = len(facilities.ids)
    return Question(
        arcs=arcs_to_facilities(network, impedance, cutoff=cutoff),
        seeds=Ways.of(entered[1], entered[0], value=entered[2], rows=rows, cutoff=cutoff),
        doors=Ways.of(left[0], left[1], value=left[2], rows=network.nodes, cutoff=cutoff),
        beside=Ways.of(
            entrances.owner[near_entrance], origins.owner[near_origin], value=walk, rows=rows, cutoff=cutoff
        ),
        residences=len(residences.ids),
        facilities=rows,
        cutoff=cutoff,
    )


def answer(question: Question) -> Pairs:
    """Return the pairs (residence, facility, value), sorted by residence, then facility."""
    if uses_kernels() and question.cutoff < NARROW:
        return _by_kernel(question)
    return by_scipy(question)


def _over_junctions(ends: Ends, length_mm: Ints) -> tuple[Ints, Ints, Ints]:
    """Return junction, owner and value (leg included) of the ways between points and junctions.

    From a point that stands at one junction of its edge, of `length_mm`, the way over the other is the way
    over that edge: the search finds it by itself.
    """
    over_tail = (ends.by_head > 0) | (ends.offset_mm < length_mm)
    over_head = (ends.by_tail > 0) | (ends.offset_mm > 0)
    kept = np.flatnonzero(np.concatenate([over_tail, over_head]))
    value = np.tile(ends.leg, 2) + np.concatenate([ends.by_tail, ends.by_head])
    return np.concatenate([ends.tail, ends.head])[kept], np.tile(ends.owner, 2)[kept], value[kept]


def _by_kernel(question: Question) -> Pairs:
    """Search from one facility after the other with the compiled kernel, a stretch of them in each thread."""
    from lifecircle.travel import kernels

    ready(kernels.spread)
    ready(kernels.reach)
    # More stretches than threads, so that all threads end at about the same time.
    stretches = 1 if threads() == 1 else 4 * threads()
    bounds = np.linspace(0, question.facilities, stretches + 1).astype(int).tolist()
    shared = _KernelInput.of(question)
    stretched = in_threads(lambda ends: _stretch(shared, *ends), list(itertools.pairwise(bounds)))
    parts = [part for found in stretched for part in found]
    counts = np.zeros(question.residences, dtype=np.int64)
    for _, _, pair in parts:
        ready(kernels.count_residences)(pair, counts)
    total, begin = int(counts.sum()), np.cumsum(counts) - counts
    residence, facility = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    value = np.empty(total, dtype=np.int64)
    for first, last, pair in parts:
        ready(kernels.by_residence)(pair, first, shared.counts[first:last], begin, residence, facility, value)
    return residence, facility, value


@dataclass(frozen=True, slots=True, eq=False)
class _KernelInput:
    """A question in the arrays of the kernel."""

    question: Question
    seed_offsets: Nodes
    seed_node: Nodes
    seed_value: npt.NDArray[np.uint64]
    door_offsets: Nodes
    door: Nodes
    beside_offsets: Nodes
    beside: Nodes
    counts: Ints

    @classmethod
    def of(cls, question: Question) -> _KernelInput:
        seeds, doors, beside = question.seeds, question.doors, question.beside
        return cls(
            question,
            seeds.offsets.astype(np.uint32),
            seeds.node.astype(np.uint32),
            seeds.value.astype(np.uint64),
            doors.offsets.astype(np.uint32),
            doors.side_by_side(),
            beside.offsets.astype(np.uint32),
            beside.side_by_side(),
            np.zeros(question.facilities, dtype=np.int64),
        )


def _stretch(shared: _KernelInput, begin: int, end: int) -> list[tuple[int, int, Nodes]]:
    """Return the pairs (residence, value) of the facilities from `begin` up to `end`, in parts with their bounds.

    How many each facility has is written into ``shared.counts``, by every thread into its own stretch.
    """
    from lifecircle.travel import kernels

    arcs, cutoff, residences = shared.question.arcs, shared.question.cutoff, shared.question.residences
    offsets, arc = arcs.narrow
    key = np.full(arcs.nodes, kernels.NO_KEY, dtype=np.uint64)
    best = np.full(residences, kernels.NO_VALUE, dtype=np.uint32)
    found = []
    done = begin
    while done < end:
        pair = np.empty((ROOM + residences, 2), dtype=np.uint32)
        last, count = kernels.reach(
            offsets, arc, (np.uint64(done), np.uint64(end)),
            shared.seed_offsets, shared.seed_node, shared.seed_value,
            shared.door_offsets, shared.door, shared.beside_offsets, shared.beside,
            np.uint64(cutoff), np.uint64(STEPS * arcs.step),
            arcs.scratch.piles, arcs.scratch.state, key, best, pair, shared.counts,
        )  # fmt: skip
        found.append((done, int(last), pair[: int(count)]))
        done = int(last)
    return found
