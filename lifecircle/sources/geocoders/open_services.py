"""Nominatim and Photon: OpenStreetMap's own geocoders, WGS-84, without a key.

Nominatim's usage policy allows one request a second and no bulk lists on the public server: it is asked only when a
study names it, and for tables of some size only on a server of one's own. https://operations.osmfoundation.org/policies/nominatim/
"""

from collections.abc import Mapping
from typing import Any, Final

from lifecircle.sources.geocoders.service import Question, ServiceAnswer, refuse_http

_LIMIT: Final = 5
# addresstype or Photon's type -> (score, how far off)
_LEVELS: Final = {
    "house": (95.0, 50.0),
    "building": (95.0, 50.0),
    "place": (90.0, 100.0),
    "amenity": (90.0, 100.0),
    "shop": (90.0, 100.0),
    "street": (70.0, 500.0),
    "road": (70.0, 500.0),
    "locality": (50.0, 1000.0),
    "district": (40.0, 3000.0),
    "city": (30.0, 10_000.0),
}
_OTHER: Final = (80.0, 150.0)
_AREAS: Final = ("suburb", "neighbourhood", "quarter", "village", "town", "county", "state", "country", "municipality")


def _level(word: str) -> tuple[float, float]:
    return (40.0, 3000.0) if word in _AREAS else _LEVELS.get(word, _OTHER)


def _with_town(question: Question) -> str:
    said = not question.town or question.town in question.text
    return question.text if said else f"{question.text}, {question.town}"


class Nominatim:
    """Nominatim's ``/search``, format ``jsonv2``."""

    name = "nominatim"
    url = "https://nominatim.openstreetmap.org/search"
    needs_key = False
    pause_s = 1.1

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of a free-form search."""
        return {"q": _with_town(question), "format": "jsonv2", "limit": str(_LIMIT), "addressdetails": "0"}

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Read a list of places."""
        refuse_http(http_status)
        return tuple(self._place(entry) for entry in answer)

    @staticmethod
    def _place(entry: Mapping[str, Any]) -> ServiceAnswer:
        level = str(entry.get("addresstype") or entry.get("type") or "")
        score, within_m = _level("house" if entry.get("place_rank", 0) >= 30 and level == "place" else level)
        return ServiceAnswer(
            float(entry["lon"]),
            float(entry["lat"]),
            "wgs84",
            score,
            level,
            within_m,
            str(entry.get("display_name", "")),
            f"{str(entry.get('osm_type', ' '))[:1]}{entry.get('osm_id', '')}".strip(),
        )


class Photon:
    """Photon's ``/api``: GeoJSON."""

    name = "photon"
    url = "https://photon.komoot.io/api"
    needs_key = False
    pause_s = 1.0

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of a search."""
        return {"q": _with_town(question), "limit": str(_LIMIT)}

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Read a GeoJSON collection."""
        refuse_http(http_status)
        return tuple(self._place(entry) for entry in answer["features"])

    @staticmethod
    def _place(entry: Mapping[str, Any]) -> ServiceAnswer:
        words = entry["properties"]
        lon, lat = entry["geometry"]["coordinates"][:2]
        level = str(words.get("type", ""))
        house = f"{words.get('street', '')} {words.get('housenumber', '')}".strip()
        parts = [words.get("name"), house, words.get("postcode"), words.get("city")]
        matched = ", ".join(dict.fromkeys(str(part) for part in parts if part))
        osm = f"{str(words.get('osm_type', '')).lower()}{words.get('osm_id', '')}"
        score, within_m = _level(level)
        return ServiceAnswer(float(lon), float(lat), "wgs84", score, level, within_m, matched, osm)
