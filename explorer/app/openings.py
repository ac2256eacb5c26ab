"""What the chapters open with, computed beforehand and shipped in assets/openings.

    python -m explorer.app.openings      # makes them anew: after a change to what a chapter shows

`once` looks here before it computes. An answer is found under its function and its arguments, and
only while the shipped weights are those that it was computed with, and the app runs the shipped
model: else everything is computed as if there were nothing here. Measurements of this machine are
never stored; where an answer holds the time that it took, it says that it was made beforehand.
"""

import base64
import binascii
import hashlib
import json
import lzma
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.files import replace_text, whole
from explorer.paths import ASSETS

FOLDER = ASSETS / "openings"
FORMAT = 1  # of the files; one of another number is not read
BYTES = "bytes:"  # a text that stands for a part of the file's binary end: "bytes:START:END"
LEAST = 64  # characters of a text that is kept as the bytes it encodes
MISSING = object()

_there: frozenset[str] = frozenset()  # names of the files to look into; none until `use`


def use() -> None:
    """Look answers up from now on, if the shipped weights are those they were computed with."""
    global _there
    _there = frozenset() if stale() else frozenset(path.name for path in FOLDER.glob("*.xz"))


def stale() -> str:
    """Why the stored answers are not to be used, as a sentence; empty where they are."""
    try:
        index = json.loads((FOLDER / "index.json").read_text("utf-8"))
    except (OSError, ValueError):
        return f"There is no index in {FOLDER}."
    if index.get("format") != FORMAT:
        return f"The answers in {FOLDER} are of another format."
    if index.get("weights") != weights():
        return f"The answers in {FOLDER} were computed with other weights than those that ship."
    return ""


def weights() -> dict[str, str]:
    """The SHA-256 of every network that ships, by its name."""
    paths = sorted((ASSETS / "models").glob("*.safetensors"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def name_of(function: Callable, arguments: tuple) -> str | None:
    """The file of an answer; None where an argument cannot be told from others of its kind."""
    said = ", ".join(_said(argument) for argument in arguments)
    if " at 0x" in said:
        return None
    said = re.sub(r"(?<![\w.])(\d+)\.0(?!\d)", r"\1", said)  # 45.0 and 45 are one argument
    place = f"{function.__module__.removeprefix('explorer.app.')}.{function.__name__}"
    return f"{place}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.xz"


def _said(argument: object) -> str:
    """An argument in words; a network, or the engine around one, by its name."""
    card = getattr(getattr(argument, "net", argument), "card", None)
    return f"<{card.name}>" if card else repr(argument)


def find(function: Callable, arguments: tuple) -> object:
    """The stored answer, or MISSING; a file that cannot be read is one that is not there."""
    if not _there or (name := name_of(function, arguments)) not in _there:
        return MISSING
    try:
        return unpacked(lzma.decompress((FOLDER / name).read_bytes()))
    except (OSError, ValueError, LookupError, lzma.LZMAError):
        return MISSING


def packed(answer: object) -> bytes:
    """An answer as a file holds it before compression: JSON, a zero byte, and its binary parts.

    Raises TypeError for what JSON cannot give back as it was.
    """
    blob = bytearray()

    def pack(value: object) -> object:
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                raise TypeError("JSON knows no other keys than texts")
            return {name: pack(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [pack(part) for part in value]
        if isinstance(value, str) and (raw := _decoded(value)) is not None:
            blob.extend(raw)
            return f"{BYTES}{len(blob) - len(raw)}:{len(blob)}"
        return value

    text = json.dumps({"tuple": isinstance(answer, tuple), "answer": pack(answer)})
    return text.encode() + b"\0" + bytes(blob)


def _decoded(text: str) -> bytes | None:
    """The bytes that a long base64 text stands for."""
    if len(text) < LEAST:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def unpacked(file: bytes) -> object:
    """What `packed` was given."""
    text, _, blob = file.partition(b"\0")

    def unpack(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: unpack(part) for name, part in value.items()}
        if isinstance(value, list):
            return [unpack(part) for part in value]
        if isinstance(value, str) and value.startswith(BYTES):
            start, end = map(int, value.removeprefix(BYTES).split(":"))
            return base64.b64encode(blob[start:end]).decode()
        return value

    found = json.loads(text)
    answer = unpack(found["answer"])
    return tuple(answer) if found["tuple"] else answer


def make(folder: Path = FOLDER) -> dict[str, int]:
    """Compute what every chapter opens with and write it; the bytes of each answer's file."""
    from explorer.app import main, once

    global _there
    _there = frozenset()  # what is stored now must not be what is stored again
    kept: dict[str, bytes] = {}

    def keep(function: Callable, arguments: tuple, answer: object) -> None:
        try:
            if name := name_of(function, arguments):
                kept[name] = packed(answer)
        except TypeError:  # tensors and networks: cheap to make again, or too large to store
            return

    context = main.Context()
    main.build(context)
    with once.beforehand(keep):
        for step in context.warm_up:
            step()
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.xz"):
        file.unlink()
    for name, raw in kept.items():
        with whole(folder / name) as part:
            part.write_bytes(lzma.compress(raw, preset=9))
    index = {"format": FORMAT, "weights": weights()}
    replace_text(folder / "index.json", json.dumps(index, indent=1) + "\n")
    return {name: (folder / name).stat().st_size for name in kept}


if __name__ == "__main__":
    from explorer.app import openings  # the module that `once` looks into, not this copy of it

    made = openings.make()
    for name, size in sorted(made.items(), key=lambda pair: -pair[1]):
        print(f"{size / 1000:8.1f} kB  {name}")
    print(f"{sum(made.values()) / 1e6:8.2f} MB in {len(made)} answers, in {openings.FOLDER}")
