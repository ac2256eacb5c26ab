"""Forward and Schedules: the Python of what the page computes by itself.

The page fills the slots, {t} and others, with its own numbers and names: assets/web/save/code.js
and `filled` do the same.
"""

import json
import re

from explorer.app.code import program

X0 = "x0 = gallery.pictures()[{digit}]  # (1, 28, 28) in [-1, 1]\n"
EPS = "eps = torch.from_numpy(normal({seed}, 784)).reshape(1, 28, 28)\n"

TEMPLATES = {
    "closed form": program(
        X0 + EPS + "level = SCHEDULES[{schedule}]()({t})\n"
        "noised(x0, level, eps)  # x_t = alpha * x_0 + sigma * eps, DDPM eq. 4"
    ),
    "chain": program(
        X0 + "schedule, x = SCHEDULES[{schedule}](), x0.double()\n"
        "for t in range(1, {t} + 1):\n"
        "    scale, beta = transition(schedule(t - 1), schedule(t))  # DDPM eq. 2\n"
        "    eps = torch.from_numpy(normal({seed}, 784, t)).reshape(1, 28, 28)\n"
        "    x = scale * x + math.sqrt(beta) * eps\n"
        "x"
    ),
    "four": program(
        X0 + EPS + "made = [SCHEDULES[name]() for name in {names}]\n"
        "torch.stack([noised(x0, schedule(t), eps) for schedule, t in zip(made, {times})])"
    ),
    "schedules": program(
        # which of these stand in the slot, only the page knows
        "from explorer.schedules import cosine, karras, linear, scaled_linear, zero_snr\n\n"
        "schedules = {makers}\n"
        "at = schedules[0].T * torch.linspace(0, 1, 101, dtype=torch.float64)\n"
        "[schedule(at).log_snr for schedule in schedules]"
    ),
    "steps": program(
        "schedule = SCHEDULES[{schedule}]()\n"
        "grid = levels(schedule, {steps}, {spacing})[:-1]  # noisiest first\n"
        "[time_of(schedule, level) for level in grid]"
    ),
    "training": program(
        "t = 1000 * (1 - torch.rand(100_000, generator=generator(0), dtype=torch.float64))\n"
        "seen = {{name: make()(t).log_snr for name, make in SCHEDULES.items()}}\n"
        "{{name: torch.histc(x, 30, -15, 15) / len(x) for name, x in seen.items()}}"
    ),
}


def filled(name: str, **values: object) -> str:
    """A template with its slots filled, as the page does it: with literals."""

    def literal(slot: re.Match) -> str:
        value = values[slot[1]]
        return str(value) if slot[1] == "makers" else json.dumps(value)

    found = re.sub(r"(?<!\{)\{(\w+)\}(?!\})", literal, TEMPLATES[name])
    return found.replace("{{", "{").replace("}}", "}")


def script() -> str:
    """JavaScript that tells the page the templates."""
    return f"explorer.codes = {json.dumps(TEMPLATES)};"


def resumed(picture: tuple, starts: tuple, schedule: str, seed: int, label: int | None) -> str:
    """x̂₀ of every step from every t, (starts, steps + 1, 1, 28, 28), of a gallery's digit.

    Of a drawing there is no line that makes it.
    """
    from explorer.app.about import network
    from explorer.data import gallery

    places = [k for k, one in enumerate(gallery.digits()) if tuple(one.ravel().tolist()) == picture]
    if not places:
        return ""
    told = "net.null_context(1)" if label is None else f"net.embed(torch.tensor([{label}]))"
    return program(
        f"net = zoo.load({network()})\n"
        "with torch.no_grad():\n"
        f"    denoise = from_network(net, context={told})\n"
        f"x0, schedule = gallery.pictures()[[{places[0]}]], SCHEDULES[{schedule!r}]()\n"
        f"eps = torch.from_numpy(normal({seed}, 784)).float().reshape(1, 1, 28, 28)\n"
        f"walks = [levels_from(schedule, t, 16) for t in {list(starts)}]\n"
        "runs = [ddim(denoise, noised(x0, walk[0], eps), walk) for walk in walks]\n"
        "torch.stack([torch.cat([step.x0_hat for step in run]) for run in runs])"
    )


def grey(beta_end: float, seed: int, count: int) -> str:
    """Samples under a schedule, and under its version with zero terminal SNR."""
    return program(
        f"data, made = grey.pictures().double(), scaled_linear(beta_end={beta_end})\n"
        f"rng = lambda: torch.Generator().manual_seed({seed})  # the same noise twice\n"
        f"[grey.samples(data, schedule, {count}, rng()) for schedule in (made, zero_snr(made))]"
    )
