"""The answers of the questions of Attention, computed."""

import json

import torch
from torch.nn import functional as F

from explorer.app import maps, painter, prompts
from explorer.app.attending import causes, prompted
from explorer.data.scenes import reading
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.trust import masses

from .answers import holds, text

SEEDS = range(2)


def as_floats(pictures) -> torch.Tensor:
    """(N, 64, 64, 3) of 0 to 255 -> (N, 3, 64, 64) in [-1, 1]."""
    return torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2) / 127.5 - 1


def box(ink: torch.Tensor) -> torch.Tensor:
    """The smallest rectangle that holds the ink, as 0 and 1."""
    rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
    filled = torch.zeros(ink.shape)
    filled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = 1
    return filled


def test_where_the_word_for_the_left_digit_is_looked_at():
    looks = {"left": 0.0, "right": 0.0, "ground": 0.0}
    for seed in SEEDS:
        run = prompted.record(prompts.FIRST, seed)
        word = run.maps[prompted.usual(run.maps)][..., run.words.index("one")]  # (S, heads, Q)
        picture = as_floats(run.pictures[-1:])[0]
        inks, places, _ = reading.parted((picture + 1) * 127.5, 2)
        boxes = {place: box(ink) for place, ink in zip(places, inks, strict=True)}
        boxes["ground"] = (boxes["left"] + boxes["right"] == 0).float()
        for place, where in boxes.items():
            inside, _ = masses(word, where)
            looks[place] += (inside.mean() / where.mean()).item() / len(SEEDS)
    most = max(looks, key=looks.get)
    options = {
        "left": "those of the left digit",
        "right": "those of the right digit",
        "ground": "those of the ground",
    }
    alike = min(looks.values()) > 0.8 * looks[most]
    holds("attention-words", "all of them alike" if alike else options[most])


def test_where_a_pixel_of_the_stroke_looks():
    near, along, ratio = [], [], []
    for digit in range(10):
        run = maps.record(digit, 0, 6)
        p = run.maps["up.1.attention.self_attention"][-1].mean(0)  # (Q, K) of the last step
        side = int(p.shape[0] ** 0.5)
        on = F.adaptive_avg_pool2d(run.steps[-1].x0_hat, side).flatten() > 0
        cells = torch.cartesian_prod(torch.arange(side), torch.arange(side)).float()
        close = torch.cdist(cells, cells, p=torch.inf) <= 1  # a pixel and its eight neighbours
        far = on & ~close
        # more than even attention has there
        near.append(((p - 1 / side**2) * close)[on].sum(1).mean().item())
        along.append(((p - 1 / side**2) * far)[on].sum(1).mean().item())
        ratio.append((p[on][:, on].sum(1).mean() / on.float().mean()).item())
    more = {"at its neighbours": sum(near) / 10, "along the digit, near and far": sum(along) / 10}
    most = max(more, key=more.get)
    holds("attention-pixels", most if more[most] > 0.05 else "at the whole picture evenly")
    assert "more than twice" in text("attention-pixels") and sum(ratio) / 10 > 2


def test_how_much_of_a_map_lies_in_the_box():
    table = json.loads((ASSETS / "models" / "scenes.trust.json").read_text("utf-8"))
    digit = table["kinds"]["digit"]
    holds("attention-trust", 100 * digit["share"])
    assert f"covers {100 * digit['area']:.0f} %" in text("attention-trust")
    assert 2.7 < digit["share"] / digit["area"] < 3 and digit["share"] < 0.5


def test_what_silencing_a_colour_does():
    judge = zoo.load("digit-classifier")
    kept = {"the same colour": 0, "grey": 0, "another colour": 0}
    for prompt, colour, count in ((prompts.FIRST, "red", 2), (prompts.EXAMPLES[1], "yellow", 1)):
        silenced = [causes.words(prompt)[prompted.words_of(prompt).index(colour)]]
        for seed in range(2):
            pictures = as_floats(painter.decoded(causes.runs(prompt, silenced, seed)[-1]))
            intact, without = (one.colours[0] for one in reading.read(pictures, [count] * 2, judge))
            assert intact == colour, "the intact run is as asked"
            changed = "grey" if without == "grey" else "another colour"
            kept["the same colour" if without == colour else changed] += 1
    holds("attention-cause", max(kept, key=kept.get))
