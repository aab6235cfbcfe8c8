"""The walks of an estate as one page that needs no internet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.area import WGS84
from lifecircle.model.network import EdgeFlag
from lifecircle.outputs.map_folium import PageKind, offline_page
from lifecircle.outputs.phrases import percent, phrase, phrase_or
from lifecircle.outputs.walks_text import figures

if TYPE_CHECKING:
    import folium

    from lifecircle.model.walks import Walks, WalksView

AROUND_M = 500.0
TOLERANCE_M = 0.5
# More lines than this are drawn street by street, as many as walk there, or the page becomes too heavy.
SINGLE_LINES = 1000
LEGEND = ("line", "longest", "residence", "no_walk", "facility", "signals", "marked", "unmarked")
WHERE = {"line": "walks.line", "longest": "walks.longest", "residence": "walks.residence"}
KIND = PageKind(show="lifecircleWalks.show", scripts=("walks.js",), style="walks.css")


def walks_map(view: WalksView) -> folium.Map:
    """Return the walks as a folium map; its ``save`` writes one page with everything inside."""
    data = page_data(view)
    return offline_page(data, title=str(data["title"]), kind=KIND)


def page_data(view: WalksView) -> dict[str, Any]:
    """Return everything that the page draws, as JSON types."""
    walks, language = view.walks, view.language
    longest_last = np.argsort(walks.found()["minutes"].to_numpy(dtype=float), kind="stable")
    many = len(longest_last) > SINGLE_LINES
    drawn_walks = longest_last[-1:] if many else longest_last
    start = phrase("walks.all", language) if walks.start == "all" else walks.start
    profile = phrase_or(f"profile.{walks.profile.id}", language, fallback=walks.profile.id)
    around = shapely.box(*_bounds(walks)).buffer(AROUND_M, join_style="mitre")
    streets = view.network.has_flag(EdgeFlag.SQUARE)
    drawn = gpd.GeoSeries(view.network.lines(np.flatnonzero(~streets)), crs=view.network.crs)
    west, south, east, north = view.area.to_wgs84(shapely.box(*_bounds(walks))).bounds
    return {
        "title": phrase("walks.title", language, type=walks.type_names[language]),
        "lines": [
            phrase("walks.from", language, start=start, place=view.area.name(language)),
            phrase("walks.walker", language, walker=profile, speed=f"{walks.profile.speed_kmh:g}"),
        ],
        "figures": figures(walks, language),
        "legend": [(kind, phrase(WHERE.get(kind, f"walks.{kind}"), language)) for kind in LEGEND],
        "footer": phrase("attribution", language),
        "bounds": [[south, west], [north, east]],
        "base": {
            "water": _features(_near(view.base.water, around)),
            "parks": _features(_near(view.base.parks, around)),
            "buildings": _features(_near(view.base.buildings, around)),
            "streets": _features(_near(drawn, around)),
        },
        "residences": _features(walks.residences.geometry, _residence_facts(view)),
        "streets": _features(*_street_facts(walks)) if many else _features(walks.streets.geometry.iloc[:0]),
        "walks": _features(walks.found().geometry.iloc[drawn_walks], _walk_facts(view, drawn_walks)),
        "crossings": _features(walks.crossings.geometry, _crossing_facts(view)),
        "facilities": _features(walks.facilities.geometry, _facility_facts(view)),
    }


def _bounds(walks: Walks) -> tuple[float, float, float, float]:
    shapes = [*walks.residences.geometry, *walks.found().geometry, *walks.facilities.geometry]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    return west, south, east, north


def _near(shapes: gpd.GeoSeries, around: shapely.Geometry) -> gpd.GeoSeries:
    found = shapes.to_numpy()
    own = np.sort(shapely.STRtree(found).query(around, predicate="intersects"))
    return gpd.GeoSeries(shapely.intersection(found[own], around), crs=shapes.crs)


def _features(shapes: gpd.GeoSeries, properties: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    simple = shapely.simplify(shapes.to_numpy(), TOLERANCE_M)
    lonlat = gpd.GeoSeries(simple, crs=shapes.crs).to_crs(WGS84).to_numpy()
    texts = shapely.to_geojson(shapely.set_precision(lonlat, 1e-6, mode="pointwise"))
    facts = properties or [{}] * len(simple)
    features = [
        {"type": "Feature", "properties": own, "geometry": json.loads(text)}
        for own, text in zip(facts, texts, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _residence_facts(view: WalksView) -> list[dict[str, Any]]:
    language = view.language
    facts = []
    for _, row in view.walks.lines.iterrows():
        walked = row["status"] == "walk"
        said = phrase("walks.minutes", language, minutes=f"{row['minutes']:.1f}") if walked else ""
        rows = [
            (phrase("walks.residence", language), row["residence_id"]),
            (phrase("walks.time", language), said or phrase(f"walks.status.{row['status']}", language)),
        ]
        title = row["name"] or row["estate"] or phrase("walks.residence", language)
        facts.append({"walk": walked, "title": str(title), "rows": rows})
    return facts


def _walk_facts(view: WalksView, order: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    language = view.language
    worst = view.walks.totals()["worst"]
    facts = []
    for _, row in view.walks.found().iloc[order].iterrows():
        rows = [
            (phrase("walks.time", language), phrase("walks.minutes", language, minutes=f"{row['minutes']:.1f}")),
            (phrase("walks.length", language), phrase("walks.metres", language, metres=f"{row['length_m']:,.0f}")),
            *((phrase(f"walks.{kind}", language), str(int(row[f"crossings_{kind}"]))) for kind in LEGEND[-3:]),
            (phrase("walks.footway_share", language), percent(float(row["footway_share"]))),
            (phrase("walks.along", language), row["streets"] or "–"),
        ]
        title = f"{row['name'] or row['residence_id']} → {row['facility_name'] or row['facility_id']}"
        facts.append({"longest": row["residence_id"] == worst, "title": title, "rows": rows})
    return facts


def _street_facts(walks: Walks) -> tuple[gpd.GeoSeries, list[dict[str, Any]]]:
    """Return the streets that are walked, the least used first, with the share of the most used one."""
    order = np.argsort(walks.streets["walks"].to_numpy(), kind="stable")
    counts = walks.streets["walks"].to_numpy()[order]
    part = np.round(np.sqrt(counts / max(int(counts.max()), 1)), 3) if len(counts) else counts
    return walks.streets.geometry.iloc[order], [{"part": float(one)} for one in part]


def _crossing_facts(view: WalksView) -> list[dict[str, Any]]:
    language = view.language
    return [
        {
            "kind": row["kind"],
            "title": phrase(f"walks.{row['kind']}", language),
            "rows": [("", phrase("walks.about", language, walks=int(row["walks"])))],
        }
        for _, row in view.walks.crossings.iterrows()
    ]


def _facility_facts(view: WalksView) -> list[dict[str, Any]]:
    language = view.language
    return [
        {
            "title": row["name"] or str(facility),
            "rows": [("", phrase("walks.about", language, walks=int(row["walks"])))],
        }
        for facility, row in view.walks.facilities.iterrows()
    ]
