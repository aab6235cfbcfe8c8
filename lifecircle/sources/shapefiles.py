"""In which encoding the texts of a Shapefile are written."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

_MAX_BYTES: Final = 64 << 20
# The language byte of a .dbf: simplified Chinese of DOS and of Windows.
_GBK_DRIVERS: Final = (0x4D, 0x7A)


def text_encoding(path: Path) -> str | None:
    """Return the encoding of a Shapefile that does not say it, None where its ``.cpg`` does.

    Parameters
    ----------
    path : Path
        The ``.shp`` file.

    Returns
    -------
    str or None
        ``"UTF-8"`` where all texts are that, else ``"GB18030"`` (GBK and more) where all texts are that or the file
        says so; None where neither holds.
    """
    if any(path.with_suffix(form).exists() for form in (".cpg", ".CPG")):
        return None
    table = next((path.with_suffix(form) for form in (".dbf", ".DBF") if path.with_suffix(form).exists()), None)
    if table is None or table.stat().st_size > _MAX_BYTES:
        return None
    data = table.read_bytes()
    if len(data) < 32:
        return None
    if data[29] in _GBK_DRIVERS:
        return "GB18030"
    (start,) = struct.unpack("<H", data[8:10])
    names = b" ".join(data[at : at + 11].split(b"\x00")[0] for at in range(32, max(start - 1, 32), 32))
    texts = names + b" " + data[start:]
    return next((name for name in ("UTF-8", "GB18030") if _is(texts, name)), None)


def _is(texts: bytes, encoding: str) -> bool:
    try:
        texts.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
