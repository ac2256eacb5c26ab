"""The drawing of a network: what the browser needs of each block, and what it costs here."""

import torch

from explorer.app import engine as computing
from explorer.app.about import made, network
from explorer.app.code import unet as code
from explorer.app.inside import subjects, words
from explorer.app.inside.asked import Asked
from explorer.app.once import once
from explorer.models import anatomy


def drawing(which: str) -> dict:
    """A network as JSON: blocks in the order of their calls, skip connections, totals."""
    return _drawing(subjects.engine(which), which)


@once(4, stored=False)  # it measures this machine
def _drawing(_engine, which: str) -> dict:
    subject = subjects.of(which, Asked(digit=0))  # every other call takes as long
    of = network() if which == subjects.APP else repr(subject.name)
    with subject.engine.alone() as net:
        found = anatomy.anatomy(net)
        times = computing.compute(_times, net, subject)
    return {
        "which": which,
        "name": subject.name,
        "blocks": [_block(block, found, times) for block in found.blocks],
        "skips": [
            {"source": s.source, "target": s.target, "channels": s.channels} for s in found.skips
        ],
        "parameters": found.parameters,
        "flops": found.flops,
        "ms": times.whole,
        "about": _about(subject.name, found, times),
    } | made(f"network-{subject.name}", code.drawing(of), model=subject.name)


@torch.no_grad()
def _times(net, subject) -> anatomy.Times:
    return anatomy.times(net, (subject.xt, torch.tensor([Asked().angle]), subject.tell(net)))


def _block(block: anatomy.Block, found: anatomy.Anatomy, times: anatomy.Times) -> dict:
    ms = times.blocks.get(block.name, 0.0)
    return {
        "name": block.name,
        "title": words.title(block.name, block.kind),
        "short": words.SHORT.get(block.kind, block.kind),
        "does": words.does(block.name, block.kind),
        "kind": block.kind,
        "picture": block.given is not None and len(block.given) == 3,
        "taken": block.taken,
        "given": block.given,
        "within": block.within,
        "called": block.given is not None,
        "parameters": block.parameters,
        "flops": block.flops,
        "ms": ms,
        "shares": [
            block.parameters / found.parameters,
            block.flops / found.flops if block.within else 0.0,
            ms / times.whole,
        ],
    }


def _about(name: str, found: anatomy.Anatomy, times: anatomy.Times) -> str:
    return (
        f"Model {name}, read from its module tree: the {len(found.blocks)} blocks hold all of its "
        f"{found.parameters:,} parameters. Arithmetic of one call on one picture: multiplications "
        "and additions of convolutions and matrix products, a multiply-add counted as two. Time: "
        "the fastest of several here, block by block; the other "
        f"{100 * times.rest / times.whole:.0f} % joins skip connections, enlarges maps and calls "
        "the blocks."
    )
