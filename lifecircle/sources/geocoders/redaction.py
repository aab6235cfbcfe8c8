"""Keys never leave the process: not in logs, errors, ledgers or outputs."""

import logging
import os
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

KEY_VARIABLES: Final = {
    "amap": "LIFECIRCLE_AMAP_KEY",
    "baidu": "LIFECIRCLE_BAIDU_KEY",
    "tianditu": "LIFECIRCLE_TIANDITU_KEY",
}
HIDDEN: Final = "[key]"


def known_keys() -> tuple[str, ...]:
    """Return the keys that the environment holds, longest first."""
    values = {os.environ.get(variable, "").strip() for variable in KEY_VARIABLES.values()}
    return tuple(sorted((value for value in values if value), key=lambda value: (-len(value), value)))


def redacted(text: str, keys: Iterable[str] | None = None) -> str:
    """Return `text` with every key, plain or as it stands in an address, replaced by ``[key]``.

    Parameters
    ----------
    text : str
    keys : iterable of str, optional
        By default those of the environment.

    Examples
    --------
    >>> redacted("GET /v3?key=s3cr3t%2F1&x=1", ["s3cr3t/1"])
    'GET /v3?key=[key]&x=1'
    """
    for key in known_keys() if keys is None else keys:
        for form in dict.fromkeys((key, quote(key, safe=""), quote_plus(key), quote(key))):
            text = text.replace(form, HIDDEN)
    return text


class RedactingFilter(logging.Filter):
    """Hides the environment's keys in whatever is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record where it holds a key; never drop it."""
        message = record.getMessage()
        clean = redacted(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True
