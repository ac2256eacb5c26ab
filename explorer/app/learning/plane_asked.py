"""What the chapter "In the plane" is asked: a world, a recipe; and the words for both.

torch is imported when a run is first made, not with the page.
"""

from dataclasses import dataclass
from typing import Any

from explorer.app import checks, controls
from explorer.app.tables import NAMES
from explorer.app.truth.asked import WORLDS, points
from explorer.app.truth.asked import Asked as World

PREDICTS = {
    "eps": "noise ε",
    "x0": "data x₀",
    "v": "v",
    "velocity": "velocity (flow matching)",
}
LEVELS = {"angle": "angle uniform", "straight": "straight line", **NAMES}
WEIGHTS = {
    "own": "plain",
    "eps": "as ε",
    "x0": "as x₀",
    "v": "as v",
    "min_snr": "min-SNR-5",
}
WIDTHS = ("8", "32", "96", "192")
MOST_STEPS = 20_000
TARGET = {"eps": "ε", "x0": "x₀", "v": "v", "velocity": "u"}
MEANS = {
    "eps": "ε = (x_t − α x₀) / σ",
    "x0": "x₀ = (x_t − σ ε) / α",
    "v": "v = α ε − σ x₀",
    "velocity": "u = ε − x₀",
}
LEVERAGE = {"eps": " σ²/α²", "x0": "", "v": " σ²", "velocity": " σ²/(α + σ)²"}
WEIGHT = {"eps": "SNR", "x0": "1", "v": "(SNR + 1)", "min_snr": "min(SNR, 5)"}


MOONS = World("moons")


@dataclass(frozen=True)
class Asked:
    """A checked request; hashable."""

    world: World = MOONS
    predicts: str = "v"
    levels: str = "angle"
    weights: str = "own"
    width: int = 96
    steps: int = 2000
    seed: int = 0

    def recipe(self):
        """The explorer.training.plane_recipe.Recipe."""
        from explorer.training.plane_recipe import Recipe

        predicts: Any = self.predicts  # one of PREDICTS: a Target
        return Recipe(predicts, self.levels, self.weights, self.width, self.steps, seed=self.seed)

    def made(self, step: int) -> dict:
        """What a file of a run after some steps says of itself."""
        from explorer.app.about import made
        from explorer.app.code import truth as code

        recipe = {"predicts": self.predicts, "levels": self.levels, "weights": self.weights}
        size = {"width": self.width, "seed": self.seed, "step": step, "steps": self.steps}
        name = f"plane-{self.world.world}-{self.predicts}-seed{self.seed}-step{step}"
        facts = {"world": self.world.title, **recipe, **size}
        return made(name, code.training(self, step), model="", **facts)

    @property
    def loss(self) -> str:
        """The loss in symbols."""
        what = TARGET[self.predicts]
        error = f"({what}̂ − {what})²" if len(what) == 1 else "(x̂₀ − x₀)²"
        if self.weights == "own":
            return f"loss = mean of {error}"
        return f"loss = mean of {WEIGHT[self.weights]}{LEVERAGE[self.predicts]} {error}"

    @property
    def about(self) -> str:
        """The recipe in words."""
        return (
            f"{self.world.title}; predicts {PREDICTS[self.predicts]}; levels: "
            f"{LEVELS[self.levels]}; loss {WEIGHTS[self.weights]}; width {self.width}; "
            f"batches of 512; seed {self.seed}."
        )


def check(world, drawing, predicts, levels, weights, width, steps, seed) -> Asked:
    """The request of the controls. Raises gr.Error, naming field and range."""
    world = checks.choice("Data", world, WORLDS)
    seed = checks.integer("Seed", seed, 0, controls.LAST_SEED)
    return Asked(
        World(world, points(drawing) if world == "drawn" else (), seed),
        checks.choice("Prediction", predicts, PREDICTS),
        checks.choice("Levels", levels, LEVELS),
        checks.choice("Loss", weights, WEIGHTS),
        int(checks.choice("Width", width, WIDTHS)),
        checks.integer("Steps", steps, 1, MOST_STEPS),
        seed,
    )
