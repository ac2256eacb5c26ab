"""Bars and clouds of the lessons: on fixed scales, every point in its own colour."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from explorer.figures.bars import BAR, GAP, bars, raster
from explorer.figures.clouds import clouds
from explorer.figures.plates import INKS


def test_bars_share_one_scale():
    plate = bars([[0.1, 0.2], [0.8, 0.0]], ["a", "b"], ["x", "y"], "which", "probability", top=1.0)
    first, second = plate.axes
    assert first.get_ylim() == second.get_ylim() == (0, 1)
    assert [bar.get_height() for bar in second.patches] == [0.8, 0.0]
    assert to_hex(first.patches[0].get_facecolor()).upper() == INKS["prediction"].light


def test_a_raster_bar_is_as_high_as_its_share():
    sheet = raster(torch.tensor([1.0, 0.5, 0.001, 0.0]), 20)
    assert sheet.shape == (3, 20, 4 * (BAR + GAP))
    inked = (sheet[0] != 1).sum(0)[:: BAR + GAP]
    assert inked.tolist() == [20, 10, 1, 0]


@pytest.mark.parametrize("ink", ["signal", "noise"])
def test_a_raster_has_the_ink_of_its_role(ink):
    red = ((raster([1.0], 4, ink=ink)[0, 0, 0] + 1) * 127.5).round().item()
    assert red == int(INKS[ink].light[1:3], 16)


def test_a_point_keeps_its_colour_in_all_clouds():
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    plate = clouds([points, points[::-1]], ["a", "b"], groups=[0, 1], inks=("#ff0000", "noise"))
    for axis in plate.axes:
        colours = [to_hex(c).upper() for c in axis.collections[0].get_facecolor()]
        assert colours == ["#FF0000", INKS["noise"].light]
    assert plate.axes[1].collections[0].get_offsets().tolist() == [[1, 1], [0, 0]]
