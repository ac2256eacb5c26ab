"""Training of the small networks in the plane: seconds on a CPU, so no checkpoints.

python -m explorer.training.planar FOLDER     trains one for every world, as shipped
"""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from explorer import convergence
from explorer.denoisers import from_network
from explorer.models import zoo
from explorer.models.card import write_card
from explorer.models.planar import Planar
from explorer.training.plane_recipe import Recipe
from explorer.training.plane_run import BATCH, Run
from explorer.worlds import WORLDS, World

STEPS = 4000


def fit(
    world: World,
    *,
    steps: int = STEPS,
    seed: int = 0,
    tell: Callable[[int], object] = lambda step: None,
) -> Planar:
    """A network that learnt v from samples of the world alone, in eval mode, float32.

    tell(step) is called after each step; an error that it raises ends the training.
    """
    run = Run(world, Recipe(steps=steps, seed=seed))
    while run.left:
        run.advance(1)
        tell(run.step)
    return run.net.eval().requires_grad_(False)


def name_of(world: str) -> str:
    """The name in the zoo of the network that learnt a world."""
    return f"planar-{world}"


def model_error(net: Planar, world: World, n: int = 1000) -> float:
    """Median distance between where the network and the exact denoiser lead n noises, converged."""
    x = torch.randn(n, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    start = convergence.level_at(math.pi / 2 - 0.01)
    denoisers = (from_network(net), world.denoiser())
    return convergence.median_error(*(convergence.converged(d, x, start) for d in denoisers))


def main(folder: Path) -> None:
    """Train and save a network for every world, with its card."""
    for world, make in WORLDS.items():
        began = time.perf_counter()
        net = fit(make())
        facts = {
            "data": f"the world {world} of explorer/worlds.py, drawn afresh at every step",
            "steps": STEPS,
            "batch": BATCH,
            "seconds": round(time.perf_counter() - began, 1),
            "parameters": sum(p.numel() for p in net.parameters()),
        }
        path = folder / f"{name_of(world)}.safetensors"
        zoo.save(path, net, kind="planar", config=net.cfg, extra=facts)
        found = {"median distance to the exact answers": round(model_error(net, make()), 4)}
        print(write_card(path.with_suffix(".md"), facts, found), found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
