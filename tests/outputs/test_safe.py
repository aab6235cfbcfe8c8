"""Outside text can run nowhere and reads back exactly."""

import html
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Template

from lifecircle.outputs.safe import safe, script_json

HOSTILE = ["<script>alert(1)</script>", "{{7*7}}", "{% if %}", "${alert(1)}", "`x`", "\\u0041", "{# a #}", "a&b\"c'd"]


def test_numbers_that_json_does_not_know_are_refused():
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            script_json({"minutes": bad})


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_text_survives_jinja_and_html(text: str):
    assert html.unescape(Template(safe(text)).render()) == text
    assert not set("<>`${}\\") & set(safe(text).replace("&#", ""))


@settings(deadline=None)
@given(st.text())
def test_safe_reads_back_whatever_it_was(text: str):
    assert html.unescape(
        Template(safe(text), keep_trailing_newline=True, newline_sequence="\n").render()
    ) == html.unescape(safe(text)).replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None)
@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_script_json_reads_back_and_holds_no_markup(value: object):
    text = script_json(value)
    assert json.loads(text) == value
    assert not set("<>&`$\u2028\u2029") & set(text)
    assert "{%" not in text
    assert "{#" not in text
