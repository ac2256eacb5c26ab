"""Calls that share a batch get what they would have got alone."""

import subprocess
import sys

import torch

from explorer.app.engine import Engine
from explorer.denoisers import from_network, paired
from explorer.models.unet import UNet, UNetConfig
from explorer.samplers import ddim
from explorer.schedules import cosine, levels

SMALL = UNetConfig(image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)


def small_net() -> UNet:
    torch.manual_seed(0)
    net = UNet(SMALL).double().eval()
    for parameter in net.parameters():  # the zeroed layers too: a net of zeros would prove nothing
        torch.nn.init.normal_(parameter, std=0.1)
    return net


def final(network, net: UNet, label: int, scale: float) -> torch.Tensor:
    x = torch.randn(1, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(label))
    context = net.embed(torch.tensor([label])).detach()
    denoise = paired(network, context, net.null_context(1).detach(), scale)
    *_, last = ddim(denoise, x, levels(cosine(), 5))
    return last.x


def test_runs_side_by_side_share_calls_and_change_nothing():
    net = small_net()
    engine = Engine(net)
    jobs = [lambda label=label: final(engine, net, label, 2.0) for label in range(6)]
    together = torch.cat(engine.together(jobs))
    alone = torch.cat([final(net, net, label, 2.0) for label in range(6)])
    assert (together - alone).abs().max() < 1e-12
    assert engine.calls < 6 * 5  # without sharing it would be 30


def test_an_error_reaches_its_caller_and_the_engine_goes_on():
    net = small_net()
    engine = Engine(net)
    good = net.null_context(1).detach()
    x, angle = torch.zeros(1, 1, 8, 8, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    try:
        engine(x, angle, good[:, :, :3])  # a context too narrow
    except RuntimeError:
        pass
    else:
        raise AssertionError("a wrong context was accepted")
    assert torch.equal(engine(x, angle, good), net(x, angle, good))


def test_network_has_the_engine_to_itself_inside_alone():
    net = small_net()
    engine = Engine(net)
    denoise = from_network(engine, context=net.null_context(1).detach())
    with engine.alone() as bare:
        assert bare is net
    x = torch.zeros(1, 1, 8, 8, dtype=torch.float64)
    assert denoise(x, cosine()(500)).shape == x.shape


CLAIMED = """
import threading, torch
from explorer.app import engine
torch.set_num_threads(3)
engine.claim()
found = [engine.compute(torch.get_num_threads), torch.get_num_threads()]
other = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
other.start(), other.join()
print(found, engine.compute(torch.get_num_threads))
"""


def test_the_engines_thread_has_all_cores_and_every_other_one_of_them():
    said = subprocess.run([sys.executable, "-c", CLAIMED], capture_output=True, text=True)
    assert said.stdout.split("\n")[0] == "[3, 1, 1] 3", said.stderr
