"""Where the files that ship with the package are, and where data sets lie."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).parent

# In a wheel the assets lie inside the package; in a checkout, beside it.
ASSETS = next(
    (p for p in (_PACKAGE / "assets", _PACKAGE.parent / "assets") if p.is_dir()),
    _PACKAGE.parent / "assets",
)


@contextmanager
def shipped() -> Iterator[None]:
    """Have a file of ASSETS that the block misses named by an OSError that says what to do."""
    try:
        yield
    except FileNotFoundError as error:
        if error.filename is None or ASSETS not in Path(error.filename).parents:
            raise
        raise OSError(
            f"{error.filename} is missing, and the app needs it: install denoising-explorer "
            "again, or bring the file back from the repository."
        ) from error


def default_root() -> Path:
    """Where data sets lie unless told otherwise: EXPLORER_DATA, or ./data."""
    return Path(os.environ.get("EXPLORER_DATA") or "data")
