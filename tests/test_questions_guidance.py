"""The answers of the questions of Guidance, computed."""

import json

import torch

from explorer.app import prompts
from explorer.denoisers import from_halves, guide, halves
from explorer.guidance import rescale
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, linear

from .answers import holds, text

MODELS = ASSETS / "models"


def test_guidance_goes_on_past_the_told_prediction():
    reference, conditional = torch.tensor([0.2]), torch.tensor([0.5])
    holds("guidance-scale", guide(reference, conditional, 8.0).item())


@torch.no_grad()
def test_where_the_two_predictions_part():
    net, told, apart = zoo.load("scenes"), prompts.EXAMPLES, []
    ask = halves(net, net.told(*told), net.null_context(len(told)))

    def record(x, level):
        reference, conditional = ask(x, level)
        apart.append((conditional - reference).square().mean((1, 2, 3)).sqrt().mean().item())
        return reference, conditional

    rng = torch.Generator().manual_seed(0)
    start = torch.randn(len(told), net.cfg.image_channels, 16, 16, generator=rng)
    list(dpmpp_2m(from_halves(record, 3.0), start, levels(linear(), 20, "karras")))
    sixes = (slice(6), slice(7, 13), slice(14, 20))
    names = ("at the noisiest", "in the middle", "near the end")
    mean = {name: sum(apart[six]) / 6 for name, six in zip(names, sixes, strict=True)}
    alike = min(mean.values()) > 0.8 * max(mean.values())
    holds("guidance-apart", "at all alike" if alike else max(mean, key=mean.get))
    assert "By the tenth" in text("guidance-apart") and apart[9] < max(apart) / 2 < apart[7]


def test_what_a_scale_costs_in_variety():
    rows = json.loads((MODELS / "mnist.quality.json").read_text("utf-8"))["rows"]
    same = {"sampler": "ddim", "spacing": "trailing", "steps": 25, "n": 500}
    variety = {row["scale"]: row["diversity"] for row in rows if same.items() <= row.items()}
    holds("guidance-crowd", 100 * variety[8.0] / variety[1.0])


def test_which_change_gives_the_contrast_back():
    rng = torch.Generator().manual_seed(0)
    reference, other, conditional = torch.randn(3, 1, 1, 28, 28, generator=rng)
    conditional = reference + 0.5 * conditional
    plain = guide(reference, conditional, 6.0)
    guided = {
        "to guide only at some noise levels": plain,  # where it does guide, it is the same
        "to rescale the prediction": rescale(plain, conditional, 1.0),
        "to name what is not wanted": guide(other, conditional, 6.0),
    }
    assert plain.std() > 2 * conditional.std(), "the contrast is hard"
    off = {name: abs(x.std() / conditional.std() - 1).item() for name, x in guided.items()}
    back = min(off, key=off.get)
    assert off[back] < 1e-5 and sorted(off.values())[1] > 0.5
    holds("guidance-changed", back)


def test_how_many_captions_come_true():
    rows = json.loads((MODELS / "scenes.quality.json").read_text("utf-8"))["rows"]
    true = {row["scale"]: 100 * row["two digits"]["all"] for row in rows}
    holds("guidance-measured", true[3.0])
    said = text("guidance-measured")
    assert f"With scale 1, {true[1.0]:.0f} %" in said and f"{true[5.0]:.0f} % at scale 5" in said
    assert true[8.0] <= true[5.0]
    variety = {row["scale"]: row["diversity"] for row in rows}
    assert variety[1.0] > variety[3.0] > variety[8.0]
