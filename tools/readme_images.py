"""Draw the README's pictures anew from the demo's results: the map in headless Chromium, and the sheet of all circles.

Usage: python tools/readme_images.py maps/demo docs/images
"""

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

SHEET_WIDTH = 1200


def draw_map(page_file: Path, image: Path) -> None:
    """Open `page_file` with the network cut and save what a reader sees."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.context.set_offline(True)
        page.goto(page_file.resolve().as_uri())
        page.wait_for_timeout(1500)
        page.screenshot(path=str(image))
        browser.close()


def draw_sheet(figure: Path, image: Path) -> None:
    """Save the figure at a width that a README shows."""
    with figure.open("rb") as file, Image.open(file, formats=["PNG"]) as sheet:
        height = round(sheet.height * SHEET_WIDTH / sheet.width)
        small = sheet.convert("RGB").resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(256).save(image, optimize=True)


if __name__ == "__main__":
    results, images = Path(sys.argv[1]), Path(sys.argv[2])
    images.mkdir(parents=True, exist_ok=True)
    draw_map(results / "map.html", images / "akureyri.png")
    draw_sheet(results / "figures" / "sheet.png", images / "akureyri-sheet.png")
