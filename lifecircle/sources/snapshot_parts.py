"""Finished answers on disk: whole or not there at all."""

import contextlib
import gzip
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lifecircle.errors import SourceError
from lifecircle.sources.http_client import RefusedError
from lifecircle.sources.overpass import parse_answer
from lifecircle.sources.overpass_query import query_form
from lifecircle.sources.snapshot import write_atomically

_SPLIT: Final = b"split\n"


@dataclass(frozen=True, slots=True)
class Parts:
    """The finished answers of one study.

    They stand in a folder named after the form of the queries, so that an answer to another question is
    never taken for one of these.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @classmethod
    def of(cls, folder: Path) -> "Parts":
        """Return the parts of the present queries inside `folder`."""
        return cls(folder / sha256(query_form().encode("utf-8")).hexdigest()[:8])

    def path(self, name: str) -> Path:
        """Return the file of an answer."""
        return self.folder / f"{name}.json.gz"

    def store(self, name: str, body: bytes) -> None:
        """Keep an answer, whole or not at all."""
        write_atomically(self.path(name), gzip.compress(body, compresslevel=6, mtime=0))

    def has(self, name: str) -> bool:
        """Tell whether an answer is there whole; one that was damaged since is put aside."""
        path = self.path(name)
        if not path.is_file():
            return False
        size = 0
        with contextlib.suppress(OSError, EOFError, zlib.error), gzip.open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                size += len(chunk)
            if size:
                return True
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.damaged"))
        return False

    def read(self, name: str) -> dict[str, Any]:
        """Return an answer that is there.

        Raises
        ------
        SourceError
            If it cannot be read or is not whole.
        """
        try:
            return parse_answer(gzip.decompress(self.path(name).read_bytes()))
        except (OSError, EOFError, zlib.error, RefusedError) as error:
            raise SourceError(f"{self.path(name)}: cannot be read ({error}); delete it and fetch again") from error

    def mark_split(self, name: str) -> None:
        """Remember that a tile is too heavy to be asked for at once."""
        write_atomically(self.folder / f"{name}.split", _SPLIT)

    def is_split(self, name: str) -> bool:
        """Tell whether a tile is asked for by quarters."""
        return (self.folder / f"{name}.split").is_file()
