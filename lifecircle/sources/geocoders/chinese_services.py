"""Amap, Baidu and Tianditu: each with its datum, its status codes and its word for the level of detail.

Sources of the codes: the services' own manuals ("Web服务API 错误码说明" of Amap, "服务状态码" of Baidu's geocoding v3,
"地理编码查询" of Tianditu).
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from lifecircle.sources.geocoders.service import (
    BusyError,
    GeocodingError,
    KeyRefusedError,
    Question,
    QuotaError,
    ServiceAnswer,
    refuse_http,
)

# Level of detail -> (score, how far off); the services share most of the words.
_LEVELS: Final = {
    "门牌号": (95.0, 50.0),
    "门址": (95.0, 50.0),
    "单元号": (95.0, 50.0),
    "兴趣点": (90.0, 100.0),
    "poi": (90.0, 100.0),
    "公交地铁站点": (85.0, 150.0),
    "公交站台、地铁站": (85.0, 150.0),
    "住宅区": (85.0, 150.0),
    "生活服务": (85.0, 150.0),
    "道路交叉路口": (85.0, 100.0),
    "交叉路口": (85.0, 100.0),
    "热点商圈": (50.0, 1000.0),
    "道路": (60.0, 1000.0),
    "村庄": (50.0, 1000.0),
    "乡镇": (40.0, 3000.0),
    "开发区": (40.0, 3000.0),
    "区县": (30.0, 10_000.0),
    "市": (20.0, 30_000.0),
    "城市": (20.0, 30_000.0),
    "省": (10.0, 100_000.0),
}
_UNKNOWN_LEVEL: Final = (60.0, 1000.0)

_AMAP_KEY: Final = {
    "10001",
    "10002",
    "10005",
    "10006",
    "10007",
    "10008",
    "10009",
    "10012",
    "10013",
    "10026",
    "10041",
    "20011",
}
_AMAP_QUOTA: Final = {"10003", "10010", "10044", "10045", "10029", "40000", "40002", "40003"}
_AMAP_BUSY: Final = {
    "10004",
    "10014",
    "10015",
    "10016",
    "10017",
    "10019",
    "10020",
    "10021",
    "20003",
    "30001",
    "30002",
    "30003",
}

_BAIDU_QUOTA: Final = {4, 301, 302}
_BAIDU_BUSY: Final = {1, 401, 402}
# Confidence -> radius in metres, as the manual gives it.
_BAIDU_RADIUS: Final = (
    (100, 20.0), (90, 50.0), (80, 100.0), (75, 200.0), (70, 300.0), (60, 500.0), (50, 1000.0), (40, 2000.0),
    (30, 5000.0), (25, 8000.0), (20, 10_000.0),
)  # fmt: skip


def _text(value: object) -> str:
    """Return a field as text; Amap writes an empty field as an empty list."""
    return value if isinstance(value, str) else ""


class Amap:
    """Amap (高德) ``v3/geocode/geo``: GCJ-02."""

    name = "amap"
    url = "https://restapi.amap.com/v3/geocode/geo"
    needs_key = True
    pause_s = 0.35  # three a second

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of one address."""
        # A list of addresses is joined by "|" in this protocol.
        given = {"address": question.text.replace("|", " "), "output": "JSON", "key": question.key}
        return given | ({"city": question.town} if question.town else {})

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Read ``geocodes``; status 0 explains itself by ``infocode``."""
        if answer is None or "status" not in answer:
            refuse_http(http_status)
        if str(answer["status"]) != "1":
            _amap_failure(str(answer.get("infocode", "")), str(answer.get("info", "")))
        return tuple(self._place(entry) for entry in answer.get("geocodes") or [] if _text(entry.get("location")))

    @staticmethod
    def _place(entry: Mapping[str, Any]) -> ServiceAnswer:
        lon, lat = (float(part) for part in entry["location"].split(","))
        level = _text(entry.get("level"))
        score, within_m = _LEVELS.get(level, _UNKNOWN_LEVEL)
        return ServiceAnswer(lon, lat, "gcj02", score, level, within_m, _text(entry.get("formatted_address")))


def _amap_failure(code: str, info: str) -> NoReturn:
    if code in _AMAP_KEY:
        raise KeyRefusedError(
            f"the key is refused ({code} {info}); check it, its service type (Web服务) and its IP list"
        )
    if code in _AMAP_QUOTA:
        raise QuotaError(f"the quota is used up ({code} {info}); go on tomorrow: what was answered is in the ledger")
    if code in _AMAP_BUSY:
        raise BusyError(f"{code} {info}")
    if code == "30000" or info == "ENGINE_RESPONSE_DATA_ERROR":
        raise BusyError(f"{code} {info}")
    raise GeocodingError(f"the request is refused ({code} {info})")


class Baidu:
    """Baidu (百度) ``geocoding/v3``: BD-09, asked for by ``ret_coordtype`` being left at its default."""

    name = "baidu"
    url = "https://api.map.baidu.com/geocoding/v3/"
    needs_key = True
    pause_s = 0.35

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of one address; the manual allows 84 bytes."""
        text = question.text.encode("utf-8")[:84].decode("utf-8", "ignore")
        given = {"address": text, "output": "json", "ret_coordtype": "bd09ll", "ak": question.key}
        return given | ({"city": question.town} if question.town else {})

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Read ``result``; its absence is explained by ``status``."""
        if answer is None or "status" not in answer:
            refuse_http(http_status)
        status, told = int(answer["status"]), str(answer.get("message") or answer.get("msg") or "")
        if status != 0:
            _baidu_failure(status, told)
        if not answer.get("result"):
            return ()
        return (self._place(answer["result"]),)

    @staticmethod
    def _place(found: Mapping[str, Any]) -> ServiceAnswer:
        level = str(found.get("level", ""))
        confidence = float(found.get("confidence", 0))
        radius = next((radius for least, radius in _BAIDU_RADIUS if confidence >= least), 10_000.0)
        score, within_m = _LEVELS.get(level.casefold(), (85.0, radius))
        # What was not understood of the address is doubt about the words, the confidence about the place.
        understood = float(found.get("comprehension", 100.0))
        place = found["location"]
        return ServiceAnswer(
            float(place["lng"]), float(place["lat"]), "bd09", min(score, understood), level, max(within_m, radius)
        )


def _baidu_failure(status: int, told: str) -> NoReturn:
    if status in _BAIDU_QUOTA:
        raise QuotaError(f"the quota is used up ({status} {told}); go on tomorrow: what was answered is in the ledger")
    if status in _BAIDU_BUSY:
        raise BusyError(f"{status} {told}")
    if status in (3, 5, 101, 102) or 200 <= status < 300:
        raise KeyRefusedError(f"the key is refused ({status} {told}); check it, its type (服务端) and its IP list")
    if status == 2:
        raise GeocodingError(f"the request is refused ({status} {told})")
    raise GeocodingError(f"status {status} {told}")


class Tianditu:
    """Tianditu (天地图) ``geocoder``: CGCS2000; its failures come with HTTP 4xx and a sentence."""

    name = "tianditu"
    url = "https://api.tianditu.gov.cn/geocoder"
    needs_key = True
    pause_s = 0.35

    def parameters(self, question: Question) -> Mapping[str, str]:
        """Return the parameters of one address; the town is part of it."""
        town = question.town if question.town not in question.text else ""
        return {"ds": json.dumps({"keyWord": town + question.text}, ensure_ascii=False), "tk": question.key}

    def read(self, answer: Any, http_status: int) -> tuple[ServiceAnswer, ...]:  # noqa: ANN401 - parsed JSON
        """Read ``location``; status 101 is "nothing found"."""
        if answer is None or "status" not in answer:
            _tianditu_failure(answer or {}, http_status)
        status = str(answer["status"])
        if status == "101" or (status == "0" and not answer.get("location")):
            return ()
        if status != "0":
            _tianditu_failure(answer, http_status)
        found = answer["location"]
        level = str(found.get("level", ""))
        score, within_m = _LEVELS.get(level.casefold(), _UNKNOWN_LEVEL)
        stated = float(found.get("score", score))
        return (
            ServiceAnswer(
                float(found["lon"]),
                float(found["lat"]),
                "cgcs2000",
                min(score, stated),
                level,
                within_m,
                str(found.get("keyWord", "")),
            ),
        )


def _tianditu_failure(answer: Mapping[str, Any], http_status: int) -> NoReturn:
    told = " ".join(str(answer[key]) for key in ("code", "msg", "resolve") if answer.get(key))
    plain = told.casefold()
    if any(word in plain for word in ("超", "上限", "配额", "次数", "limit", "quota")):
        raise QuotaError(
            f"the quota is used up (HTTP {http_status} {told}); go on tomorrow: what was answered is in the ledger"
        )
    if any(word in plain for word in ("key", "权限", "许可", "授权")) or http_status == 418:
        raise KeyRefusedError(f"the key is refused (HTTP {http_status} {told}); check that its type is 服务端")
    refuse_http(http_status)
    raise GeocodingError(f"the request is refused (status {answer.get('status', '')} {told})".replace("  ", " "))
