"""What a notebook shows of a place, an audit and a standard."""

import re
from dataclasses import replace

import lifecircle as lc
from lifecircle.model.card import card
from lifecircle.outputs.cards import audit_card
from lifecircle.outputs.phrases import share_range


def test_text_from_outside_is_shown_and_never_run():
    hostile = "<script>x</script> $\\alpha$ \"'&"
    shown = card(hostile, [hostile], columns=[hostile], rows=[[hostile]])
    assert shown.count("&lt;script&gt;x&lt;/script&gt; &#36;&#92;alpha&#36; &quot;&#x27;&amp;") == 4
    assert "<script>" not in shown


def test_an_audit_shows_the_shares_of_its_circles(audited):
    audit = audited("demo")
    for language in ("en", "zh"):
        shown = audit_card(replace(audit.view, language=language))
        rows = re.findall(r"<tr>(.*?)</tr>", shown)[1:]
        assert len(rows) == len(audit.circles)
        for (_, circle), row in zip(audit.circles.iterrows(), rows, strict=True):
            assert f"<td>{circle[f'name_{language}']}</td>" in row
            if circle["assessable"]:
                low, high = circle["share_floor_area"], circle["share_floor_area_upper"]
                assert f"<td>{share_range(low, high, language=language)}</td>" in row
        assert "ODbL" in shown


def test_a_place_shows_its_sizes_in_the_study_language(audited):
    place = audited("demo").place
    assert f"<td>{len(place.residences):,}</td>" in place._repr_html_()
    assert repr(place).startswith("<Place Akureyri (sample): ")
    assert repr(audited("demo")).startswith("<Audit of <Place Akureyri (sample): ")


def test_a_standard_shows_every_written_reading(audited):
    standard = audited("demo").place.standard
    shown = standard._repr_html_()
    written = sum(len(circle.readings) for circle in standard.circles)
    from_layers = sum(circle.user_layer is not None for circle in standard.circles)
    assert shown.count("<tr>") == 1 + written + from_layers
    assert "pharmacy ≤ 10 min" in shown


def test_a_scenario_and_a_plan_show_their_changes_and_sites(audited):
    place = audited("demo").place
    scenario = lc.Scenario((lc.AddFacility(type="pharmacy", lon=-18.131, lat=65.69, name="<b>A"),), name="One <i>")
    shown = scenario._repr_html_()
    assert "One &lt;i&gt;" in shown
    assert "<td>add_facility</td><td>type: pharmacy, lon: -18.131, lat: 65.69, name: &lt;b&gt;A</td>" in shown
    plan = lc.site(place, type="pharmacy", count=2)
    shown = plan._repr_html_()
    assert all(f"<td>{site}</td>" in shown for site in plan.sites["candidate_id"])
    assert f"gap {plan.gap:.2%}" in shown
