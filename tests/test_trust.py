"""How much of a word's attention lies on its digit: closed forms, and a tiny network that runs."""

import json
import math

import pytest
import torch

from explorer import trust, trust_table
from explorer.data.scenes import captions
from explorer.data.scenes.scene import Item, Scene
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig

PAIR = Scene((Item(3, "red", "left"), Item(7, "blue", "right")), "black")
ONE = Scene((Item(1, "green", "top left"),), "white")
SMALL = TextUNetConfig(
    channels=(16, 32), attention=(True, True), head_dim=8, emb_dim=16, context_dim=16
)


@pytest.fixture(scope="module")
def net() -> TextUNet:
    torch.manual_seed(0)
    made = TextUNet(SMALL).eval().requires_grad_(False)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return made


@pytest.fixture(scope="module")
def vae() -> VAE:
    torch.manual_seed(1)
    return VAE(VAEConfig()).eval().requires_grad_(False)


def picture(*rectangles: tuple[int, int, int, int]) -> torch.Tensor:
    """White (top, bottom, left, right) on black, (3, 64, 64)."""
    made = torch.full((3, 64, 64), -1.0)
    for top, bottom, left, right in rectangles:
        made[:, top:bottom, left:right] = 1
    return made


def test_words_belong_to_the_digits_they_name():
    said = captions.full(PAIR).split()
    found = {(said[w.place], w.item, w.kind) for w in trust.words([ONE, PAIR]) if w.prompt == 1}
    assert found == {
        ("three", 0, "digit"),
        ("red", 0, "colour"),
        ("seven", 1, "digit"),
        ("blue", 1, "colour"),
    }


def test_a_box_is_the_smallest_rectangle_around_the_ink():
    left, right = trust.boxes(picture((10, 30, 5, 20), (20, 50, 40, 60)), PAIR)
    assert left.sum() == 20 * 15 and left[10:30, 5:20].all()
    assert right.sum() == 30 * 20 and right[20:50, 40:60].all()


def test_pictures_without_ink_or_with_another_layout_have_no_box():
    assert trust.boxes(picture(), ONE) == "no ink"
    assert trust.boxes(picture((10, 12, 5, 10)), PAIR) == "no ink"
    assert trust.boxes(picture((5, 25, 20, 40), (40, 60, 20, 40)), PAIR) == "elsewhere"


def ratio(maps: torch.Tensor, box: torch.Tensor) -> float:
    inside, whole = trust.masses(maps, box)
    return float(inside / whole / box.mean())


@pytest.mark.parametrize("side", [4, 8, 16])
def test_even_attention_has_ratio_1_and_attention_all_inside_one_over_the_area(side):
    box = torch.zeros(64, 64)
    box[16:48, 0:16] = 1  # whole places at every side
    assert ratio(torch.full((side * side,), 0.3), box) == pytest.approx(1)
    within = torch.nn.functional.adaptive_avg_pool2d(box[None], side).flatten()
    assert ratio(within, box) == pytest.approx(1 / float(box.mean())) == pytest.approx(8)
    assert ratio(1 - within, box) == 0


def test_a_place_that_a_box_covers_half_counts_half():
    box = torch.zeros(64, 64)
    box[:8, :16] = 1  # half of the first place of 4 x 4
    maps = torch.zeros(16)
    maps[0] = 1
    assert ratio(maps, box) == pytest.approx(0.5 / (8 * 16 / 64**2))


def test_a_network_that_looks_evenly_has_ratio_1_everywhere(net, vae, monkeypatch):
    """With queries of zero all words are as likely everywhere: closed form, through a whole run."""
    even = TextUNet(SMALL).eval().requires_grad_(False)
    even.load_state_dict(net.state_dict())
    for name, module in even.named_modules():
        if name.endswith("cross_attention"):
            torch.nn.init.zeros_(module.q.weight)
    painted = [torch.zeros(64, 64), torch.zeros(64, 64)]
    painted[0][4:37, 5:22] = 1
    painted[1][9:60, 33:61] = 1
    monkeypatch.setattr(trust, "boxes", lambda picture, one: painted[: len(one.items)])
    found, skipped = trust.measure(even, vae, [PAIR, ONE], seed=0)
    assert len(found.words) == 6 and skipped == {"no ink": 0, "elsewhere": 0}
    table = trust_table.summary(found, trust_table.layers(even))
    for kind in trust.KINDS:
        figures = [table[kind]["shown"], *table[kind]["by_layer"].values()]
        figures += table[kind]["by_head"] + table[kind]["by_step"]
        assert all(one["ratio"] == pytest.approx(1, abs=1e-3) for one in figures)
        assert len(table[kind]["by_step"]) == trust.STEPS


def test_words_are_looked_at_where_they_stand_in_their_own_prompt(net, vae, monkeypatch):
    """The numbers of a batch are those of each prompt alone: rows and words are not mixed up."""
    box = torch.zeros(64, 64)
    box[8:40, 8:32] = 1
    monkeypatch.setattr(trust, "boxes", lambda picture, one: [box] * len(one.items))
    start = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(torch, "randn", lambda size, **_: start.expand(size))
    both, _ = trust.measure(net, vae, [ONE, PAIR], seed=0)
    alone, _ = trust.measure(net, vae, [PAIR], seed=0)
    rows = [r for r, word in enumerate(both.words) if word.prompt == 1]
    assert (both.inside[:, rows] - alone.inside).abs().max() < 1e-5
    assert (both.inside[:, rows] - both.inside[:, [0, 1]].repeat(1, 2, 1)).abs().max() > 1e-4


def test_words_of_one_prompt_are_one_observation():
    told = [trust.Word(p, 0, 0, "digit") for p in (0, 0, 1)]
    got = trust_table.mean_of(torch.tensor([1.0, 3.0, 4.0]), told)
    assert got["ratio"] == 3 and got["error"] == pytest.approx(math.sqrt(2) / math.sqrt(2))


def test_the_table_says_what_was_run_and_counts_what_was_left_out(net, vae, tmp_path, monkeypatch):
    box = torch.zeros(64, 64)
    box[8:40, 8:32] = 1
    monkeypatch.setattr(
        trust, "boxes", lambda p, one: [box] * 2 if len(one.items) == 2 else "no ink"
    )
    monkeypatch.setattr(trust_table, "BATCH", 3)
    told = []
    table = trust_table.evaluate(net, vae, tmp_path / "trust.json", n=4, tell=told.append)
    assert told == [3, 1]
    assert table == json.loads((tmp_path / "trust.json").read_text())
    assert table["prompts"] == 4 and table["skipped"] == {"no ink": 2, "elsewhere": 0}
    assert table["kinds"]["digit"]["words"] == 4
    assert table["shown"] == "up.1.attention.cross_attention"
    assert table["run"] == {"scale": 3.0, "steps": 20, "sampler": "dpmpp_2m", "spacing": "karras"}


def test_nothing_painted_is_a_sentence(net, vae, tmp_path, monkeypatch):
    monkeypatch.setattr(trust, "boxes", lambda picture, one: "no ink")
    with pytest.raises(ValueError, match="None of 2 pictures holds a digit's ink"):
        trust_table.evaluate(net, vae, tmp_path / "trust.json", n=2)
    assert not (tmp_path / "trust.json").exists()
