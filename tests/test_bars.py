"""Bars of the lessons: as long as their numbers, on one scale, in the project's colours."""

import pytest
import torch
from matplotlib.colors import to_hex

from explorer.figures.bars import BAR, GAP, Bars, bars, raster, upright
from explorer.figures.plates import INKS


def test_bars_stand_beside_their_names_in_the_inks_of_the_project():
    series = [Bars([1.0, 2.0], "one", "signal"), Bars([3.0, 4.0], "two", "noise")]
    axis = bars(["a", "b"], series, "times", even=1).axes[0]
    assert [bar.get_width() for bar in axis.patches] == [1, 2, 3, 4]
    assert [text.get_text() for text in axis.texts] == ["1", "2", "3", "4"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "b"]
    rows = [round(bar.get_y() + bar.get_height() / 2) for bar in axis.patches]
    assert rows == [0, 1, 0, 1] and axis.yaxis_inverted()
    inks = [to_hex(axis.patches[k].get_facecolor()).upper() for k in (0, 2)]
    assert inks == [INKS["signal"].light, INKS["noise"].light]
    assert axis.patches[0].get_hatch() != axis.patches[2].get_hatch()
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["one", "two"]
    assert list(axis.lines[0].get_xdata()) == [1, 1]


def test_upright_bars_share_one_scale():
    plate = upright([[0.1, 0.2], [0.8, 0.0]], ["a", "b"], ["x", "y"], "which", "share", top=1.0)
    first, second = plate.axes
    assert first.get_ylim() == second.get_ylim() == (0, 1)
    assert [bar.get_height() for bar in second.patches] == [0.8, 0.0]
    assert to_hex(first.patches[0].get_facecolor()).upper() == INKS["prediction"].light


def test_a_raster_bar_is_as_high_as_its_share():
    sheet = raster(torch.tensor([1.0, 0.5, 0.03, 0.02]), 20)
    assert sheet.shape == (3, 20, 4 * (BAR + GAP))
    inked = (sheet[0] != 1).sum(0)[:: BAR + GAP]
    assert inked.tolist() == [20, 10, 1, 0]


@pytest.mark.parametrize("ink", ["signal", "noise"])
def test_a_raster_has_the_ink_of_its_role(ink):
    red = ((raster([1.0], 4, ink=ink)[0, 0, 0] + 1) * 127.5).round().item()
    assert red == int(INKS[ink].light[1:3], 16)
