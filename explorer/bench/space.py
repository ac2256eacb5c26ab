"""`explorer bench space`: how soon a Space shows its first picture after it was asleep."""

import json
import sys
import tempfile
from pathlib import Path

from explorer.bench import startup
from explorer.space import write
from explorer.tables import print_table


def report(file: Path | None) -> dict:
    """Write a Space, start its app.py as a Space does, print and return what `startup` measures."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "space"
        write(folder)
        found = startup.measure(lambda port: _command(folder, port))
    lines = [
        ("page served after", f"{found['served_s']:.1f} s"),
        (f"{found['picture']} after", f"{found['picture_s']:.1f} s"),
        ("memory once idle", f"{found['resident_mb']:.0f} MB"),
    ]
    print_table("A Space's folder, started here", ("", "measured"), lines)
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return found


def _command(folder: Path, port: int) -> list[str]:
    """A Space names the port in the environment; -E keeps our own PYTHONPATH out of it."""
    listen = ["GRADIO_SERVER_NAME=127.0.0.1", f"GRADIO_SERVER_PORT={port}"]
    return ["env", *listen, sys.executable, "-E", str(folder / "app.py")]
