"""Figures in the plane and bars."""

import numpy as np
import pytest

from explorer.figures import plates
from explorer.figures.planes import Arrows, Bars, Cloud, Ground, Paths, bars, plane


def test_a_square_of_the_plane_holds_its_marks_on_one_scale():
    points = np.array([[0.0, 1.0], [0.5, -0.5]])
    paths = np.array([[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 2.0]]])  # 2 moments, 2 points
    marks = [Ground(np.eye(3)), Paths(paths, "noise", "ways"), Cloud(points, "prediction", "ends")]
    plate = plane([("all", marks), ("none", [])], span=2.0)
    first, second = plate.axes
    assert first.collections[0].get_offsets().tolist() == points.tolist()
    assert [line.get_xydata().tolist() for line in first.lines] == [
        [[0.0, 0.0], [1.0, 0.0]],
        [[1.0, 1.0], [1.0, 2.0]],
    ]
    assert first.images[0].get_extent() == [-2.0, 2.0, -2.0, 2.0]
    assert first.get_xlim() == second.get_xlim() == second.get_ylim() == (-2.0, 2.0)
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["ways", "ends"]
    assert second.get_legend() is None


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_arrows_are_as_long_as_their_vectors(scale):
    axis = plane([("", [Arrows([[0.0, 0.0]], [[0.2, -0.4]], scale=scale)])]).axes[0]
    drawn = axis.collections[0]
    assert (drawn.U[0], drawn.V[0]) == (0.2 * scale, -0.4 * scale)
    assert (drawn.angles, drawn.scale_units, drawn.scale) == ("xy", "xy", 1)


def test_bars_stand_beside_their_names_in_the_inks_of_the_project():
    plate = bars(["a", "b"], [Bars([1, 2], "one"), Bars([3, 4], "two", "noise")], "share")
    axis = plate.axes[0]
    assert [bar.get_width() for bar in axis.patches] == [1, 2, 3, 4]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "b"]
    rows = [round(bar.get_y() + bar.get_height() / 2) for bar in axis.patches]
    assert rows == [0, 1, 0, 1] and axis.yaxis_inverted()
    assert axis.patches[0].get_facecolor() != axis.patches[2].get_facecolor()
    assert plate.axes[0].get_legend().get_texts()[1].get_text() == "two"
    assert plates.INKS["noise"].light == "#B84E00"
