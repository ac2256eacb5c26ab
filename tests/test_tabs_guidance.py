"""Guidance: what its chapters show is what the theory says, of both models; and they refuse."""

import base64
import inspect
import json
import math

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.app import painter, prompts, studio
from explorer.app.engine import Engine
from explorer.app.guiding import answers, films, runs, subject, words
from explorer.app.guiding.asked import Asked, check, interval_of, opening, scales_of
from explorer.app.racing import race
from explorer.app.tabs import guidance
from explorer.denoisers import guide
from explorer.figures import palette
from explorer.figures.maps import diverging
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import UNet, UNetConfig
from explorer.models.vae import VAE, VAEConfig

SMALL = dict(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)
TINY = {
    "unet": (UNet, UNetConfig(**SMALL)),
    "text-unet": (TextUNet, TextUNetConfig(**SMALL, context_dim=16)),
    "vae": (VAE, VAEConfig(widths=(8, 8, 8))),
}
PROMPT = "a red one left of a blue seven"
DIGIT = Asked("mnist", "7", 0, 4, "cosine", "ddim", "trailing")
SCENE = Asked("scenes", PROMPT, 0, 4, "linear", "dpmpp_2m", "karras")
BOTH = pytest.mark.parametrize("asked", [DIGIT, SCENE], ids=["mnist", "scenes"])
CACHES = (answers.strip, answers.parts, answers.crowd, answers.changed)
SHARED = dict(model="scenes", digit="7", prompt=PROMPT, seed=0, steps=4, schedule="linear",
              spacing="trailing", sampler="dpmpp_2m")  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """Small random networks in the place of the trained ones: their runs take no time."""
    torch.manual_seed(0)
    folder, paths = tmp_path_factory.mktemp("models"), {}
    for kind, (make, config) in TINY.items():
        net = make(config)
        for parameter in net.parameters():  # the zeroed layers too
            torch.nn.init.normal_(parameter, std=0.3 if kind == "vae" else 0.1)
        paths[kind] = folder / f"{kind}.safetensors"
        zoo.save(paths[kind], net, kind=kind, config=config)
    before = studio._engine, studio._name, painter._engine, painter._vae
    studio.use(str(paths["unet"]))
    engine, vae = Engine(zoo.load(paths["text-unet"])), zoo.load(paths["vae"])
    painter._engine, painter._vae = lambda: engine, lambda: vae
    yield
    studio._engine, studio._name, painter._engine, painter._vae = before
    for answer in CACHES:
        answer.kept.clear()


def decoded(track: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(track["frames"]), np.uint8).reshape(track["shape"])


# --- runs --------------------------------------------------------------------------------------


@BOTH
def test_what_is_shown_of_a_step_adds_up_to_the_guided_prediction(asked):
    scales = (-1.0, 0.0, 1.0, 5.0)
    result = runs.strip(subject.of(asked.model), asked, [0] * 4, scales)
    for reference, conditional, step in zip(
        result.unconditional, result.conditional, result.steps[:-1], strict=True
    ):
        mixed = guide(reference, conditional, torch.tensor(scales))
        assert (mixed - step.x0_hat).abs().max() < 1e-4
        assert torch.allclose(reference[1], step.x0_hat[1], atol=1e-5)  # scale 0
        assert torch.allclose(conditional[2], step.x0_hat[2], atol=1e-5)  # scale 1
    assert (result.guesses[-1, 0] - result.guesses[-1, 3]).abs().max() > 1e-3


def test_a_row_of_the_strip_is_the_run_with_that_scale_alone():
    row = runs.strip(subject.of("mnist"), DIGIT, [5] * 3, (0.0, 1.0, 3.0))
    entrant = race.Entrant("ddim", "trailing", runs.grid(DIGIT))
    alone = race.run([entrant], race.Start(7, 5, 3.0))[0]
    assert (row.steps[-1].x[2:] - alone.picture).abs().max() < 1e-4


@BOTH
def test_a_strip_is_one_network_call_a_step(asked):
    model = subject.of(asked.model)
    before = model.engine.calls
    runs.strip(model, asked, [0] * 5, (0.0, 1.0, 2.0, 3.0, 4.0))
    assert model.engine.calls - before == asked.steps


