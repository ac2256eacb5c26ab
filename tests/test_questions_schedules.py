"""The answers of the questions of Schedules, computed."""

import torch

from explorer import grey, schedules

from .answers import holds, text


def test_which_schedules_end_in_pure_noise():
    last = {name: schedules.SCHEDULES[name]().alpha[-1].item() for name in schedules.SCHEDULES}
    pure = {name for name in ("linear", "cosine", "karras", "zero_snr") if last[name] == 0.0}
    options = {
        frozenset(("linear", "cosine", "karras", "zero_snr")): "all four",
        frozenset(("cosine", "zero_snr")): "cosine and zero SNR",
        frozenset(("zero_snr",)): "only zero SNR",
        frozenset(): "none of them",
    }
    holds("schedules-compare", options[frozenset(pure)])
    for name, digits in (("linear", 4), ("karras", 4), ("cosine", 5)):
        assert f"{last[name]:.{digits}f}" in text("schedules-compare")


def test_where_leading_starts():
    holds("schedules-steps", max(schedules.timesteps(1000, 10, "leading")))
    for spacing in ("trailing", "linspace"):
        assert max(schedules.timesteps(1000, 10, spacing)) == 1000


def test_the_grey_image():
    data = grey.pictures().double()
    rng = torch.Generator().manual_seed(0)
    drawn = grey.brightness(grey.samples(data, schedules.scaled_linear(), 40, rng))
    medium = (drawn.abs() <= 0.5).double().mean().item()
    bright = (drawn > 0.5).double().mean().item()
    assert 1 - grey.tails(data) < 0.25, "the data are dark and bright"
    as_data = "dark and bright ones, as the data are"
    found = "mostly medium grey ones" if medium > 0.5 else as_data
    holds("schedules-grey", "mostly bright ones" if bright > 0.5 else found)
    assert f"{100 * schedules.scaled_linear().alpha[-1].item():.0f} %" in text("schedules-grey")


def test_where_a_uniform_t_falls():
    made = schedules.linear()
    log_snr = 2 * (made.alpha[1:].log() - made.sigma[1:].log())
    centres = torch.linspace(-10, 10, 11)
    shares = [((log_snr >= c - 1) & (log_snr < c + 1)).double().mean().item() for c in centres]
    holds("schedules-training", [100 * share for share in shares], near=0.005)
    assert abs((log_snr < 0).double().mean().item() - 0.75) < 0.02, "three quarters are noisier"
