"""One question to an Overpass server, and the proof that its answer is whole.

osmnx's own request function asks for ever on 429 and 504 and takes an answer with a ``remark`` (the server
gave up half-way) for a result; the tiles are therefore asked for here, with ``requests``. osmnx resolves
place names (``lifecircle.sources.online_names``).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from lifecircle.sources.http_client import Patience, RefusedError, answering, ask, body_chunks, refuse_status

DEFAULT_SERVER: Final = "https://overpass-api.de/api/interpreter"
DEFAULT_MIRRORS: Final = ("https://overpass.private.coffee/api/interpreter",)
_GAVE_UP: Final = re.compile(r"timed out|out of memory|too much|load too high", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TITLE: Final = re.compile(
    rb"<title>(.*?)</title>|<strong[^>]*>Error</strong>:?\s*(.*?)</p>", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Overpass:
    """Where tiles come from.

    Attributes
    ----------
    servers : tuple of str
        Addresses of the interpreters; the first is asked first, the others when it fails.
    patience : Patience
    """

    servers: tuple[str, ...] = (DEFAULT_SERVER, *DEFAULT_MIRRORS)
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class OverpassAnswer:
    """A whole answer.

    Attributes
    ----------
    body : bytes
        JSON as it came.
    timestamp : str
        Date of the server's database, ISO 8601.
    elements : int
    server : str
    """

    body: bytes
    timestamp: str
    elements: int
    server: str


def ask_overpass(query: str, service: Overpass, *, what: str) -> OverpassAnswer:
    """Ask for the answer of `query` until it is whole.

    Parameters
    ----------
    query : str
        Overpass QL with JSON output.
    service : Overpass
    what : str
        What is asked for, in messages.

    Raises
    ------
    TooHeavyError
        If the servers cannot finish it.
    SourceError
        If no server gave a whole answer within the attempts allowed.
    """
    return ask(service.servers, partial(_once, query, service.patience), patience=service.patience, what=what)


def _once(query: str, patience: Patience, server: str) -> OverpassAnswer:
    with answering(server, patience=patience, headers={"Accept": "application/json"}, data=query) as response:
        refuse_status(response)
        body = b"".join(body_chunks(response, patience=patience))
    answer = parse_answer(body)
    return OverpassAnswer(body, answer["osm3s"]["timestamp_osm_base"], len(answer["elements"]), server)


def parse_answer(body: bytes) -> dict[str, Any]:
    """Return a whole answer, read.

    Raises
    ------
    RefusedError
        If it is cut short, a web page, carries a ``remark``, has no date, or lacks a node of one of its ways.
    """
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise RefusedError(_no_json(body)) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise RefusedError("the answer is JSON, but not Overpass's")
    if "remark" in answer:
        remark = " ".join(str(answer["remark"]).split())[:200]
        raise RefusedError(f"the server gave up half-way: {remark}", heavy=bool(_GAVE_UP.search(remark)))
    stamp = answer.get("osm3s")
    date = stamp.get("timestamp_osm_base") if isinstance(stamp, dict) else None
    if not isinstance(date, str) or not _DATE.fullmatch(date):
        raise RefusedError(f"the answer does not say the date of its data (timestamp_osm_base is {date!r})")
    _check_elements(answer["elements"])
    return answer


def _no_json(body: bytes) -> str:
    if not body:
        return "the answer is empty"
    if body.lstrip()[:1] == b"<":
        found = _TITLE.search(body)
        told = b" ".join((found.group(1) or found.group(2) or b"").split()).decode("utf-8", "replace") if found else ""
        return f"the answer is a web page{': ' + told[:150] if told else ''}"
    return f"the answer is cut short or damaged ({len(body)} bytes)"


def _check_elements(elements: list[Any]) -> None:
    """Refuse elements that are none, and ways whose nodes did not come along."""
    nodes: set[int] = set()
    needed: set[int] = set()
    for element in elements:
        if not isinstance(element, Mapping) or not isinstance(element.get("id"), int):
            raise RefusedError("the answer holds something that is no OpenStreetMap object")
        kind = element.get("type")
        if (
            kind == "node"
            and isinstance(element.get("lon"), int | float)
            and isinstance(element.get("lat"), int | float)
        ):
            nodes.add(element["id"])
        elif kind == "way" and isinstance(element.get("nodes"), list):
            needed.update(element["nodes"])
        elif kind != "relation" or not isinstance(element.get("members", []), list):
            raise RefusedError(f"the answer holds a {kind} without its place or its nodes")
    if not needed <= nodes:
        raise RefusedError(f"the answer lacks {len(needed - nodes)} nodes of its ways")
