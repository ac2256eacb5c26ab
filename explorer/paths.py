"""Where the files that ship with the package are, and where data sets lie."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent

# In a wheel the assets lie inside the package; in a checkout, beside it.
ASSETS = next(
    (p for p in (_PACKAGE / "assets", _PACKAGE.parent / "assets") if p.is_dir()),
    _PACKAGE.parent / "assets",
)


def default_root() -> Path:
    """Where data sets lie unless told otherwise: EXPLORER_DATA, or ./data."""
    return Path(os.environ.get("EXPLORER_DATA") or "data")
