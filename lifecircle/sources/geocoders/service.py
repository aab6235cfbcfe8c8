"""What every geocoding service shares: the request, its limits, the meaning of a failure."""

import http.client
import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Final
from typing import Protocol as Shape
from urllib.parse import urlencode

from lifecircle.errors import ConfigError, SourceError
from lifecircle.sources.geocoders.redaction import KEY_VARIABLES, RedactingFilter, redacted

log = logging.getLogger("lifecircle.geocode")

MAX_ANSWER_BYTES: Final = 1 << 20
_BUSY_HTTP: Final = frozenset({408, 429, 500, 502, 503, 504})


class GeocodingError(SourceError):
    """A service gave no answer; the query stays unanswered and may be asked again."""


class KeyRefusedError(GeocodingError):
    """The service does not accept the key: no further query is worth sending."""


class QuotaError(GeocodingError):
    """The quota is used up: no further query is worth sending today."""


class BusyError(GeocodingError):
    """Too many requests at once, a time-out, a server error: worth another attempt."""


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """One place that a service found.

    Attributes
    ----------
    lon, lat : float
        Degrees in `datum`.
    datum : str
        ``wgs84``, ``gcj02``, ``bd09`` or ``cgcs2000``.
    score : float
        0 to 100: the service's own confidence where it gives one, else what its level of detail deserves.
    level : str
        The service's own word for the level of detail.
    within_m : float
        How far off the place may be, from its level or stated radius.
    matched : str
        What the service says it found.
    object_id : str
        The service's id of it, or "".
    """

    lon: float
    lat: float
    datum: str
    score: float
    level: str
    within_m: float
    matched: str = ""
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an address, the town it lies in, and the service's key, "" where it needs none."""

    text: str
    town: str
    key: str


class Protocol(Shape):
    """How one service is spoken to."""

    name: str
    url: str
    needs_key: bool
    pause_s: float

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of the request."""

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Return the places in the answer, best first; raise a `GeocodingError` for what is none."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a service is asked: seconds to wait for an answer, attempts, and the clock (replaced in tests)."""

    timeout_s: float = 15.0
    attempts: int = 3
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the key to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Refuse."""
        return


class Service:
    """A geocoding service, asked one query at a time within its rate limit.

    Parameters
    ----------
    protocol : Protocol
    url : str, optional
        Another server of the same protocol (Nominatim, Photon); never for services with a key.
    manners : Manners, optional

    Raises
    ------
    ConfigError
        If the service needs a key and the environment has none.
    """

    def __init__(self, protocol: Protocol, *, url: str = "", manners: Manners | None = None) -> None:
        self.protocol = protocol
        self.url = url or protocol.url
        self._manners = manners or Manners()
        self._last = float("-inf")
        self._key = _key(protocol)
        self._open = urllib.request.build_opener(_NoRedirects).open
        if not any(isinstance(one, RedactingFilter) for one in log.filters):
            log.addFilter(RedactingFilter())

    @property
    def name(self) -> str:
        """The service's id."""
        return self.protocol.name

    def ask(self, text: str, *, town: str = "") -> tuple[ServiceAnswer, ...]:
        """Return what the service finds for `text` in `town`, best first; nothing where it knows no such place.

        Raises
        ------
        KeyRefusedError, QuotaError
            No further query is worth sending.
        GeocodingError
            If there was no answer after every attempt, or it cannot be understood.
        """
        question = Question(text, town, self._key)
        for attempt in range(1, self._manners.attempts + 1):
            self._wait(attempt)
            try:
                return tuple(self._without_key(found) for found in self.protocol.read(*self._request(question)))
            except BusyError as error:
                log.info("%s: %s (attempt %d of %d)", self.name, error, attempt, self._manners.attempts)
                if attempt == self._manners.attempts:
                    raise self._clean(error) from None
            except GeocodingError as error:
                raise self._clean(error) from None
            except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
                raise GeocodingError(
                    f"{self.name}: the answer is not understood ({type(error).__name__}); the service may have changed"
                ) from None
        raise AssertionError("unreachable")  # pragma: no cover

    def _clean(self, error: GeocodingError) -> GeocodingError:
        return type(error)(self._hidden(f"{self.name}: {error}"))

    def _without_key(self, found: ServiceAnswer) -> ServiceAnswer:
        """Return an answer whose texts do not repeat the key."""
        return replace(
            found,
            level=self._hidden(found.level),
            matched=self._hidden(found.matched),
            object_id=self._hidden(found.object_id),
        )

    def _hidden(self, text: str) -> str:
        return redacted(text, [self._key] if self._key else [])

    def _wait(self, attempt: int) -> None:
        """Keep the service's pace, slower after a failure."""
        pace = self.protocol.pause_s * 2 ** (attempt - 1) + (attempt - 1)
        left = self._last + pace - self._manners.clock()
        if left > 0:
            self._manners.sleep(left)
        self._last = self._manners.clock()

    def _request(self, question: Question) -> tuple[Any, int]:
        address = f"{self.url}?{urlencode(self.protocol.parameters(question))}"
        agent = f"lifecircle/{version('lifecircle')} (geocoding of facility lists)"
        request = urllib.request.Request(address, headers={"User-Agent": agent, "Accept": "application/json"})  # noqa: S310
        try:
            with self._open(request, timeout=self._manners.timeout_s) as response:
                return _parsed(response.read(MAX_ANSWER_BYTES + 1), response.status), response.status
        except urllib.error.HTTPError as error:
            with error:
                return _parsed(error.read(MAX_ANSWER_BYTES), error.code), error.code
        except GeocodingError:
            raise
        except TimeoutError:
            raise BusyError(f"no answer within {self._manners.timeout_s:g} s") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise BusyError(f"no answer within {self._manners.timeout_s:g} s") from None
            raise BusyError(f"cannot be reached ({type(reason).__name__}); check the internet connection") from None


def _key(protocol: Protocol) -> str:
    if not protocol.needs_key:
        return ""
    variable = KEY_VARIABLES[protocol.name]
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(
            f"{protocol.name} needs a key: set the environment variable {variable} (keys are never read from files)"
        )
    return key


def _parsed(body: bytes, status: int) -> Any:  # noqa: ANN401 - parsed JSON
    """Return the JSON of an answer; None for a failure that has none."""
    if len(body) > MAX_ANSWER_BYTES:
        raise GeocodingError(f"the answer is larger than {MAX_ANSWER_BYTES >> 20} MiB")
    try:
        return json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        pass
    if status in _BUSY_HTTP:
        raise BusyError(f"HTTP {status}")
    if status >= 400:
        return None
    kind = "a web page" if body.lstrip()[:1] == b"<" else "no JSON" if body.strip() else "empty"
    raise GeocodingError(f"the answer is {kind}; a proxy or login page may stand in between")


def refuse_http(status: int) -> None:
    """Raise for an HTTP status that a service's own codes do not explain."""
    if status in (401, 403):
        raise KeyRefusedError(f"access refused (HTTP {status})")
    if status in _BUSY_HTTP:
        raise BusyError(f"HTTP {status}")
    if status >= 300:
        raise GeocodingError(f"HTTP {status}")
