"""Every relative link of the repository's texts leads to a file, and every anchor to a heading."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
HOSTS = {"colab.research.google.com", "github.com"}  # what texts may link to outside
INLINE = re.compile(r"\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\))?)>?(?:\s+[\"'][^)]*)?\)")
OTHERS = re.compile(
    r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$|<(https?://[^>\s]+)>|(?:href|src)=[\"']([^\"']+)",
    re.MULTILINE,
)


def prose(path: Path) -> str:
    """The Markdown of a file, without its code: of a lesson's text or notebook, its cells."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    elif path.suffix == ".py":
        cells = re.split(r"^# %%", path.read_text("utf-8"), flags=re.MULTILINE)
        kept = [cell.partition("\n")[2] for cell in cells if cell.startswith(" [markdown]")]
        text = re.sub(r"^# ?", "", "\n".join(kept), flags=re.MULTILINE)
    else:
        text = path.read_text("utf-8")
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", lambda code: "_" * len(code[0]), text)


def links(path: Path) -> Iterator[str]:
    """The targets of all links and pictures of a file."""
    text = prose(path)
    yield from INLINE.findall(text)
    for found in OTHERS.findall(text):
        yield next(filter(None, found))


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to a file's headings: small letters, hyphens for spaces."""
    text = re.sub(r"^(```|~~~).*?^\1", "", path.read_text("utf-8"), flags=re.M | re.DOTALL)
    text = text if path.suffix == ".md" else prose(path)
    found: list[str] = []
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        same = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", one) is not None for one in found)
        found.append(f"{slug}-{same}" if same else slug)
    return set(found)


def broken(path: Path, root: Path = ROOT) -> list[str]:
    """What is wrong with the links of a file, a sentence each."""
    wrong = []
    for link in links(path):
        address = urlparse(link)
        if address.scheme in ("http", "https"):
            if address.hostname not in HOSTS:
                wrong.append(f"{link} leads to a host that is not on the list")
            continue
        if address.scheme:
            wrong.append(f"{link} is neither a file of ours nor a page")
            continue
        target = (path.parent / unquote(address.path)).resolve() if address.path else path
        if not target.exists() or not target.is_relative_to(root):
            wrong.append(f"{link} leads to no file")
        elif address.fragment and unquote(address.fragment) not in anchors(target):
            wrong.append(f"{link} leads to no heading")
    return wrong


def texts() -> list[Path]:
    """All .md files, and the lessons' texts and notebooks: those that git knows, where it is."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    names = filter(None, listed.stdout.split("\0"))
    lessons = ROOT / "lessons"
    known = map(ROOT.joinpath, names)
    files = known if listed.returncode == 0 else [ROOT / "README.md", *lessons.rglob("*")]
    return sorted(
        file
        for file in files
        if file.is_file()
        and (
            file.suffix == ".md"
            or (file.suffix in (".py", ".ipynb") and file.is_relative_to(lessons))
        )
    )


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path):
    assert broken(path) == []


def test_the_texts_that_matter_are_among_them():
    names = {path.relative_to(ROOT).as_posix() for path in texts()}
    assert {"README.md", "lessons/TEACHING.md"} <= names
    assert sum(len(list(links(path))) for path in texts()) > 10


@pytest.mark.parametrize(
    "text, said",
    [
        ("[a](gone.md)", "gone.md leads to no file"),
        ("![a](../outside.png)", "../outside.png leads to no file"),
        ("[a](other.md#no-such)", "other.md#no-such leads to no heading"),
        ("[a](#gone)", "#gone leads to no heading"),
        ("[![a](gone.svg)](other.md)", "gone.svg leads to no file"),
        ("[a]: gone.md", "gone.md leads to no file"),
        ('<img src="gone.png">', "gone.png leads to no file"),
        ("<https://example.org>", "https://example.org leads to a host that is not on the list"),
        ("[a](javascript:1)", "javascript:1 is neither a file of ours nor a page"),
    ],
)
@pytest.mark.parametrize("kind", ["md", "py", "ipynb"])
def test_a_link_that_leads_nowhere_is_told(tmp_path, kind, text, said):
    (tmp_path / "other.md").write_text("# Title\n\n## Twice: once!\n\n## Twice: once!\n")
    path = tmp_path / f"text.{kind}"
    fine = "[b](other.md#twice-once-1) [c](#here) `[d](code.md)`\n\n## Here\n\n"
    whole = f"{fine}{text}\n\n```\n[e](code.md)\n```\n"
    if kind == "md":
        path.write_text(whole)
    elif kind == "py":
        cell = "".join(f"# {line}\n" for line in whole.splitlines())
        path.write_text(f'# %% [markdown]\n{cell}\n# %%\nprint("[f](code.md)")\n')
    else:
        cells = [nbformat.v4.new_markdown_cell(whole), nbformat.v4.new_code_cell("# [f](code.md)")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert broken(path, tmp_path) == [said]
