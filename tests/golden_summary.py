"""The figures of an audit that must not change unnoticed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifecircle.model.network import EdgeFlag, Permission

if TYPE_CHECKING:
    from lifecircle.model.audit import Headline
    from lifecircle.pipeline.audit import Audit

# Studies with a golden summary, the quickest first.
STUDIES = ("shenzhen_longgang", "beijing_cau", "beijing_haidian", "demo", "bad_hersfeld", "reykjavik")
# Standards with a golden summary on the sample place, written as standard-<id>.json.
STANDARDS = ("hainan-eight", "tdt1063", "mofcom")
SHARES = (
    "share_floor_area",
    "share_floor_area_upper",
    "share_land",
    "share_land_upper",
    "share_residences",
    "share_residences_upper",
)
DECIMALS = 4


def golden_summary(audit: Audit) -> dict[str, Any]:
    """Return headline, shares of every circle, and the counts that they rest on."""
    place, coverage = audit.place, audit.coverage
    network = place.network
    across = network.has_flag(EdgeFlag.SQUARE)  # straight lines that no map draws
    groups = {level.name.lower(): (network.permission == level) & ~across for level in Permission}
    groups["across_squares"] = across
    kilometres = {name: round(float(network.length_mm[edges].sum()) / 1e6, 3) for name, edges in groups.items()}
    return {
        "headline": _headline(coverage.headline),
        "planner_speed": _headline(coverage.planner_speed),
        "readings": {reading: _headline(found) for reading, found in coverage.reading_headlines.items()},
        "circles": {
            str(circle): {
                "assessable": bool(row["assessable"]),
                "reason": row["reason"],
                "facilities": row["facilities"],
            }
            | {name: _share(row[name]) for name in SHARES}
            for circle, row in coverage.circles.iterrows()
        },
        **_sections(audit),
        "residences": len(place.residences),
        "floor_area_m2": round(float(np.nansum(place.residences["floor_area_m2"])), 1),
        "land_points": len(place.residence_set.land_points),
        "network_km": kilometres,
        "mapped_objects": {kind: count for kind, count in place.facility_set.loaded_counts.items() if count},
        "facilities": {
            str(kind): int(count) for kind, count in place.facilities["type"].value_counts().sort_index().items()
        },
        "gaps": len(coverage.gaps),
    }


def _sections(audit: Audit) -> dict[str, Any]:
    """Return the joint share and score of every section; nothing for a standard without sections."""
    sections = audit.coverage.sections
    shares = ("all_circles_share", "all_circles_share_upper", "score", "score_upper")
    found = {
        str(name): {"circles_counted": row["circles_counted"]} | {share: _share(row[share]) for share in shares}
        for name, row in sections.iterrows()
    }
    return {"sections": found} if found else {}


def standard_audit(name: str) -> Audit:
    """Audit the sample place under the packaged standard `name`, in the standard's own reading."""
    import lifecircle as lc
    from lifecircle.config.catalogue import load_catalogue
    from lifecircle.config.standards import load_standard

    reading = load_standard(name, base=Path(), catalogue=load_catalogue()).default_rule
    overrides = lc.Overrides(standard=name, rule=reading)
    return lc.audit(lc.load_place(lc.demo_study(), overrides=overrides))


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "all_circles_share": _share(headline.all_circles_share),
        "all_circles_share_upper": _share(headline.all_circles_share_upper),
        "mean_circles_covered": _share(headline.mean_circles_covered),
        "circles_counted": list(headline.circles_counted),
        "circles_total": headline.circles_total,
    }


def _share(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), DECIMALS)
