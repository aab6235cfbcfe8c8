"""Every text file is opened with an explicit encoding; nothing of a machine is committed."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*sorted((ROOT / "lifecircle").rglob("*.py")), *sorted((ROOT / "tools").rglob("*.py"))]
NOT_TEXT = ("rasterio.", "zipfile.", "tarfile.", "archive.", "Image.")  # their open() reads no text
BINARY = re.compile(r"""['"][rwax]?b[rwax+]?['"]""")


def opens_without_encoding(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in ("open", "read_text", "write_text", "fdopen") or ast.unparse(call.func).startswith(NOT_TEXT):
        return False
    keywords = {keyword.arg for keyword in call.keywords}
    return "encoding" not in keywords and not BINARY.search(ast.unparse(call))


def test_every_text_file_is_opened_with_an_encoding() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert not opens_without_encoding(node), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_no_registry_address_and_no_leftovers() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [ROOT / name for name in listed.stdout.splitlines()] or SOURCES
    for path in files:
        if path.suffix not in (".py", ".md", ".toml", ".lock", ".yml", ".cfg", ".txt") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"--(extra-)?index-url|//[a-z.]*pypi\.org/simple", text.replace(r"\.", ".")
        ) or path == Path(__file__), path
        if path.suffix == ".py" and path != Path(__file__):
            assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
