"""Standard, verdicts and gaps of the small town in ``views.py``, written down by hand."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.model.area import WGS84
from lifecircle.model.audit import CIRCLE_COLUMNS, GAP_COLUMNS, SHARE_COLUMNS, CoverageAudit, Headline
from lifecircle.model.catalogue import Catalogue, FacilityType, NameGate
from lifecircle.model.provenance import Note
from lifecircle.model.standard import Circle, Item, Rule, Standard
from lifecircle.model.travel import WalkProfile

COLUMNS, ROWS, STEP_M = 5, 6, 100.0


@dataclass(frozen=True)
class Names:
    """Text that comes from outside; tests put hostile strings here."""

    study: str = "Gridtown"
    residence: str = "Garden Court"
    facility: str = "Corner Pharmacy"
    place: str = "Long Street"


def grid() -> tuple[np.ndarray, np.ndarray]:
    columns, rows = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    return columns.ravel(), rows.ravel()


def minutes() -> np.ndarray:
    """Minutes to health of every house, in row order."""
    column, row = grid()
    return 1.5 * (column + row) + 1.0


def catalogue() -> Catalogue:
    names = {
        "pharmacy": ("药店", "Pharmacy"),
        "clinic": ("诊所", "Clinic"),
        "fitness_outdoor": ("健身路径", "Outdoor gym"),
    }
    types = {kind: FacilityType(id=kind, name_zh=zh, name_en=en) for kind, (zh, en) in names.items()}
    return Catalogue(types, NameGate((), {}, (), {}, (), "", ""), (), {}, (), (), ())


def _standard() -> Standard:
    health = Rule((Item(("pharmacy", "clinic"), minutes=10.0, label="read"),))
    fitness = Rule((Item(("fitness_outdoor",), max_m=500.0),))
    circles = (
        Circle("health", "健康医疗", "Health", {"claim": health}),
        Circle("fitness", "全民健身", "Fitness", {"claim": fitness}),
        Circle("municipal", "市政提质", "Municipal upgrading", {}, user_layer="pharmacy"),
    )
    return Standard("grid-three", "方格三圈", "Grid three circles", circles)


def _verdicts(residences: gpd.GeoDataFrame) -> pd.DataFrame:
    column, row = grid()
    health = minutes()
    metres = np.where(row == ROWS - 1, np.inf, 30.0 + 110.0 * (column + row))
    fitness = np.where(column == COLUMNS - 1, "unknown", np.where(metres <= 500.0, "covered", "not_covered"))
    covered = np.where(health <= 10.0, "covered", "not_covered")
    return pd.DataFrame(
        {
            "health_min": health,
            "health_status": covered,
            "health_reason": "",
            "health_cause": "",
            "health_cause_also": "",
            "health_detour": np.nan,
            "health_facility_id": "n1:pharmacy",
            "fitness_m": metres,
            "fitness_status": fitness,
            "fitness_reason": np.where(fitness == "unknown", "edge_of_data", ""),
            "fitness_cause": "",
            "fitness_cause_also": "",
            "fitness_detour": np.nan,
            "fitness_facility_id": pd.Series(
                np.where(np.isfinite(metres), "w2:fitness_outdoor", None), dtype=object
            ).to_numpy(),
            "municipal_min": np.nan,
            "municipal_status": "unknown",
            "municipal_reason": "thin_data",
            "municipal_cause": "",
            "municipal_cause_also": "",
            "municipal_detour": np.nan,
            "municipal_facility_id": pd.Series([None] * len(health), dtype=object).to_numpy(),
            "covered_count": (covered == "covered").astype(int) + (fitness == "covered"),
            "weight": 10.0,
        },
        index=residences.index,
    )


def _circles(verdicts: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    rows = []
    for circle in standard.circles:
        share = verdicts[f"{circle.id}_status"].value_counts(normalize=True)
        known = circle.user_layer is None
        low, doubt = float(share.get("covered", 0.0)), float(share.get("unknown", 0.0))
        shares = {name: (low + doubt if name.endswith("upper") else low) if known else np.nan for name in SHARE_COLUMNS}
        shares |= {"share_land": np.nan, "share_land_upper": np.nan}
        items = [
            {"types": list(item.types), "min": item.minutes, "max_m": item.max_m}
            for rule in circle.readings.values()
            for item in rule.items
        ]
        rows.append(
            {
                "name_zh": circle.name_zh,
                "name_en": circle.name_en,
                "rule": "claim",
                "threshold": [{key: value for key, value in item.items() if value is not None} for item in items],
                "speed_kmh": 4.8,
                "facilities": 2 if circle.id == "health" else int(known),
                "headline": True,
                "assessable": known,
                "reason": "" if known else "needs_user_layer",
                **shares,
                "not_covered_share": float(share.get("not_covered", 0.0)) if known else np.nan,
                "unknown_share": doubt if known else np.nan,
            }
        )
    return pd.DataFrame(rows, index=pd.Index([circle.id for circle in standard.circles], name="id"))[
        list(CIRCLE_COLUMNS)
    ]


def audit(residences: gpd.GeoDataFrame, *, names: Names) -> CoverageAudit:
    standard = _standard()
    verdicts = _verdicts(residences)
    circles = _circles(verdicts, standard)
    headline = Headline(0.5, 0.6, 1.25, ("health", "fitness"), 3, 4.8, "claim")
    return CoverageAudit(
        standard=standard,
        rule="claim",
        profile=WalkProfile("adult", 4.8),
        origin_kind="building",
        weight="population",
        denominator_sources={
            "population": Note("denominator.population", "register.csv", "人口登记表"),
            "floor_area": Note("denominator.floor_area", "footprint x levels", "基底面积×层数"),
        },
        residences=verdicts,
        circles=circles,
        readings={"claim": circles, "standard": circles, "lenient": circles},
        headline=headline,
        planner_speed=Headline(0.4, 0.5, 1.0, ("health", "fitness"), 3, 4.0, "claim"),
        reading_headlines=dict.fromkeys(("claim", "standard", "lenient"), headline),
        gaps=_gaps(residences, names=names),
        notes=(Note("demo.made", "A town drawn by hand.", "手绘示例城镇。", warning=True),),
    )


def _gaps(residences: gpd.GeoDataFrame, *, names: Names) -> gpd.GeoDataFrame:
    points = [
        residences.geometry.iloc[-1].centroid,
        residences.geometry.iloc[-3].centroid,
        residences.geometry.iloc[20].centroid,
    ]
    lonlat = gpd.GeoSeries(points, crs=residences.crs).to_crs(WGS84)
    rows = [
        (
            2,
            "health",
            "=1+1",
            "c1",
            3,
            30.0,
            0.1,
            "pharmacy|clinic",
            "n1:pharmacy",
            names.facility,
            12.5,
            np.nan,
            2.5,
            np.nan,
        ),
        (
            1,
            "health",
            names.place,
            "c1",
            6,
            60.0,
            0.2,
            "pharmacy|clinic",
            "n1:pharmacy",
            names.facility,
            14.0,
            np.nan,
            4.0,
            np.nan,
        ),
        (1, "fitness", "", "", 4, 40.0, 0.133, "fitness_outdoor", "", "", np.nan, np.inf, np.nan, np.inf),
    ]
    frame = pd.DataFrame(
        [(*row, point.x, point.y) for row, point in zip(rows, lonlat, strict=True)], columns=list(GAP_COLUMNS)
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=residences.crs)
