"""Which weights were shipped: the SHA-256 of each, in `assets/models/SHA256SUMS`.

`python -m explorer.models.sums` writes the file, after a model was trained anew; `sha256sum -c`
reads it too.
"""

import hashlib
from pathlib import Path

from explorer.files import replace_text

FILE = "SHA256SUMS"
CHANGED = (
    f"is not the file that was shipped: its SHA-256 is not the one in {FILE}. Install "
    "denoising-explorer again; or give its path, not its name, to load it as it is."
)


def of(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shipped(folder: Path) -> dict[str, str]:
    """File name -> SHA-256, as the folder's list says; empty where it has none."""
    file = folder / FILE
    if not file.is_file():
        return {}
    lines = (line.split() for line in file.read_text("utf-8").splitlines())
    return {words[1].removeprefix("*"): words[0] for words in lines if len(words) == 2}


def missing(folder: Path) -> list[Path]:
    """The files that the folder's list names and that are not there."""
    return [folder / name for name in shipped(folder) if not (folder / name).is_file()]


def changed(path: Path) -> bool:
    """Whether the list beside `path` names it with another SHA-256.

    A model that it does not name is a person's own, put there by hand: nothing is promised of it.
    """
    wanted = shipped(path.parent).get(path.name)
    return wanted is not None and of(path) != wanted


def write(folder: Path) -> Path:
    """List the weights of a folder. Raises OSError, a sentence, where it cannot be written."""
    lines = [f"{of(file)}  {file.name}\n" for file in sorted(folder.glob("*.safetensors"))]
    replace_text(folder / FILE, "".join(lines))
    return folder / FILE


if __name__ == "__main__":
    from explorer.paths import ASSETS

    print(write(ASSETS / "models"))
