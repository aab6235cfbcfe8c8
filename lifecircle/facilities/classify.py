"""Which facility types an object is of: by its tags, by its name, by where it lies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.facilities.selectors import NAME_KEYS, AnyTag, SelectorIndex, compile_pattern, names_of
from lifecircle.model.catalogue import Catalogue, NameGate
from lifecircle.model.osm import Tags, by_tags

# Any value of these keys says what a thing is, unless the gate lists it among the generic carriers.
DECISIVE_KEYS = frozenset({"amenity", "shop", "office", "leisure", "healthcare", "tourism", "craft"})
# One school may teach both levels; every other name has one type.
BOTH_LEVELS = ("primary_school", "middle_school")
# Values of ``access`` that open a facility inside an institution to everybody.
OPEN_ACCESS = ("yes", "permissive")
# A facility lies inside an institution when more than half of it does.
INSIDE_SHARE = 0.5

_KIND_OF_SHAPE = ("point", "line", "line", "area", "point", "line", "area", "area")  # by shapely.get_type_id


@dataclass(frozen=True, slots=True)
class Types:
    """Facility types of one object, each tuple in the catalogue's order.

    ``lenient`` types count in the lenient reading only.
    """

    strict: tuple[str, ...]
    lenient: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _NameRule:
    kind: str
    pattern: re.Pattern[str]


class NameReader:
    """What a name says, once the gate lets it speak."""

    def __init__(self, catalogue: Catalogue) -> None:
        gate: NameGate = catalogue.gate
        order = dict.fromkeys([*catalogue.name_order, *catalogue.types])
        known = [(kind, catalogue.types[kind].name_re) for kind in order]
        self._rules = tuple(
            _NameRule(kind, compile_pattern(pattern, flags=re.IGNORECASE, where=f"{kind}.name_re"))
            for kind, pattern in known
            if pattern
        )
        self._vetoes = {
            kind: compile_pattern(known.name_not_re, flags=re.IGNORECASE, where=f"{kind}.name_not_re")
            for kind, known in catalogue.types.items()
            if known.name_not_re
        }
        self._suffix = compile_pattern(gate.strip_suffix_re, where="name_gate.strip_suffix_re")
        self._never = compile_pattern(gate.never_name_re, where="name_gate.never_name_re")
        self._strips, self._refuses = bool(gate.strip_suffix_re), bool(gate.never_name_re)

    def names(self, tags: Tags) -> tuple[str, ...]:
        """Return the names to search in, company suffixes removed."""
        found = names_of(tags)
        return tuple(self._suffix.sub("", name).strip() for name in found) if self._strips else found

    def vetoed(self, kind: str, names: Iterable[str]) -> bool:
        """Return whether one of `names` says that the object is not a `kind`."""
        veto = self._vetoes.get(kind)
        return veto is not None and any(veto.search(name) for name in names)

    def types_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the first type, in the name order, that one of `names` matches; both levels of a school."""
        if self._refuses and any(self._never.search(name) for name in names):
            return ()
        found: list[str] = []
        for rule in self._rules:
            wanted = not found or (found[0] in BOTH_LEVELS and rule.kind in BOTH_LEVELS)
            if wanted and any(rule.pattern.search(name) for name in names) and not self.vetoed(rule.kind, names):
                found.append(rule.kind)
                if rule.kind not in BOTH_LEVELS:
                    break
        return tuple(found)


