"""Headless Chromium for the map tests: no internet, every message heard."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

# The map's own variable in the page, whatever folium called it.
MAP = "window[Object.keys(window).find(name => name.startsWith('map_'))]"


@dataclass
class Heard:
    """What a page said, and what it asked the network for."""

    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def chromium() -> str:
    """Return Chromium's path; skip on a machine without it, fail in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    reason = "no Chromium on this machine: install it to run the map tests"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium, once for many pages."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1200) -> Iterator[tuple[Page, Heard]]:
    """Open `path` with the network cut off."""
    heard = Heard()
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()

    def gate(route: Route) -> None:
        address = route.request.url
        if address == path.as_uri():
            route.continue_()
            return
        heard.requests.append(address)
        route.abort()

    context.route("**/*", gate)
    page.on("console", lambda message: heard.messages.append(message.text))
    page.on("pageerror", lambda error: heard.messages.append(str(error)))
    page.on("dialog", lambda dialog: (heard.messages.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.locator(".lc-canvas").wait_for()
    yield page, heard
    context.close()


def click_at(page: Page, *, lon: float, lat: float) -> None:
    """Click the map where the point lies."""
    spot = page.evaluate(f"([lat, lon]) => {MAP}.latLngToContainerPoint([lat, lon])", [lat, lon])
    page.mouse.click(spot["x"], spot["y"])


def colour_at(page: Page, *, lon: float, lat: float) -> str:
    """Return the canvas colour where the point lies, as #rrggbb; read from a copy, which costs the map nothing."""
    return page.evaluate(
        f"""([lat, lon]) => {{
            const canvas = document.querySelector(".lc-canvas"), box = canvas.getBoundingClientRect();
            const spot = {MAP}.latLngToContainerPoint([lat, lon]), ratio = canvas.width / box.width;
            const copy = document.createElement("canvas");
            const g = copy.getContext("2d", {{willReadFrequently: true}});
            g.drawImage(canvas, (box.x - spot.x) * ratio, (box.y - spot.y) * ratio);
            const hex = part => part.toString(16).padStart(2, "0");
            return "#" + [...g.getImageData(0, 0, 1, 1).data].slice(0, 3).map(hex).join("");
        }}""",
        [lat, lon],
    )
