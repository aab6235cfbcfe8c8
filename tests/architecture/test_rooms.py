"""The architecture page tells the truth, and rooms introduce themselves."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lifecircle"
ROOMS = sorted(
    path.name if path.is_dir() else path.stem
    for path in PACKAGE.iterdir()
    if (path.is_dir() and path.name != "__pycache__") or path.name == "pipeline.py"
)


def test_the_page_names_exactly_the_rooms_that_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)) == ROOMS


def test_every_room_introduces_itself_in_four_lines() -> None:
    for room in ROOMS:
        front = PACKAGE / room / "__init__.py"
        if not front.is_file() or room == "pipeline":
            continue
        text = ast.get_docstring(ast.parse(front.read_text(encoding="utf-8"))) or ""
        for word in ("In:", "Out:", "Not here:", "To add one:"):
            assert re.search(rf"^{word}", text, flags=re.MULTILINE), f"{room}/__init__.py does not say {word!r}"


def test_links_inside_the_documentation_resolve() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
