"""How changes of a session are taken back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Undo = list[Callable[[], object]]  # of one change, in the order in which it was made


def take_back(undo: Undo) -> None:
    """Take back everything that was done, the last first."""
    while undo:
        undo.pop()()


@contextmanager
def undone_on_error(undo: Undo) -> Iterator[None]:
    """Take back what was done so far when something goes wrong."""
    try:
        yield
    except BaseException:
        take_back(undo)
        raise
