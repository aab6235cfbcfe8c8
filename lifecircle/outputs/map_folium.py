"""The map as a folium map that needs no internet."""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure

from lifecircle.model.audit import AuditView
from lifecircle.outputs.map_data import map_data
from lifecircle.outputs.safe import safe, script_json


@dataclass(frozen=True, slots=True)
class PageKind:
    """Which of our scripts draw a page, the function of theirs that does it, and their style."""

    show: str
    scripts: tuple[str, ...]
    style: str = "lifecircle.css"


AUDIT = PageKind(
    "lifecircle.show",
    ("shapes.js", "canvas.js", "routes.js", "overlays.js", "painting.js", "search.js", "panel.js", "lifecircle.js"),
)


def audit_map(view: AuditView) -> folium.Map:
    """Return the audit as a folium map; its ``save`` writes one page with everything inside.

    One canvas holds a quiet base from the extract, the residences, coloured by circle, the facilities and the
    numbered gaps. Layers of folium's own may be added; those that load scripts from elsewhere
    (``folium.plugins``) need the internet again.

    Returns
    -------
    folium.Map
        Web Mercator, no tiles, no external link.
    """
    return offline_page(
        map_data(view), title=f"{view.area.name(view.language)} · {view.audit.standard.title(view.language)}"
    )


def offline_page(content: dict[str, Any], *, title: str, kind: PageKind = AUDIT) -> folium.Map:
    """Return a map that draws `content` (see ``map_data``) and asks nobody for anything."""
    data = script_json(content)
    (south, west), (north, east) = content["bounds"]
    centre = (round((south + north) / 2, 6), round((west + east) / 2, 6))
    page = OfflineMap(location=centre, tiles=None, zoom_start=13, zoom_control=False, max_zoom=20, fade_animation=False)
    name = hashlib.sha256(data.encode()).hexdigest()[:32]
    page._id = name  # noqa: SLF001 - folium names a map at random; the same content shall give the same page
    _figure(page).title = safe(title)
    page.add_child(_Layer(data, name=name, kind=kind), name="lifecircle")
    return page


def save_map(view: AuditView, path: Path) -> Path:
    """Write the map to `path` as one HTML file and return the path."""
    return write_page(audit_map(view), path)


def write_page(page: folium.Map, path: Path) -> Path:
    """Write a map to `path` as one HTML file and return the path."""
    path.write_bytes(page.get_root().render().encode("utf-8"))
    return path


class OfflineMap(folium.Map):
    """A folium map whose Leaflet is part of the page."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - folium's own
        super().__init__(**options)
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []

    def render(self, **options: Any) -> str:  # noqa: ANN401
        """Put Leaflet into the page's head, then render as folium does."""
        header = _figure(self).header
        header.add_child(_Verbatim(f"<style>{_leaflet_css()}</style>"), name="leaflet_css")
        header.add_child(_Verbatim(f"<script>{_asset('leaflet/leaflet.js')}</script>"), name="leaflet")
        super().render(**options)  # type: ignore[no-untyped-call]
        # Folium's own viewport forbids to zoom in by fingers, which low sight needs.
        viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        styles = header._children[self.get_name()].render()  # noqa: SLF001 - what folium has just put there
        header.add_child(_Verbatim(re.sub(r'<meta name="viewport"[^>]*>', viewport, styles)), name=self.get_name())
        return ""

    def _repr_html_(self, **options: Any) -> str:  # noqa: ANN401
        """Return the map for a notebook, in a frame that can reach neither the notebook nor its cookies."""
        page = html.escape(self.get_root().render(**options), quote=True)
        style = "width:100%;height:640px;border:0"
        return f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'


class _Verbatim(Element):
    """Text that goes into the page as it is: folium's elements would run it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: Any) -> str:  # noqa: ANN401
        """Return the text."""
        return self._text


class _Layer(Element):
    """Our canvas layer: its data, styles and scripts."""

    def __init__(self, data: str, *, name: str, kind: PageKind) -> None:
        super().__init__()
        self._name, self._id, self._data, self._kind = "lifecircle", name, data, kind

    def render(self, **_: Any) -> str:  # noqa: ANN401
        """Place the parts of the layer in the page."""
        figure, holder = _figure(self), f"lifecircle-data-{self._id}"
        scripts = "".join(f"<script>{_asset(name)}</script>" for name in self._kind.scripts)
        figure.header.add_child(_Verbatim(f"<style>{_asset(self._kind.style)}</style>"), name="lifecircle_css")
        figure.header.add_child(_Verbatim(scripts + _icons()), name="lifecircle_js")
        data = f'<script type="application/json" id="{holder}">{self._data}</script>'
        figure.html.add_child(_Verbatim(data), name=holder)
        page = self._parent.get_name() if self._parent else ""
        start = f'{self._kind.show}({page}, JSON.parse(document.getElementById("{holder}").textContent));'
        figure.script.add_child(_Verbatim(start), name=self.get_name())
        return ""


@lru_cache(maxsize=16)
def _asset(name: str) -> str:
    """Return the text of one of our styles or scripts."""
    return resources.files("lifecircle.outputs").joinpath("assets", *name.split("/")).read_text(encoding="utf-8")


def _image(name: str) -> str:
    content = resources.files("lifecircle.outputs").joinpath("assets", "leaflet", name).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _leaflet_css() -> str:
    text = _asset("leaflet/leaflet.css")
    for name, stand_in in (("layers", "layers"), ("layers-2x", "layers"), ("marker-icon", "marker-icon")):
        text = text.replace(f"url(images/{name}.png)", f"url({_image(stand_in + '.png')})")
    return text


def _icons() -> str:
    """Give Leaflet's markers their pictures, for layers that a user adds."""
    icon, shadow = _image("marker-icon.png"), _image("marker-shadow.png")
    options = f'{{iconUrl: "{icon}", iconRetinaUrl: "{icon}", shadowUrl: "{shadow}"}}'
    return f'<script>L.Icon.Default.imagePath = ""; L.Icon.Default.mergeOptions({options});</script>'


def _figure(element: Element) -> Figure:
    """Return the page that `element` is part of."""
    root = element.get_root()
    if not isinstance(root, Figure):
        raise TypeError("a map layer must be added to a map before it is rendered")
    return root
