"""Lessons as files: each is a text, `lessons/NN_name.py`, and the notebook made from it.

The text (jupytext's percent format) is what is written and reviewed; the notebook beside it is the
same cells with their outputs. `python -m explorer.course.notebooks` runs the texts and writes the
notebooks again; with names it makes only those (`... 02 solutions/02`).
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

LESSONS = Path(__file__).parents[2] / "lessons"
LARGEST = 300_000  # bytes of a notebook with its outputs
PATIENCE = 120  # seconds until a cell counts as stuck
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def texts() -> list[Path]:
    """The texts of all lessons in their order, then those of their solutions."""
    return sorted(LESSONS.glob("[0-9]*.py")) + sorted((LESSONS / "solutions").glob("[0-9]*.py"))


def read(text: Path) -> NotebookNode:
    """The cells of a text, without outputs, each with an id that does not change by itself."""
    notebook = jupytext.read(text)
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python")
    )
    for k, cell in enumerate(notebook.cells):
        cell.id = f"{text.stem[:2]}-{k}"
    return notebook


def run(text: Path, *, strict: bool = False, kernel: KernelManager | None = None) -> NotebookNode:
    """The notebook of a text with its outputs; raises nbclient's CellExecutionError.

    strict: a wrong answer to an exercise is an error, as it should be of a solution.
    kernel: one that goes on afterwards; without it, one of its own.
    """
    notebook = read(text)
    with _environment({"EXPLORER_STRICT": "1" if strict else ""}):
        NotebookClient(
            notebook,
            km=kernel,
            timeout=PATIENCE,
            kernel_name=KERNEL["name"],
            resources={"metadata": {"path": str(text.parent)}},
            record_timing=False,
        ).execute()
    return notebook


def write(text: Path) -> Path:
    """Run a text and write its notebook beside it."""
    notebook = run(text, strict=text.parent.name == "solutions")
    target = text.with_suffix(".ipynb")
    nbformat.write(notebook, target)
    return target


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = os.environ.copy()
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(names: list[str]) -> None:
    """Make the notebooks of the texts whose path begins with one of `names`, or of all."""
    for text in texts():
        name = text.relative_to(LESSONS).as_posix()
        if names and not name.startswith(tuple(names)):
            continue
        began = time.perf_counter()
        target = write(text)
        size = target.stat().st_size
        print(f"{name}: {time.perf_counter() - began:.0f} s, {size / 1000:.0f} KB", flush=True)
        if size > LARGEST:
            print(f"  over {LARGEST / 1000:.0f} KB: fewer or smaller figures")


if __name__ == "__main__":
    main(sys.argv[1:])
