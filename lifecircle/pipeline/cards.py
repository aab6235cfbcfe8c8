"""What a notebook shows of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.outputs.cards import place_card as place_html

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place


def place_card(place: Place) -> str:
    """Return the size of the study, its network, facilities and residences as HTML."""
    language, facilities = place.question.language, place.facilities
    counts = {
        "standard": place.standard.title(language),
        "area": f"{place.area.area_km2:,.1f} km²",
        "network": f"{place.network.length_mm.sum() / 1e6:,.0f} km",
        "facilities": f"{facilities['object_id'].nunique():,} ({facilities['type'].nunique()})",
        "residences": f"{len(place.residences):,}",
    }
    warnings = tuple(note.text(language) for note in place.notes if note.warning)
    return place_html(place.area.name(language), language, counts=counts, facts=warnings)
