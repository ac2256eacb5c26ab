"""Guidance: what cannot be asked gets a sentence, and nothing is run."""

import inspect
import math

import gradio as gr
import pytest

from explorer.app import painter
from explorer.app.guiding import subject, words
from explorer.app.guiding.asked import Asked, check, interval_of, opening, scales_of
from explorer.app.tabs import guidance
from explorer.denoisers import guide
from explorer.models import zoo

from .untrained import PROMPT, tiny  # noqa: F401

SHARED = dict(model="scenes", digit="7", prompt=PROMPT, seed=0, steps=4, schedule="linear",
              spacing="trailing", sampler="dpmpp_2m")  # fmt: skip
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
