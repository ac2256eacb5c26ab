"""An environment with some distributions of this one, all that they require, and nothing else.

It is made of links, in seconds and without a network. What fails in it fails wherever pip installs
those requirements and nothing more.
"""

import os
import sysconfig
import venv
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def python(folder: Path, requirements: Iterable[Requirement]) -> Path:
    """Make the environment in a new folder, and say which Python runs in it."""
    venv.create(folder, symlinks=os.name != "nt")
    base = {"base": str(folder), "platbase": str(folder)}
    place = Path(sysconfig.get_path("purelib", "venv", base))
    owners = Counter(top for one in metadata.distributions() for top in _tops(one))
    for distribution in closure(requirements):
        for file in _files(distribution):
            alone = owners[file.parts[0]] == 1
            part = file.parts[0] if alone else file  # of a shared folder, only what it owns
            link = place / part
            if not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(Path(str(distribution.locate_file(part))).absolute())
    return Path(sysconfig.get_path("scripts", "venv", base)) / "python"


def closure(requirements: Iterable[Requirement]) -> list[metadata.Distribution]:
    """The distributions that pip would install for these requirements, as they are here.

    Raises PackageNotFoundError for one that is not here, ValueError for one of another version.
    """
    found: dict[tuple[str, str], metadata.Distribution] = {}  # by name and extra
    waiting = [(one, extra) for one in requirements for extra in ("", *one.extras)]
    while waiting:
        asked, extra = waiting.pop()
        distribution = metadata.distribution(asked.name)
        if not asked.specifier.contains(distribution.version, prereleases=True):
            raise ValueError(f"{asked} is required, {distribution.version} is installed")
        key = canonicalize_name(asked.name), extra
        if key not in found:
            found[key] = distribution
            for needed in map(Requirement, distribution.requires or ()):
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting += [(needed, more) for more in ("", *needed.extras)]
    return [one for (_name, extra), one in found.items() if not extra]


def _files(distribution: metadata.Distribution) -> list[metadata.PackagePath]:
    """What Python can import of it: no scripts, no compiled copies of single modules."""
    files = distribution.files or []
    return [file for file in files if file.parts[0] not in ("..", "__pycache__")]


def _tops(distribution: metadata.Distribution) -> set[str]:
    return {file.parts[0] for file in _files(distribution)}
