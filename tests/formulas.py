"""The glossary's formulas as numbers: plain text such as "x_t = α x₀ + σ ε" is computed."""

import math
import re
import unicodedata

import torch
from torch import Tensor

MARK = "[\u0300-\u036f]"
SYMBOL = rf"(?:[A-Za-z]{{2,}}2?|[A-Za-zα-ω]{MARK}*)[₀-₉]*′?(?:_(?:\{{[^}}]*\}}|[A-Za-z0-9]+))?"
NUMBER = r"\d+(?:\.\d+)?"
TOKEN = re.compile(
    rf"(?P<root>√(?:{SYMBOL}|{NUMBER}))|(?P<symbol>{SYMBOL})|(?P<number>{NUMBER})"
    r"|\^\{(?P<power>[^}]*)\}|(?P<sign>\S)"
)
FUNCTIONS = {
    "log": lambda x: torch.as_tensor(x, dtype=torch.float64).log(),
    "log₁₀": lambda x: torch.as_tensor(x, dtype=torch.float64).log10(),
    "cos": math.cos,
    "atan2": math.atan2,
    "min": min,
    "std": lambda x: x.std(),
    "tr": lambda x: x,
}
SIGNS = {"−": "-", "·": "*", "²": "**2", "√": "root", "⌊": "floor(", "⌋": ")"}


def python(text: str, names: set[str]) -> str:
    """A formula as an expression of Python: V["α"] * V["x₀"] + ...; a space multiplies."""
    out, ends = [], False  # whether what stands before is a value, so that another multiplies it
    for match in TOKEN.finditer(unicodedata.normalize("NFD", text)):
        kind, token = match.lastgroup, match[0]
        if kind == "symbol" and token not in names and token not in FUNCTIONS:
            raise KeyError(f"{token} in {text!r} has no value")
        begins = kind in ("root", "symbol", "number") or token in ("(", "√", "⌊")
        if ends and begins:
            out.append("*")
        if kind == "root":
            out.append(f"root({python(token[1:], names)})")
        elif kind == "symbol":
            out.append(f"V[{token!r}]")
        elif kind == "power":
            out.append(f"**({python(match['power'], names)})")
        else:
            out.append(SIGNS.get(token, token))
        called = kind == "symbol" and token in FUNCTIONS
        ends = not called and (begins and token not in ("(", "√", "⌊"))
        ends = ends or kind == "power" or token in (")", "²", "⌋")
    return "".join(out)


def computed(text: str, values: dict[str, float | Tensor]) -> float | Tensor:
    """The value of a formula, or of the side of one, with these values of its symbols."""
    values = {unicodedata.normalize("NFD", name): value for name, value in values.items()}
    scope = {"V": FUNCTIONS | values, "root": lambda x: x**0.5, "floor": math.floor}
    return eval(python(text, set(values)), scope)


def sides(formula: str, number: int = 0) -> list[str]:
    """The sides of the equation of this number in "x = y, z = u"."""
    equations = re.split(r", (?=[^=,]*=)", formula)
    return [side.strip() for side in equations[number].split("=")]
