"""Names of places, resolved online by osmnx: the only module that touches it.

osmnx keeps its settings in one global module, asks for ever on HTTP 429 and 504, and asks a public DNS
service by default. Inside `osmnx_session` all of that is bounded; outside, nothing has changed.
"""

import logging
import re
import socket
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from lifecircle.errors import ConfigError
from lifecircle.sources.http_client import Patience, RefusedError, ask, refuse_status, user_agent

if TYPE_CHECKING:
    import requests

log = logging.getLogger("lifecircle")

DEFAULT_NOMINATIM: Final = "https://nominatim.openstreetmap.org/"
_LISTED: Final = 8
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class NameService:
    """Where names are resolved.

    Attributes
    ----------
    server : str
        Base address of a Nominatim service.
    cache : Path
        Folder that osmnx may use; nothing is read back from it.
    patience : Patience
    """

    server: str
    cache: Path
    patience: Patience = field(default_factory=lambda: Patience(attempts=4))


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An administrative area found by name.

    Attributes
    ----------
    relation : int
    shown : str
        Its full name, as the service tells it.
    """

    relation: int
    shown: str


@contextmanager
def osmnx_session(service: NameService, *, language: str, hook: object) -> Iterator[ModuleType]:
    """Lend osmnx with its settings bounded, and put every one of them back.

    Parameters
    ----------
    service : NameService
    language : str
        For the names in answers.
    hook : callable
        Sees each response before osmnx does, and may refuse it by raising.
    """
    import osmnx
    from osmnx import settings

    before = {name: value for name, value in vars(settings).items() if not name.startswith("_")}
    resolve = socket.getaddrinfo
    try:
        settings.doh_url_template = None
        settings.http_user_agent = settings.http_referer = user_agent()
        settings.http_accept_language = language
        settings.nominatim_url = service.server
        settings.requests_timeout = service.patience.timeout_s
        settings.requests_kwargs = {"hooks": {"response": hook}}
        settings.cache_folder = service.cache
        settings.use_cache = False  # a file cut short would fail every later run
        settings.log_file = settings.log_console = False
        yield osmnx
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        socket.getaddrinfo = resolve  # osmnx may have put its own in place


def resolve_area(name: str, service: NameService) -> NamedArea:
    """Return the administrative area of a name, such as ``"鹤壁市, 河南省"``.

    Parameters
    ----------
    name : str
        The place, then what it lies in, parted by commas.
    service : NameService

    Raises
    ------
    ConfigError
        If no administrative area answers to the name, or more than one; the message lists them with their ids.
    SourceError
        If the service cannot be asked.
    """
    plain = name.replace("，", ",")
    results = ask(
        (service.server,),
        lambda _server: _search(plain, service),
        patience=service.patience,
        what=f"the name {name!r}",
    )
    areas = _areas(results)
    place = _folded(plain.split(",")[0])
    exact = {number: shown for number, shown in areas.items() if _folded(shown.split(",")[0]) == place}
    if len(exact) == 1:
        (relation,) = exact
        log.info("%s is relation %d: %s", name, relation, exact[relation])
        return NamedArea(relation, exact[relation])
    if exact:
        raise ConfigError(f"boundary {name!r}: {len(exact)} administrative areas have that name; {_listed(exact)}")
    if areas:
        raise ConfigError(f"boundary {name!r}: no administrative area is called exactly that; {_listed(areas)}")
    raise ConfigError(
        f"boundary {name!r}: OpenStreetMap's name service knows no administrative area of that name; "
        "check the spelling, add what it lies in (name, province), or give {relation: <id>}, a polygon file or a box"
    )


def _search(name: str, service: NameService) -> list[Mapping[str, Any]]:
    """Return every result of one search through osmnx, which hands on a single one."""
    seen: list[Any] = []

    def look(response: "requests.Response", **_options: object) -> None:
        refuse_status(response)
        try:
            seen.append(response.json())
        except ValueError as error:
            raise RefusedError("the answer is not JSON: cut short, or a web page") from error

    import requests

    language = "zh-CN,zh,en" if _HAN.search(name) else "en"
    with osmnx_session(service, language=language, hook=look) as osmnx:
        started = time.monotonic()
        try:
            osmnx.geocode_to_gdf(name)
        except requests.exceptions.Timeout as error:
            raise RefusedError(f"no answer within {time.monotonic() - started:.0f} s") from error
        except requests.exceptions.RequestException as error:
            raise RefusedError(f"the connection failed ({type(error).__name__})") from error
        except (osmnx._errors.InsufficientResponseError, TypeError):  # noqa: SLF001  # nothing, or no surface, found
            log.debug("osmnx found no surface of the name %s", name)
    if not seen or not isinstance(seen[-1], list):
        raise RefusedError("the answer is no list of places")
    return [result for result in seen[-1] if isinstance(result, Mapping)]


def _areas(results: list[Mapping[str, Any]]) -> dict[int, str]:
    """Return the administrative relations among results, best first."""
    return {
        int(result["osm_id"]): str(result.get("display_name", ""))
        for result in results
        if result.get("osm_type") == "relation"
        and (result.get("class") or result.get("category")) == "boundary"
        and result.get("type") == "administrative"
    }


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _listed(areas: Mapping[int, str]) -> str:
    rows = [f"{shown} (relation {number})" for number, shown in list(areas.items())[:_LISTED]]
    more = f" and {len(areas) - _LISTED} more" if len(areas) > _LISTED else ""
    return f"candidates: {'; '.join(rows)}{more}; write {{relation: <id>}}"
