"""Files that appear whole or not at all."""

import glob
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

FORGOTTEN = 3600  # seconds after which nobody still writes a part


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A file beside `file` to write to; at the end of the block it takes the place of `file`.

    A process killed at any moment leaves either the old file or the new one. Raises OSError, a
    sentence that names `file`, where it cannot be written: the old file stays, the new one goes.
    """
    part = file.with_name(f".{file.name}.{_writer()}.part")
    _sweep(file)
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


def _writer() -> str:
    """Who writes here, so that two who write one file do not share a part: the last one's stays."""
    return f"{os.getpid()}-{threading.get_ident()}"


def _sweep(file: Path) -> None:
    """Remove what writers of `file` left that were killed, an hour ago or more."""
    with suppress(OSError):
        for part in file.parent.glob(f".{glob.escape(file.name)}.*.part"):
            if time.time() - part.lstat().st_mtime > FORGOTTEN:
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
