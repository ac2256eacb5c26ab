"""The lessons' maps, clouds and bars show the numbers that they are given, on a fixed scale."""

import numpy as np
import torch
from matplotlib.colors import to_hex

from explorer.figures import sheets
from explorer.figures.palette import DIVERGING
from explorer.figures.plates import INKS


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


def test_clouds_keep_their_points_and_one_frame():
    points = torch.tensor([[0.1, 0.2], [0.3, 0.4]])
    plate = sheets.clouds([sheets.Cloud(points, "a", "signal", behind=points * 2)] * 2, half=2)
    assert all(axis.get_xlim() == axis.get_ylim() == (-2, 2) for axis in plate.axes)
    behind, front = plate.axes[1].collections
    assert np.allclose(front.get_offsets(), points) and np.allclose(
        behind.get_offsets(), 2 * points
    )
    assert to_hex(front.get_facecolor()[0]).upper() == INKS["signal"].light


def test_bars_are_as_long_as_their_numbers():
    plate = sheets.bars(["one", "two"], {"a": [1.0, 2.0], "b": [3.0, 4.0]}, "times", even=1)
    axis = plate.axes[0]
    assert [bar.get_width() for bar in axis.patches] == [1, 2, 3, 4]
    assert axis.get_ylim()[0] > axis.get_ylim()[1], "the first name stands on top"
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b"]
