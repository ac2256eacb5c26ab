"""What a chapter is asked: a world, a seed, a grid; and how its answer is packed for the page.

torch is imported when a question is first answered, not with the page.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.app import checks, controls
from explorer.app.tables import NAMES

WORLDS = {  # explorer.worlds', without torch
    "classes": "two classes",
    "gaussian": "one Gaussian",
    "two": "two Gaussians",
    "ring": "a ring of eight",
    "moons": "two moons",
    "drawn": "what you draw",
}
MOST_POINTS, LONGEST = 120, 4000  # of a drawing: points, and characters that they come in
HALF, NEAR = 2.2, 1.3  # a window shows [-HALF, HALF]²; NEAR where only data are shown


@dataclass(frozen=True)
class Asked:
    """A checked request; hashable, so that an answer can be kept."""

    world: str = "classes"
    drawing: tuple[tuple[float, float], ...] = ()
    seed: int = 0
    schedule: str = "karras"
    spacing: str = "karras"

    @property
    def made(self):
        """The explorer.worlds.World."""
        from explorer import worlds

        return worlds.drawn(self.drawing) if self.world == "drawn" else worlds.WORLDS[self.world]()

    @property
    def title(self) -> str:
        return WORLDS[self.world]

    @property
    def borrowing(self) -> "Asked":
        """The same of a world that has classes, where this one has none."""
        return replace(self, world="classes", drawing=())

    def rng(self, stream: int = 0):
        """A random stream of the seed; 0 makes the first noise, 1 what samplers add, 2 data."""
        from explorer.app import studio

        return studio.generator(self.seed, stream)

    def noise(self, n: int):
        """Where n points start: pure noise (n, 2)."""
        import torch

        return torch.randn(n, 2, generator=self.rng(), dtype=torch.float64)


def check(world, drawing, seed, schedule, spacing) -> Asked:
    """The request of the shared controls, a drawing as `points` takes it.

    Raises gr.Error, naming field and range.
    """
    world = checks.choice("World", world, WORLDS)
    return Asked(
        world,
        points(drawing) if world == "drawn" else (),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
        checks.choice("Schedule", schedule, NAMES),
        checks.choice("Spacing", spacing, controls.SPACINGS),
    )


def points(drawn: object) -> tuple[tuple[float, float], ...]:
    """A drawing as the page sends it: JSON [[x, y], ...], or a pad's value, which holds it.

    Raises gr.Error with a sentence.
    """
    text = drawn.get("points") if isinstance(drawn, dict) else drawn
    rule = f"A drawing must be 1 to {MOST_POINTS} points of [-1, 1]²"
    if not isinstance(text, str) or not text.strip():
        raise checks.refuse(f"{rule}: draw something on the white square first.")
    if len(text) > LONGEST:
        raise checks.refuse(f"{rule}, in at most {LONGEST} characters.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise checks.refuse(f"{rule}; this is none.") from None
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_POINTS:
        raise checks.refuse(f"{rule}.")
    return tuple(_point(pair, rule) for pair in found)


def _point(pair: object, rule: str) -> tuple[float, float]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise checks.refuse(f"{rule}; one of them is not.")
    if not all(type(v) in (int, float) and -1 <= v <= 1 for v in pair):
        raise checks.refuse(f"{rule}; one of them is not.")
    return float(pair[0]), float(pair[1])


def packed(x) -> dict:
    """A tensor for the page: its shape, and half precision numbers in base64."""
    data = base64.b64encode(x.half().contiguous().numpy().tobytes()).decode("ascii")
    return {"shape": list(x.shape), "halves": data}


def lattice(n: int, half: float = HALF):
    """The centres of n x n cells of the window, first row on top: (n * n, 2)."""
    import torch

    edge = (torch.arange(n, dtype=torch.float64) + 0.5) * (2 * half / n) - half
    y, x = torch.meshgrid(-edge, edge, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)


def shade(log_density) -> str:
    """Log densities (L, n * n) as base64 bytes, the densest place of each level at 255."""
    import torch

    relative = (log_density - log_density.amax(1, keepdim=True)).exp()
    values = (255 * relative).round().to(torch.uint8).contiguous()
    return base64.b64encode(values.numpy().tobytes()).decode("ascii")


def density(world, level, n: int = 64, half: float = HALF) -> dict:
    """One density of a world, as the page draws it behind points."""
    return {"size": n, "bytes": shade(world.log_density(lattice(n, half), level)[None])}


def angles(count: int, last: float) -> list[float]:
    """Noise levels as angles, from pure noise (pi/2) evenly down to `last`."""
    return [math.pi / 2 + (last - math.pi / 2) * k / (count - 1) for k in range(count)]


def line(pairs: Sequence[tuple[float, float]]) -> list[list[float]]:
    """The points of a line of a plot, in five digits."""
    return [[x, float(f"{y:.5g}")] for x, y in pairs]
