"""A run as a person asks for it: one seed, one picture."""

import pytest
import torch

from explorer.models.unet import UNet, UNetConfig
from explorer.sampling import LARGEST_SEED, Request, generator, noise, stream

NET = UNet(
    UNetConfig(channels=(8, 16), attention=(False, True), emb_dim=16, context_dim=8, head_dim=8)
).eval()


def test_a_run_starts_where_the_app_starts_and_its_pictures_are_those_of_the_seeds_that_follow():
    first, *_ = stream(NET, Request(seed=5, count=3, steps=1, scale=1))
    assert torch.equal(first.x, noise(NET, [5, 6, 7]))
    first, *_ = stream(NET, Request(seed=LARGEST_SEED, count=2, steps=1, scale=1))
    assert torch.equal(first.x, noise(NET, [LARGEST_SEED, 0]))


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler_ancestral"])
def test_how_many_are_drawn_with_it_changes_no_picture(sampler):
    *_, one = stream(NET, Request(sampler=sampler, seed=5, steps=4, scale=1))
    *_, three = stream(NET, Request(sampler=sampler, seed=5, steps=4, scale=1, count=3))
    assert (one.x[0] - three.x[0]).abs().max() < 1e-5


@pytest.mark.parametrize("field", ["steps", "seed", "count"])
@pytest.mark.parametrize("value", [1.5, "20", True, None, 2**40, -1])
def test_what_is_no_whole_number_of_the_range_is_refused_with_field_and_range(field, value):
    with pytest.raises(ValueError, match=rf"{field} is .* must be a whole number from"):
        Request(**{field: value})


def test_a_scale_and_a_stream_have_their_ranges_too():
    for scale in ("2", True, float("nan"), 21):
        with pytest.raises(ValueError, match=r"scale is .* must be from 0 to 20"):
            Request(scale=scale)
    with pytest.raises(ValueError, match="stream is 256"):
        generator(1, 256)
