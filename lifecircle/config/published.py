"""Published counts of a file as nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.model.standard import Published
from lifecircle.model.words import Words

if TYPE_CHECKING:
    from lifecircle.config.fields import Names
    from lifecircle.config.schema import PublishedCount, Study


def both(names: Names | None) -> Words:
    """Return a text of a file in both languages, empty where none was given."""
    return Words() if names is None else Words(names.zh, names.en)


def published_noun(given: PublishedCount) -> Published:
    """Return a published count with its texts in both languages."""
    return Published(
        given.value,
        given.counts,
        of=both(given.of),
        area=both(given.area),
        as_of=given.as_of,
        source=both(given.source),
        planned=given.planned,
        unit=both(given.unit),
    )


def published_counts(study: Study) -> dict[str, Published]:
    """Return the published counts of `study` by circle or facility type, as written."""
    return {kind: published_noun(given) for kind, given in study.published.items()}
