"""What the lines of "Code for this" are worth, and whether that is what the page shows."""

import ast
import base64
import codeop

import numpy as np

from explorer.app.player import grey


def value(code: str) -> object:
    """What the last line of a program is worth."""
    assert "explorer.app" not in code and len(list(filter(None, code.splitlines()))) < 31
    typed(code)
    tree = ast.parse(code)
    assert isinstance(tree.body[-1], ast.Expr), code
    last = ast.Expression(tree.body.pop().value)
    names: dict = {}
    exec(compile(tree, "<code for this>", "exec"), names)
    return eval(compile(last, "<code for this>", "eval"), names)


def typed(code: str) -> None:
    """Raise SyntaxError where the prompt of Python would, if these lines were pasted there."""
    lines: list[str] = []
    for line in [*code.splitlines(), ""]:
        lines.append(line)
        if codeop.compile_command("\n".join(lines), symbol="single"):
            lines.clear()
    assert not any(lines), "a statement has no end"


def of(shown: dict) -> object:
    """What the lines of an answer are worth."""
    assert shown["made"]["about"], "a file must say what was asked for"
    return value(shown["made"]["code"])


def frames(track: dict) -> np.ndarray:
    """The frame of every position of a track."""
    data = np.frombuffer(base64.b64decode(track["frames"]), np.uint8)
    made = data.reshape([n for n in track["shape"][:3]] + ([3] if track["shape"][3] == 3 else []))
    return made if track["at"] is None else made[track["at"]]


def same(shown, made, scale: float = 1.0, most: int = 1) -> None:
    """Frames are what pictures (N, C, H, W) look like, to one grey."""
    wanted = grey(made.detach(), scale).astype(int)
    assert np.abs(np.asarray(shown).reshape(wanted.shape).astype(int) - wanted).max() <= most