@BOTH
def test_changes_stand_beside_plain_guidance_and_share_its_batches(asked):
    model = subject.of(asked.model)
    other = "1" if asked.model == "mnist" else "a green four"
    change = runs.Change(other, 0.3, 8.0, 0.7)
    assert list(change.alone()) == ["negative", "interval", "rescale", "together"]
    before = model.engine.calls
    plain, same, *rest = runs.side_by_side(
        model, asked, 4.0, [runs.Change(), runs.Change(), *change.alone().values()]
    )
    assert model.engine.calls - before < 6 * asked.steps
    strip = runs.strip(model, asked, [asked.seed], (4.0,))
    assert (plain[-1].x - strip.steps[-1].x).abs().max() < 1e-4
    assert (plain[-1].x - same[-1].x).abs().max() < 1e-5
    for steps in rest:
        assert (plain[-1].x - steps[-1].x).abs().max() > 1e-4


def test_a_change_that_does_nothing_is_no_column():
    assert runs.Change().alone() == {}
    assert list(runs.Change(phi=0.5).alone()) == ["rescale"]
    assert list(runs.Change(low=0.1).alone()) == ["interval"]


@BOTH
def test_an_interval_that_no_step_lies_in_is_the_conditional_run(asked):
    model = subject.of(asked.model)
    (never,) = runs.side_by_side(model, asked, 9.0, [runs.Change(low=1e6)])
    strip = runs.strip(model, asked, [asked.seed], (1.0,))
    assert (never[-1].x - strip.steps[-1].x).abs().max() < 1e-4
    assert runs.guided_steps(runs.grid(asked), runs.Change(low=1e6)) == 0
    assert runs.guided_steps(runs.grid(asked), runs.Change()) == asked.steps


def test_saturation_counts_what_the_screen_cuts_by_more_than_it_can_show():
    pictures = torch.tensor([[-1.0, 1.0, 1.01, -1.03], [2.0, 0.0, 0.0, 0.0]]).reshape(2, 1, 2, 2)
    assert runs.saturation(pictures).tolist() == [0.25, 0.25]
    assert runs.saturation(torch.zeros(3, 2, 1, 2, 2)).shape == (3, 2)
    assert runs.spread(3 * torch.randn(2, 4, 64, 64)).tolist() == pytest.approx([3, 3], rel=0.05)


# --- films -------------------------------------------------------------------------------------


def test_apart_is_0_for_copies_and_counts_pairs():
    one = torch.zeros(1, 1, 2, 2)
    assert films.apart(one.expand(4, 1, 2, 2)) == 0
    assert films.apart(torch.cat([one, one + 1])) == pytest.approx(1)


def test_difference_is_drawn_on_a_fixed_scale_that_is_neutral_at_0():
    colours = diverging(np.array([[[-2.0, -1.0, 0.0, 1.0]]]), span=1)[0, 0]
    low, middle, high = (tuple(bytes.fromhex(c[1:])) for c in palette.DIVERGING)
    assert [tuple(c) for c in colours] == [low, low, middle, high]
    apart = torch.tensor([-2.0, 0.0, 2.0, 9.0]).reshape(1, 1, 2, 2)
    coloured = films.difference(apart.repeat(1, 3, 1, 1))
    assert coloured[0].tolist() == [[[0] * 3, [128] * 3], [[255] * 3, [255] * 3]]


def test_the_strip_sends_a_frame_a_step_and_the_meter_the_same_steps():
    film, meter, facts = answers.strip(SCENE, (0.0, 1.0, 4.0))
    assert [t["name"] for t in film["tracks"]] == ["scale 0", "scale 1", "scale 4"]
    assert all(t["shape"] == [4, 64, 64, 3] for t in film["tracks"])
    assert meter["latent"] and meter["scales"] == [0, 1, 4]
    for key in ("saturation", "spread"):
        assert [len(values) for values in meter[key]] == [4, 4, 4]
    share = meter["saturation"][2][-1]
    assert film["tracks"][2]["notes"][-1] == f"{films.percent(share)} % cut"
    assert "4</dd>" in facts and "8</dd>" in facts and PROMPT in facts
    json.dumps([film, meter])
    assert not answers.strip(DIGIT, (0.0, 1.0, 4.0))[1]["latent"]


def test_scenes_are_taken_apart_in_pictures_and_in_the_latent():
    film, facts = answers.parts(SCENE, 1.0)
    names = [track["name"] for track in film["tracks"]]
    assert names == ["x̂_uncond", "x̂_cond", "difference", "in the latent", "x̂"]
    assert [track["shape"][1] for track in film["tracks"]] == [64, 64, 64, 16, 64]
    assert np.array_equal(decoded(film["tracks"][1]), decoded(film["tracks"][4]))  # scale 1
    assert "scale 1" in facts
    assert len(answers.parts(DIGIT, 3.0)[0]["tracks"]) == 4


