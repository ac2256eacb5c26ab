"""The answers of the questions of Forward, computed."""

import math

import torch

from explorer import schedules
from explorer.app import gallery, resume, resuming
from explorer.denoisers import from_network
from explorer.forward import noised
from explorer.models import zoo
from explorer.samplers import ddim
from explorer.schedules import Level, levels_from

from .answers import holds, text

FOUR = ("linear", "cosine", "karras", "zero_snr")


def test_the_closed_form():
    linear, cosine = (getattr(schedules, name)()(500).alpha for name in ("linear", "cosine"))
    holds("forward-closed-form", 100 * linear)
    assert f"α is still {100 * cosine:.0f} %" in text("forward-closed-form")


def test_a_jump_loses_nothing():
    made = schedules.linear()
    alpha, variance, lost = 1.0, 0.0, []
    steps = torch.linspace(1e-4, 0.02, made.T, dtype=torch.float64).tolist()  # DDPM, section 4
    for t, beta in enumerate(steps, 1):  # mean and variance of DDPM eq. 2, step by step
        alpha, variance = math.sqrt(1 - beta) * alpha, (1 - beta) * variance + beta
        level = made(t)
        lost.append(max(abs(alpha - level.alpha), abs(variance - level.sigma**2)))
    holds("forward-chain", "nothing" if max(lost) < 1e-12 else "a little: it is an approximation")


def test_four_schedules_at_one_snr_have_one_picture():
    even = Level(math.sqrt(0.5), math.sqrt(0.5))
    rng = torch.Generator().manual_seed(0)
    x0, eps = torch.rand(2, 1, 1, 28, 28, generator=rng, dtype=torch.float64)
    times = {name: schedules.time_of(schedules.SCHEDULES[name](), even) for name in FOUR}
    pictures = [noised(x0, schedules.SCHEDULES[name]()(times[name]), eps) for name in FOUR]
    apart = max((one - pictures[0]).abs().max().item() for one in pictures)
    holds("forward-four", "not at all" if apart < 1 / 255 else "a little")
    for name in ("linear", "cosine"):
        assert f"t = {times[name]:.0f} under {name}" in text("forward-four")


def test_the_mean_of_sixty_four_noises():
    noise = torch.randn(4000, 64, generator=torch.Generator().manual_seed(0))
    holds("forward-resolution", (noise.std() / noise.mean(1).std()).item())


@torch.no_grad()
def test_what_comes_back():
    x0 = torch.from_numpy(gallery.digits()[:10].copy()).float()[:, None] / 127.5 - 1
    net, rng = zoo.load("mnist"), torch.Generator().manual_seed(0)
    denoise = from_network(net, context=net.null_context(len(x0)))
    read, came_back = resuming.reading(x0), {}
    for t in resume.FIXED:
        walk = levels_from(schedules.linear(), t, 8)
        eps = torch.randn(x0.shape, generator=rng)
        end = list(ddim(denoise, noised(x0, walk[0], eps), walk))[-1].x
        same = [a == b for a, b in zip(resuming.reading(end), read, strict=True)]
        came_back[t] = sum(same) / len(same)
    options = {200: "from t = 200", 500: "from t = 200 and 500", 900: "from all three"}
    holds("forward-resume", options[max(t for t, share in came_back.items() if share >= 0.9)])
