"""Prepared places on disk: disposable, safe to share between runs, never half written.

One file per place, named by its key: a zip of plain arrays (``.npz``, read without pickle) with a tree of JSON that
says what they mean. A file is written under another name and then renamed, so that a reader finds all of it or none.
Every part carries a checksum; a damaged file is dropped with a warning.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import logging
import os
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from lifecircle.sources.noun_codec import Decoder, Encoder, Nouns, UnknownKindError

log = logging.getLogger("lifecircle")

VARIABLE = "LIFECIRCLE_CACHE"
FORMAT = 2
SUFFIX = ".place.npz"
KEPT = 24  # of many places the oldest give way
UNFINISHED_S = 3600.0  # a file that a run was writing so long ago was left by a run that died
_ABOUT, _TREE = "about.json", "tree.json"


@dataclass(frozen=True, slots=True)
class CachedPlace:
    """One entry of the cache.

    Attributes
    ----------
    key, name : str
    bytes : int
    age_s : float
        Since it was written.
    path : Path
    """

    key: str
    name: str
    bytes: int
    age_s: float
    path: Path


def cache_folder() -> Path:
    """Return the folder of prepared places: that of ``LIFECIRCLE_CACHE``, else in the user's cache folder."""
    given = os.environ.get(VARIABLE, "").strip()
    return Path(given).expanduser() if given else user_cache_path("lifecircle", appauthor=False) / "places"


class PlaceCache:
    """The prepared places of a folder.

    Parameters
    ----------
    nouns : Mapping[str, type]
        Dataclasses that may be stored, by name; nothing else is ever made from a file.
    folder : Path, optional
        By default `cache_folder`.
    """

    def __init__(self, nouns: Nouns, *, folder: Path | None = None) -> None:
        self._nouns, self._folder = nouns, folder or cache_folder()

    def load(self, key: str) -> dict[str, Any] | None:
        """Return what was stored under `key`, None where there is nothing (or nothing that can be read)."""
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            with _no_collector():
                return self._read(path, key)
        except Exception as error:  # noqa: BLE001  # whatever a damaged file does, the place can be prepared again
            log.warning("the cached place %s is damaged (%s): dropped, preparing it anew", path.name, error)
            _drop(path)
            return None

    def _read(self, path: Path, key: str) -> dict[str, Any]:
        with zipfile.ZipFile(path) as file:
            about = json.loads(file.read(_ABOUT))
            if about["format"] != FORMAT or about["key"] != key:
                raise ValueError("it is of another format or key")
            tree = json.loads(file.read(_TREE))
            arrays = [_array(file.read(f"{number}.npy")) for number in range(about["arrays"])]
        stored: dict[str, Any] = Decoder(self._nouns, arrays).decode(tree)
        return stored

    def store(self, key: str, parts: dict[str, Any], *, name: str) -> bool:
        """Store `parts` under `key`; say whether that was possible (a full or read-only disk is no error)."""
        encoder = Encoder(self._nouns)
        try:
            tree = encoder.encode(parts)
            self._write(key, tree, encoder=encoder, name=name)
        except (OSError, ValueError, UnknownKindError) as error:
            log.warning("the prepared place is not cached: %s", error)
            return False
        self._tidy()
        return True

    def _write(self, key: str, tree: object, *, encoder: Encoder, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{key[:12]}-{uuid.uuid4().hex}.part"
        about = {"format": FORMAT, "key": key, "name": name, "arrays": len(encoder.arrays)}
        try:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(_ABOUT, json.dumps(about, ensure_ascii=False))
                archive.writestr(_TREE, json.dumps(tree, ensure_ascii=False, separators=(",", ":")))
                for number, array in enumerate(encoder.arrays):
                    with archive.open(f"{number}.npy", "w", force_zip64=True) as part:
                        np.lib.format.write_array(part, array, allow_pickle=False)
            draft.replace(self._path(key))
        finally:
            draft.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Drop what dead runs left, and the oldest places beyond `KEPT`."""
        for draft in self._folder.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - draft.stat().st_mtime > UNFINISHED_S:
                    draft.unlink()
        for entry in list(entries(self._folder))[KEPT:]:
            _drop(entry.path)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{SUFFIX}"


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Keep Python from looking for garbage among a million new objects, again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def entries(folder: Path | None = None) -> Iterator[CachedPlace]:
    """Yield the cached places of a folder (by default `cache_folder`), newest first; damaged ones have no name."""
    found = []
    for path in sorted((folder or cache_folder()).glob(f"*{SUFFIX}")):
        with contextlib.suppress(OSError):  # another run may have dropped it
            status = path.stat()
            found.append((status.st_mtime, path, status.st_size))
    for written, path, size in sorted(found, reverse=True):
        yield CachedPlace(path.name.removesuffix(SUFFIX), _name(path), size, max(0.0, time.time() - written), path)


def clear(folder: Path | None = None) -> tuple[int, int]:
    """Drop every cached place; return how many there were, and their bytes."""
    where = folder or cache_folder()
    dropped = [entry for entry in entries(where) if _drop(entry.path)]
    for draft in where.glob("*.part"):
        _drop(draft)
    return len(dropped), sum(entry.bytes for entry in dropped)


def _name(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            return str(json.loads(file.read(_ABOUT))["name"])
    except Exception:  # noqa: BLE001  # as in `PlaceCache.load`
        return ""


def _array(data: bytes) -> Any:  # noqa: ANN401  # of any dtype
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _drop(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:  # gone already, or in use on a system that locks open files
        return False
    return True
