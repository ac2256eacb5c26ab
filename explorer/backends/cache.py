"""Exported networks, as ONNX: made once in a process of their own, then kept in a cache folder.

The folder is EXPLORER_CACHE, else the platform's for this user's caches. A file is named after
the hash of the weights and the versions of what wrote it, so a stale one is never read.
"""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

FORMAT = 3  # raise it when export.py, moments.py or a network's forward changes what is written
PATIENCE = 600  # seconds for an export; it takes about ten


def folder() -> Path:
    """Where exported networks are kept; it may not exist."""
    if named := os.environ.get("EXPLORER_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("denoising-explorer", appauthor=False)


def file_of(weights: Path) -> Path:
    """The file in the cache that belongs to a file of weights. Raises OSError without those."""
    made_by = f"{FORMAT} {version('torch')} {version('onnxscript')}"
    key = hashlib.sha256(weights.read_bytes() + made_by.encode()).hexdigest()
    return folder() / f"{weights.stem}-{key[:16]}.onnx"


def exported(weights: Path, *, again: bool = False) -> bytes:
    """The network of a file of weights as ONNX, exported first where it is not in the cache.

    again: also where it is. Where the cache cannot be written, a line on the terminal says so.
    Raises OSError or ValueError, a sentence, where there is no network to export.
    """
    file = file_of(weights)
    if not again and file.is_file():
        return file.read_bytes()
    # In another process: it needs 400 MB once, and this one's Python stays free for the page
    with TemporaryDirectory(prefix="explorer-", ignore_cleanup_errors=True) as folder:
        spare = Path(folder) / file.name
        command = [sys.executable, "-m", "explorer.backends.export"]
        done = subprocess.run(
            [*command, *map(str, (weights, file, spare))],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["its process said nothing"])[-1]
            # As where memory is short; what stands on its stderr then is no reason, but a warning
            reason = "its process was ended" if done.returncode < 0 else last
            raise ValueError(f"{weights.name} could not be exported: {reason}")
        if spare.is_file():
            said = done.stdout.strip().removesuffix(".")
            print(f"Cache: {said}. Exports are made again at each start.", flush=True)
            return spare.read_bytes()
        return file.read_bytes()
