"""A circle that asks for several types at once is said as a list, never as a choice."""

from dataclasses import replace
from types import SimpleNamespace

from outputs.views import small_view

from lifecircle.outputs.phrases import missing_text, type_label
from lifecircle.outputs.report.result import rule_text


def test_what_a_circle_asks_for_together_is_no_choice_among_types():
    view = small_view()
    item = {"types": ["a", "b"], "min": 10.0, "optional": False}
    asked = {"types": ["a", "b", "c"], "min": 10.0, "optional": False, "pools": [["a", "b"], ["c"]], "at_least": 2}
    assert rule_text(view, {"threshold": [item]}) == "a or b (10 min)"
    assert rule_text(view, {"threshold": [asked]}) == "a or b, c (all 2 within 10 min)"


def test_a_gap_of_a_circle_that_asks_for_several_types_lacks_some_of_them():
    view, gap = small_view(), SimpleNamespace(circle="health", missing="a|b")
    assert missing_text(view, gap, named=type_label) == "a, b"
    circles = view.audit.circles.copy()
    pools = {"types": ["a", "b"], "min": 10.0, "optional": False, "pools": [["a"], ["b"]], "at_least": 2}
    circles["threshold"] = [[pools] if circle == "health" else [] for circle in circles.index]
    several = replace(view, audit=replace(view.audit, circles=circles))
    assert missing_text(several, gap, named=type_label) == "some of a, b"
