"""Figures for print: right numbers and places, colours that do not decide alone, glyphs or a clear error."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from outputs.town import Names
from outputs.views import small_view
from PIL import Image

from lifecircle.errors import ConfigError, SchemaError, SourceError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures import fonts
from lifecircle.outputs.figures.base_map import MapLayers
from lifecircle.outputs.figures.draw import draw, figures_of, write_figures
from lifecircle.outputs.figures.fonts import drawable, wrapped
from lifecircle.outputs.figures.paper import write_png
from lifecircle.outputs.report.handover import write_handover
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lifecircle.pipeline.audit import Audit

MINUTES = pd.DataFrame(
    {"circle": "health", "type": "pharmacy", "unit": "min", "value": [0.0, 10.0, 20.0], "share": [0.0, 0.6, 1.0]}
)
LORENZ = pd.DataFrame({"population": [0.0, 0.5, 1.0], "share": [0.0, 0.2, 1.0], "gini": 0.3})


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecircle.outputs.figures.fonts.chinese_family", lambda: None)


def texts(figure: "Figure") -> str:
    found = [text.get_text() for text in figure.findobj(mpl.text.Text)]
    return "\n".join(found).replace("\n", " ")


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("pie", {}, "no figure 'pie': give one of sheet, circle"),
        ("circle", {}, "needs circle=..., one of health, fitness, municipal"),
        ("circle", {"circle": "halth"}, "no circle 'halth'"),
        ("minutes", {}, "'minutes' needs table"),
        ("before_after", {}, "'before_after' needs after"),
    ],
)
def test_what_is_missing_is_said(kind: str, options: dict[str, str], says: str):
    with pytest.raises(ConfigError, match=says):
        draw(small_view(), kind, **options)


def test_a_table_without_its_columns_and_an_unknown_format_are_refused(tmp_path: Path):
    with pytest.raises(SchemaError, match=r"lorenz: .*missing: \['gini'\]"):
        draw(small_view(), "lorenz", table=LORENZ.drop(columns="gini"))
    with pytest.raises(ConfigError, match=r"\['gif'\] are not known: give some of png, svg, pdf"):
        write_figures(small_view(), tmp_path, formats=("png", "gif"))


@pytest.mark.usefixtures("no_font")
def test_no_chinese_font_is_an_error_that_names_one(tmp_path: Path):
    with pytest.raises(SourceError, match=r"no Chinese font on this machine: .*fonts-noto-cjk"):
        draw(small_view(language="zh"), "shares")
    with pytest.raises(SourceError, match=r"no font .* has the characters '河淇.*fonts-noto-cjk"):
        draw(small_view(names=Names(study="淇河")), "shares")
    assert {path.name for path in write_handover(small_view(language="zh"), tmp_path)} == {"report.docx", "report.html"}
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "本机缺少中文字体，报告未附图。请安装中文字体（如 fonts-noto-cjk）后重新运行。" in page
    assert "<img" not in page


def test_a_character_that_no_font_has_is_written_as_its_number():
    assert drawable("A\U000f0000 B", "en") == "A[U+F0000] B" or "[" not in drawable("A", "en")
    assert drawable("\ue123" + "ok", "en").endswith("ok")


def test_dollars_and_the_users_own_settings_do_no_harm(tmp_path: Path):
    mpl.rcParams["axes.facecolor"] = "#ff0000"
    before = dict(mpl.rcParams)
    view = small_view(names=Names(study=r"Cash $\frac{$ Town", place="$x_1$"))
    (path,) = write_figures(view, tmp_path, kinds=["shares"], formats=["svg"])
    assert dict(mpl.rcParams) == before
    mpl.rcdefaults()
    assert "#ff0000" not in path.read_text(encoding="utf-8")


def test_homes_are_painted_by_their_status_where_they_stand():
    view = small_view()
    layers = MapLayers(view)
    image = layers.status_image("health")
    west, _, _, north = layers.frame
    scale = layers.metres_per_pixel
    wanted = {"covered": 0, "not_covered": 29}
    for status, row in wanted.items():
        assert view.audit.residences["health_status"].iloc[row] == status
        point = view.residences.geometry.iloc[row].centroid
        pixel = image[round((north - point.y) / scale), round((point.x - west) / scale)]
        assert "#" + "".join(f"{part:02x}" for part in pixel) == STATUS_COLOURS[status]
    fitness = layers.status_image("fitness")
    point = view.residences.geometry.iloc[4].centroid  # the last column is unknown
    pixel = fitness[round((north - point.y) / scale), round((point.x - west) / scale)]
    assert "#" + "".join(f"{part:02x}" for part in pixel) == STATUS_COLOURS["unknown"]


def test_colour_never_decides_alone():
    figure = draw(small_view(), "circle", circle="fitness")
    hatches = {patch.get_hatch() for patch in figure.findobj(mpl.patches.Rectangle)} - {None, ""}
    assert {"////////", "........"} <= hatches  # not covered is hatched, unknown dotted
    zones = [zone for zone in figure.findobj(mpl.contour.ContourSet) if any(zone.hatches)]
    assert {hatch for zone in zones for hatch in zone.hatches} == {"////", "...."}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_circle_map_says_what_it_rests_on(language: str):
    said = texts(draw(small_view(language=language), "circle", circle="health"))
    expected = {
        "en": [
            "Gridtown: Health",
            "claim reading, 4.8 km/h, from residential buildings, share of population",
            "60.0%" if small_view().audit.circles.loc["health", "share_population"] == 0.6 else "%",
            "For internal use only",
            "Schematic map",
            "© OpenStreetMap contributors, ODbL 1.0",
            "Map data of: 2026-01-02",
            "Compiled by: Planning Office",
            "Long Street  6 residences  20.0%",
            "Pharmacy  1",
        ],
        "zh": ["方格镇：健康医疗", "宽口径", "审图号：GS(2026)0001号", "编制单位：市自然资源和规划局", "北", "示意图"],
    }
    assert [words for words in expected[language] if words not in said] == []
    assert ("内部工作用图" in said) is False  # with an approval number it is not internal


def test_a_map_without_approval_is_internal():
    view = replace(small_view(language="zh"), map_approval_no="")
    assert "内部工作用图" in texts(draw(view, "sheet"))


def test_the_sheet_shows_every_circle_and_why_one_has_no_share():
    said = texts(draw(small_view(), "sheet"))
    for words in ("Health", "Fitness", "46.7%–66.7%", "not assessable: needs the user's own list"):
        assert words in said


def test_a_sheet_of_one_circle():
    view = small_view()
    audit = replace(view.audit, circles=view.audit.circles.iloc[:1])
    assert len([kind for kind, _ in figures_of(replace(view, audit=audit)) if kind == "circle"]) == 1
    assert "Health" in texts(draw(replace(view, audit=audit), "sheet"))


def test_bars_are_as_long_as_the_shares():
    view = small_view()
    figure = draw(view, "shares")
    bars = [patch.get_width() for patch in figure.axes[0].patches]
    circles = view.audit.circles
    low, high = circles["share_population"].to_numpy() * 100, circles["share_population_upper"].to_numpy() * 100
    assert bars == pytest.approx([50, 10, low[0], high[0] - low[0], low[1], high[1] - low[1]])
    assert "not assessable" in texts(figure)


def test_the_scale_bar_is_as_long_as_it_says():
    view = small_view()
    figure = draw(view, "circle", circle="health")
    bars = [shape.get_paths()[0].get_extents() for shape in figure.axes[0].collections if shape.get_zorder() == 6]
    length = max(box.x1 for box in bars) - min(box.x0 for box in bars)
    said = [text.get_text() for text in figure.axes[0].texts if text.get_text().endswith(" m")]
    assert said == [f"{length:g} m"]


def test_charts_draw_their_tables():
    view = replace(small_view(), minutes=MINUTES, lorenz=LORENZ)
    assert [kind for kind, _ in figures_of(view)] == [
        "sheet",
        "circle",
        "circle",
        "shares",
        "minutes",
        "lorenz",
    ]
    lines = draw(view, "minutes").axes[0].lines
    assert lines[0].get_ydata() == pytest.approx([0, 60, 100])
    assert lines[1].get_xdata() == [10.0, 10.0]  # the threshold
    assert "(Gini 0.300)" in texts(draw(view, "lorenz"))


def test_before_and_after_tell_who_gains():
    view = small_view()
    verdicts = view.audit.residences.copy()
    verdicts.loc[verdicts.index[-3:], "health_status"] = "covered"
    after = replace(view, audit=replace(view.audit, residences=verdicts))
    said = texts(draw(view, "before_after", after=after, circle="health"))
    total = view.audit.residences["weight"].sum()
    assert f"newly covered  {30.0 / total:.1%}" in said
    assert "no longer covered  0.0%" in said
    fewer = replace(view, residences=view.residences.iloc[1:])
    with pytest.raises(ConfigError, match="same residences"):
        draw(view, "before_after", after=fewer)


def test_lines_break_where_they_may():
    assert wrapped("步行网络口径，二者", 12) == "步行网络口\n径，二者"
    assert wrapped("a very long word", 6) == "a very\nlong\nword"


def test_minutes_and_shares_of_the_sample_town_agree(audited: "Callable[[str], Audit]"):
    audit = audited("demo")
    table = audit.view.minutes
    assert table is not None
    circle = table[(table["circle"] == "comprehensive") & (table["value"] == 15.0)]
    assert circle["share"].to_list() == pytest.approx(
        [audit.circles.loc["comprehensive", "share_floor_area"]], abs=1e-9
    )
    elderly = table[(table["circle"] == "elderly") & (table["value"] == 15.0)]
    assert elderly["share"].max() <= audit.circles.loc["elderly", "share_floor_area"] + 1e-9
    grouped = table.groupby(["circle", "type"], sort=False)["share"]
    assert (grouped.diff().dropna() >= -1e-12).all()
    lorenz = audit.view.lorenz
    assert lorenz is not None
    weight = audit.coverage.residences.groupby("covered_count")["weight"].sum()
    total = float((weight * weight.index).sum())
    assert lorenz["share"].to_numpy()[1:] == pytest.approx(
        np.cumsum(weight.to_numpy() * weight.index.to_numpy()) / total
    )


def test_a_view_can_be_drawn_from_an_audit(audited: "Callable[[str], Audit]", tmp_path: Path):
    audit = audited("demo")
    paths = audit.write_figures(tmp_path, kinds=["minutes", "lorenz"], formats=["png"])
    assert [path.name for path in paths] == ["minutes.png", "lorenz.png"]
    assert audit.figure("shares").axes
    view: AuditView = audit.view
    assert fonts.chinese_family() or view.language == "en"


def test_the_legends_colours_are_kept_however_little_of_them_there_is(tmp_path: Path):
    figure, axes = plt.subplots(figsize=(4, 4))
    axes.imshow(np.random.default_rng(5).random((200, 200, 3)))
    for at, colour in enumerate(STATUS_COLOURS.values()):
        figure.patches.append(plt.Rectangle((0.1 * at, 0.0), 0.05, 0.03, color=colour, transform=figure.transFigure))
    write_png(figure, tmp_path / "a.png")
    plt.close(figure)
    drawn = Image.open(tmp_path / "a.png").convert("RGB").getcolors(1 << 20)
    assert drawn is not None
    found = {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in drawn}
    assert set(STATUS_COLOURS.values()) <= found
