"""Which engine computes, and on how many threads.

``LIFECIRCLE_ENGINE`` is ``numba`` (the default: compiled kernels) or ``scipy`` (the same results, slower);
``LIFECIRCLE_THREADS`` is the number of threads, by default one for every core this process may use.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

from lifecircle.errors import ConfigError

log = logging.getLogger("lifecircle")

ENGINES = ("numba", "scipy")

Item = TypeVar("Item")
Result = TypeVar("Result")
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_announced: set[Callable[..., Any]] = set()
_announcing = threading.Lock()


def uses_kernels() -> bool:
    """Say whether compiled kernels do the work.

    Raises
    ------
    ConfigError
        If ``LIFECIRCLE_ENGINE`` is no engine.
    """
    name = os.environ.get("LIFECIRCLE_ENGINE", ENGINES[0])
    if name not in ENGINES:
        raise ConfigError(f"LIFECIRCLE_ENGINE is {name!r}: give one of {', '.join(ENGINES)}")
    return name == "numba" and _numba_loads()


@functools.cache
def _numba_loads() -> bool:
    """Say whether numba works here; where it does not, scipy gives the same results."""
    try:
        import numba  # noqa: F401
    except (ImportError, AttributeError) as error:  # the latter: a folder named like a library that numba asks for
        log.warning("numba cannot be loaded (%s): searching with scipy, same results but slower", error)
        return False
    return True


def threads() -> int:
    """Return the number of threads for independent searches.

    Raises
    ------
    ConfigError
        If ``LIFECIRCLE_THREADS`` is no whole number above 0.
    """
    given = os.environ.get("LIFECIRCLE_THREADS")
    if given is None:
        # Not every system tells which cores a process may use.
        allowed = getattr(os, "sched_getaffinity", None)
        return len(allowed(0)) if allowed else os.cpu_count() or 1
    if not given.isdecimal() or int(given) == 0:
        raise ConfigError(f"LIFECIRCLE_THREADS is {given!r}: give a whole number above 0")
    return int(given)


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return ``work(item)`` for every item, in the order of `items`."""
    todo = list(items)
    count = min(threads(), len(todo)) if uses_kernels() else 1
    if count <= 1:
        return [work(item) for item in todo]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, todo))


def compiled(function: Kernel) -> Kernel:
    """Return `function` compiled on its first call, without the interpreter's lock, kept on disk.

    The compiled form lies beside the module, or in the user's cache folder where that cannot be written
    (``NUMBA_CACHE_DIR`` overrides both); where nothing can be written every run compiles anew.
    """
    import numba

    try:
        kernel = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written
        return cast("Kernel", numba.njit(nogil=True)(function))
    _forget_outdated(kernel)
    return cast("Kernel", kernel)


def ready(kernel: Kernel) -> Kernel:
    """Return `kernel`, and say on the log when its first call is going to compile it."""
    if kernel not in _announced:
        with _announcing:
            new = kernel not in _announced
            _announced.add(kernel)
        if new and not _is_kept(kernel):
            name = f"{kernel.__module__}.{kernel.__qualname__}".removeprefix("lifecircle.")
            log.info("compiling %s once; later runs start at once", name)
    return kernel


def _is_kept(kernel: Callable[..., Any]) -> bool:
    """Say whether a compiled form newer than the source lies on disk."""
    source = Path(kernel.py_func.__code__.co_filename)  # type: ignore[attr-defined]
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in _kept(kernel, "nbi"))


def _kept(kernel: Callable[..., Any], ending: str) -> Iterator[Path]:
    """Return the files that hold compiled forms of a kernel."""
    folder = kernel.stats.cache_path  # type: ignore[attr-defined]
    if folder is None:
        return iter(())
    source = Path(kernel.py_func.__code__.co_filename)  # type: ignore[attr-defined]
    return Path(folder).glob(f"{source.stem}.{kernel.__qualname__}-*.{ending}")


def _forget_outdated(kernel: Callable[..., Any]) -> None:
    """Remove compiled forms that are older than any of the package's kernels, or the arrays that these walk on.

    numba looks at the age of a kernel's own module alone; the form also holds the kernels that it calls, and names
    the types of its arrays, which an older version of the package may have had otherwise.
    """
    for kept in _kept(kernel, "nb?"):
        with contextlib.suppress(OSError):  # gone already, or not ours to remove
            if kept.stat().st_mtime < _newest_kernel():
                kept.unlink()


@functools.cache
def _newest_kernel() -> float:
    """Return when the last of the modules with kernels or their arrays was written."""
    modules = Path(__file__).parent.rglob("*.py")
    return max(path.stat().st_mtime for path in modules if path.stem.endswith(("kernels", "arrays")))