def test_the_grid_has_a_column_a_scale_and_a_picture_a_seed():
    film, said = answers.crowd(SCENE, (0.0, 1.0, 4.0))
    height = answers.CROWD * (64 + films.GAP) - films.GAP
    assert [t["shape"][1:] for t in film["tracks"]] == [[height, 64, 3]] * 3
    assert len(film["positions"]) == films.MOST_POSITIONS
    assert film["positions"][-1] == f"NFE {answers.CROWD_STEPS}, result"
    assert "seeds 0 to 3" in said
    film, _ = answers.crowd(DIGIT, (0.0, 1.0, 4.0))
    assert len(film["positions"]) == answers.CROWD_STEPS


def test_an_empty_prompt_is_the_unconditional_model_and_says_so():
    empty = Asked("scenes", "", 0, 4, "linear", "dpmpp_2m", "karras")
    film, _, facts = answers.strip(empty, (0.0, 1.0, 8.0))
    assert prompts.EMPTY in facts
    first, *others = (decoded(track).astype(int) for track in film["tracks"])
    assert all(abs(first - other).max() <= 1 for other in others)


@BOTH
def test_pushing_away_from_what_is_asked_leaves_the_conditional_run(asked):
    model = subject.of(asked.model)
    plain, pushed = runs.side_by_side(model, asked, 6.0, [runs.Change(), runs.Change(asked.told)])
    conditional = runs.strip(model, asked, [asked.seed], (1.0,)).steps[-1].x
    assert (pushed[-1].x - conditional).abs().max() < 1e-4
    assert (plain[-1].x - conditional).abs().max() > 1e-3


def test_changes_travel_with_their_captions_and_their_numbers():
    film, interval, facts = answers.changed(SCENE, 6.0, "a green four", 0.0, 8.0, 0.0)
    captions = [(track["name"], track["caption"]) for track in film["tracks"]]
    assert captions == [
        ("plain", "guided everywhere"),
        ("negative", "away from a green four"),
        ("interval", "σ/α 0 to 8"),
        ("all together", ""),
    ]
    guided = sum(ratio <= 8 for ratio in interval["ratios"])
    assert 0 < guided < 4 and f"<td>{4 + guided}</td>" in facts and "<td>8</td>" in facts
    json.dumps([film, interval], allow_nan=False)


def test_zero_snr_has_an_infinite_level_that_travels_as_null():
    asked = Asked("mnist", "7", 0, 4, "zero_snr", "ddim", "trailing")
    _, interval, facts = answers.changed(asked, 4.0, "", 0.0, math.inf, 0.0)
    assert interval["ratios"][0] is None and interval["ratios"][1] > interval["ratios"][2]
    assert "Nothing is changed" in facts


# --- what is refused ---------------------------------------------------------------------------

HANDLERS = {
    guidance.run: dict(scales="0, 1, 4"),
    guidance.crowd: dict(scales="0, 1, 4"),
    guidance.apart: dict(scale=3),
    guidance.changed: dict(scale=3, negative_digit="1", negative="", interval="0.3, 8", phi=0.5),
}
BAD = {
    "model": ["cifar10", None, 3, ["mnist"]],
    "prompt": ["a blu seven", "a red\x00 one", "<img src=x onerror=alert(1)>", "red " * 1000,
               None, 3, ["a red one"]],
    "seed": [math.nan, math.inf, -1, 1e300, 2.5, True, None, [1], "0"],
    "steps": [0, 3, 41, math.nan, 1e300, [20], None, "20"],
    "schedule": ["quadratic", None, 3, ["linear"]],
    "sampler": ["heun", None, 3],
    "scales": ["", "1", "0, 1", "1,1,1", "0,1,nan", "0,1,inf", "0,1,1e300", "a,b,c", "0,1,21",
               "-3,0,1", "0,1,2,3,4,5,6,7", None, 3, [0, 1, 2], "1," * 500, "<img>,1,2"],
    "scale": [math.nan, -3, 21, 1e300, math.inf, None, [2], "2"],
    "negative": ["a blu seven", "<b>", None, "red " * 1000],
    "interval": ["", "1", "5, 1", "-1, 5", "nan, 1", "1, nan", "inf, inf", "1, 2000", "<b>, 2",
                 None, [1, 2], "1, 2, 3", "1," * 500],
    "phi": [math.nan, -0.1, 1.1, None, "1"],
}  # fmt: skip
NAMES = {"model": "Model", "prompt": ("The prompt", "The model does not know"), "seed": "Seed",
         "steps": "Steps", "schedule": "Schedule", "sampler": "Sampler", "scales": "Scales",
         "scale": "Guidance scale", "negative": ("The negative prompt", "The model does not know"),
         "interval": "The interval", "phi": "Rescale φ"}  # fmt: skip
