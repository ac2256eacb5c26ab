"""A container's share of the cores is what torch is given."""

import os

import pytest

from explorer import cores

HERE = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "99900000 100000\n"}, HERE),
        ({"cpu.max": "max 100000\n"}, HERE),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, HERE),
        ({"cpu.max": "nonsense"}, HERE),
        ({}, HERE),
    ],
)
def test_cores_are_the_least_of_those_allowed_and_the_containers_share(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cores.cores(tmp_path) == expected


def test_a_number_of_threads_that_somebody_set_stays(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    cores.claim()
    assert os.environ["OMP_NUM_THREADS"] == "7"
