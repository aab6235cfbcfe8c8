"""Draw the README's picture anew: the sample place's map in headless Chromium.

Usage: python tools/readme_image.py maps/demo/map.html docs/images/akureyri.png
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright


def draw(page_file: Path, image: Path) -> None:
    """Open `page_file` with the network cut and save what a reader sees."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.context.set_offline(True)
        page.goto(page_file.resolve().as_uri())
        page.wait_for_timeout(1500)
        image.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(image))
        browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
