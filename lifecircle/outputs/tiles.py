"""Background tiles for readers who are online; a page asks for them only after its reader has ticked them."""

from __future__ import annotations

import os

from lifecircle.errors import ConfigError

TIANDITU_KEY = "LIFECIRCLE_TIANDITU_KEY"
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


def tile_layers(name: str) -> dict[str, object] | None:
    """Return addresses, subdomains, deepest zoom and attribution of the tiles called `name`; None for ``"none"``.

    Raises
    ------
    ConfigError
        If the service needs a key and the environment has none. The key is written into the page: use one that
        is bound to the place the page is published at.
    """
    if name == "osm":
        return {
            "urls": ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"],
            "subdomains": "",
            "deepest": 19,
            "attribution": "© OpenStreetMap contributors",
        }
    if name == "tianditu":
        key = os.environ.get(TIANDITU_KEY, "").strip()
        if not key:
            raise ConfigError(f"output.tiles is tianditu: set the environment variable {TIANDITU_KEY} to your key")
        return {
            "urls": [_TIANDITU.format(layer=layer, key=key) for layer in ("vec", "cva")],
            "subdomains": "01234567",
            "deepest": 18,
            "attribution": "国家地理信息公共服务平台 天地图 www.tianditu.gov.cn",
        }
    return None
