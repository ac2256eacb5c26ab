"""Guidance: the Python of each chapter."""

from collections.abc import Sequence

from explorer.app.about import network
from explorer.app.code import program, walk
from explorer.app.guiding.asked import SCENES, Asked


def _load(asked: Asked) -> str:
    return f"net = zoo.load({repr(SCENES) if asked.model == SCENES else network()})"


def _told(asked: Asked, what: str, count: int) -> str:
    """The context of `count` rows that are told the same."""
    if asked.model == SCENES:
        return f"net.told(*[{what!r}] * {count})"
    return f"net.embed(torch.tensor([{what}] * {count}))" if what else f"net.null_context({count})"


def _decoded(asked: Asked, result: str) -> str:
    """The last line: a prediction (..., C, H, W), of latents what they decode to."""
    if asked.model != SCENES:
        return result
    return (
        f"x0_hats = {result}\n"
        "with torch.no_grad():\n"
        '    pictures = zoo.load("scenes-vae").decode(x0_hats.flatten(0, 1))\n'
        "pictures.unflatten(0, x0_hats.shape[:2])"
    )


def _strip(asked: Asked, seeds: str, scales: str, count: int) -> str:
    told, null = (_told(asked, what, count) for what in (asked.told, ""))
    return (
        f"{_load(asked)}\n"
        "with torch.no_grad():\n"
        f"    both = halves(net, {told}, {null})\n"
        f"denoise = from_halves(both, torch.tensor({scales}))\n"
        f"grid = {walk(asked.schedule, asked.steps, asked.spacing)}\n"
        f"steps = list({asked.sampler}(denoise, noise(net, {seeds}), grid))\n"
    )


def strip(asked: Asked, scales: Sequence[float]) -> str:
    """x̂₀ of every step under every scale, (n, scales, C, H, W)."""
    count = len(scales)
    run = _strip(asked, f"[{asked.seed}] * {count}", str(list(scales)), count)
    result = "torch.stack([step.x0_hat for step in steps[:-1]])"
    return program(run + _decoded(asked, result))


def parts(asked: Asked, scale: float) -> str:
    """Told nothing, told, and guided: x̂₀ of every step, (n, 3, C, H, W)."""
    run = _strip(asked, f"[{asked.seed}]", str([scale]), 1)
    result = "torch.stack([torch.cat([*both(s.x, s.level), s.x0_hat]) for s in steps[:-1]])"
    return program(run + _decoded(asked, result))


def crowd(asked: Asked, scales: Sequence[float], seeds: Sequence[int]) -> str:
    """The results of every seed under every scale, (scales, seeds, C, H, W)."""
    n, k = len(scales), len(seeds)
    rows = f"[scale for scale in {list(scales)} for _ in range({k})]"
    run = _strip(asked, f"{list(seeds)} * {n}", rows, n * k)
    return program(run + _decoded(asked, f"steps[-1].x.unflatten(0, ({n}, {k}))"))


def changed(asked: Asked, scale: float, changes: Sequence) -> str:
    """x̂₀ of every step of each change beside plain guidance, (n, columns, C, H, W)."""
    lines = "".join(
        f"    ({_told(asked, one.negative, 1)}, {_number(one.low)}, {_number(one.high)}, "
        f"{one.phi}),\n"
        for one in changes
    )
    return program(
        f"{_load(asked)}\n"
        f"grid, x = {walk(asked.schedule, asked.steps, asked.spacing)}, "
        f"noise(net, [{asked.seed}])\n"
        "with torch.no_grad():\n"
        f"    told = {_told(asked, asked.told, 1)}\n"
        f"    changes = [  # pushed away from, between these sigma/alpha, phi\n"
        + lines.replace("    (", "        (")
        + "    ]\n"
        "runs = []\n"
        "for away, low, high, phi in changes:\n"
        f"    mixed = rescaled(halves(net, told, away), {scale}, phi)\n"
        "    denoise = within(mixed, from_network(net, context=told), low, high)\n"
        f"    runs.append([step.x0_hat[0] for step in {asked.sampler}(denoise, x, grid)][:-1])\n"
        + _decoded(asked, "torch.stack([torch.stack(run) for run in runs], 1)")
    )


def _number(value: float) -> str:
    return "math.inf" if value == float("inf") else repr(value)
