"""Every geocoding service by its id."""

from typing import Final
from urllib.parse import urlsplit

from lifecircle.errors import ConfigError
from lifecircle.sources.geocoders.chinese_services import Amap, Baidu, Tianditu
from lifecircle.sources.geocoders.open_services import Nominatim, Photon
from lifecircle.sources.geocoders.service import Manners, Protocol, Service

PROTOCOLS: Final[dict[str, Protocol]] = {
    protocol.name: protocol for protocol in (Nominatim(), Photon(), Amap(), Baidu(), Tianditu())
}


def open_service(name: str, *, url: str = "", manners: Manners | None = None) -> Service:
    """Return the service `name`, ready to be asked.

    Parameters
    ----------
    name : str
    url : str, optional
        Another server of the same protocol; refused for services with a key, which would be sent there.
    manners : Manners, optional

    Raises
    ------
    ConfigError
        If there is no such service, its key is missing, or `url` may not be given.
    """
    if name not in PROTOCOLS:
        raise ConfigError(f"unknown geocoding service {name!r}: give one of {', '.join(PROTOCOLS)}")
    protocol = PROTOCOLS[name]
    if url and protocol.needs_key:
        raise ConfigError(f"{name}: its address cannot be changed: the key would be sent to another server")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or urlsplit(url).username):
        raise ConfigError(f"{url!r} is not the address of a server: give one like http://localhost:8080/search")
    return Service(protocol, url=url, manners=manners)