CASES = [
    pytest.param(handler, name, value, id=f"{handler.__name__}-{name}-{value!r:.20}")
    for handler, more in HANDLERS.items()
    for name in (*SHARED, *more)
    for value in BAD.get(name, ())
]


def asked_of(handler, **values) -> tuple:
    return handler(*(SHARED | HANDLERS[handler] | values).values())


@pytest.mark.parametrize(("handler", "name", "value"), CASES)
def test_a_bad_value_gets_a_sentence_and_nothing_is_run(handler, name, value):
    engines = subject.of("scenes").engine, subject.of("mnist").engine
    before = [engine.calls for engine in engines]
    with pytest.raises(gr.Error) as caught:
        asked_of(handler, **{name: value})
    sentence = str(caught.value.message)
    assert sentence.startswith(NAMES[name]) and sentence.endswith("Nothing was run.")
    assert len(sentence) < 330 and "<" not in sentence.replace("“<", "")
    assert [engine.calls for engine in engines] == before


@pytest.mark.parametrize("value", ["11", 7, None, ["7"], "<b>"])
def test_digits_are_checked_where_they_are_drawn(value):
    for name in ("digit", "negative_digit"):
        for model, refused in (("mnist", True), ("scenes", False)):
            values = {"model": model, name: value}
            if refused:
                with pytest.raises(gr.Error, match="igit must be one of"):
                    asked_of(guidance.changed, **values)
            else:
                assert asked_of(guidance.changed, **values)[0]["tracks"]


def test_a_hidden_prompt_does_not_stop_the_digits():
    assert check("mnist", "3", "gibberish", 0, 4, "linear", "leading", None).told == "3"
    asked = check("scenes", None, "A Red One.", 0, 4, "linear", None, "ddim")
    assert (asked.told, asked.sampler, asked.spacing) == ("a red one", "ddim", "trailing")


def test_unknown_words_are_named_with_the_nearest_known_ones():
    with pytest.raises(gr.Error) as caught:
        asked_of(guidance.run, prompt="a blu sevn")
    said = caught.value.message
    assert "“blu”" in said and "blue" in said and "“sevn”" in said and "seven" in said
    assert said.count("othing was run") == 1


def test_after_a_refusal_the_next_request_works():
    for handler in HANDLERS:
        with pytest.raises(gr.Error):
            asked_of(handler, seed=math.nan)
        assert asked_of(handler)[0]["tracks"]


def test_missing_weights_are_a_sentence_and_digits_open_first(monkeypatch, tmp_path):
    def missing():
        raise zoo.ZooError("There is no model 'scenes'.")

    monkeypatch.setattr(painter, "_engine", missing)
    with pytest.raises(gr.Error, match=r"no model 'scenes'\. Nothing was run"):
        asked_of(guidance.run, seed=77)
    monkeypatch.setattr("explorer.app.guiding.asked.ASSETS", tmp_path)
    assert opening() == "mnist"
    (tmp_path / "models").mkdir()
    for name in ("scenes", "scenes-vae"):
        (tmp_path / "models" / f"{name}.safetensors").touch()
    assert opening() == "scenes"


def test_scales_and_intervals_are_read_as_a_person_writes_them():
    assert scales_of("4, 0,−1,4.0") == (-1.0, 0.0, 4.0)
    assert interval_of("0.3, 8") == (0.3, 8.0)
    assert interval_of("0, inf") == (0.0, math.inf)


@pytest.mark.parametrize("sent", [None, {}, {"text": "a dog"}, {"text": 3}, ["x"]])
def test_only_examples_and_intervals_of_the_page_are_taken(sent):
    class Event:
        _data = sent

    with pytest.raises(gr.Error):
        guidance.example(Event())
    with pytest.raises(gr.Error):
        guidance.use_interval(Event())


def test_the_source_line_on_display_is_in_the_source():
    assert f"return {words.GUIDE}\n" in inspect.getsource(guide)


def test_what_a_person_typed_is_escaped_where_it_is_shown():
    told = words.quoted(Asked("scenes", "<img src=x onerror=alert(1)>"))
    assert "<" not in told
