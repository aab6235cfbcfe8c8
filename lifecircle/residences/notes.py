"""What a reader must know about the residences, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.provenance import Note
from lifecircle.model.tables import ResidenceTable
from lifecircle.residences.land import inside
from lifecircle.residences.population import Allocation

LAND_KINDS = ("residential_area", "estate_gate")
THIN_SHARE = 0.5
PLACES_NAMED = 5


def denominator_sources(table: ResidenceTable, *, counts: Mapping[str, int], land_points: int) -> dict[str, Note]:
    """Say where each denominator that can be computed comes from, by weight."""
    said = {"residences": (f"{len(table)} origins", f"{len(table)} 个起算点")}
    if table["floor_area_m2"].notna().any():
        buildings, assumed = counts["residential_buildings"], counts["levels_defaulted"]
        said["floor_area"] = (
            f"OpenStreetMap: footprint x levels of {buildings} residential buildings (levels assumed for {assumed})",
            f"OpenStreetMap：{buildings} 栋住宅建筑的基底面积×层数（其中 {assumed} 栋层数为默认值）",
        )
    if land_points:
        said["land"] = (
            f"OpenStreetMap: landuse=residential, {land_points} sample points every 50 m",
            f"OpenStreetMap：居住用地（landuse=residential）内每 50 米一点，共 {land_points} 个采样点",
        )
    if units := counts.get("population_units"):
        said["population"] = f"population table of the study: {units} rows", f"研究所给的人口数据：{units} 行"
    return {weight: Note(f"denominator.{weight}", en, zh) for weight, (en, zh) in sorted(said.items())}


def building_notes(counts: Mapping[str, int]) -> list[Note]:
    """Say which storeys were assumed and which buildings do not count."""
    found = []
    total, assumed = counts["residential_buildings"], counts["levels_defaulted"]
    if assumed:
        found.append(
            Note(
                "residences.levels_defaulted",
                f"{assumed} of {total} residential buildings have no usable building:levels: storeys assumed by class.",
                f"{total} 栋住宅建筑中有 {assumed} 栋未标注有效层数（building:levels），按建筑类别取默认层数。",
            )
        )
    if doubtful := counts["buildings_doubtful"]:
        found.append(
            Note(
                "residences.buildings_doubtful",
                f"{doubtful} building=yes (cabin, hut) outside residential land could be homes and are not counted.",
                f"居住用地之外有 {doubtful} 栋用途不明的建筑（building=yes 等）可能为住宅，未计入。",
                warning=doubtful > total,
            )
        )
    if repeated := counts["buildings_repeated"]:
        found.append(
            Note(
                "residences.buildings_repeated",
                f"{repeated} residential buildings are mapped twice (overlapping outlines) and counted once.",
                f"{repeated} 栋住宅建筑轮廓重复绘制，只计一次。",
            )
        )
    if points := counts["buildings_without_footprint"]:
        found.append(
            Note(
                "residences.buildings_without_footprint",
                f"{points} residential buildings are mapped as points or open lines, without a footprint: not counted.",
                f"{points} 栋住宅建筑仅以点或未闭合线表示，没有基底轮廓，未计入。",
                warning=True,
            )
        )
    return found


def thin_land(share: float | None, *, kind: str) -> Note | None:
    """Warn when less than half of the residential floor area lies in residential land."""
    if share is None or share >= THIN_SHARE:
        return None
    return Note(
        "residences.thin_land",
        f"Residential land is thinly mapped: only {share:.0%} of residential floor area lies in it, so origin.kind "
        f"{kind} leaves most homes out. Consider origin.kind: building.",
        f"居住用地数据稀疏：仅 {share:.0%} 的住宅建筑面积位于居住用地内，起点类型 {kind} 会遗漏多数住宅，"
        "建议改用 origin.kind: building（以住宅建筑为起点）。",
        warning=True,
    )


def outside_cells(counts: Mapping[str, int]) -> Note | None:
    """Say how many residential buildings belong to no origin."""
    lost, total = counts["buildings_in_no_origin"], counts["residential_buildings"]
    if not lost:
        return None
    return Note(
        "residences.buildings_in_no_origin",
        f"{lost} of {total} residential buildings inside the boundary lie in no residential area: "
        "their floor area is not counted.",
        f"研究范围内 {total} 栋住宅建筑中有 {lost} 栋不在任何居住用地内，其建筑面积未计入。",
        warning=True,
    )


def estate_entrances(counts: Mapping[str, int]) -> Note:
    """Say how estates are entered."""
    mapped, path, sampled = (counts[f"entrances_{kind}"] for kind in ("mapped", "path", "sampled"))
    cut, cells = counts["estates_cut"], counts["entrances_representative"]
    return Note(
        "residences.estate_entrances",
        f"{mapped + path + sampled} estates: {mapped} entered by mapped gates, {path} by path crossings of the "
        f"outline, {sampled} by outline points every 50 m; {cut} larger areas cut into {cells} cells.",
        f"共 {mapped + path + sampled} 个小区：{mapped} 个以已标注的出入口为起点，"
        f"{path} 个以道路与小区边界的交点为起点，"
        f"{sampled} 个沿边界每 50 米取点；另有 {cut} 片较大居住用地划分为 {cells} 个单元。",
    )


def population_notes(allocation: Allocation) -> list[Note | None]:
    """Say where the people went, and which could not be placed."""
    return [
        Note(
            "residences.population",
            f"{allocation.placed:,.0f} people placed in residences; {allocation.outside:,.0f} of the table live beyond "
            "the boundary.",
            f"已分配到住宅的人口 {allocation.placed:,.0f} 人；人口数据中另有 {allocation.outside:,.0f} "
            "人位于研究范围之外。",
        ),
        _unplaced(allocation),
        _edge(allocation),
        _missing(allocation),
    ]


def _unplaced(allocation: Allocation) -> Note | None:
    if not allocation.empty_units:
        return None
    return Note(
        "residences.population_unplaced",
        f"{allocation.unplaced:,.0f} people in {allocation.empty_units} cells or points without a residence "
        "were not placed.",
        f"{allocation.empty_units} 个人口单元内没有住宅，其 {allocation.unplaced:,.0f} 人未分配。",
        warning=True,
    )


def _edge(allocation: Allocation) -> Note | None:
    if not allocation.edge_units:
        return None
    return Note(
        "residences.population_edge",
        f"{allocation.edge:,.0f} people come from {allocation.edge_units} cells that reach beyond the data: "
        "homes that the data does not show may share them, so they may be too many.",
        f"{allocation.edge:,.0f} 人来自超出数据范围的 {allocation.edge_units} 个人口单元；"
        "范围外的住宅未知，人数可能偏多。",
        warning=True,
    )


def _missing(allocation: Allocation) -> Note | None:
    if not allocation.missing:
        return None
    return Note(
        "residences.population_missing",
        f"{allocation.missing} rows of the population table have no number and were left out.",
        f"人口数据中有 {allocation.missing} 行缺少人口数，未使用。",
        warning=True,
    )


def land_weight() -> Note:
    """Say why floor area is not the weight."""
    return Note(
        "residences.land_weight",
        "Most residential land holds no mapped building: shares are weighted by land, not by floor area.",
        "多数居住用地内没有建筑数据：占比按居住用地面积加权，而非建筑面积。",
        warning=True,
    )


def outside_communities(counts: Mapping[str, int]) -> Note | None:
    """Say how many residences lie in no community."""
    lost, total = counts["in_no_community"], counts["residences"]
    if not lost:
        return None
    return Note(
        "residences.in_no_community",
        f"{lost} of {total} residences lie in no community.",
        f"{total} 个居住起点中有 {lost} 个不在任何社区范围内。",
        warning=True,
    )


def place_populations(objects: gpd.GeoDataFrame, *, boundary: BaseGeometry) -> Note | None:
    """List the population that places inside the boundary are tagged with, for plausibility alone."""
    wanted = np.array(["place" in tags and "population" in tags for tags in objects["tags"]], dtype=bool)
    wanted &= shapely.get_type_id(objects.geometry.to_numpy()) == 0
    found = objects[wanted]
    found = found[inside(found.geometry.to_numpy(), boundary=boundary)]
    known = []
    for object_id, tags in zip(found.index, found["tags"], strict=True):
        digits = tags["population"].replace(",", "").replace(" ", "")
        if digits.isdecimal() and digits.isascii():
            known.append((-int(digits), tags.get("name", object_id)))
    if not known:
        return None
    listed = [f"{name} {-people:,}" for people, name in sorted(known)[:PLACES_NAMED]]
    return Note(
        "residences.place_population",
        f"For plausibility only, populations tagged on places inside the boundary: {'; '.join(listed)}.",
        f"仅供核对，研究范围内地名点标注的人口：{'；'.join(listed)}。",
    )
