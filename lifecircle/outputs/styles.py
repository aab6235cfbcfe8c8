"""Default QGIS styles of the layers of ``audit.gpkg``; colours shared with the map."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lifecircle.model.audit import AuditView
from lifecircle.outputs.column_names import column_names
from lifecircle.outputs.phrases import phrase

# Okabe and Ito (2008), told apart by people with any colour vision.
STATUS_COLOURS = {"covered": "#0072b2", "not_covered": "#d55e00", "unknown": "#8c8c8c"}
STATE_COLOURS = {"wholly": "#0072b2", "partly": "#f3e3be", "not_covered": "#d55e00", "unknown": "#8c8c8c"}
# No circle covered ... all covered: the same two hues, pale in the middle.
_COUNT_STOPS = ((0x8F, 0x35, 0x00), (0xD5, 0x5E, 0x00), (0xF3, 0xE3, 0xBE), (0x3F, 0x94, 0xC8), (0x00, 0x45, 0x70))


def count_colours(circles: int) -> list[str]:
    """Return ``circles + 1`` colours, for none up to all of `circles` covered.

    Examples
    --------
    >>> count_colours(1)
    ['#8f3500', '#004570']
    """
    colours = []
    for count in range(circles + 1):
        at = count / max(circles, 1) * (len(_COUNT_STOPS) - 1)
        low = min(int(at), len(_COUNT_STOPS) - 2)
        mixed = [a + (b - a) * (at - low) for a, b in zip(_COUNT_STOPS[low], _COUNT_STOPS[low + 1], strict=True)]
        colours.append("#" + "".join(f"{round(part):02x}" for part in mixed))
    return colours


def layer_style(name: str, columns: Sequence[str], *, polygons: bool, view: AuditView) -> str:
    """Return the QML of a layer, with a name in the view's language for each of its columns."""
    aliases = "".join(
        f'<alias field={quoteattr(column)} name={quoteattr(alias)} index="{at}"/>'
        for at, (column, alias) in enumerate(column_names(view, columns).items())
    )
    return _qml(f"{_drawn(name, polygons=polygons, view=view)}<aliases>{aliases}</aliases>")


def _drawn(name: str, *, polygons: bool, view: AuditView) -> str:
    """Draw residences by the status of the first circle, communities by their state, the others plain."""
    if name == "residences":
        return _by_status(polygons=polygons, view=view)
    if name == "communities":
        return _by_state(view=view)
    if name == "isochrones":
        return _single(_fill("0", "#a6cee3"))
    if name == "gaps":
        return _single(_marker("0", "#ffffff", outline="#d55e00", size_mm="4")) + _label("gap")
    return _single(_marker("0", "#ffffff", outline="#1a1a1a", size_mm="2"))


def _by_status(*, polygons: bool, view: AuditView) -> str:
    column = f"{view.audit.circles.index[0]}_status"
    categories, symbols = [], []
    for rank, (status, colour) in enumerate(STATUS_COLOURS.items()):
        label = phrase(f"status.{status}", view.language)
        categories.append(f'<category value="{status}" symbol="{rank}" label={quoteattr(label)} render="true"/>')
        symbols.append(
            _fill(str(rank), colour) if polygons else _marker(str(rank), colour, outline="#ffffff", size_mm="1.6")
        )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)} forceraster="0" symbollevels="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _by_state(*, view: AuditView) -> str:
    """Communities by the joint state over all counted circles; nobody's ground stays empty."""
    categories, symbols = [], []
    for rank, (state, colour) in enumerate(STATE_COLOURS.items()):
        label = phrase(f"state.{state}", view.language)
        categories.append(f'<category value="{state}" symbol="{rank}" label={quoteattr(label)} render="true"/>')
        symbols.append(_fill(str(rank), colour))
    return (
        '<renderer-v2 type="categorizedSymbol" attr="all_circles_state" forceraster="0" symbollevels="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _single(symbol: str) -> str:
    return (
        f'<renderer-v2 type="singleSymbol" forceraster="0" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>'
    )


def _marker(name: str, colour: str, *, outline: str, size_mm: str) -> str:
    options = {"name": "circle", "color": _rgba(colour), "outline_color": _rgba(outline), "size": size_mm}
    return _symbol(name, "marker", layer="SimpleMarker", options={**options, "outline_width": "0.4", "size_unit": "MM"})


def _fill(name: str, colour: str) -> str:
    options = {"color": _rgba(colour), "outline_color": _rgba("#ffffff"), "outline_width": "0.1", "style": "solid"}
    return _symbol(name, "fill", layer="SimpleFill", options=options)


def _symbol(name: str, kind: str, *, layer: str, options: dict[str, str]) -> str:
    rows = "".join(f'<Option name="{key}" value="{escape(value)}" type="QString"/>' for key, value in options.items())
    return (
        f'<symbol name="{name}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">{rows}</Option></layer></symbol>'
    )


def _label(column: str) -> str:
    return (
        f'<labeling type="simple"><settings><text-style fieldName="{column}" fontSize="8" '
        'textColor="26,26,26,255"/><placement placement="1" yOffset="0"/></settings></labeling>'
    )


def _qml(content: str) -> str:
    labels = 1 if "<labeling" in content else 0
    return (
        f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis labelsEnabled=\"{labels}\">{content}</qgis>"
    )


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"
