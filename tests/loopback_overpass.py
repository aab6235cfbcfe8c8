"""A small Overpass server on this machine: answers from an OSM file, and misbehaves on demand.

It speaks as much Overpass QL as a client of one study needs: unions, sets, tag filters, boxes, ids,
``count_members``, recursing down, ``out``. It shares no code with lifecircle.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

import numpy as np
import osmium
import shapely

STAMP = "2026-11-01T00:00:00Z"
Key = tuple[str, int]
Served = TypeVar("Served", bound=ThreadingHTTPServer)


class World:
    """Every object of an OSM file, found by box."""

    def __init__(self, path: Path) -> None:
        self.objects: dict[Key, dict] = {}
        for item in osmium.FileProcessor(str(path)):
            tags = {tag.k: tag.v for tag in item.tags}
            entry = {"type": {"n": "node", "w": "way", "r": "relation"}[item.type_str()], "id": item.id}
            if entry["type"] == "node":
                entry |= {"lat": item.location.lat, "lon": item.location.lon}
            elif entry["type"] == "way":
                entry["nodes"] = [node.ref for node in item.nodes]
            else:
                kinds = {"n": "node", "w": "way", "r": "relation"}
                entry["members"] = [
                    {"type": kinds[member.type], "ref": member.ref, "role": member.role} for member in item.members
                ]
            if tags:
                entry["tags"] = tags
            self.objects[entry["type"], item.id] = entry
        self._index()

    def _index(self) -> None:
        self.keys = [key for key in self.objects if key[0] != "relation"]
        shapes = []
        for kind, number in self.keys:
            entry = self.objects[kind, number]
            refs = [number] if kind == "node" else [ref for ref in entry["nodes"] if ("node", ref) in self.objects]
            places = [(self.objects["node", ref]["lon"], self.objects["node", ref]["lat"]) for ref in refs]
            shapes.append(shapely.LineString(places) if len(places) > 1 else shapely.Point(places[0]))
        self.tree = shapely.STRtree(shapes)

    def inside(self, box: tuple[float, float, float, float]) -> set[Key]:
        """Nodes and ways that meet a box, and the relations they belong to."""
        south, west, north, east = box
        rows = self.tree.query(shapely.box(west, south, east, north), predicate="intersects")
        found = {self.keys[row] for row in np.sort(rows)}
        return found | {
            key
            for key, entry in self.objects.items()
            if key[0] == "relation" and any((m["type"], m["ref"]) in found for m in entry["members"])
        }

    def down(self, keys: set[Key]) -> set[Key]:
        """Ways and nodes of relations, nodes of ways."""
        members = {
            (member["type"], member["ref"])
            for key in keys
            if key[0] == "relation"
            for member in self.objects[key]["members"]
            if member["type"] != "relation"
        }
        ways = {key for key in keys | members if key[0] == "way"}
        nodes = {("node", ref) for key in ways if key in self.objects for ref in self.objects[key]["nodes"]}
        return {key for key in members | nodes if key in self.objects}


FILTER = re.compile(r"""\[(~?)"([^"]*)"(?:(=|!=|~|!~)"([^"]*)")?\]""")
NUMBERS = re.compile(r"\(([-\d., ]+)\)")
COUNTED = re.compile(r"\(if:count_members\(\)(<=|>)(\d+)\)")


class Query:
    """One query, run against a `World`."""

    def __init__(self, world: World, text: str) -> None:
        self.world, self.sets, self.out = world, {"_": set()}, {}
        head, _, body = text.partition(";")
        assert "[out:json]" in head, "the client must ask for JSON"
        self._statements(body)

    def _statements(self, body: str) -> set[Key]:
        found: set[Key] = set()
        for statement in self._split(body):
            found |= self._one(statement.strip())
        return found

    @staticmethod
    def _split(body: str) -> Iterator[str]:
        depth = start = 0
        quoted = False
        for place, sign in enumerate(body):
            quoted ^= sign == '"'
            depth += not quoted and ((sign == "(") - (sign == ")"))
            if sign == ";" and depth == 0 and not quoted:
                yield body[start:place]
                start = place + 1
        assert not body[start:].strip(), f"cannot read {body[start:]!r}"

    def _one(self, text: str) -> set[Key]:
        text, _, name = text.partition("->")
        text, name = text.strip(), name.strip().lstrip(".") or "_"
        if text.startswith("out "):
            assert text == "out body qt"
            self.out |= {key: self.world.objects[key] for key in sorted(self.sets["_"])}
            return set()
        if text.startswith("("):
            found = self._statements(text[1 : text.rindex(")")])
        elif text.endswith(">"):
            found = self.world.down(self.sets[text[:-1].strip().lstrip(".") or "_"])
        elif text.startswith("."):
            return self.sets[text[1:]]
        else:
            found = self._select(text)
        self.sets[name] = found
        return found

    def _select(self, text: str) -> set[Key]:
        kind = re.match(r"[a-z]+", text).group()
        bare, counted = COUNTED.sub("", text), COUNTED.search(text)
        filters = FILTER.findall(bare)
        numbers = [float(value) for value in NUMBERS.search(FILTER.sub("", bare)).group(1).split(",")]
        keys = {(kind, int(numbers[0]))} if len(numbers) == 1 else self.world.inside(tuple(numbers))
        found = {key for key in keys if key[0] == kind and key in self.world.objects}
        found = {key for key in found if all(holds(self.world.objects[key].get("tags", {}), f) for f in filters)}
        if counted:
            limit, at_most = int(counted[2]), counted[1] == "<="
            found = {key for key in found if (len(self.world.objects[key]["members"]) <= limit) == at_most}
        return found


def holds(tags: dict[str, str], one: tuple[str, str, str, str]) -> bool:
    """Tell whether tags pass one filter, ``(key is a pattern, key, operator, value)``."""
    pattern, key, sign, value = one
    if pattern:
        return any(re.search(key, k) and re.search(value, v) for k, v in tags.items())
    own = tags.get(key)
    return {
        "": own is not None,
        "=": own == value,
        "!=": own != value,
        "~": own is not None and bool(re.search(value, own)),
        "!~": own is None or not re.search(value, own),
    }[sign]


class Loopback(ThreadingHTTPServer):
    """The server: `faults` are used up one a request; from request `hold_from` on it keeps silent."""

    daemon_threads = True

    def __init__(self, world: World | None, *, max_requests: int = 400) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.world, self.max_requests = world, max_requests
        self.faults: deque[str] = deque()
        self.answered: list[str] = []  # queries that were answered whole
        self.asked: list[str] = []
        self.places: object = []  # what the name service answers
        self.searches: list[str] = []
        self.agents: set[str] = set()
        self.hold_from: int | None = None
        self.holding, self.released = threading.Event(), threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/interpreter"

    @property
    def names_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that were killed."""


