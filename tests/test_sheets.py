"""The lessons' maps show the numbers that they are given, on a fixed scale."""

import torch
from matplotlib.colors import to_hex

from explorer.figures import sheets
from explorer.figures.palette import DIVERGING


def test_maps_share_one_scale_whatever_they_hold():
    values = torch.stack([torch.full((2, 2), 0.1), torch.full((2, 2), 0.9)])
    plate = sheets.grids(values, ["low", "high"], "probability")
    images = [axis.images[0] for axis in plate.axes[:2]]
    assert {image.get_clim() for image in images} == {(0.0, 1.0)}
    assert [round(float(image.get_array().max()), 6) for image in images] == [0.1, 0.9]
    assert [axis.get_title() for axis in plate.axes[:2]] == ["low", "high"]


def test_a_scale_that_goes_below_zero_is_white_at_zero():
    plate = sheets.grids(torch.zeros(1, 2, 2), ["z"], "value", low=-3, high=3)
    colours = plate.axes[0].images[0].cmap
    assert [to_hex(colours(share)).upper() for share in (0.0, 1.0)] == [DIVERGING[0], DIVERGING[2]]
    assert min(colours(0.5)) > 0.95