class Classifier:
    """The catalogue compiled for speed; holds no state between calls.

    Parameters
    ----------
    catalogue : Catalogue

    Raises
    ------
    ConfigError
        If a selector or a pattern of the catalogue cannot be compiled.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._order = {kind: row for row, kind in enumerate(catalogue.types)}
        types = catalogue.types.values()
        strict = [(known.id, group) for known in types for group in known.selectors]
        lenient = [(known.id, group) for known in types for group in known.lenient_selectors]
        # One tag that alone makes a type (landuse=recreation_ground) decides, whatever the name says.
        alone = [(key, group) for _, group in [*strict, *lenient] for key in group if len(group) == 1]
        self._strict, self._lenient = SelectorIndex(strict), SelectorIndex(lenient)
        self._alone = SelectorIndex([(key, group) for key, group in alone if key not in DECISIVE_KEYS])
        self._lines = frozenset(known.id for known in types if known.line)
        self._supersedes = catalogue.supersedes
        self._reader = NameReader(catalogue)
        self._retypes = tuple(
            (rule, compile_pattern(rule.name_re, flags=re.IGNORECASE, where=f"retype from {rule.source}"))
            for rule in catalogue.retypes
        )
        gate = catalogue.gate
        self._place_like = frozenset(gate.place_like_keys)
        self._never_keys = frozenset(gate.never_if_any_key)
        self._never_prefix = tuple(gate.never_if_prefix)
        self._never_tags = AnyTag(gate.never_if_tag, where="name_gate.never_if_tag")
        self._carriers = AnyTag(gate.generic_carriers, where="name_gate.generic_carriers")
        self._keys = self._strict.keys | self._lenient.keys
        self._names = frozenset(NAME_KEYS)

    def may_match(self, tags: Tags) -> bool:
        """Return False when no key of `tags` can lead to a type; cheap, never wrong."""
        keys = tags.keys()
        if not self._keys.isdisjoint(keys):
            return True
        return not self._names.isdisjoint(keys) and not self._place_like.isdisjoint(keys)

    def name_may_decide(self, tags: Tags) -> bool:
        """Return whether the name gate lets the name of an object speak."""
        keys = tags.keys()
        if self._place_like.isdisjoint(keys) or not self._never_keys.isdisjoint(keys):
            return False
        if self._never_tags.any_of(tags) or any(key.startswith(self._never_prefix) for key in keys):
            return False
        decisive = [*(DECISIVE_KEYS & keys), *self._alone.matches(tags)]
        return all(self._carriers.has(key, tags[key]) for key in decisive)

    def types_of(self, tags: Tags, geometry_kind: str = "point") -> Types:
        """Classify one object.

        Parameters
        ----------
        tags : Tags
        geometry_kind : {"point", "line", "area"}
            Points are never trails; lines (fences, drawn walls, trails) are never typed by name.

        Returns
        -------
        Types
        """
        names = self._reader.names(tags)
        tagged = self._tagged(self._strict, tags, names=names, shape=geometry_kind)
        named = self._reader.types_of(names) if geometry_kind != "line" and names and self.name_may_decide(tags) else ()
        strict = self._retyped({*tagged, *named}, names)
        strict = strict - self._superseded(strict)
        lenient = set(self._tagged(self._lenient, tags, names=names, shape=geometry_kind)) - strict
        lenient -= self._superseded(strict | lenient)
        return Types(self._sorted(strict), self._sorted(lenient))

    def _tagged(self, index: SelectorIndex[str], tags: Tags, *, names: tuple[str, ...], shape: str) -> tuple[str, ...]:
        kinds = (kind for kind in index.matches(tags) if not (shape == "point" and kind in self._lines))
        return tuple(kind for kind in kinds if not self._reader.vetoed(kind, names))

    def _retyped(self, kinds: set[str], names: tuple[str, ...]) -> set[str]:
        result = set(kinds)
        for rule, pattern in self._retypes:
            says_so = rule.source in result and any(pattern.search(name) for name in names)
            if says_so and not self._reader.vetoed(rule.to, names):
                result = result - {rule.source} | {rule.to}
        return result

    def _superseded(self, kinds: set[str]) -> set[str]:
        return {lower for kind in kinds for lower in self._supersedes.get(kind, ())}

    def _sorted(self, kinds: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(kinds, key=self._order.__getitem__))


def geometry_kinds(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return "point", "line" or "area" per geometry; shape (N,)."""
    return np.array(_KIND_OF_SHAPE, dtype=object)[shapely.get_type_id(geometries)]


