"""Samplers: the Python of each chapter."""

from collections.abc import Sequence

from explorer.app.about import network
from explorer.app.code import digits, program, walk


def _start(asked) -> str:
    return f"{digits(network(), asked.start.label, asked.scale)}\nx = noise(net, [{asked.seed}])"


def _runs(asked, entrants: Sequence) -> str:
    """A dict of the sampler's steps of each entrant, as it would be written."""
    from explorer.names import STOCHASTIC

    lines = []
    for one in entrants:
        rng = f", rng=generator({asked.seed}, 1)" if one.key in STOCHASTIC else ""
        lines.append(f"    {one.title!r}: {one.key}(denoise, x, {_grid(asked, one)}{rng}),\n")
    return "runs = {\n" + "".join(lines) + "}"


def _grid(asked, one) -> str:
    """The Levels that an entrant walks."""
    from explorer.app.racing.entrants import OWN

    if one.spacing != OWN:
        return walk(asked.schedule, one.steps, one.spacing)
    times = asked.own[::2] if one.key == "heun" else asked.own
    made = f'map(SCHEDULES["{asked.schedule}"](), {list(times)})'
    return f"[*{made}, Level(1.0, 0.0)]"


def race(asked, entrants: Sequence) -> str:
    """{entrant: x̂₀ of every step}."""
    return program(
        f"{_start(asked)}\n{_runs(asked, entrants)}\n"
        "{name: torch.cat([step.x0_hat for step in steps]) for name, steps in runs.items()}"
    )


def gap(asked, entrants: Sequence, steps: int) -> str:
    """{entrant: [(NFE, distance to the converged answer)]}."""
    return program(
        f"{_start(asked)}\n"
        f"*_, answer = dpmpp_2m(denoise, x, {walk(asked.schedule, steps, 'karras')})\n"
        f"{_runs(asked, entrants)}\n"
        "far = lambda x0_hat: (x0_hat - answer.x).square().mean().sqrt().item()\n"
        "{name: [(s.nfe, far(s.x0_hat)) for s in steps] for name, steps in runs.items()}"
    )


def paths(asked, entrants: Sequence) -> str:
    """Every state of every run, (N, 2), in the plane of their principal components."""
    return program(
        f"{_start(asked)}\n{_runs(asked, entrants)}\n"
        "states = torch.cat([step.x.flatten(1) for steps in runs.values() for step in steps])\n"
        "centred = states.double() - states.double().mean(0)\n"
        "axes = torch.linalg.svd(centred, full_matrices=False).Vh[:2]\n"
        "axes = axes * axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()\n"
        "centred @ axes.T"
    )


def three(asked, n: int, spacing: str) -> str:
    """Step n of 2n, its guess, and the result of n steps; on one's own grid there is no such."""
    return program(
        f"{_start(asked)}\n"
        f"long = list(ddim(denoise, x, {walk(asked.schedule, 2 * n, spacing)}))\n"
        f"short = list(ddim(denoise, x, {walk(asked.schedule, n, spacing)}))\n"
        f"torch.cat([long[{n}].x, long[{n}].x0_hat, short[-1].x])"
    )


def reruns(asked, entrants: Sequence, count: int, first: int) -> str:
    """{entrant: its reruns}."""
    runs = _runs(asked, entrants).replace(f"rng=generator({asked.seed}, 1)", "rng=rng()")
    return program(
        f"{digits(network(), asked.start.label, asked.scale, count)}\n"
        f"x = noise(net, [{asked.seed}] * {count})\n"
        f"rng = lambda: [generator({asked.seed}, {first} + k) for k in range({count})]\n"
        f"{runs}\n"
        "{name: list(steps)[-1].x for name, steps in runs.items()}"
    )


def doses(asked, entrant, etas: Sequence[float], count: int, first: int) -> str:
    """DDIM's reruns for each η, (doses, reruns, C, H, W)."""
    if entrant.spacing == "own":
        return ""
    return program(
        f"{digits(network(), asked.start.label, asked.scale, count)}\n"
        f"x = noise(net, [{asked.seed}] * {count})\n"
        f"grid = {walk(asked.schedule, entrant.steps, entrant.spacing)}\n"
        f"rng = lambda: [generator({asked.seed}, {first} + k) for k in range({count})]\n"
        f"runs = [list(ddim(denoise, x, grid, eta=eta, rng=rng())) for eta in {list(etas)}]\n"
        "torch.stack([steps[-1].x for steps in runs])"
    )


def quality(asked, entrants: Sequence, n: int, batch: int) -> str:
    """{entrant: the Fréchet distance of n digits}."""
    walks = "".join(f"    {one.title!r}: ({one.key}, {_grid(asked, one)}),\n" for one in entrants)
    return program(
        f'net, judge = zoo.load({network()}), zoo.load("digit-classifier", Classifier)\n'
        'real = Reference.load(zoo.MODELS / "digit-classifier.reference.json")\n'
        f"walks = {{\n{walks}}}\nfound = {{}}\n"
        "for name, (sampler, walk) in walks.items():\n"
        f"    rng, seen = torch.Generator().manual_seed({asked.seed}), []\n"
        f"    for labels in (torch.arange({n}) % net.cfg.classes).split({batch}):\n"
        "        x = torch.randn(len(labels), 1, 28, 28, generator=rng)\n"
        "        with torch.no_grad():\n"
        "            denoise = from_network(net, context=net.embed(labels))\n"
        "        *_, last = sampler(denoise, x, walk, rng=rng)\n"
        "        seen.append(features(judge, last.x.clamp(-1, 1)))\n"
        "    found[name] = real.frechet(torch.cat(seen))\n"
        "found",
        "Classifier",
        *(one.key for one in entrants),
    )
