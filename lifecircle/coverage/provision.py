"""What every administrative unit holds: provision, printed beside the walking share and never mixed with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.coverage.completeness import Inventory, thinness
from lifecircle.coverage.filters import passing
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.rules import Provision
    from lifecircle.model.standard import Standard
    from lifecircle.model.tables import FacilityTable

PROVISION_COLUMNS = (
    "number",  # of the provision, in the order of the standard
    "circle",
    "types",  # joined by "|"
    "at_least",
    "community_id",
    "name",
    "objects",  # that stand in it
    "unknown",  # objects that may or may not count
    "state",  # provided, lacking or unknown
)


def unit_provision(case: CoverageCase, *, communities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count, for every provision of the case's standard, the objects in each community.

    An object stands where its representative point lies. ``provided`` when enough objects pass the provision's
    filter, else ``unknown`` when there would be enough with those of unknown attributes, or when the map of the types
    is thin (`lifecircle.coverage.completeness.thinness`), else ``lacking``. Facilities that count leniently only are
    left out.

    Parameters
    ----------
    case : CoverageCase
        Its searches are not used.
    communities : GeoDataFrame
        Columns ``id`` and ``name``; polygons in the CRS of the facilities.

    Returns
    -------
    DataFrame
        Columns PROVISION_COLUMNS, in the order of the circles, then by community id.
    """
    asked = [(circle, one) for circle in case.standard.circles for one in circle.provision]
    if not asked:
        return pd.DataFrame(columns=list(PROVISION_COLUMNS))
    units = communities.sort_values("id", kind="stable", ignore_index=True)
    points = shapely.point_on_surface(np.asarray(case.facilities.geometry.array, dtype=object))
    facility, unit = shapely.STRtree(units.geometry.to_numpy()).query(points, predicate="intersects")
    inventory = Inventory.of(case)
    frames = []
    for number, (circle, one) in enumerate(asked, start=1):
        found = _count(one, case.facilities, units=units, where=(facility, unit))
        if thinness(one.types, case, circle=circle, inventory=inventory, lenient=False):
            found["state"] = found["state"].replace("lacking", "unknown")
        frames.append(found.assign(number=number, circle=circle.id))
    return pd.concat(frames, ignore_index=True)[list(PROVISION_COLUMNS)]


def _count(
    asked: Provision, facilities: FacilityTable, *, units: gpd.GeoDataFrame, where: tuple[np.ndarray, np.ndarray]
) -> pd.DataFrame:
    chosen = np.isin(facilities["type"].to_numpy(dtype=object), list(asked.types))
    chosen &= ~facilities["lenient"].to_numpy(dtype=bool)
    sure, most = (
        _objects(facilities, chosen & passing(facilities, admits), where=where, units=len(units))
        for admits in (asked.admits, asked.admits.with_unknown())
    )
    state = np.where(sure >= asked.at_least, "provided", np.where(most >= asked.at_least, "unknown", "lacking"))
    return pd.DataFrame(
        {
            "types": "|".join(asked.types),
            "at_least": asked.at_least,
            "community_id": units["id"].astype(str),
            "name": units["name"].astype(str),
            "objects": sure,
            "unknown": most - sure,
            "state": state,
        }
    )


def _objects(
    facilities: FacilityTable, chosen: np.ndarray, *, where: tuple[np.ndarray, np.ndarray], units: int
) -> np.ndarray:
    facility, unit = where
    kept = chosen[facility]
    things = facilities["object_id"].to_numpy(dtype=object)[facility[kept]]
    pairs = pd.DataFrame({"unit": unit[kept], "thing": things}).drop_duplicates()
    return np.bincount(pairs["unit"].to_numpy(dtype=np.int64), minlength=units)


def provision_notes(found: pd.DataFrame | None, standard: Standard, *, catalogue: Catalogue) -> tuple[Note, ...]:
    """Say how many communities hold what each provision asks for; `found` is None without communities."""
    notes = []
    asked = [(circle, one) for circle in standard.circles for one in circle.provision]
    for number, (circle, one) in enumerate(asked, start=1):
        kinds = [catalogue.types[kind] for kind in one.types]
        en, zh = " / ".join(kind.name_en for kind in kinds), "/".join(kind.name_zh for kind in kinds)
        names = {"en": f"{circle.name_en}: {en}", "zh": f"{circle.name_zh}：{zh}"}
        notes.append(_note(None if found is None else found[found["number"] == number], one, names=names))
    return tuple(notes)


def _note(rows: pd.DataFrame | None, asked: Provision, *, names: Mapping[str, str]) -> Note:
    if rows is None:
        return Note(
            "provision.no_units",
            f"{names['en']}: the standard asks for at least {asked.at_least} in every community; the study gives no "
            "communities, so this is not assessed.",
            f"{names['zh']}：标准要求每个社区至少 {asked.at_least} 处；研究未提供社区边界，不作评估。",
        )
    states = rows["state"].value_counts()
    provided, unknown = int(states.get("provided", 0)), int(states.get("unknown", 0))
    return Note(
        "provision.units",
        f"{names['en']}: {provided} of {len(rows)} communities have at least {asked.at_least} mapped inside them"
        f"{f', {unknown} are unknown' if unknown else ''} (provision per unit, not walking access).",
        f"{names['zh']}：{len(rows)} 个社区中有 {provided} 个界内至少有 {asked.at_least} 处"
        f"{f'，{unknown} 个不明' if unknown else ''}（按行政单元配置计，不是步行可达）。",
    )
