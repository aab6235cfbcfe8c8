"""What a result was computed from, and when and where."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from lifecircle.config.load import config_sha256
from lifecircle.model.provenance import Provenance

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

LIBRARIES = ("lifecircle", "numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "osmium", "pyarrow")


def runtime_of(seconds: float) -> dict[str, object]:
    """Return clock, host and durations of a run of so many `seconds`, for ``provenance.json`` alone."""
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "audit_seconds": round(seconds, 3),
        "host": platform.node(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def provenance_of(place: Place) -> Provenance:
    """Return what a result of `place` was computed from: versions, configuration, files and row counts."""
    counts = {f"osm.{name}": count for name, count in place.inputs.osm.counts.items()}
    counts |= {f"facilities.{name}": count for name, count in place.facility_set.counts.items()}
    counts |= {f"residences.{name}": count for name, count in place.residence_set.counts.items()}
    return Provenance(
        {name: version(name) for name in LIBRARIES},
        config_sha256(place.study, place.inputs.hashes, beside=_beside(place)),
        place.inputs.files,
        counts,
    )


def _beside(place: Place) -> dict[str, str]:
    """Return the hashes of files that were read though the study does not name them, by role."""
    named = set(place.inputs.hashes.values())
    return {file.role: file.sha256 for file in place.inputs.files if file.sha256 not in named}
