"""Files that appear whole or not at all."""

import os
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Write text to a file beside `file`, then put it in its place."""
    part = file.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, file)
