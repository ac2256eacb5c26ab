"""A training in the plane that can be stopped after any step and gone on with."""

from functools import cached_property

import torch
from torch import Tensor

from explorer.denoisers import Denoiser, from_network, on_line, target
from explorer.models.planar import Planar, PlanarConfig
from explorer.schedules import Level
from explorer.seeding import seeded
from explorer.training.objectives import generator
from explorer.training.plane_recipe import Recipe, leverage
from explorer.worlds import World

BATCH, RATE = 512, 3e-3
MEASURED = 8192  # states that a network is compared with the exact denoiser on
FLOOR = 65536  # states that the exact denoiser’s own loss is the mean of: to about 0.5 %
APART = 2  # the stream of random numbers that these come from


class Run:
    """A network, its optimiser and its random stream, at some step of a Recipe.

    Nothing else counts: a run in two parts ends in the weights of one without a break, bit for
    bit. The global random state is left as it was.
    """

    def __init__(self, world: World, recipe: Recipe) -> None:
        self.world, self.recipe, self.step = world, recipe, 0
        self.rng = torch.Generator().manual_seed(recipe.seed)
        with seeded(recipe.seed):
            self.net = Planar(PlanarConfig(width=recipe.width))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=RATE, fused=True)
        self.falling = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, recipe.steps)

    @property
    def left(self) -> int:
        """How many steps are still to be made."""
        return self.recipe.steps - self.step

    def advance(self, steps: int) -> list[float]:
        """Make up to `steps` steps of those left; the loss at each. The data are drawn afresh."""
        made = min(steps, self.left)
        return [self._advance() for _ in range(made)]

    def _advance(self) -> float:
        recipe = self.recipe
        xt, level, x0, eps = states(self.world, recipe, BATCH, self.rng)
        wanted = target(x0, eps, level, recipe.predicts).float()
        said = self.net(xt.float(), level.angle.float())
        weight = recipe.weight(level).float()[:, None]
        loss = (weight * (said - wanted).square()).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.falling.step()
        self.step += 1
        return loss.item()

    def native(self) -> Denoiser:
        """The network as a Denoiser for the Levels of its recipe."""
        return torch.no_grad()(from_network(self.net, self.recipe.predicts))

    def denoiser(self) -> Denoiser:
        """The network as a Denoiser for any variance preserving Level."""
        return on_line(self.native()) if self.recipe.on_line else self.native()

    def error(self) -> float:
        """Root mean square distance of the network's x0_hat to the exact one, in the plane.

        Over states of the world at levels that the recipe draws: 0 for a perfect network.
        """
        xt, level, exact = self._measured
        return (self.native()(xt, level) - exact).square().sum(1).mean().sqrt().item()

    @cached_property
    def floor(self) -> float:
        """The loss of the exact denoiser: on average no network's can be lower."""
        xt, level, x0, _ = states(self.world, self.recipe, FLOOR, self._apart())
        exact = self.world.denoiser()(xt, level)
        weight = self.recipe.weight(level) / leverage(level, self.recipe.predicts)
        return (weight[:, None] * (exact - x0).square()).mean().item()

    @cached_property
    def _measured(self) -> tuple[Tensor, Level, Tensor]:
        """x_t, its Levels and the exact x0_hat of states kept apart from training."""
        xt, level, _, _ = states(self.world, self.recipe, MEASURED, self._apart())
        return xt, level, self.world.denoiser()(xt, level)

    def _apart(self) -> torch.Generator:
        return generator(self.recipe.seed, 0, stream=APART)


def states(
    world: World, recipe: Recipe, n: int, rng: torch.Generator
) -> tuple[Tensor, Level, Tensor, Tensor]:
    """n states of a training: x_t (n, 2), their Levels (n,), x_0 and eps (n, 2), all float64."""
    x0 = world.sample(n, rng)
    eps = torch.randn(n, 2, generator=rng, dtype=torch.float64)
    level = recipe.draw(n, rng)
    alpha, sigma = level.expand_to(x0)
    return alpha * x0 + sigma * eps, level, x0, eps
