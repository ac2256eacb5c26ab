"""Points, paths and arrows in the plane: where they should be, all squares on one scale."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from explorer.figures.planes import Arrows, Cloud, Ground, Paths, plane
from explorer.figures.plates import INKS


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
    assert [axis.get_title() for axis in plate.axes] == ["all", "none"]


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_arrows_are_as_long_as_their_vectors(scale):
    axis = plane([("", [Arrows([[0.0, 0.0]], [[0.2, -0.4]], scale=scale)])]).axes[0]
    drawn = axis.collections[0]
    assert (drawn.U[0], drawn.V[0]) == (0.2 * scale, -0.4 * scale)
    assert (drawn.angles, drawn.scale_units, drawn.scale) == ("xy", "xy", 1)


def test_what_is_named_later_lies_above():
    run = torch.arange(12.0).reshape(3, 2, 2) / 10
    marks = [Cloud(run[0], "noise"), Paths(run), Cloud(run[-1], "signal")]
    axis = plane([("", marks)]).axes[0]
    below, above = (points.get_zorder() for points in axis.collections)
    assert {line.get_zorder() for line in axis.lines} == {2} and (below, above) == (1, 3)


def test_a_point_keeps_its_colour_in_all_squares():
    points, inks = np.array([[0.0, 0.0], [1.0, 1.0]]), ["#ff0000", "noise"]
    plate = plane([("a", [Cloud(points, inks)]), ("b", [Cloud(points[::-1], inks)])])
    for axis in plate.axes:
        colours = [to_hex(c).upper() for c in axis.collections[0].get_facecolor()]
        assert colours == ["#FF0000", INKS["noise"].light]
    assert plate.axes[1].collections[0].get_offsets().tolist() == [[1, 1], [0, 0]]


def test_a_cloud_without_points_is_a_name_in_the_legend():
    axis = plane([("", [Cloud([], "signal", "began left")])]).axes[0]
    assert len(axis.collections[0].get_offsets()) == 0
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["began left"]


def test_hollow_points_are_rings():
    solid, ring = (
        plane([("", [Cloud([[0, 0]], "noise"), Cloud([[0, 0]], "noise", hollow=True)])])
        .axes[0]
        .collections
    )
    assert to_hex(solid.get_facecolor()[0]).upper() == INKS["noise"].light
    assert to_hex(ring.get_facecolor()[0]) == "#ffffff" and ring.get_linewidths()[0] > 0
    assert to_hex(ring.get_edgecolor()[0]).upper() == INKS["noise"].light
