"""How changes of a session are taken back."""

from collections.abc import Callable

Undo = list[Callable[[], object]]  # of one change, in the order in which it was made


def take_back(undo: Undo) -> None:
    """Take back everything that was done, the last first."""
    while undo:
        undo.pop()()
