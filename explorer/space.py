"""`explorer space`: a folder that can be pushed as a Gradio Space.

What it holds is found, not listed: the modules that the app imports, wherever in a function, and
the packages that those import, at the versions that are installed here and so work together. Of
other runtimes than PyTorch, those that would be chosen here, with all that they need: a Space then
chooses the same. It exports networks at first use, as any new machine does.
"""

import shutil
import sys
from importlib import metadata
from modulefinder import Module, ModuleFinder
from pathlib import Path
from typing import IO, Any

from explorer import backends
from explorer.paths import ASSETS

PACKAGE = Path(__file__).parent
ENTRY = "explorer.app.main"
UNSHOWN = ("readme.gif",)  # assets that no page shows
# A Space installs the Gradio of its sdk_version, which brings these: pinned again they could clash.
BROUGHT = {"gradio", "starlette", "anyio", "fastapi", "httpx", "uvicorn"}
APART = {"ray"}  # replicas on other machines, which a Space has none of
TORCH = ("torch", "torchvision")

FRONT = """\
---
title: Denoising Explorer
emoji: "{emoji}"
colorFrom: blue
colorTo: gray
sdk: gradio
sdk_version: {gradio}
python_version: "{python}"
app_file: app.py
fullWidth: true
pinned: false
license: mit
short_description: See how diffusion models work, step by step
tags:
  - diffusion
  - education
  - visualization
---

# Denoising Explorer

See how diffusion models work, on networks small enough to take apart. Everything on the page is
computed live by the code in this folder, on two cores. `explorer space` wrote the folder; change
the repository it came from, not the folder, and write it again.
"""

APP = '''\
"""The Denoising Explorer as a Gradio Space. A Space says where to listen, and runs app.py."""

import os

from explorer.app.main import launch

launch(
    os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0"),
    int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
)
'''

FROM_INDEX = """\
# The CPU builds of torch: a free Space has no graphics card.
--extra-index-url {index}
"""
FROM_DEFAULT = """\
# On Linux these are torch's builds for NVIDIA cards, gigabytes that a free Space does not use: pip
# has no CPU build in its own index. `explorer space --torch-index` names the one that does.
"""


class _Ours(ModuleFinder):
    """Finds our modules only; every other import counts as one that cannot be found."""

    def find_module(
        self, name: str, path: Any, parent: Module | None = None
    ) -> tuple[IO[Any] | None, str | None, tuple[str, str, int]]:
        if path is None and name != PACKAGE.name:
            raise ImportError(name)
        return super().find_module(name, path, parent)


def write(folder: Path, torch_index: str = "", *, force: bool = False) -> None:
    """Write README.md, requirements.txt, app.py, .gitattributes, explorer/ and assets/ to folder.

    Args:
        folder: a new or empty folder; .git may be in it.
        torch_index: address of the package index that has torch's CPU builds; where it is empty,
            the Space takes torch from pip's own.
        force: also into a folder that is not empty; what stands above is replaced, the rest stays.

    Raises ValueError, a sentence, where the folder may not be written to.
    """
    _check(folder, torch_index, force)
    modules, packages = found()
    for name in ("explorer", "assets"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for source in modules:
        target = folder / "explorer" / source.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copytree(ASSETS, folder / "assets", ignore=shutil.ignore_patterns(*UNSHOWN, ".*"))
    texts = {
        "README.md": FRONT.format(
            emoji="\N{GAME DIE}",
            gradio=metadata.version("gradio"),
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
        ),
        "app.py": APP,
        "requirements.txt": requirements(packages, torch_index),
        ".gitattributes": attributes(folder),
        "LICENSE": _licence(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def _check(folder: Path, torch_index: str, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder that is new or empty.")
    here = folder.resolve()
    if any(here in (part, *part.parents) for part in (PACKAGE, ASSETS.resolve())):
        raise ValueError(f"{folder} holds this program itself: name a folder that is new or empty.")
    taken = folder.is_dir() and any(file.name != ".git" for file in folder.iterdir())
    if taken and not force:
        raise ValueError(
            f"{folder} is not empty: name a new folder, or add --force to replace what an earlier "
            "explorer space wrote there."
        )
    if torch_index and not torch_index.startswith("https://"):
        raise ValueError(f"--torch-index is {torch_index!r}; it must be an https:// address.")


def found() -> tuple[list[Path], dict[str, str]]:
    """Files of the modules that the app imports, and the version of each package that these do.

    A package that is not installed, such as one of an extra, is left out: the app does without.
    What a backend needs is imported by torch's exporter too, so backends say it themselves; one
    that lacks a part would never be chosen, and none of it is installed there.
    """
    finder = _Ours(path=[str(PACKAGE.parent)])
    finder.import_hook(ENTRY)
    places = [getattr(module, "__file__", None) for module in finder.modules.values()]
    files = sorted(Path(place) for place in places if place)
    outside = {name.split(".")[0] for name in finder.badmodules} - set(sys.stdlib_module_names)
    outside.discard(PACKAGE.name)  # parts of it that another platform has, once it is installed
    outside -= {need for backend in backends.BACKENDS.values() for need in backend.needs}
    outside |= {need for name in backends.installed() for need in backends.BACKENDS[name].needs}
    known = metadata.packages_distributions()
    distributions = {known[name][0] for name in outside - BROUGHT - APART if name in known}
    return files, {name: metadata.version(name) for name in sorted(distributions)}


def requirements(packages: dict[str, str], torch_index: str) -> str:
    """requirements.txt. It is installed before the files are there, so it cannot say `.`."""
    lines = [f"{name}=={version}" for name, version in packages.items() if name not in TORCH]
    build = "+cpu" if torch_index else ""  # else an index with both might give either
    torch = [f"{name}=={packages[name].split('+')[0]}{build}" for name in TORCH if name in packages]
    why = FROM_INDEX.format(index=torch_index) if torch_index else FROM_DEFAULT
    return why + "\n".join([*torch, *lines]) + "\n"


def attributes(folder: Path) -> str:
    """.gitattributes: git-lfs or git-xet takes what is no text, since the Hub refuses it in git."""
    kinds = set()
    for file in folder.rglob("*"):
        if file.is_file() and ".git" not in file.relative_to(folder).parts:
            try:
                file.read_text("utf-8")
            except UnicodeDecodeError:
                kinds.add(f"*{file.suffix}")
    return "".join(f"{kind} filter=lfs diff=lfs merge=lfs -text\n" for kind in sorted(kinds))


def _licence() -> str:
    """The licence's text: beside the package in a checkout, with its metadata once installed."""
    file = PACKAGE.parent / "LICENSE"
    if file.is_file():
        return file.read_text("utf-8")
    return metadata.distribution("denoising-explorer").read_text("licenses/LICENSE") or ""
