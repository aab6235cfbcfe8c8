"""An independent recount of an extract: plain pyosmium passes that import nothing of lifecircle.

It reads the facility catalogue's YAML with its own small matcher and counts objects per type before any
merging, and adds up the walkable kilometres with rules of its own, written from docs/methods/walking-network.md.
Simple on purpose: it is the oracle of the facility classifier and of the network's length.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import osmium
import yaml
from pyproj import Geod

NAME_KEYS = ("name", "name:zh", "official_name", "alt_name", "short_name")
DECISIVE = ("amenity", "shop", "office", "leisure", "healthcare", "tourism", "craft")
ON_FOOT = ("foot", "hiking", "walking", "running", "fitness_trail")
AREAS = ("multipolygon", "boundary")
GEOD = Geod(ellps="WGS84")

STREETS = (
    "footway", "path", "pedestrian", "steps", "crossing", "corridor", "elevator", "platform", "cycleway", "bridleway",
    "track", "service", "living_street", "residential", "unclassified", "road", "tertiary", "tertiary_link",
    "secondary", "secondary_link", "primary", "primary_link", "trunk", "trunk_link",
)  # fmt: skip
OPEN = ("yes", "designated", "permissive", "public", "official")
LIMITED = (
    "private", "customers", "destination", "delivery", "permit", "residents", "employees", "members", "agricultural",
    "forestry",
)  # fmt: skip
SHUT = ("no", "use_sidepath", "separate", "military", "emergency")


def as_list(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def one_test(value: str | None, test: str) -> bool:
    if test.startswith("!"):
        return value is None or value not in test[1:].split("|")
    if value is None:
        return False
    if test == "*":
        return True
    if test.startswith("~"):
        return re.search(test[1:], value) is not None
    return value == test


def group_matches(tags: dict[str, str], group: dict[str, Any]) -> bool:
    return all(any(one_test(tags.get(key), test) for test in as_list(tests)) for key, tests in group.items())


class Matcher:
    """Types of one object, by the catalogue's own words."""

    def __init__(self, catalogue: Path) -> None:
        raw = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
        self.types, self.order, self.retype = raw["types"], raw["name_order"], raw["retype"]
        self.gate, self.supersedes = raw["name_gate"], raw["supersedes"]
        groups = [(kind, group) for kind, spec in self.types.items() for group in spec.get("osm_any") or []]
        self.by_key: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        for kind, group in groups:  # by a key that the object must have
            first = next(key for key, tests in group.items() if not as_list(tests)[0].startswith("!"))
            self.by_key[first].append((kind, group))
        alone = [group for _, group in groups if len(group) == 1]
        self.alone = [group for group in alone if next(iter(group)) not in DECISIVE]

    def names(self, tags: dict[str, str]) -> list[str]:
        found = [unicodedata.normalize("NFKC", tags[key]) for key in NAME_KEYS if tags.get(key)]
        return [re.sub(self.gate["strip_suffix_re"], "", name) for name in found]

    def vetoed(self, kind: str, names: list[str]) -> bool:
        pattern = self.types[kind].get("name_not_re")
        return bool(pattern) and any(re.search(pattern, name, re.IGNORECASE) for name in names)

    def by_tags(self, tags: dict[str, str], names: list[str]) -> set[str]:
        groups = [found for key in tags for found in self.by_key.get(key, ())]
        found = {kind for kind, group in groups if group_matches(tags, group)}
        return {kind for kind in found if not self.vetoed(kind, names)}

    def is_carrier(self, tags: dict[str, str]) -> bool:
        carriers = self.gate["generic_carriers"]
        decisive = [key for key in DECISIVE if key in tags]
        decisive += [key for group in self.alone if group_matches(tags, group) for key in group]
        return all(
            key in carriers and any(one_test(tags[key], test) for test in as_list(carriers[key])) for key in decisive
        )

    def name_may_decide(self, tags: dict[str, str]) -> bool:
        gate = self.gate
        if not any(key in tags for key in gate["place_like_keys"]) or any(k in tags for k in gate["never_if_any_key"]):
            return False
        if any(key.startswith(prefix) for key in tags for prefix in gate["never_if_prefix"]):
            return False
        never = gate["never_if_tag"].items()
        return not any(tags.get(key) in as_list(values) for key, values in never) and self.is_carrier(tags)

    def by_name(self, tags: dict[str, str], names: list[str]) -> set[str]:
        if not names or not self.name_may_decide(tags):
            return set()
        if any(re.search(self.gate["never_name_re"], name) for name in names):
            return set()
        says = [kind for kind in self.order if self.says(kind, names)]
        both = {"primary_school", "middle_school"}
        return both if says[:1] and says[0] in both and both <= set(says) else set(says[:1])

    def says(self, kind: str, names: list[str]) -> bool:
        pattern = self.types[kind].get("name_re")
        hit = bool(pattern) and any(re.search(pattern, name, re.IGNORECASE) for name in names)
        return hit and not self.vetoed(kind, names)

    def types_of(self, tags: dict[str, str], *, shape: str) -> set[str]:
        """Types that count in every reading."""
        names = self.names(tags)
        kinds = self.by_tags(tags, names)
        if shape == "point":
            kinds = {kind for kind in kinds if not self.types[kind].get("line")}
        if shape != "line":
            kinds |= self.by_name(tags, names)
        for rule in self.retype:
            if rule["from"] in kinds and any(re.search(rule["name"], name) for name in names):
                kinds = kinds - {rule["from"]} | {rule["to"]}
        return kinds - {lower for kind in kinds for lower in self.supersedes.get(kind, [])}


