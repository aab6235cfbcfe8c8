"""Bars on the size of modules and functions."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "lifecircle"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_MODULE_LINES = 300
MAX_BODY_LINES = 40
MAX_KERNEL_LINES = 80


def is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Compiled kernels take their arrays one by one and may be longer."""
    return any(
        "njit" in (name := ast.unparse(decorator)) or name == "compiled" for decorator in function.decorator_list
    )


def is_for_click(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Commands and callbacks get their arguments from click."""
    return any("click" in ast.unparse(part) for part in [*function.decorator_list, *function.args.args])


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body, its docstring left out."""
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            bar = MAX_KERNEL_LINES if is_kernel(node) else MAX_BODY_LINES
            assert body_lines(node) <= bar, f"{node.name} has {body_lines(node)} lines"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_at_most_two_positional_and_six_arguments(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef) or is_kernel(node) or is_for_click(node):
            continue
        positional = [arg for arg in node.args.posonlyargs + node.args.args if arg.arg not in ("self", "cls")]
        assert len(positional) + len(node.args.kwonlyargs) <= 6, node.name
        if not node.name.startswith("_"):
            assert len(positional) <= 2, f"{node.name}: make {positional[2].arg} keyword-only"


def test_there_is_no_utils_module() -> None:
    assert not [path for path in MODULES if path.stem in ("utils", "helpers", "misc", "common")]
