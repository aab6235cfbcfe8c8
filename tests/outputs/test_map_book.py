"""The book of maps: its pages, their numbers, and that it repeats."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from outputs.views import small_view
from shapely.geometry import box

import lifecircle as lc
from lifecircle.outputs.figures.draw import draw
from lifecircle.outputs.figures.map_book import community_map, write_map_book
from lifecircle.outputs.phrases import phrase


@pytest.fixture
def view():
    """The drawn town with two communities: west holds the columns below 300 m."""
    town = small_view()
    x = town.residences.geometry.centroid.x
    residences = town.residences.assign(community_id=np.where(x < 300, "c1", "c2"))
    shares = {
        f"{circle}_{end}": [0.25, 1.0]
        for circle in ("health", "fitness", "all_circles")
        for end in ("share", "share_upper")
    }
    missing = {f"municipal_{end}": [np.nan, np.nan] for end in ("share", "share_upper")}
    communities = gpd.GeoDataFrame(
        {"name": ["西社区 West", "East"], **shares, **missing},
        geometry=[box(0, 0, 300, 600), box(300, 0, 600, 600)],
        index=pd.Index(["c1", "c2"], name="community_id"),
        crs=town.area.crs,
    )
    return replace(town, residences=residences, communities=communities)


def test_a_page_for_the_sheet_each_circle_and_each_community(view, tmp_path):
    book = write_map_book(view, tmp_path / "book.pdf").read_bytes()
    assessable = int(view.audit.circles["assessable"].sum())
    assert len(re.findall(rb"/Type /Page\b", book)) == 1 + assessable + 2
    assert write_map_book(view, tmp_path / "again.pdf").read_bytes() == book


def test_a_community_page_says_its_shares(view):
    said = [text.get_text() for axes in community_map(view, "c1").axes for text in axes.texts]
    assert "25.0%" in said
    assert any(text.startswith("Health") for text in said)
    counts = view.audit.residences.loc[view.residences["community_id"] == "c1", "covered_count"]
    assert f"2  ({int((counts == 2).sum())})" in said


def test_an_unknown_community_is_an_error(view):
    with pytest.raises(lc.errors.ConfigError, match="'c9'"):
        community_map(view, "c9")


@pytest.mark.parametrize("page", ["sheet", "circle", "community"])
def test_every_kind_of_page_carries_the_attribution(view, page):
    figure = community_map(view, "c1") if page == "community" else draw(view, page, circle="health")
    (attribution,) = [text.get_text() for text in figure.findobj(Text) if "OpenStreetMap" in text.get_text()]
    assert phrase("attribution", view.language) in attribution


def test_a_figure_shows_itself_in_a_notebook(view):
    picture = community_map(view, "c2")._repr_png_()
    assert picture.startswith(b"\x89PNG")