def says_who(value: str) -> str:
    """Return who may pass by one access value; of several values the most open counts."""
    parts = [part.strip() for part in value.split(";")]
    for who, values in (("all", OPEN), ("some", LIMITED), ("nobody", SHUT)):
        if any(part in values for part in parts):
            return who
    return ""


def walkable(tags: dict[str, str]) -> bool:
    """Say whether anybody may walk a way with these tags, on the public or a private permission."""
    kind, foot = tags.get("highway", "no"), says_who(tags.get("foot", ""))
    if kind in ("no", "bus_stop"):
        platform = "platform" in (tags.get("railway"), tags.get("public_transport"))
        kind = "footway" if platform or tags.get("man_made") == "pier" else ""
    if kind not in [*STREETS, "motorway", "motorway_link", "busway"]:
        return False
    if "yes" in (tags.get("abandoned"), tags.get("disused")) and foot != "all":
        return False
    if kind.startswith("motorway") or tags.get("motorroad") == "yes":
        return foot == "all" or (foot == "" and tags.get("sidewalk") in ("yes", "both", "left", "right"))
    said = foot or says_who(tags.get("access", ""))
    return said != "nobody" if said else kind != "busway"


class Line(NamedTuple):
    """A way as far as the file has it: end nodes, whether it is whole, neighbours that are there (two lon, lat)."""

    ends: tuple[int, int]
    whole: bool
    steps: tuple[tuple[float, float, float, float], ...]

    @property
    def metres(self) -> float:
        return float(sum(GEOD.inv(*zip(*self.steps, strict=True))[2]))


def measured(way: osmium.osm.Way) -> Line:
    points = [(node.lon, node.lat) if node.location.valid() else None for node in way.nodes]
    steps = tuple((*a, *b) for a, b in pairwise(points) if a and b)
    return Line((way.nodes[0].ref, way.nodes[-1].ref), None not in points and len(points) > 1, steps)


def closes(lines: list[Line]) -> bool:
    """Say whether ways form rings: every end node is met an even number of times."""
    ends = Counter(end for line in lines for end in line.ends)
    return all(count % 2 == 0 for count in ends.values())


class Recount(osmium.SimpleHandler):
    """Facility objects per type before any merging (ids as n1, w2, r3), and the metres that can be walked."""

    def __init__(self, catalogue: Path) -> None:
        super().__init__()
        self.matcher = Matcher(catalogue)
        self.found: dict[str, set[str]] = defaultdict(set)
        self.metres = 0.0
        self.lines: dict[int, Line] = {}

    def keep(self, name: str, tags: dict[str, str], *, shape: str) -> None:
        for kind in self.matcher.types_of(tags, shape=shape):
            self.found[kind].add(name)

    def node(self, node: osmium.osm.Node) -> None:
        if node.tags:
            self.keep(f"n{node.id}", {tag.k: tag.v for tag in node.tags}, shape="point")

    def way(self, way: osmium.osm.Way) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        line = self.lines[way.id] = measured(way)
        if not line.steps:
            return  # no two neighbouring nodes are in the file: nothing to draw
        self.keep(f"w{way.id}", tags, shape="area" if way.is_closed() and line.whole else "line")
        if walkable(tags):
            self.metres += line.metres

    def relation(self, relation: osmium.osm.Relation) -> None:
        tags = {tag.k: tag.v for tag in relation.tags}
        ways = [member for member in relation.members if member.type == "w"]
        present = [(self.lines[member.ref], member.role) for member in ways if member.ref in self.lines]
        if tags.get("type") == "route" and tags.get("route") in ON_FOOT:
            if any(line.steps for line, _ in present):
                self.keep(f"r{relation.id}", tags, shape="line")
        elif tags.get("type") in AREAS:
            rings = [(line, role) for line, role in present if line.whole]
            outer = [line for line, role in rings if role != "inner"]
            if outer and closes(outer) and closes([line for line, role in rings if role == "inner"]):
                self.keep(f"r{relation.id}", tags, shape="area")
                self.metres += sum(line.metres for line, _ in rings) if walkable(tags) else 0.0


def recount(path: Path, catalogue: Path) -> tuple[dict[str, set[str]], float]:
    """Return the object ids of every facility type in the extract at `path`, and its walkable kilometres."""
    handler = Recount(catalogue)
    handler.apply_file(str(path), locations=True)
    return dict(handler.found), handler.metres / 1000.0
