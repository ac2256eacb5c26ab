"""A small random network in the place of the trained one, for the tests of the Samplers tab."""

import pytest
import torch

from explorer.app import studio
from explorer.app.racing import answer, answers, entrants, race
from explorer.app.tabs import samplers
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig

TINY = UNetConfig(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)
SIX = entrants.text(entrants.DEFAULT)
RACE = dict(digit="7", seed=0, budget=6, schedule="linear", scale=2, chosen=SIX, own="")
CACHES = (answers.film, answers.run, answers.three_ways, answers.reruns)
CACHES += (answers.paths, answers._gaps, answer._converged)


def six(budget: int, schedule: str = "linear", spacing: str = "trailing") -> list[race.Entrant]:
    return race.field(entrants.all_on(spacing), schedule, budget)


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """A small random network in the place of the trained one: its runs take no time."""
    torch.manual_seed(0)
    net = UNet(TINY)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    zoo.save(path, net, kind="unet", config=TINY)
    before = studio._engine, studio._name
    studio.use(str(path))
    forget()
    yield
    studio._engine, studio._name = before
    forget()


def forget() -> None:
    """What another network answered, in a file that ran here before, is not this one's."""
    for handler in CACHES:
        handler.kept.clear()


def race_of(**asked) -> tuple:
    return samplers.race(*asked.values())
