"""What the map can lay over its base: walking bands and communities."""

import math
from typing import Any

import numpy as np

from lifecircle.model.area import WGS84
from lifecircle.model.audit import AuditView
from lifecircle.outputs.packing import pack
from lifecircle.outputs.phrases import share_range

BAND_TOLERANCE_M = 8.0
OUTLINE_TOLERANCE_M = 4.0
JOINT = "all_circles"  # the joint verdict in the columns of the communities


def bands(view: AuditView) -> list[dict[str, Any]]:
    """Return the walking bands of the circles, the widest first so that narrower ones lie on top."""
    if view.isochrones is None or view.isochrones.empty:
        return []
    order = {circle: rank for rank, circle in enumerate(view.audit.circles.index)}
    frame = view.isochrones.sort_values(["circle", "minutes"], ascending=[True, False], kind="stable")
    shapes = frame.geometry.to_crs(view.area.crs).simplify(BAND_TOLERANCE_M).to_crs(WGS84).to_numpy().astype(object)
    return [
        {"circle": order[circle], "minutes": float(minutes), "shape": pack(np.array([shape], dtype=object))}
        for circle, minutes, shape in zip(frame["circle"], frame["minutes"], shapes, strict=True)
        if not shape.is_empty
    ]


def communities(view: AuditView) -> dict[str, Any] | None:
    """Return outlines, names and shares per circle and jointly (last), each community at its place."""
    frame = view.communities
    if frame is None or frame.empty:
        return None
    outlines = frame.geometry.simplify(OUTLINE_TOLERANCE_M).to_crs(WGS84)
    inside = frame.geometry.representative_point().to_crs(WGS84)
    circles = [*view.audit.circles.index, JOINT]
    return {
        "shapes": pack(outlines.to_numpy().astype(object)),
        "name": [str(name or community) for name, community in zip(frame["name"], frame.index, strict=True)],
        "lon": [round(float(x), 6) for x in inside.x],
        "lat": [round(float(y), 6) for y in inside.y],
        "share": [_texts(view, f"{circle}_share") for circle in circles],
        "least": [_numbers(view, f"{circle}_share_upper") for circle in circles],
    }


def _texts(view: AuditView, column: str) -> list[str]:
    assert view.communities is not None  # noqa: S101  # asked for above
    pairs = view.communities[[column, f"{column}_upper"]].to_numpy(dtype=float)
    return ["" if math.isnan(low) else share_range(low, high, language=view.language) for low, high in pairs]


def _numbers(view: AuditView, column: str) -> list[float | None]:
    assert view.communities is not None  # noqa: S101  # asked for above
    values = view.communities[column].to_numpy(dtype=float)
    return [None if math.isnan(value) else round(float(value), 4) for value in values]
