"""The pages of docs/standards are those that the packaged YAML gives."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_pages_are_current():
    spec = importlib.util.spec_from_file_location("standards_page", ROOT / "tools" / "standards_page.py")
    if spec is None or spec.loader is None:
        pytest.fail("tools/standards_page.py cannot be loaded")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for name, text in tool.pages().items():
        page = (ROOT / "docs" / "standards" / name).read_text(encoding="utf-8")
        assert page == text, f"{name} is not current: run tools/standards_page.py"
