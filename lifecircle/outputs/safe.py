"""The one door through which outside text reaches HTML or JavaScript.

Names from maps and spreadsheets are untrusted. A map page is compiled by Jinja2 (twice, in
folium), parsed as HTML and may end up inside a JavaScript template literal; each has its own
way to turn text into code.
"""

import html
import json
import re
from typing import Any

_ENTITIES = str.maketrans({char: f"&#{ord(char)};" for char in "`$\\{}"})
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_RISKY = re.compile("[<>&{}`$\u2028\u2029]")


def safe(text: str) -> str:
    r"""Return `text` as HTML that shows exactly it and can run nowhere.

    Besides what HTML needs, the characters that open a Jinja expression, a template literal or
    an escape become numeric entities.

    Examples
    --------
    >>> safe("<b>{{7*7}}</b> ${x}")
    '&lt;b&gt;&#123;&#123;7*7&#125;&#125;&lt;/b&gt; &#36;&#123;x&#125;'
    """
    return html.escape(text, quote=True).translate(_ENTITIES)


def script_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    r"""Return `value` as JSON that may stand inside a ``<script>`` element.

    Inside strings every character that means something to HTML, Jinja or a template literal is
    written as ``\uXXXX``; the parsed value is unchanged.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has no word for it.

    Examples
    --------
    >>> script_json({"name": "</script>{{7*7}}"})
    '{"name":"\\u003c/script\\u003e\\u007b\\u007b7*7\\u007d\\u007d"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _STRING.sub(lambda token: _RISKY.sub(_unicode_escape, token.group()), text)


def _unicode_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
