"""A small town drawn by hand: five by six houses on a grid of streets, three circles.

Houses lie every 100 m. ``health`` is walked to the pharmacy in the south-west, a house in column i and
row j needing ``1.5 * (i + j) + 1`` minutes; houses beyond 10 minutes are not covered, the last column is
unknown for ``fitness``, and ``municipal`` cannot be assessed.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from outputs.town import COLUMNS, ROWS, STEP_M, Names, audit, catalogue, grid
from pyproj import CRS
from shapely.geometry import MultiPoint, Point, box

from lifecircle.model.area import StudyArea
from lifecircle.model.audit import AuditView, BaseMap
from lifecircle.model.network import WalkNetwork
from lifecircle.model.provenance import InputFile, Provenance


def small_view(*, language: str = "en", names: Names | None = None, polygons: bool = True) -> AuditView:
    """Return the town; `polygons` False draws houses as points."""
    names = names or Names()
    area = StudyArea.from_wgs84(
        box(113.99, 35.99, 114.01, 36.01),
        extent=None,
        names=("方格镇" if names.study == "Gridtown" else names.study, names.study),
        buffer_m=500.0,
        date="2026-11-22",
    )
    residences = _residences(area.crs, names=names, polygons=polygons)
    facilities = _facilities(area.crs, names=names)
    return AuditView(
        area=area,
        catalogue=catalogue(),
        audit=audit(residences, names=names),
        network=_network(area.crs),
        facilities=facilities,
        residences=residences,
        base=_base(area.crs, residences=residences),
        provenance=_provenance(),
        language=language,
        compiled_by="市自然资源和规划局" if language == "zh" else "Planning Office",
        map_approval_no="GS(2026)0001号" if language == "zh" else "",
    )


def _residences(crs: CRS, *, names: Names, polygons: bool) -> gpd.GeoDataFrame:
    column, row = grid()
    x, y = column * STEP_M + 50.0, row * STEP_M + 50.0
    shapes = [box(a - 15, b - 10, a + 15, b + 10) if polygons else Point(a, b) for a, b in zip(x, y, strict=True)]
    ids = [f"w{100 + n}" for n in range(len(x))]
    return gpd.GeoDataFrame(
        {
            "object_id": ids,
            "name": [names.residence if n == 0 else "" for n in range(len(x))],
            "kind": "building",
            "population": 10.0,
            "floor_area_m2": 600.0,
            "floor_area_defaulted": False,
            "land_m2": np.nan,
            "community_id": "c1",
            "entrance_kind": "representative",
            "estate": "",
            "population_elderly": 2.0,
            "geometry": shapes,
            "entrances": [MultiPoint([(a, b - 10)]) for a, b in zip(x, y, strict=True)],
        },
        index=pd.Index(ids, name="residence_id"),
        crs=crs,
    )


def _facilities(crs: CRS, *, names: Names) -> gpd.GeoDataFrame:
    rows = [
        ("n1", "pharmacy", names.facility, Point(0, 0)),
        ("w2", "fitness_outdoor", "", box(200, 200, 240, 260)),
        ("n3", "clinic", "Town Clinic", Point(400, 30)),
    ]
    return gpd.GeoDataFrame(
        {
            "object_id": [row[0] for row in rows],
            "type": [row[1] for row in rows],
            "name": [row[2] for row in rows],
            "capacity": np.nan,
            "source": "osm",
            "lenient": False,
            "area_m2": [row[3].area for row in rows],
            "merged": "",
            "entrance_kind": "point",
            "attributes": "",
            "sources": "osm",
            "geometry": [row[3] for row in rows],
            "entrances": [MultiPoint([row[3].representative_point()]) for row in rows],
        },
        index=pd.Index([f"{row[0]}:{row[1]}" for row in rows], name="facility_id"),
        crs=crs,
    )


def _network(crs: CRS) -> WalkNetwork:
    xs, ys = np.meshgrid(np.arange(COLUMNS + 1) * STEP_M, np.arange(ROWS + 1) * STEP_M)
    node = np.arange(xs.size).reshape(xs.shape)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1, :].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:, :].ravel()])
    x, y = xs.ravel().astype(float), ys.ravel().astype(float)
    edges = len(tail)
    ends = np.column_stack([tail, head]).ravel()
    street = np.array(
        ["Long Street" if y[a] == y[b] == 300.0 else "" for a, b in zip(tail, head, strict=True)], dtype=object
    )
    return WalkNetwork(
        crs=crs,
        node_x=x,
        node_y=y,
        node_id=np.arange(x.size),
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_mm=np.full(edges, 100_000),
        permission=np.zeros(edges, np.uint8),
        oneway=np.zeros(edges, np.int8),
        crossing=np.zeros(edges, np.uint8),
        flags=np.zeros(edges, np.uint8),
        way_id=np.arange(edges),
        street=street,
        island=np.zeros(edges, bool),
        geometry_offsets=np.arange(edges + 1) * 2,
        geometry_x=x[ends],
        geometry_y=y[ends],
    )


def _base(crs: CRS, *, residences: gpd.GeoDataFrame) -> BaseMap:
    empty = gpd.GeoSeries([], crs=crs)
    sheds = gpd.GeoSeries([box(a + 20, a + 20, a + 28, a + 26) for a in (0.0, 100.0, 200.0)], crs=crs)
    polygons = residences.geometry[residences.geom_type == "Polygon"]
    return BaseMap(
        buildings=gpd.GeoSeries([*polygons, *sheds], crs=crs),
        water=gpd.GeoSeries([box(-200, -100, -50, 700)], crs=crs),
        parks=gpd.GeoSeries([box(200, 200, 300, 300)], crs=crs),
        residential=empty,
    )


def _provenance() -> Provenance:
    osm = InputFile(
        "osm", "town.osm.pbf", "ab" * 32, "ODbL 1.0", "© OpenStreetMap contributors", "2026-01-02T03:04:05Z"
    )
    return Provenance({"lifecircle": "0.1.0", "numpy": "2"}, "cd" * 32, (osm,), {"facilities.kept": 3})
