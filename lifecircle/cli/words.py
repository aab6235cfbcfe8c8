"""The language of the console: of ``--lang``, else of the user's locale."""

import logging
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources


def console_language(asked: object = None) -> str:
    """Return "zh" or "en": what was `asked` for, else what the locale says.

    Examples
    --------
    >>> console_language("zh")
    'zh'
    """
    if asked in {"zh", "en"}:
        return str(asked)
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def progress_text(record: logging.LogRecord, language: str) -> str:
    """Return a message of the library in `language`; as it was logged where nobody has translated it."""
    words = _progress().get(str(record.msg)) if language == "zh" else None
    if words is None:
        return record.getMessage()
    return words % record.args if record.args else words


@lru_cache(maxsize=1)
def _progress() -> Mapping[str, str]:
    import yaml  # a console that speaks English needs none of this

    text = resources.files("lifecircle").joinpath("data", "progress.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
