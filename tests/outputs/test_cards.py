"""What a notebook shows of a place, an audit and a standard."""

import re
from dataclasses import replace

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
