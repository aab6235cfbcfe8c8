"""Progress in a notebook: one line under the cell while the library works, gone when it is done."""

from __future__ import annotations

import functools
import html
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def told(run: Callable[P, T]) -> Callable[P, T]:
    """Show what `run` is at when it is called in a notebook whose user has set up no logging of the library.

    Elsewhere it is called as it is: the command line and scripts read the logger ``lifecircle``. A record may carry
    ``done`` and ``total`` for a bar.
    """

    @functools.wraps(run)
    def shown(*args: P.args, **kwargs: P.kwargs) -> T:
        with _in_notebook():
            return run(*args, **kwargs)

    return shown


@contextmanager
def _in_notebook() -> Iterator[None]:
    logger = logging.getLogger("lifecircle")
    display = None if logger.handlers else _notebook_display()
    if display is None:
        yield
        return
    handler, level = _Line(display), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.clear()


def _notebook_display() -> Any | None:  # noqa: ANN401 - IPython is the user's, never ours
    """Return a line to write on under the running cell; None outside a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display({"text/html": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call]


class _Line(logging.Handler):
    """Keeps the latest message in one display."""

    def __init__(self, display: Any) -> None:  # noqa: ANN401
        super().__init__(logging.INFO)
        self._display, self._start = display, time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Replace what is shown by the record's message."""
        total = getattr(record, "total", 0)
        bar = f'<progress value="{getattr(record, "done", 0)}" max="{total}"></progress> ' if total else ""
        text = html.escape(record.getMessage())
        self._show(f"<small>{bar}{text} ({time.monotonic() - self._start:.0f} s)</small>")

    def clear(self) -> None:
        """Leave nothing behind."""
        self._show("")

    def _show(self, page: str) -> None:
        self._display.update({"text/html": page, "text/plain": ""}, raw=True)
