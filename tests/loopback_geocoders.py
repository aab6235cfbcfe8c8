"""Stand-ins of geocoding services on this machine: the real protocols, answers as the services write them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Script:
    """What the stand-in answers, one entry a request, the last one for ever; and what it was asked.

    An entry is a status and a body (JSON-able, text or bytes), or a number of seconds to be silent.
    """

    def __init__(self, *entries: Any) -> None:
        self.entries = list(entries)
        self.queries: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.url = ""

    def next(self) -> Any:
        return self.entries.pop(0) if len(self.entries) > 1 else self.entries[0]


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Answer on a free port of the loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.queries.append({key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()})
            script.agents.append(self.headers.get("User-Agent", ""))
            entry = script.next()
            if isinstance(entry, int | float):
                time.sleep(entry)
                return
            status, body = entry
            data = (
                body
                if isinstance(body, bytes)
                else body.encode()
                if isinstance(body, str)
                else json.dumps(body).encode()
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if 300 <= status < 400:
                self.send_header("Location", script.url)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/geocode"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


AMAP_FOUND = {
    "status": "1",
    "info": "OK",
    "infocode": "10000",
    "count": "1",
    "geocodes": [
        {
            "formatted_address": "河南省鹤壁市淇滨区长江路18号",
            "country": "中国",
            "province": "河南省",
            "citycode": "0392",
            "city": "鹤壁市",
            "district": "淇滨区",
            "township": [],
            "neighborhood": {"name": [], "type": []},
            "building": {"name": [], "type": []},
            "adcode": "410611",
            "street": "长江路",
            "number": "18号",
            "location": "114.303594,35.748236",
            "level": "门牌号",
        }
    ],
}
AMAP_NOTHING = {"status": "1", "info": "OK", "infocode": "10000", "count": "0", "geocodes": []}
BAIDU_FOUND = {
    "status": 0,
    "result": {
        "location": {"lng": 114.31004, "lat": 35.75432},
        "precise": 1,
        "confidence": 80,
        "comprehension": 100,
        "level": "门址",
    },
}
TIANDITU_FOUND = {
    "msg": "ok",
    "location": {"score": 100, "level": "门址", "lon": "114.297600", "lat": "35.749000", "keyWord": "鹤壁市长江路18号"},
    "searchVersion": "6.4.9V",
    "status": "0",
}
NOMINATIM_FOUND = [
    {
        "place_id": 1,
        "osm_type": "node",
        "osm_id": 42,
        "lat": "64.1466",
        "lon": "-21.9426",
        "category": "place",
        "type": "house",
        "place_rank": 30,
        "addresstype": "place",
        "name": "",
        "display_name": "12, Laugavegur, Reykjavík, 101, Ísland",
    }
]
PHOTON_FOUND = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-21.9426, 64.1466]},
            "properties": {
                "osm_type": "N",
                "osm_id": 42,
                "type": "house",
                "street": "Laugavegur",
                "housenumber": "12",
                "postcode": "101",
                "city": "Reykjavík",
            },
        }
    ],
}
