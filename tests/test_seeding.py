"""A seed decides the weights of a network, whatever other threads do meanwhile."""

import threading

import torch
from torch import nn

from explorer.models import zoo
from explorer.seeding import seeded
from explorer.training.plane_recipe import Recipe
from explorer.training.plane_run import Run
from explorer.worlds import two


def test_a_thread_that_loads_a_model_does_not_change_what_a_seed_draws():
    stop, wanted = threading.Event(), Run(two(), Recipe()).net.state_dict()

    def loading() -> None:
        while not stop.is_set():
            zoo.load("planar-two")

    other = threading.Thread(target=loading)
    other.start()
    try:
        for _ in range(150):
            found = Run(two(), Recipe()).net.state_dict()
            assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    finally:
        stop.set()
        other.join()


def test_the_global_random_state_is_left_as_it_was():
    before = torch.random.get_rng_state()
    with seeded(3):
        one = nn.Linear(4, 4)
        with seeded(5):  # blocks may stand in one another
            nn.Linear(4, 4)
        two_ = nn.Linear(4, 4)
    with seeded(3):
        assert torch.equal(nn.Linear(4, 4).weight, one.weight)
        assert torch.equal(nn.Linear(4, 4).weight, two_.weight)
    assert torch.equal(torch.random.get_rng_state(), before)
