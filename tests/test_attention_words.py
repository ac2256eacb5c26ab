"""Words and Cause: what travels is what the network did; what cannot run gets a sentence."""

import base64
import json
from functools import partial

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.app import painter, prompts
from explorer.app.attending import causes, prompted
from explorer.app.engine import Engine
from explorer.app.tabs import attention as tab
from explorer.denoisers import paired
from explorer.models import intervene, zoo
from explorer.models.attention import record_attention
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig
from explorer.samplers import dpmpp_2m

PROMPT = "a red one on black"
LONG = " ".join(["red"] * 24)


SMALL = TextUNetConfig(channels=(16, 32, 32), head_dim=16, emb_dim=32, context_dim=32)


def random(cfg: TextUNetConfig) -> TextUNet:
    torch.manual_seed(0)
    net = TextUNet(cfg).eval().requires_grad_(False)
    for parameter in net.parameters():
        if not parameter.any():  # what starts at zero would hide every change
            torch.nn.init.normal_(parameter, std=0.1)
    net.card = zoo.Card("random", "text-unet", {}, {}, {})
    return net


@pytest.fixture(scope="module")
def networks() -> tuple[TextUNet, VAE]:
    return random(SMALL), VAE(VAEConfig(widths=(16, 16, 16))).eval().requires_grad_(False)


@pytest.fixture(autouse=True)
def here(networks, monkeypatch):
    """Put networks with random weights behind the tab, and start with no answers kept."""
    engine = Engine(networks[0])
    monkeypatch.setattr(painter, "engine", lambda: engine)
    monkeypatch.setattr(painter, "vae", lambda: networks[1])
    kept = (prompted.payload.kept.clear, causes.payload.kept.clear, causes.labels.cache_clear)
    for forget in kept:
        forget()
    yield
    for forget in kept:
        forget()


def network(net, x, angle, context):
    return net(x, angle, context)


# --- Words ---------------------------------------------------------------------------------------


def test_recorded_maps_are_those_of_the_conditional_half_at_their_step(networks):
    net, _ = networks
    run = prompted.record(PROMPT, 3)
    assert run.words == PROMPT.split()
    told = net.told(PROMPT)
    for i in (0, len(run.steps) - 1):
        step = run.steps[i]
        with record_attention(net) as looks:
            net(step.x, torch.tensor([step.level.angle]).float(), told)
        for name, p in run.maps.items():
            assert (p[i] - looks[name][0][0, ..., :5]).abs().max() < 1e-5
            assert (p[i].sum(-1) - 1).abs().max() < 1e-5


def test_recording_does_not_change_the_run(networks):
    net, _ = networks
    context, null = net.told(PROMPT, "").split(1)
    denoise = paired(partial(network, net), context, null, prompted.SCALE)
    plain = list(dpmpp_2m(denoise, painter.noise([3]), prompted.walk()))
    run = prompted.record(PROMPT, 3)
    assert all(torch.equal(step.x, plain[step.index].x) for step in run.steps)


def test_every_layer_is_there_with_every_step_of_a_usual_prompt():
    sent = prompted.payload(PROMPT, 0)
    assert [layer["label"] for layer in sent["layers"]] == list(tab.LAYERS)
    assert len(sent["positions"]) == prompted.STEPS
    assert sent["layers"][sent["usual"]]["label"] == "up 16×16"
    for layer in sent["layers"]:
        shape = (20, layer["heads"], layer["side"] ** 2)
        peaks = np.frombuffer(base64.b64decode(layer["peaks"]), np.float32).reshape(shape)
        rows = np.frombuffer(base64.b64decode(layer["rows"]), np.uint8).reshape(*shape, 5)
        p = (rows / 255.0) ** 2 * peaks[..., None]
        assert np.abs(p.sum(-1) - 1).max() < 0.01


@pytest.mark.parametrize("prompt", [prompts.FIRST, LONG, ""])
def test_a_run_of_the_whole_network_travels_in_at_most_1_5_megabytes(prompt, monkeypatch):
    engine = Engine(random(TextUNetConfig()))
    monkeypatch.setattr(painter, "engine", lambda: engine)
    sent = prompted.payload(prompt, 0)
    assert len(json.dumps(sent)) <= 1_500_000
    assert sent["positions"][0] == "step 1 of 20" and sent["positions"][-1] == "step 20 of 20"


def test_the_empty_prompt_is_the_unconditional_model_and_says_so():
    sent = tab.words("  ", 0)
    assert sent["words"] == [prompted.NOBODY] and sent["note"] == prompts.EMPTY
    run = prompted.record("", 0)
    assert all(bool((p == 1).all()) for p in run.maps.values())
    assert tab.words(PROMPT, 0)["note"] == ""


def test_the_tab_opens_with_the_word_of_a_digit():
    assert prompted.telling(["a", "red", "one", "on", "black"]) == 2
    assert prompted.telling(["red", "on", "black"]) == 0
    assert prompted.telling(["a", "number", "7"]) == 2


def test_about_says_what_was_run():
    about = tab.words(PROMPT, 42)["about"]
    for fact in ("random", "seed 42", "20 NFE", "DPM++ 2M", "linear", "karras", "scale 3", "x̂₀"):
        assert fact in about


