"""Several standards asked of one place: prepared once, searched once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lifecircle.errors import ConfigError
from lifecircle.network.impedance import walkable_edges
from lifecircle.pipeline.audit import Audit, audit
from lifecircle.pipeline.inputs import read_inputs
from lifecircle.pipeline.place import DERIVED, Place, prepare_place, study_area
from lifecircle.pipeline.progress import told
from lifecircle.pipeline.question import Overrides, asked_instead, read_question
from lifecircle.pipeline.searched import searched_once


@told
def load_place_for(config: str | Path, standards: Sequence[str], *, overrides: Overrides | None = None) -> Place:
    """Prepare a place that can be audited by each of several standards.

    As `load_place`, but with the facility types of all of them and out to the farthest of their thresholds.

    Parameters
    ----------
    config : str or Path
        The study's YAML file.
    standards : sequence of str
        Ids of packaged standards or YAML files; the study's own need not be among them.
    overrides : Overrides, optional
        What is said instead of the study's words.

    Returns
    -------
    Place
        Asked about the study's own standard.

    Raises
    ------
    ConfigError, SourceError, SchemaError, DatumError, NetworkError
        As `load_place`.
    """
    study, question = read_question(config, overrides=overrides)
    asked = [question, *(asked_instead(study, Overrides(standard=name))[1] for name in standards)]
    catalogue = question.catalogue
    for other in asked[1:]:
        own = [kind for name, kind in other.catalogue.types.items() if name not in catalogue.types]
        catalogue = catalogue.extended(own)
    inputs = read_inputs(study)
    farthest = max(asked, key=lambda one: one.longest_m)
    area = study_area(study, farthest, boundary=inputs.boundary, extent=inputs.extent)
    place = prepare_place(study, replace(question, catalogue=catalogue), inputs=inputs, area=area)
    for name in DERIVED:
        getattr(place, name)  # now, not while it is audited
    return place


@told
def audits(place: Place, standards: Iterable[str], *, explained: bool = False) -> dict[str, Audit]:
    """Audit one place by several standards, from one search per facility type and walker.

    Parameters
    ----------
    place : Place
        From `load_place_for` with the same standards.
    standards : iterable of str
        Ids of packaged standards or YAML files.
    explained : bool
        Whether to group what is not covered into gaps and to say why; else their tables are empty.

    Returns
    -------
    dict of str to Audit
        As `audit` gives each on this place, in the order of `standards`.

    Raises
    ------
    ConfigError
        If a standard is unknown, names facility types that the place was not prepared with, or would start trips
        elsewhere because the study leaves that to the standard.
    CutoffError
        If a search is too long for exact sums.
    """
    asked = {name: _asked_of(place, name) for name in dict.fromkeys(standards)}
    joint = {name: one for name, one in asked.items() if one.joined is place.joined}
    times = dict(zip(joint, searched_once(place, [one.question for one in joint.values()]), strict=True))
    return {name: audit(one, causes=explained, gaps=explained, times=times.get(name)) for name, one in asked.items()}


def _asked_of(place: Place, name: str) -> Place:
    """Return `place` asked about another standard; its entrances stay joined where its walker may go as far."""
    study, question = asked_instead(place.study, Overrides(standard=name))
    unknown = sorted(set(question.catalogue.types) - set(place.question.catalogue.types))
    if unknown:
        raise ConfigError(f"{name}: the place was prepared without {', '.join(unknown)}: use load_place_for")
    start = (question.standard.origin_kind, question.standard.origin_size_m)
    if study.origin is None and start != (place.standard.origin_kind, place.standard.origin_size_m):
        raise ConfigError(f"{name}: trips would start from other places: write origin.kind into the study")
    asked = replace(place, study=study, question=replace(question, catalogue=place.question.catalogue))
    kept: dict[str, object] = {"edge_m": place.edge_m}
    before, after = (
        walkable_edges(place.network, profile=one.profile, private=one.walk.private)
        for one in (place.question, question)
    )
    if (before == after).all():
        kept |= {"joined": place.joined, "across": place.across}
    vars(asked).update(kept)  # where cached properties keep theirs
    return asked