class Handler(BaseHTTPRequestHandler):
    server: Loopback
    timeout = 20

    def log_message(self, *args: object) -> None:
        pass

    def reply(self, body: bytes, *, code: int = 200, length: int | None = None, headers: dict | None = None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:  # the name service
        self.server.agents.add(self.headers.get("User-Agent", ""))
        self.server.searches.append(parse_qs(self.path.partition("?")[2]).get("q", [""])[0])
        fault = self.server.faults.popleft() if self.server.faults else ""
        if not self.misbehave(fault):
            self.reply(json.dumps(self.server.places).encode())

    def do_POST(self) -> None:
        server = self.server
        text = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["data"][0]
        with server.lock:
            server.agents.add(self.headers.get("User-Agent", ""))
            server.asked.append(text)
            number, fault = len(server.asked), server.faults.popleft() if server.faults else ""
        if number > server.max_requests:
            self.reply(b"too many requests for a test", code=400)
            return
        if server.hold_from is not None and number >= server.hold_from:
            server.holding.set()
            server.released.wait(20)
            return
        if self.misbehave(fault):
            return
        elements = list(Query(server.world, text).out.values())
        answer = {"version": 0.6, "osm3s": {"timestamp_osm_base": STAMP}, "elements": elements}
        body = self.spoiled(fault, answer)
        if body is None:
            server.answered.append(text)
            body = json.dumps(answer).encode()
        self.reply(body)

    def misbehave(self, fault: str) -> bool:
        """Answer as a server in trouble does, if asked to."""
        if fault in ("429", "504", "400", "500"):
            page = b"<html><head><title>OSM3S Response</title></head><body>busy</body></html>"
            self.reply(page, code=int(fault), headers={"Retry-After": "0"} if fault == "429" else {})
        elif fault == "html":
            self.reply(b"<html><head><title>Please log in</title></head></html>")
        elif fault == "empty":
            self.reply(b"")
        elif fault == "silent":
            time.sleep(1.5)
        elif fault == "drop":
            self.reply(b'{"version": 0.6, ', length=10_000)
        else:
            return False
        self.close_connection = True
        return True

    @staticmethod
    def spoiled(fault: str, answer: dict) -> bytes | None:
        """Spoil a good answer, if asked to."""
        whole = json.dumps(answer).encode()
        if fault == "truncated":
            return whole[: len(whole) * 2 // 3]
        if fault == "remark":
            return json.dumps(
                answer
                | {
                    "elements": answer["elements"][:5],
                    "remark": 'runtime error: Query timed out in "query" at line 3 after 180 seconds.',
                }
            ).encode()
        if fault == "odd_remark":
            return json.dumps(answer | {"remark": "something new"}).encode()
        if fault == "no_date":
            return json.dumps(answer | {"osm3s": {}}).encode()
        if fault == "no_nodes":
            ways = [element for element in answer["elements"] if element["type"] != "node"]
            return json.dumps(answer | {"elements": ways}).encode()
        assert fault == "", fault
        return None


@contextmanager
def serving(server: Served, *, seconds: float = 120.0) -> Iterator[Served]:
    """Run a server in the background; it stops at the end, or by itself after `seconds`."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    stop = threading.Timer(seconds, server.shutdown)
    stop.daemon = True
    thread.start()
    stop.start()
    try:
        yield server
    finally:
        stop.cancel()
        if isinstance(server, Loopback):
            server.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
