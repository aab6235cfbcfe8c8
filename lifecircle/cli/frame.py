"""What every command shares: progress on stderr, errors as one line, exit codes."""

import functools
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import ParamSpec, TextIO

import click

from lifecircle.cli.words import console_language, progress_text
from lifecircle.errors import LifecircleError

P = ParamSpec("P")

BAD_INPUT = 2
FAILED = 1


class _Elapsed(logging.Formatter):
    """Put the seconds since the start before each line of progress."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._start, self._language = time.monotonic(), language

    def format(self, record: logging.LogRecord) -> str:
        """Return ``[ 1.2 s] message``."""
        return f"[{time.monotonic() - self._start:5.1f} s] {progress_text(record, self._language)}"


class _Terminal(logging.StreamHandler[TextIO]):
    """Lines of progress and, below them, a spinner at the step that is running."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        super().__init__(sys.stderr)
        console = Console(stderr=True)
        self._spinner = Spinner("dots", "")
        # What goes to a file must not be drawn on the terminal instead.
        self.live = Live(self._spinner, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
        self._print = functools.partial(console.print, markup=False, highlight=False)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line above the spinner."""
        self._print(self.format(record))
        self._spinner.update(text=self._bar(record))

    @staticmethod
    def _bar(record: logging.LogRecord) -> str:
        done, total = getattr(record, "done", 0), getattr(record, "total", 0)
        return f"{'━' * (20 * done // total)}{'·' * (20 - 20 * done // total)} {done} / {total}" if total else ""


@contextmanager
def show_progress(language: str = "en") -> Iterator[None]:
    """Send the library's progress to stderr while the body runs; a record may carry ``done`` and ``total``.

    In `language` ("zh" or "en").
    """
    logger = logging.getLogger("lifecircle")
    terminal = _Terminal() if sys.stderr.isatty() else None
    handler = terminal or logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Elapsed(language))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    with terminal.live if terminal else nullcontext():
        yield


def front_door(run: Callable[P, None]) -> Callable[P, None]:
    """Turn an error into one line on stderr and an exit code.

    2 for bad input, 1 for a run that failed (see `writing`).
    """

    @functools.wraps(run)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with show_progress(console_language(kwargs.get("lang"))):
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
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"lifecircle: {where}cannot be written ({error.strerror or error}); choose another file", err=True)
        raise SystemExit(FAILED) from error


def write_file(path: Path, content: bytes) -> None:
    """Write one result file, its folder as well."""
    with writing():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def parse_out(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty output folder."""
    if value is not None and not value.strip():
        raise click.BadParameter("give the name of a folder")
    return value
