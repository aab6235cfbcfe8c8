"""Every notebook runs from top to bottom, holds no outputs and no logic of its own."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# These read real cities that are not shipped.
CITIES = {"02_city_audit", "05_excel_to_report"}
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.While, ast.Try)

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # jupyter_client's sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_there_are_five():
    assert len(NOTEBOOKS) == 5
    assert set(names(NOTEBOOKS)) >= CITIES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_a_notebook_is_stripped_and_calls_the_library_only(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        if cell.cell_type != "code":
            continue
        assert cell.outputs == []
        assert cell.execution_count is None
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)], cell.source


def run(path: Path) -> list[str]:
    """Execute a notebook where it lies; return what its cells printed or showed."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(FOLDER)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    # The line of progress under a cell is gone when the cell is done.
    assert all(not output.data["text/html"] for output in outputs if output.output_type == "display_data")
    return [output.get("text") or output.data.get("text/html") or output.data["text/plain"] for output in outputs]


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem not in CITIES], ids=lambda path: path.stem)
def test_a_notebook_of_the_sample_town_runs(path):
    assert "ODbL" in "".join(run(path))


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem in CITIES], ids=lambda path: path.stem)
def test_a_notebook_of_a_city_runs(path, real_data, monkeypatch):
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    assert "ODbL" in "".join(run(path))
