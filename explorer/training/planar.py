"""Training of the small networks in the plane: seconds on a CPU, so no checkpoints.

python -m explorer.training.planar FOLDER     trains one for every world, as shipped
"""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional as F

from explorer import convergence
from explorer.denoisers import from_network
from explorer.models import zoo
from explorer.models.card import write_card
from explorer.models.planar import Planar, PlanarConfig
from explorer.worlds import WORLDS, World

STEPS, BATCH, RATE = 4000, 512, 3e-3


def fit(
    world: World,
    *,
    steps: int = STEPS,
    seed: int = 0,
    tell: Callable[[int], object] = lambda step: None,
) -> Planar:
    """A network that learnt v from samples of the world alone, in eval mode, float32.

    The data are drawn afresh at every step. tell(step) is called after each; an error that it
    raises ends the training. The global random state is left as it was.
    """
    rng = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Planar(PlanarConfig())
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(1, steps + 1):
        x0 = world.sample(BATCH, rng).float()
        eps = torch.randn(BATCH, 2, generator=rng)
        place = (torch.arange(BATCH) + torch.rand(BATCH, generator=rng)) / BATCH  # stratified
        angle = place * (math.pi / 2)
        alpha, sigma = angle.cos()[:, None], angle.sin()[:, None]
        v = alpha * eps - sigma * x0  # Salimans and Ho 2022, appendix D
        loss = F.mse_loss(net(alpha * x0 + sigma * eps, angle), v)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        tell(step)
    return net.eval().requires_grad_(False)


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