def classify(objects: gpd.GeoDataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """List the facility types of every object, before anything is merged.

    Parameters
    ----------
    objects : GeoDataFrame
        Index ``object_id``, columns ``tags`` and ``geometry``, any CRS.
    catalogue : Catalogue

    Returns
    -------
    DataFrame
        ``object_id, type, lenient, institutional``; one row per object and type, in the objects' order and
        then the catalogue's. ``institutional`` rows are lenient only because they lie inside an institution.
    """
    classifier = Classifier(catalogue)
    shapes = objects.geometry.to_numpy()
    rows: list[tuple[int, str, bool]] = []
    kinds = geometry_kinds(shapes)
    may_match = np.array(by_tags(classifier.may_match, objects["tags"]), dtype=bool)
    for kind in dict.fromkeys(_KIND_OF_SHAPE):
        chosen = np.flatnonzero(may_match & (kinds == kind))
        types = by_tags(partial(classifier.types_of, geometry_kind=kind), objects["tags"].to_numpy()[chosen])
        for row, found in zip(chosen.tolist(), types, strict=True):
            rows += [(row, name, False) for name in found.strict] + [(row, name, True) for name in found.lenient]
    rows.sort(key=itemgetter(0))
    position = np.array([row for row, _, _ in rows], dtype=np.int64)
    table = pd.DataFrame(
        {
            "object_id": objects.index.to_numpy(dtype=object)[position],
            "type": np.array([kind for _, kind, _ in rows], dtype=object),
            "lenient": np.array([lenient for _, _, lenient in rows], dtype=bool),
        }
    )
    inside = _inside_institution(objects, catalogue, rows=np.unique(position))
    closed = (
        table["type"].isin(catalogue.institutional_types).to_numpy() & inside[position] & ~table["lenient"].to_numpy()
    )
    return table.assign(lenient=table["lenient"] | closed, institutional=closed)


def _inside_institution(
    objects: gpd.GeoDataFrame, catalogue: Catalogue, *, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Return, per object, whether it lies inside an institution's grounds and is not open to everybody.

    Only `rows` are looked at.
    """
    inside = np.zeros(len(objects), dtype=bool)
    shapes, tags = objects.geometry.to_numpy(), objects["tags"].to_numpy()
    index = SelectorIndex([("area", group) for group in catalogue.institutional_areas])
    areas = np.flatnonzero(geometry_kinds(shapes) == "area")
    areas = areas[np.array(by_tags(lambda one: bool(index.matches(one)), tags[areas]), dtype=bool)]
    rows = np.array([row for row in rows if tags[row].get("access") not in OPEN_ACCESS], dtype=np.int64)
    if not len(areas) or not len(rows):
        return inside
    grounds = shapely.make_valid(shapes[areas])
    near, ground = shapely.STRtree(grounds).query(shapes[rows], predicate="intersects")
    other = rows[near] != areas[ground]  # an institution is not inside itself
    near, ground = near[other], ground[other]
    share = _share_inside(shapes[rows[near]], grounds[ground])
    inside[rows[near[share > INSIDE_SHARE]]] = True
    return inside


def _share_inside(shapes: npt.NDArray[np.object_], grounds: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the share of each shape's area (length, or the point itself) that its ground covers; shape (N,)."""
    shapes = shapely.make_valid(shapes)
    common = shapely.intersection(shapes, grounds)
    whole = np.where(shapely.area(shapes) > 0, shapely.area(shapes), shapely.length(shapes))
    part = np.where(shapely.area(shapes) > 0, shapely.area(common), shapely.length(common))
    return np.divide(part, whole, out=np.ones(len(shapes)), where=whole > 0)


def count_by_type(table: pd.DataFrame, catalogue: Catalogue) -> Mapping[str, int]:
    """Count the objects of every type that `classify` found; 0 where there is none.

    Objects inside institutions count: they are of the type. Objects that only a lenient selector knows do not.
    """
    known = table[~table["lenient"] | table["institutional"]]
    counts = known["type"].value_counts()
    return MappingProxyType({kind: int(counts.get(kind, 0)) for kind in catalogue.types})
