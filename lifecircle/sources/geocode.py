"""Places for rows that have a name or an address: the gazetteer first, then what people decided, then services.

Offline is the rule: a service is asked only when it is named, only for rows that the gazetteer cannot
place, and never twice for the same text.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from pyproj import Transformer

from lifecircle.errors import ConfigError
from lifecircle.model.area import WGS84
from lifecircle.sources.addresses import split_areas
from lifecircle.sources.datum import Datum
from lifecircle.sources.gazetteer_search import Candidate, GazetteerSearch
from lifecircle.sources.geocode_decide import NOT_FOUND, GeocodeRules, Option, Verdict, decide, merge, metres_apart
from lifecircle.sources.geocode_ledger import Call, Ledger
from lifecircle.sources.geocode_review import Decision, Key
from lifecircle.sources.geocoders.service import (
    BusyError,
    GeocodingError,
    KeyRefusedError,
    QuotaError,
    Service,
    ServiceAnswer,
)
from lifecircle.sources.name_likeness import comparable

log = logging.getLogger("lifecircle.geocode")

OFFLINE: Final = "offline"
_KEPT_OPTIONS: Final = 5
_PUBLIC_NOMINATIM_ROWS: Final = 100
_FAILURES_IN_A_ROW: Final = 3
_AROUND_DEGREES: Final = 0.3

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class GeocodeQuery:
    """A row to be placed; either may be ""."""

    name: str
    address: str

    @property
    def key(self) -> Key:
        """What identifies it in the review file."""
        return " ".join(self.name.split()), " ".join(self.address.split())


@dataclass(frozen=True, slots=True)
class Sources:
    """What a geocoder may look into.

    Attributes
    ----------
    search : GazetteerSearch or None
    ledger : Ledger
        Answers of services; used even when no service may be asked.
    decisions : Mapping
        From ``read_review``.
    providers : tuple of str
        Services whose recorded answers count, in order.
    services : Mapping[str, Service]
        Those that may be asked now; empty while offline.
    town : str
        Town that addresses lie in.
    around : (west, south, east, north) or None
        Degrees; a service's answer far outside it is doubted.
    """

    search: GazetteerSearch | None
    ledger: Ledger
    decisions: Mapping[Key, Decision] = field(default_factory=dict)
    providers: tuple[str, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)
    town: str = ""
    around: Bounds | None = None


class Geocoder:
    """Places queries one by one and keeps count of what services refused.

    Attributes
    ----------
    failures : dict
        By service: why it was asked no more, or failed.
    asked : int
        Calls that went out.
    """

    def __init__(self, sources: Sources, *, rules: GeocodeRules) -> None:
        self.sources = sources
        self.rules = rules
        self.failures: dict[str, str] = {}
        self.asked = 0
        self._stopped: set[str] = set()
        self._in_a_row: dict[str, int] = {}
        search = sources.search
        self._to_lonlat = None if search is None else Transformer.from_crs(search.gazetteer.crs, WGS84, always_xy=True)

    def locate(self, queries: Sequence[GeocodeQuery]) -> list[Verdict]:
        """Return one verdict per query, in order; equal queries get equal verdicts.

        Raises
        ------
        ConfigError
            If the public Nominatim server would be sent a long list, which its policy forbids.
        SourceError
            If the ledger cannot be written.
        """
        first = {query.key: self._offline(query) for query in dict.fromkeys(queries)}
        unplaced = [query for query in dict.fromkeys(queries) if first[query.key].place is None]
        self._check_policy(unplaced)
        online = {query.key: self._online(query, first[query.key]) for query in unplaced}
        return [online.get(query.key, first[query.key]) for query in queries]

    def _offline(self, query: GeocodeQuery) -> Verdict:
        options, disagree = self._options(query)
        decided = self.sources.decisions.get(query.key)
        if decided is not None:
            return decided.verdict(options)
        if not query.name.strip() and not query.address.strip():
            return Verdict(NOT_FOUND, "empty", None, 0.0, ())
        return decide(options, rules=self.rules, disagree=disagree)

    def _options(self, query: GeocodeQuery) -> tuple[list[Option], bool]:
        search = self.sources.search
        if search is None:
            return [], False
        names = search.by_name(query.name) if query.name.strip() else []
        addresses: list[Candidate] = []
        if query.address.strip():
            parsed = search.parse(query.address)
            addresses = search.by_address(parsed)
            if not addresses:
                addresses = search.inside(query.address)
        return merge(self._as_options(names), self._as_options(addresses), rules=self.rules)

    def _as_options(self, found: Sequence[Candidate]) -> list[Option]:
        if not found or self._to_lonlat is None:
            return []
        kept = found[: 4 * _KEPT_OPTIONS]
        lon, lat = self._to_lonlat.transform([one.x for one in kept], [one.y for one in kept])
        return [
            Option(
                one.label,
                one.object_id,
                one.level,
                x,
                y,
                one.score,
                one.certainty,
                one.within_m,
                one.source,
            )
            for one, x, y in zip(kept, lon, lat, strict=True)
        ]

    def _check_policy(self, unplaced: Sequence[GeocodeQuery]) -> None:
        service = self.sources.services.get("nominatim")
        if service is None or service.url != service.protocol.url:
            return
        new = [query for query in unplaced if self.sources.ledger.get(self._call("nominatim", query)) is None]
        if len(new) > _PUBLIC_NOMINATIM_ROWS:
            raise ConfigError(
                f"the public Nominatim server forbids bulk geocoding, and {len(new)} rows are left to ask: name "
                "another service, or a Nominatim server of your own in geocode.urls"
            )

    def _call(self, provider: str, query: GeocodeQuery) -> Call:
        text = " ".join((query.address.strip() or query.name.strip()).split())
        areas, _ = split_areas(comparable(text))
        return Call(provider, text, "" if areas[1] else self.sources.town)

    def _online(self, query: GeocodeQuery, offline: Verdict) -> Verdict:
        """Ask the services in order until one answer is accepted."""
        if query.key in self.sources.decisions:
            return offline
        gathered = list(offline.options)
        reason = offline.reason
        for provider in self.sources.providers if query.name.strip() or query.address.strip() else ():
            answers = self._answers(provider, query)
            options = [option for answer in answers for option in [_from_service(provider, answer)]]
            verdict = decide(options, rules=self.rules)
            if verdict.best is not None and not self._inside(verdict.best):
                verdict = replace(verdict, status="review", reason="outside")
            gathered += options
            if verdict.place is not None and self._fits(verdict.place, offline):
                return replace(verdict, options=tuple(gathered))
            reason = reason or verdict.reason
        if not gathered:
            return replace(offline, reason=reason)
        verdict = decide(gathered, rules=self.rules)
        return replace(verdict, status="review", reason=reason or "disagree")

    def _fits(self, place: Option, offline: Verdict) -> bool:
        """Tell whether a service's answer does not contradict a street that the gazetteer knows for sure."""
        best = offline.best
        if best is None or offline.reason != "imprecise":
            return True
        return metres_apart(place, best) <= best.within_m + place.within_m + 500.0

    def _inside(self, option: Option) -> bool:
        if self.sources.around is None:
            return True
        west, south, east, north = self.sources.around
        return bool(
            west - _AROUND_DEGREES <= option.lon <= east + _AROUND_DEGREES
            and south - _AROUND_DEGREES <= option.lat <= north + _AROUND_DEGREES
        )

    def _answers(self, provider: str, query: GeocodeQuery) -> tuple[ServiceAnswer, ...]:
        """Return the recorded answer, or ask and record; nothing where the service fails."""
        call = self._call(provider, query)
        known = self.sources.ledger.get(call)
        service = self.sources.services.get(provider)
        if known is not None or service is None or provider in self._stopped:
            return known or ()
        try:
            self.asked += 1
            answers = service.ask(call.query, town=call.town)
        except (KeyRefusedError, QuotaError) as error:
            self._stop(provider, str(error))
            return ()
        except GeocodingError as error:
            self._count_failure(provider, error)
            return ()
        self._in_a_row[provider] = 0
        self.sources.ledger.add(call, answers)
        return answers

    def _stop(self, provider: str, why: str) -> None:
        self.failures[provider] = why
        self._stopped.add(provider)
        log.warning("%s", why)

    def _count_failure(self, provider: str, error: GeocodingError) -> None:
        self.failures[provider] = str(error)
        self._in_a_row[provider] = self._in_a_row.get(provider, 0) + 1
        if isinstance(error, BusyError) and self._in_a_row[provider] >= _FAILURES_IN_A_ROW:
            self._stop(provider, str(error))


def _from_service(provider: str, answer: ServiceAnswer) -> Option:
    lon, lat = Datum(answer.datum).to_wgs84(np.float64(answer.lon), np.float64(answer.lat))
    return Option(
        answer.matched,
        answer.object_id,
        answer.level,
        float(lon),
        float(lat),
        answer.score,
        answer.score,
        answer.within_m,
        provider,
        answer.datum,
    )