@pytest.mark.parametrize(
    ("prompt", "seed", "sentence"),
    [
        ("a crimsom one", 0, "does not know “crimsom”"),
        ("a redd one", 0, r"did you mean red"),
        (LONG + " red", 0, "has 25 words; use at most 24"),
        ("word " * 1000, 0, "has 1,000 words"),
        ("<b>red</b>", 0, "less-than sign"),
        ("red\x00one", 0, "a control character"),
        (None, 0, "The prompt must be text"),
        (["red"], 0, "The prompt must be text"),
        (PROMPT, -1, "Seed must be a whole number from 0 to 9999"),
        (PROMPT, float("nan"), "Seed must be a whole number from 0 to 9999"),
        (PROMPT, True, "Seed must be a whole number"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_nothing_is_run(prompt, seed, sentence):
    with pytest.raises(gr.Error, match=sentence):
        tab.words(prompt, seed)
    with pytest.raises(gr.Error, match=sentence):
        tab.cause(prompt, seed, "silence each word", tab.LAYERS[0], *tab.SWAP)
    assert not prompted.payload.kept and not causes.payload.kept


def test_without_the_weights_the_tab_says_which_file_is_missing(monkeypatch):
    def missing():
        raise zoo.ZooError("scenes.safetensors is not there: run explorer train scenes.")

    monkeypatch.setattr(painter, "engine", missing)
    for sent in (
        tab.words(PROMPT, 0),
        tab.cause(PROMPT, 0, "silence each word", tab.LAYERS[0], *tab.SWAP),
    ):
        assert sent == {"missing": "scenes.safetensors is not there: run explorer train scenes."}


def test_nothing_changed_is_the_intact_run_and_the_intact_run_is_the_one_of_words():
    """All rows of a batch are the usual run where nothing is changed in them."""
    found = causes.runs(PROMPT, [causes.Variant("nothing", PROMPT)] * 2, 3)
    run = prompted.record(PROMPT, 3)
    assert (found[:, 0] - found[:, 1]).abs().max() < 1e-4  # of values up to 3, after 20 steps
    alone = torch.cat([step.x0_hat for step in run.steps])
    assert (found[:, 0] - alone).abs().max() < 1e-3


def test_each_word_layer_and_head_silenced_gives_another_picture(networks):
    for variants in (
        causes.words(PROMPT),
        causes.layers(PROMPT),
        causes.heads(PROMPT, next(iter(intervene.heads(networks[0])))),
    ):
        found = causes.runs(PROMPT, variants, 3)[-1]
        apart = (found[1:] - found[0]).abs().flatten(1).amax(1)
        assert len(apart) == len(variants) and bool((apart > 1e-4).all())
    assert not any(m._forward_hooks for m in networks[0].modules())


def test_a_swap_with_all_maps_kept_differs_from_one_with_none_and_the_same_word_does_nothing():
    variants = causes.swap(PROMPT, "red", "blue")
    assert {variant.prompt for variant in variants} == {"a blue one on black"}
    assert [variant.calls for variant in variants] == [0, 4, 8, 12, 16, 20]
    found = causes.runs(PROMPT, variants, 3)[-1]
    assert (found[-1] - found[1]).abs().max() > 1e-4
    same = causes.runs(PROMPT, causes.swap(PROMPT, "red", "red"), 3)
    assert (same - same[:, :1]).abs().max() < 1e-5


def test_the_answer_holds_every_run_with_its_reading_in_little_space():
    sent = tab.cause(PROMPT, 0, "silence each word", tab.LAYERS[0], *tab.SWAP)
    assert [run["label"] for run in sent["runs"]][:2] == ["intact", "without “a”"]
    assert len(sent["runs"]) == 6 and sent["runs"][0]["apart"] == 0
    assert 1 <= sent["start"] < len(sent["runs"])
    size = len(sent["positions"]) * 64 * 64 * 3
    for run in sent["runs"]:
        assert len(base64.b64decode(run["frames"])) == size
        assert "on " in run["reads"]
    assert (
        len(json.dumps(tab.cause(LONG, 0, "silence each word", tab.LAYERS[0], *tab.SWAP)))
        <= 1_500_000
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            ("everything", tab.LAYERS[0], "red", "blue"),
            "What to change must be one of silence each word",
        ),
        (
            ("silence each head of a layer", "up 99×99", "red", "blue"),
            "The layer must be one of down 16×16",
        ),
        (("swap a word", tab.LAYERS[0], "green", "blue"), "no word “green” to swap"),
        (("swap a word", tab.LAYERS[0], "red", "dark blue"), "does not know “dark”"),
        (("swap a word", tab.LAYERS[0], "red", "large blue"), "the same number of words"),
        (("swap a word", tab.LAYERS[0], "", "blue"), "must be one word"),
        (("swap a word", tab.LAYERS[0], "red", None), "The word for it must be text"),
    ],
)
def test_a_change_that_cannot_be_made_gets_a_sentence(values, sentence):
    with pytest.raises(gr.Error, match=sentence):
        tab.cause(PROMPT, 0, *values)


def test_the_empty_prompt_has_no_word_to_silence():
    with pytest.raises(gr.Error, match="there is no word to silence"):
        tab.cause("", 0, "silence each word", tab.LAYERS[0], *tab.SWAP)


def test_between_two_calls_of_a_changed_run_others_go_through_untouched(networks):
    """Hooks are there only while the network is held alone."""
    net, _ = networks
    x, angle, told = painter.noise([1]), torch.tensor([0.5]), net.told(PROMPT)
    plain = net(x, angle, told)
    seen = []
    real = painter.engine().alone

    def alone():
        seen.append((net(x, angle, told) - plain).abs().max().item())
        return real()

    painter.engine().alone = alone
    causes.runs(PROMPT, causes.words(PROMPT)[:1], 0)
    assert len(seen) == 20 and max(seen) == 0
