"""A city of many residences is shown in cells, each with what holds for most of its weight."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from outputs.views import small_view

from lifecircle.outputs import map_cells
from lifecircle.outputs.map_data import map_data


@pytest.fixture
def view(monkeypatch):
    """Four houses in one cell and one in another: weights 1, 2, 4, 8 and 16."""
    town = small_view()
    ids = town.residences.index[:5]
    residences = town.residences.loc[ids].copy()
    spots = [(5.0, 5.0), (20.0, 40.0), (60.0, 60.0), (95.0, 5.0), (150.0, 5.0)]
    residences.geometry = residences.geometry.centroid.from_xy(*zip(*spots, strict=True), crs=residences.crs).to_numpy()
    verdicts = town.audit.residences.loc[ids].assign(
        weight=[1.0, 2.0, 4.0, 8.0, 16.0],
        health_status=["covered", "covered", "covered", "not_covered", "unknown"],
        fitness_status=["covered", "covered", "covered", "covered", "covered"],
        covered_count=[2, 2, 2, 1, 1],
    )
    monkeypatch.setattr(map_cells, "MOST_RESIDENCES", 4)
    return replace(town, residences=residences, audit=replace(town.audit, residences=verdicts))


def test_a_cell_shows_what_holds_for_most_of_its_weight(view):
    shown = map_cells.gathered(view)
    assert list(shown.residences.index) == ["0/0", "1/0"]
    assert shown.residences.geometry.total_bounds.tolist() == [0.0, 0.0, 200.0, 100.0]
    # 1 + 2 + 4 are covered, 8 are not.
    assert shown.audit.residences["health_status"].tolist() == ["not_covered", "unknown"]
    assert shown.audit.residences["fitness_status"].tolist() == ["covered", "covered"]
    # (1 + 2 + 4) * 2 + 8 = 22 over 15 is 1.47.
    assert shown.audit.residences["covered_count"].tolist() == [1, 1]


def test_a_tie_shows_the_worse_verdict(view):
    verdicts = view.audit.residences.assign(weight=[1.0, 1.0, 2.0, 4.0, 1.0])
    shown = map_cells.gathered(replace(view, audit=replace(view.audit, residences=verdicts)))
    assert shown.audit.residences["health_status"].iloc[0] == "not_covered"


def test_residences_without_weight_still_have_a_verdict(view):
    verdicts = view.audit.residences.assign(weight=[0.0, 0.0, 0.0, 0.0, np.nan])
    shown = map_cells.gathered(replace(view, audit=replace(view.audit, residences=verdicts)))
    assert shown.audit.residences["health_status"].tolist() == ["covered", "unknown"]


def test_the_page_says_that_it_shows_cells(view):
    content = map_data(view)
    assert content["unit"].startswith("number of cells of 100 m")
    assert content["residences"]["name"] == ["Cell with 4 residences", "Cell with 1 residences"]
    assert content["circles"][0]["facility"] == [None, None]
    assert pd.isna(view.audit.residences["health_min"]).sum() == 0


def test_a_town_is_shown_house_by_house():
    town = small_view()
    assert map_cells.gathered(town) is town
