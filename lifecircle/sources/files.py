"""What every reader of files asks first: is it there, is it a file, what are its bytes."""

import hashlib
from pathlib import Path

from lifecircle.errors import SourceError

_CHUNK_BYTES = 1 << 20


def check_file(path: Path) -> None:
    """Refuse a path that is not a readable, non-empty local file.

    Raises
    ------
    SourceError
        Missing, a folder, empty, unreadable, a URL or a virtual (``/vsi``) path.
    """
    text = str(path).replace("\\", "/")
    if "://" in text or ":/" in text[2:] or text.lower().startswith("/vsi"):
        raise SourceError(f"{text}: not a local file; download it first and give its path")
    if not path.exists():
        raise SourceError(f"{path.name}: no such file at {path}; check the path, or set LIFECIRCLE_DATA to its folder")
    if path.is_dir():
        raise SourceError(f"{path.name}: {path} is a folder; give the file inside it")
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name}: the file is empty (0 bytes); download it again")


def read_head(path: Path, *, size: int = 4096) -> bytes:
    """Return the first `size` bytes of a file, to recognise its format by content."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror}); check its permissions") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    SourceError
        If the file is missing, a folder, empty or unreadable.
    """
    check_file(path)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror}); check its permissions") from error
    return digest.hexdigest()
