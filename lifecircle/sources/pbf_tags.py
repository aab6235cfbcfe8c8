"""The tags of the many things of a file, each distinct tag and each distinct set of tags made once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifecircle.sources.osm_tags import said
from lifecircle.sources.pbf_block import Ints, Things

Tags = dict[str, str]


class TagSets:
    """Tags of N things as numbers of distinct tags.

    Parameters
    ----------
    things : Things
    texts : sequence of str
        Strings by their number.

    Raises
    ------
    ValueError
        If a thing has a key twice.
    """

    def __init__(self, things: Things, texts: Sequence[str]) -> None:
        owner = np.repeat(np.arange(len(things.tags)), things.tags)
        keys = np.sort(owner << 32 | things.key)
        if np.any(keys[1:] == keys[:-1]):
            raise ValueError("a key given twice")
        distinct, number = np.unique(things.key.astype(np.int64) << 32 | things.word, return_inverse=True)
        self._tags = [
            (texts[key], texts[word]) for key, word in zip(distinct >> 32, distinct & (2**32 - 1), strict=True)
        ]
        self._number = number.astype(np.int32)
        self._ends = np.cumsum(things.tags)

    def said(self) -> Ints:
        """Return what the tags of every thing say together, int64 (N,); see `lifecircle.sources.osm_tags.said`."""
        bits = np.array([said(key, value) for key, value in self._tags], dtype=np.int64)
        together = np.zeros(len(self._ends), dtype=np.int64)
        begins = np.concatenate([[0], self._ends[:-1]])[: len(self._ends)]
        some = self._ends > begins
        if some.any():
            together[some] = np.bitwise_or.reduceat(bits[self._number], begins[some])
        return together

    def mappings(self, rows: Ints) -> list[Tags]:
        """Return the tags of the things in `rows`, one dict for all that have the same."""
        size = self._number.itemsize
        raw, tag = self._number.tobytes(), self._tags.__getitem__
        ends = self._ends[rows]
        begins = ends - np.diff(self._ends, prepend=0)[rows]
        shared: dict[bytes, Tags] = {}
        found = []
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            same = raw[size * begin : size * end]
            tags = shared.get(same)
            if tags is None:
                tags = shared[same] = dict(map(tag, self._number[begin:end].tolist()))
            found.append(tags)
        return found
