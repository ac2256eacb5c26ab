"""The figure of paths in the plane shows the paths that it is given, on one scale."""

import numpy as np
import pytest
import torch

from explorer.figures.tracks import tracks


def test_each_panel_shows_its_own_paths_from_noise_to_the_end():
    ground = torch.zeros(5, 2)
    runs = [torch.arange(12.0).reshape(3, 2, 2) / 10, torch.ones(2, 1, 2)]
    plate = tracks(runs, ["two paths", "one path"], ground, limit=3)
    assert [axis.get_title() for axis in plate.axes] == ["two paths", "one path"]
    for axis, run in zip(plate.axes, runs, strict=True):
        drawn = np.stack([line.get_xydata() for line in axis.lines], 1)
        assert np.array_equal(drawn, run.numpy())
        data, start, end = (points.get_offsets() for points in axis.collections)
        assert np.array_equal(data, ground.numpy())
        assert np.array_equal(start, run[0].numpy())
        assert np.array_equal(end, run[-1].numpy())
        assert axis.get_xlim() == axis.get_ylim() == (-3, 3)


def test_a_panel_without_a_title_is_refused():
    with pytest.raises(ValueError):
        tracks([torch.zeros(2, 1, 2)], [], torch.zeros(1, 2))
