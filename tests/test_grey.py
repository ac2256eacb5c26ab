"""The grey image, measured: signal left at a schedule's end costs the tails of brightness."""

import gradio as gr
import pytest
import torch

from explorer import grey, ideal
from explorer.app import grey_image
from explorer.samplers import ddim
from explorer.schedules import levels, scaled_linear, zero_snr

DATA = grey.pictures().double()


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(schedule, seed: int):
    return grey.samples(DATA, schedule, 160, rng(seed))


def test_the_data_are_mostly_very_dark_or_very_bright_and_never_clip():
    assert DATA.shape == (grey.COUNT, 1, grey.SIDE, grey.SIDE) and DATA.abs().max() <= 1
    assert abs(grey.tails(DATA) - 0.8) < 0.01
    assert abs(grey.brightness(DATA).mean()) < 1e-6
    assert abs(sum(grey.histogram(DATA)) - 1) < 1e-6


@pytest.mark.parametrize("seed", [0, 1])
def test_the_tails_are_lost_at_alpha_0_068_and_kept_at_zero_snr(seed):
    made = scaled_linear()
    assert round(made.alpha[-1].item(), 3) == 0.068
    lost, kept, data = drawn(made, seed), drawn(zero_snr(made), seed), grey.tails(DATA)
    error = (data * (1 - data) / 160) ** 0.5  # of a share in 160 samples
    assert grey.tails(lost) < data - 8 * error
    assert abs(grey.tails(kept) - data) < 3 * error
    # the brightest and the darkest are gone altogether
    assert grey.brightness(lost).abs().max() < 0.8 < grey.brightness(kept).abs().max()


def test_the_cause_is_the_mean_of_the_noise():
    """At the last t the exact denoiser reads brightness off the mean of x_T, as alpha * mean."""
    from explorer import ideal

    level = scaled_linear()(1000)
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 1, grey.SIDE, grey.SIDE, generator=rng, dtype=torch.float64)
    noise -= noise.mean()
    denoise = ideal.empirical(DATA)
    read = [grey.brightness(denoise(noise + level.alpha * b, level)).item() for b in (-0.8, 0, 0.8)]
    assert read[0] < -0.45 and abs(read[1]) < 0.35 and read[2] > 0.45


@pytest.mark.parametrize(
    "end, seed, said",
    [
        ("0.5", 0, "The end of the schedule must be one of"),
        (None, 0, "The end of the schedule"),
        (grey_image.FIRST, -1, "Seed must be"),
        (grey_image.FIRST, float("nan"), "Seed must be"),
        (grey_image.FIRST, [0], "Seed must be"),
    ],
)
def test_bad_values_are_refused_by_name(end, seed, said):
    with pytest.raises(gr.Error, match=said):
        grey_image.run(end, seed)


def test_the_choices_end_where_they_say():
    for label, beta_end in grey_image.ENDS.items():
        alpha = scaled_linear(beta_end=beta_end).alpha[-1].item()
        digits = len(label.split(",")[0].split(".")[1])
        assert round(alpha, digits) == float(label.split(",")[0])


def test_coordinates_of_what_the_pictures_span_lose_nothing():
    schedule, few = zero_snr(scaled_linear()), DATA[:20]
    noise = torch.randn(4, *few.shape[1:], dtype=torch.float64, generator=rng(5))
    *_, last = ddim(ideal.empirical(few), noise, levels(schedule, grey.STEPS))
    assert (grey.samples(few, schedule, 4, rng(5)) - last.x).abs().max() < 1e-11
