"""The walks of an estate as one page that needs no internet."""

from __future__ import annotations

import hashlib
from typing import Any

from branca.element import Element

from lifecircle.outputs.map_folium import OfflineMap, Verbatim, asset, figure_of
from lifecircle.outputs.safe import safe, script_json
from lifecircle.outputs.walks import WalksView, page_data


def walks_page(view: WalksView) -> bytes:
    """Return the page as UTF-8; the same walks give the same page."""
    data = page_data(view)
    text = script_json(data)
    (south, west), (north, east) = data["bounds"]
    page = OfflineMap(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_start=15,
        zoom_control=False,
        max_zoom=20,
        attribution_control=False,
    )
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    page._id = name  # noqa: SLF001 - folium names a map at random
    figure_of(page).title = safe(str(data["title"]))
    page.add_child(_WalksLayer(text, name=name), name="walks")
    rendered: str = page.get_root().render()
    return rendered.encode("utf-8")


class _WalksLayer(Element):
    """Our layer: its data, style and script."""

    def __init__(self, data: str, *, name: str) -> None:
        super().__init__()
        self._name, self._id, self._data = "walks", name, data

    def render(self, **_: Any) -> str:  # noqa: ANN401 - folium's own
        """Place the parts of the layer in the page."""
        figure, holder = figure_of(self), f"walks-data-{self._id}"
        figure.header.add_child(Verbatim(f"<style>{asset('walks.css')}</style>"), name="walks_css")
        figure.header.add_child(Verbatim(f"<script>{asset('walks.js')}</script>"), name="walks_js")
        data = f'<script type="application/json" id="{holder}">{self._data}</script>'
        figure.html.add_child(Verbatim(data), name=holder)
        page = self._parent.get_name() if self._parent else ""
        start = f'lifecircleWalks.show({page}, JSON.parse(document.getElementById("{holder}").textContent));'
        figure.script.add_child(Verbatim(start), name=self.get_name())
        return ""
