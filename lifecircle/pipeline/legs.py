"""What the access legs of a place tell its reader."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.model.provenance import Note
from lifecircle.model.travel import SNAP_REASONS, Snapped
from lifecircle.pipeline.place import Place

REASON_ZH = {"too_far": "距离过远", "water_or_rail": "被水域或铁路隔开", "no_network": "附近无路网"}


def street_names(place: Place) -> npt.NDArray[np.object_]:
    """Return the name of the street that each residence is joined to, "" when it has none; shape (R,)."""
    snapped = place.joined.origins.snapped
    names = np.full(len(place.residences), "", dtype=object)
    rows = np.flatnonzero((snapped.edge >= 0) & (snapped.owner < len(names)))
    # Written last to first, so that the first named entrance of a residence stays.
    streets = place.network.street[snapped.edge[rows]]
    named = streets != ""
    names[snapped.owner[rows][named][::-1]] = streets[named][::-1]
    return names


def leg_notes(place: Place) -> tuple[Note, ...]:
    """Return what was lost or doubted when entrances were joined to the network."""
    origins, facilities = place.joined.origins.snapped, place.joined.facilities.snapped
    residences = len(place.residences)
    notes = [*_unsnapped(origins, residences, what=("residences", "居住点"), code="residences")]
    notes += _unsnapped(facilities, len(place.facilities), what=("facilities", "设施"), code="facilities")
    legs = (origins.edge >= 0) & (origins.owner < residences)
    if not legs.any():
        return tuple(notes)
    walls = int(np.count_nonzero(origins.crosses_wall & legs))
    crossed = int(np.count_nonzero(place.across & legs))
    total = int(np.count_nonzero(legs))
    notes.append(
        Note(
            "legs.doubtful",
            f"Of {total} access legs, {walls} ({walls / total:.1%}) cross a wall or fence because every leg in reach "
            f"does, and {crossed} ({crossed / total:.1%}) leave residential land away from a gate.",
            f"{total} 条接驳段中，{walls} 条（{walls / total:.1%}）因别无选择而穿越围墙或栅栏，"
            f"{crossed} 条（{crossed / total:.1%}）在无出入口处穿越居住用地边界。",
            warning=bool(walls),
        )
    )
    return tuple(notes)


def _unsnapped(snapped: Snapped, rows: int, *, what: tuple[str, str], code: str) -> list[Note]:
    ours = snapped.owner < rows
    found = np.zeros(rows, dtype=bool)
    found[snapped.owner[(snapped.edge >= 0) & ours]] = True
    lost = int(np.count_nonzero(~found))
    if not lost:
        return []
    reasons = {}
    for number, reason in enumerate(SNAP_REASONS[1:], start=1):
        owners = snapped.owner[ours & (snapped.reason == number)]
        count = int(np.count_nonzero(~found[np.unique(owners)]))
        if count:
            reasons[reason] = count
    en = ", ".join(f"{reason.replace('_', ' ')}: {count}" for reason, count in reasons.items())
    zh = "、".join(f"{REASON_ZH[reason]} {count}" for reason, count in reasons.items())
    return [
        Note(
            f"{code}.unsnapped",
            f"{lost} of {rows} {what[0]} have no admissible access leg ({en}).",
            f"{rows} 处{what[1]}中有 {lost} 处无法接入路网（{zh}）。",
            warning=True,
        )
    ]
