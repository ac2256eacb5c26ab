"""Files that appear whole or not at all."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A file beside `file` to write to; at the end of the block it takes the place of `file`.

    A process killed at any moment leaves either the old file or the new one. Raises OSError, a
    sentence that names `file`, where it cannot be written: the old file stays, the new one goes.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, file)
    except (OSError, SafetensorError) as error:
        raise OSError(f"{file} could not be written: {reason(error)}") from error
    finally:
        with suppress(OSError):  # a read-only disk refuses it even where there is no part
            part.unlink()


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Have an OSError of the block name `file`: that of a full disk does not by itself."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{file} could not be written: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Why a file could not be written, in the system's words."""
    number = re.search(r"os error (\d+)", str(error))  # how safetensors says it
    if number:
        return os.strerror(int(number[1]))
    return getattr(error, "strerror", None) or str(error)


def replace_text(file: Path, text: str) -> None:
    """Write text to a file beside `file`, then put it in its place."""
    with whole(file) as part:
        part.write_text(text, "utf-8")
