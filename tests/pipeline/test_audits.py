"""Several standards on one place: what each gives alone, from one search per type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lifecircle as lc
from lifecircle.errors import ConfigError
from lifecircle.pipeline import searched
from lifecircle.pipeline.audits import audits, load_place_for
from lifecircle.pipeline.place import Place, demo_study
from lifecircle.pipeline.question import Overrides

# Own types, other cutoffs, metres, other readings; the study itself asks hebi-nine.
STANDARDS = ("tdt1063", "mofcom", "hebi-nine", "gb50180")


@pytest.fixture(scope="module")
def place() -> Place:
    return load_place_for(demo_study(), STANDARDS)


def test_each_standard_gives_what_it_gives_alone(place: Place) -> None:
    found = audits(place, STANDARDS)
    assert list(found) == list(STANDARDS)
    for name in ("tdt1063", "hebi-nine"):
        alone = lc.audit(lc.load_place(demo_study(), overrides=Overrides(standard=name)), causes=False)
        pd.testing.assert_frame_equal(alone.coverage.residences, found[name].coverage.residences)
        pd.testing.assert_frame_equal(alone.circles, found[name].circles)
        assert alone.coverage.headline == found[name].coverage.headline


def test_every_type_is_searched_once_for_each_walker(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    plain = searched.search

    def counted(at: Place, key, *, types: tuple[str, ...], cutoff: int) -> object:
        asked.append(key)
        return plain(at, key, types=types, cutoff=cutoff)

    monkeypatch.setattr(searched, "search", counted)
    audits(place, STANDARDS)
    assert len(asked) == len(set(asked))


def test_searches_are_cut_as_if_made_alone(place: Place) -> None:
    short, far = (place.question, audits_question(place, "gb50180"))
    joint = searched.searched_once(place, [short, far])[0]
    for key, found in joint.items():
        alone = searched.search(place, key, types=found.types, cutoff=found.cutoff)
        for name in ("value", "facility", "entrance", "access_mm", "egress_mm", "private"):
            assert np.array_equal(getattr(alone, name), getattr(found, name)), (key, name)


def audits_question(place: Place, standard: str):
    return audits(place, [standard])[standard].place.question


def test_a_place_prepared_without_a_type_is_refused() -> None:
    plain = lc.load_place(demo_study())
    with pytest.raises(ConfigError, match="car_wash"):
        audits(plain, ["mofcom"])


def test_a_study_that_leaves_the_origins_to_the_standard_is_refused(tmp_path: Path) -> None:
    text = demo_study().read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("origin:")]
    study = tmp_path / "demo.yml"
    study.write_text("\n".join(kept), encoding="utf-8")
    (tmp_path / "akureyri.osm.pbf").write_bytes((demo_study().parent / "akureyri.osm.pbf").read_bytes())
    place = load_place_for(study, ["sdg11"])
    with pytest.raises(ConfigError, match=r"origin\.kind"):
        audits(place, ["sdg11"])


def test_gaps_and_causes_are_told_where_they_are_asked_for(place: Place) -> None:
    quick, full = (audits(place, ["hebi-nine"], explained=asked)["hebi-nine"] for asked in (False, True))
    assert len(quick.gaps) == 0
    assert len(full.gaps) > 0
    assert list(quick.gaps.columns) == [name for name in full.gaps.columns if name in quick.gaps.columns]
    pd.testing.assert_frame_equal(quick.circles, full.circles)
