"""Ground truth and training in the plane: the Python of each chapter."""

from explorer import names
from explorer.app.code import program, walk

# Samplers that solve the ODE, as a tuple of Python
SOLVERS = ", ".join(f'"{key}"' for key in names.SAMPLERS if key not in names.STOCHASTIC)


def world(asked) -> str:
    """A line that makes the world of a request."""
    if asked.world == "drawn":
        return f"world = drawn({[list(point) for point in asked.drawing]})\n"
    return f'world = WORLDS["{asked.world}"]()\n'


def _noise(asked, count: int) -> str:
    return f"x = torch.randn({count}, 2, generator=generator({asked.seed}), dtype=torch.float64)\n"


def field(asked, count: int, last: float, n: int, half: float) -> str:
    """The score at every level and cell, (levels, n * n, 2)."""
    return program(
        world(asked) + "denoise = world.denoiser()\n"
        f"edge = (torch.arange({n}, dtype=torch.float64) + 0.5) * (2 * {half} / {n}) - {half}\n"
        'y, x = torch.meshgrid(-edge, edge, indexing="ij")\n'
        "cells = torch.stack([x, y], -1).reshape(-1, 2)\n"
        f"angles = torch.linspace(math.pi / 2, {last}, {count}, dtype=torch.float64).tolist()\n"
        "stops = [level_at(angle) for angle in angles]\n"
        "torch.stack([score_hat(cells, denoise(cells, at), at) for at in stops])"
    )


def particles(asked, walks: dict[str, int], count: int) -> str:
    """{sampler: where its points end, (count, 2)}; walks: how many steps each makes."""
    lines = ""
    for key, steps in walks.items():
        rng = f", rng=generator({asked.seed}, 1)" if key in names.STOCHASTIC else ""
        lines += (
            f"    {key!r}: {key}(denoise, x, {walk(asked.schedule, steps, asked.spacing)}{rng}),\n"
        )
    return program(
        f"{world(asked)}denoise = world.denoiser()\n{_noise(asked, count)}runs = {{\n{lines}}}\n"
        "{name: list(steps)[-1].x for name, steps in runs.items()}"
    )


def order(asked, count: int, budgets: tuple[int, ...]) -> str:
    """{sampler: [(NFE, median error)]} of those that solve the ODE."""
    return program(
        f"{world(asked)}denoise = world.denoiser()\n{_noise(asked, count)}"
        f'schedule = SCHEDULES["{asked.schedule}"]()\n'
        'answer = converged(denoise, x, levels(schedule, 1, "trailing")[0], 200)\n'
        "found = {}\n"
        f"for key in ({SOLVERS}):\n"
        f'    walks = grids(key, schedule, "{asked.spacing}", {budgets})\n'
        "    found[key] = errors(key, denoise, x, walks, answer)\n"
        "found"
    )


def solver(asked, count: int, budgets: tuple[int, ...]) -> str:
    """The same of a network that learnt the world; a drawing's is trained on the page."""
    if asked.world == "drawn":
        return ""
    return program(
        f'{world(asked)}exact, learnt = world.denoiser(), from_network(zoo.load("planar-'
        f'{asked.world}"))\n{_noise(asked, count)}'
        f'schedule = SCHEDULES["{asked.schedule}"]()\n'
        'answer = converged(exact, x, levels(schedule, 1, "trailing")[0], 200)\n'
        "found = {}\n"
        f"for key in ({SOLVERS}):\n"
        f'    walks = grids(key, schedule, "{asked.spacing}", {budgets})\n'
        "    found[key] = errors(key, learnt, x, walks, answer)\n"
        "found"
    )


def ways(asked, start: tuple[float, float] | None, steps: int, many: int) -> str:
    """One path of the ODE and many of the SDE, (steps + 1, 1 + many, 2)."""
    begin = (
        _noise(asked, 1)
        if start is None
        else f"x = torch.tensor([{list(start)}], dtype=torch.float64)\n"
    )
    return program(
        f"{world(asked)}denoise = world.denoiser()\n{begin}"
        f"grid = {walk(asked.schedule, steps, asked.spacing)}\n"
        "ode = torch.stack([step.x for step in ddim(denoise, x, grid)])\n"
        f"crowd, rng = x.repeat({many}, 1), generator({asked.seed}, 1)\n"
        "sde = torch.stack([step.x for step in ddpm(denoise, crowd, grid, rng=rng)])\n"
        "torch.cat([ode, sde], 1)"
    )


def guidance(asked, scales: list[float], count: int) -> str:
    """Where every scale leads, (scales, count, 2)."""
    return program(
        f"{world(asked)}{_noise(asked, count)}"
        f"scales = torch.arange({len(scales)}, dtype=torch.float64) / 4\n"
        "rows = scales.repeat_interleave(len(x))  # one batch for all scales\n"
        "denoise = guided(world.denoiser(1), world.denoiser(), rows)\n"
        f"grid = {walk(asked.schedule, 40, asked.spacing)}\n"
        "*_, last = ddim(denoise, x.repeat(len(scales), 1), grid)\n"
        "last.x.unflatten(0, (-1, len(x)))"
    )


def training(asked, steps: int) -> str:
    """The losses of a training in the plane, a number a step."""
    recipe = f'"{asked.predicts}", "{asked.levels}", "{asked.weights}", {asked.width}, '
    return program(
        f"{world(asked.world)}recipe = Recipe({recipe}{asked.steps}, seed={asked.seed})\n"
        "run = Run(world, recipe)  # its network is run.net, its Denoiser run.denoiser()\n"
        f"losses = run.advance({steps})\n"
        "losses"
    )
