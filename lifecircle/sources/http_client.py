"""Asking a server over HTTP: bounded in time and size, patient but never for ever, mirrors in turn."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from lifecircle.errors import ConfigError, SourceError

if TYPE_CHECKING:
    import requests

log = logging.getLogger("lifecircle")

Answer = TypeVar("Answer")

MAX_PAUSE_S: Final = 300.0
MAX_ANSWER_BYTES: Final = 2 << 30
TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on asking.

    Attributes
    ----------
    attempts : int
        Of one request, over all servers together.
    pause_s : float
        Before the second round; doubled with each further round, at most five minutes.
    timeout_s : float
        Of one answer, from the first byte sent to the last received.
    """

    attempts: int = 8
    pause_s: float = 5.0
    timeout_s: float = 240.0

    def pause(self, attempt: int, *, servers: int, asked_s: float) -> float:
        """Return the seconds to wait after `attempt` (from 0) failed; a server may have `asked_s` for more."""
        if (attempt + 1) % servers and not asked_s:
            return 0.0  # the next mirror is asked at once
        return min(max(self.pause_s * 2.0 ** (attempt // servers), asked_s), MAX_PAUSE_S)


class RefusedError(Exception):
    """An answer that is not one.

    Attributes
    ----------
    final : bool
        Asking again would not help.
    heavy : bool
        The server could not finish: a smaller question may do.
    wait_s : float
        How long the server asked to wait.
    """

    def __init__(self, why: str, *, final: bool = False, heavy: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.final = final
        self.heavy = heavy
        self.wait_s = wait_s


class TooHeavyError(SourceError):
    """No server could finish the question: ask for less at once."""


def checked_url(url: str) -> str:
    """Return the address of a server after refusing what is no web address, or holds a password.

    Raises
    ------
    ConfigError
        With what an address looks like.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"{url!r} is not the address of a server: give one like https://overpass-api.de/api/interpreter"
        )
    if parts.username or parts.password:
        raise ConfigError(f"the address of {parts.hostname} holds a user name or password: give it without")
    return url


def ask(servers: tuple[str, ...], attempt: Callable[[str], Answer], *, patience: Patience, what: str) -> Answer:
    """Return what `attempt` returns for the first server that gives an answer.

    Servers are asked in turn, with pauses that grow; `attempt` raises `RefusedError` for what is no answer.

    Raises
    ------
    TooHeavyError
        If a server gave up for time or memory.
    SourceError
        If no attempt succeeded; the message holds the last reason of each server.
    """
    reasons: dict[str, str] = {}
    heavy = False
    for number in range(patience.attempts):
        server = servers[number % len(servers)]
        host = urlsplit(server).netloc
        try:
            return attempt(server)
        except RefusedError as refused:
            reasons[host] = str(refused)
            heavy |= refused.heavy
            if refused.final:
                break
            if refused.heavy and len(servers) <= number + 1:
                break  # asked again, it would take as long again
            pause = patience.pause(number, servers=len(servers), asked_s=refused.wait_s)
            if number + 1 < patience.attempts:
                log.warning("%s: %s: %s; trying again in %.0f s", what, host, refused, pause)
                time.sleep(pause)
    told = "; ".join(f"{host}: {reason}" for host, reason in reasons.items())
    raise (TooHeavyError if heavy else SourceError)(f"{what}: no answer ({told})")


@contextmanager
def answering(
    server: str, *, patience: Patience, headers: Mapping[str, str], data: str | None = None
) -> Iterator["requests.Response"]:
    """Open the answer of one request (POST when there is `data`), its body not yet read.

    Raises
    ------
    RefusedError
        If the server cannot be reached, or breaks off.
    """
    import requests

    sent = {"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate", **headers}
    timeout = (min(30.0, patience.timeout_s), patience.timeout_s)
    try:
        with requests.Session() as session:
            body = None if data is None else {"data": data}
            method = "GET" if data is None else "POST"
            with session.request(method, server, data=body, headers=sent, timeout=timeout, stream=True) as response:
                yield response
    except requests.exceptions.Timeout as error:
        raise RefusedError(f"no answer within {patience.timeout_s:.0f} s") from error
    except requests.exceptions.RequestException as error:
        raise RefusedError(f"the connection failed ({type(error).__name__})") from error


def body_chunks(response: "requests.Response", *, patience: Patience) -> Iterator[bytes]:
    """Yield the body in pieces, and stop a server that drips.

    Raises
    ------
    RefusedError
        If it takes longer than ``patience.timeout_s`` in all, or is larger than 2 GiB.
    """
    deadline = time.monotonic() + patience.timeout_s
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if time.monotonic() > deadline:
            raise RefusedError(f"the answer was not complete after {patience.timeout_s:.0f} s", heavy=True)
        if size > MAX_ANSWER_BYTES:
            raise RefusedError(f"the answer is larger than {MAX_ANSWER_BYTES >> 30} GiB", heavy=True)
        yield chunk


def refuse_status(response: "requests.Response") -> None:
    """Raise `RefusedError` for an HTTP status that is no success; most will not change by asking again."""
    code = response.status_code
    if code < 400:
        return
    why = f"HTTP {code} {response.reason}".rstrip()
    raise RefusedError(why, final=code not in TRY_AGAIN, wait_s=_retry_after(response))


def _retry_after(response: "requests.Response") -> float:
    """Return the seconds that the server asks to wait, 0 when it does not say."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return min(float(told), MAX_PAUSE_S)
    try:
        until = parsedate_to_datetime(told).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(until, 0.0), MAX_PAUSE_S)


def user_agent() -> str:
    """Return how lifecircle introduces itself to servers."""
    return f"lifecircle/{version('lifecircle')} (life-circle audits; Python requests)"
