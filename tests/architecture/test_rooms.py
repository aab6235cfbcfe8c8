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


def test_the_page_names_exactly_the_sub_rooms_that_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    found = [
        f"{room}/{path.name}/"
        for room in ("pipeline", "outputs")
        for path in (PACKAGE / room).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    ]
    assert sorted(re.findall(r"^\| `(\w+/\w+/)` \|", page, flags=re.MULTILINE)) == sorted(found)


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


def test_modules_that_the_documentation_names_exist() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for path in re.findall(r"\blifecircle/[\w/]+\.py\b", text):
            assert (ROOT / path).is_file(), f"{page.relative_to(ROOT)} names {path}"
        for name in re.findall(r"`(lifecircle(?:\.[a-z_]\w*)+)", text):
            parts = name.split(".")
            known = [PACKAGE.joinpath(*parts[1:end]) for end in range(len(parts), 1, -1)]
            # The longest part that is a module; what follows is a name in it.
            found = next((at for at in known if at.is_dir() or at.with_suffix(".py").is_file()), None)
            assert found is not None, f"{page.relative_to(ROOT)} names {name}"
            module = found.with_suffix(".py") if found.with_suffix(".py").is_file() else found / "__init__.py"
            for attribute in parts[1 + len(found.relative_to(PACKAGE).parts) :][:1]:
                words = rf"\b{attribute}\b"
                assert re.search(words, module.read_text(encoding="utf-8")), f"{page.relative_to(ROOT)} names {name}"
