"""What every command shares: progress on stderr, errors as one line, exit codes."""

import functools
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import click

from lifecircle.errors import LifecircleError

P = ParamSpec("P")

BAD_INPUT = 2
FAILED = 1


class _Elapsed(logging.Formatter):
    """Put the seconds since the start before each line of progress."""

    def __init__(self) -> None:
        super().__init__()
        self._start = time.monotonic()

    def format(self, record: logging.LogRecord) -> str:
        """Return ``[ 1.2 s] message``."""
        return f"[{time.monotonic() - self._start:5.1f} s] {record.getMessage()}"


def show_progress() -> None:
    """Send the library's progress to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Elapsed())
    logger = logging.getLogger("lifecircle")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def front_door(run: Callable[P, None]) -> Callable[P, None]:
    """Turn an error into one line on stderr and an exit code.

    2 for bad input, 1 for a run that failed (see `writing`).
    """

    @functools.wraps(run)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        show_progress()
        try:
            run(*args, **kwargs)
        except LifecircleError as error:
            click.echo(f"lifecircle: {error}", err=True)
            raise SystemExit(BAD_INPUT) from error
        except MemoryError as error:
            click.echo("lifecircle: out of memory: study a smaller boundary, or a smaller extract", err=True)
            raise SystemExit(FAILED) from error

    return guarded


@contextmanager
def writing() -> Iterator[None]:
    """Count an error as a failed run: the input was good, the results could not be written."""
    try:
        yield
    except LifecircleError as error:
        click.echo(f"lifecircle: {error}", err=True)
        raise SystemExit(FAILED) from error


def parse_out(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty output folder."""
    if value is not None and not value.strip():
        raise click.BadParameter("give the name of a folder")
    return value
