"""Every lesson and every solution runs, and the notebooks are what their texts say."""

import re
import runpy

import nbformat
import pytest
import torch
from jupyter_client.manager import start_new_kernel

from explorer.course import notebooks
from explorer.words import lessons

ALL = lessons.load()
PARTS = ("First, a guess", "A worked example", "Half filled", "Your turn", "Summary", "Exercises")
TEXTS = {text.relative_to(notebooks.LESSONS).as_posix(): text for text in notebooks.texts()}


def cells(notebook, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_every_lesson_has_a_text_and_solutions():
    names = [f"{lesson.file}.py" for lesson in ALL]
    assert list(TEXTS) == names + [f"solutions/{name}" for name in names]


@pytest.mark.parametrize("name", TEXTS)
def test_the_notebook_holds_the_cells_of_its_text_and_no_error(name):
    text = TEXTS[name]
    target = text.with_suffix(".ipynb")
    made, kept = notebooks.read(text), nbformat.read(target, as_version=4)
    for kind in ("markdown", "code"):
        assert cells(kept, kind) == cells(made, kind), f"{name}: make the notebook again"
    outputs = [output for cell in kept.cells for output in cell.get("outputs", ())]
    assert outputs, "the notebook was never run"
    assert not [output for output in outputs if output.output_type == "error"]
    assert target.stat().st_size <= notebooks.LARGEST


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.file)
def test_a_lesson_has_its_parts_in_their_order(lesson):
    notebook = notebooks.read(TEXTS[f"{lesson.file}.py"])
    prose, code = "\n".join(cells(notebook, "markdown")), "\n".join(cells(notebook, "code"))
    assert f"# {lesson.number} · {lesson.title}" in prose
    assert f"]({lesson.colab})" in prose
    found = [title for title in re.findall(r"^## (.+)$", prose, re.MULTILINE) if title in PARTS]
    assert tuple(found) == PARTS
    assert "compare(" in code and "animation(" in code and "from explorer" in code
    assert "explorer.app" not in code, "it would import Gradio, for two seconds"
    numbers = set(re.findall(r'check\("(\d\d\.\w+)"', code))
    counted = {number for number in numbers if number[3:].isdigit()}
    assert 3 <= len(counted) <= 5, "three to five exercises"
    solved = set(
        re.findall(r'check\("(\d\d\.\w+)"', TEXTS[f"solutions/{lesson.file}.py"].read_text())
    )
    assert numbers <= solved, "an exercise without a solution"


@pytest.fixture(scope="module")
def kernel():
    """One for all lessons: each would import torch for itself."""
    manager, client = start_new_kernel(cwd=str(notebooks.LESSONS))
    client.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)


NEW = "%reset -f\nimport torch\ntorch.set_grad_enabled(True)\ndel torch"


@pytest.mark.parametrize("name", [f"{lesson.file}.py" for lesson in ALL])
def test_a_lesson_runs(name, kernel):
    client = kernel.client()
    client.start_channels()
    client.execute_interactive(NEW)  # it knows nothing of the lesson before
    client.stop_channels()
    notebook = notebooks.run(TEXTS[name], kernel=kernel)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    kinds = {kind for cell in code for out in cell.outputs for kind in out.get("data", {})}
    assert {"image/png", "image/gif"} <= kinds, "figures and an animation are shown"


@pytest.mark.parametrize("name", [f"solutions/{lesson.file}.py" for lesson in ALL])
def test_a_solution_runs_and_is_right(name, monkeypatch):
    """As the plain Python that its text is: a kernel of its own would import torch once more."""
    monkeypatch.setenv("EXPLORER_STRICT", "1")
    monkeypatch.chdir(TEXTS[name].parent)
    with torch.enable_grad():  # a lesson may forbid gradients, for itself alone
        runpy.run_path(TEXTS[name].name, run_name="__main__")
