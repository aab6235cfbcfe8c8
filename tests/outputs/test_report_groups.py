"""The report's tables of groups of people and of what every community holds."""

from dataclasses import replace

import pandas as pd
from outputs.views import small_view

from lifecircle.model.equity import EQUITY_COLUMNS
from lifecircle.outputs.report.content import report_content
from lifecircle.outputs.report.model import Table


def test_provision_counts_communities_beside_the_walking_share():
    view = small_view()
    columns = {"community_id": ["a", "b", "c", "d"], "name": "", "objects": [1, 0, 0, 3], "unknown": [0, 1, 0, 0]}
    asked = {"number": 1, "circle": "health", "types": "pharmacy", "at_least": 1}
    found = pd.DataFrame({**asked, **columns, "state": ["provided", "unknown", "lacking", "provided"]})
    rows = pd.DataFrame({"geometry": view.base.water.iloc[[0]].to_numpy()}).assign(
        community_id="a", name="Ash", residences=5, weight=50.0, all_circles_state="partly"
    )
    shares = {
        f"{circle}_share{part}": 0.5 for circle in ("all_circles", "health", "fitness") for part in ("", "_upper")
    }
    view = replace(view, communities=rows.assign(**shares), tables={"provision": found})
    (section,) = [one for one in report_content(view, figures=()).sections if one.id == "communities"]
    table = [block for block in section.blocks if isinstance(block, Table)][1]
    assert table.rows == (("Health", "Pharmacy", "1", "2", "1", "1"),)
    assert "not walking access" in table.caption


def equity_row(group: str, circle: str, share: float, *, by: str = "estate") -> dict[str, object]:
    values = (by, group, circle, 10, 100.0, 0.25, share, share, 0.5, share - 0.5, False)
    return dict(zip(EQUITY_COLUMNS, values, strict=True))


def test_groups_come_worst_first_with_their_weakest_circle():
    shares = {"old": (0.2, 0.9, 0.3), "new": (0.1, 0.4, 0.4), "(unknown)": (0.8, 0.8, 0.9)}
    rows = [
        equity_row(group, circle, share)
        for group, found in shares.items()
        for circle, share in zip(("all_circles", "health", "fitness"), found, strict=True)
    ]
    rows.append(equity_row("age 60+", "health", 0.75, by="own_group"))
    view = replace(small_view(), tables={"equity": pd.DataFrame(rows)})
    (section,) = [one for one in report_content(view, figures=()).sections if one.id == "equity"]
    groups, own = (block for block in section.blocks if isinstance(block, Table))
    assert groups.rows == (
        ("new", "10", "25.0%", "10.0%", "-40.0", "Fitness 40.0%"),
        ("old", "10", "25.0%", "20.0%", "-30.0", "Fitness 30.0%"),
        ("(unknown)", "10", "25.0%", "80.0%", "+30.0", "Health 80.0%"),
    )
    assert own.rows == (("Health", "age 60+", "75.0%", "50.0%", "+25.0"),)


def test_many_groups_are_cut_and_it_is_said():
    rows = [equity_row(f"g{n:02}", "all_circles", n / 100) for n in range(25)]
    view = replace(small_view(), tables={"equity": pd.DataFrame(rows)})
    (section,) = [one for one in report_content(view, figures=()).sections if one.id == "equity"]
    assert len(section.blocks[1].rows) == 20
    assert section.blocks[2].text.startswith("5 more groups")
