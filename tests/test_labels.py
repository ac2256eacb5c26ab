"""The app with a model of one's own: its classes in the controls, and what it cannot do said."""

from types import SimpleNamespace

import gradio as gr
import pytest
import torch

from explorer.app import classes, controls, labels, studio
from explorer.app.attending import pixels
from explorer.app.guiding import answers as guided
from explorer.app.guiding import asked as guiding
from explorer.app.racing import answers, films, quality, words
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig

SMALL = dict(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)
KINDS = {
    "shapes": (UNetConfig(3, 32, classes=3, **SMALL), {"classes": ["circles", "squares", "<b>"]}),
    "rings": (UNetConfig(1, 33, classes=0, **SMALL), {}),
}


@pytest.fixture(params=KINDS)
def own(request, tmp_path, monkeypatch):
    """The app's model is an untrained one in colour with three classes, or of 33 greys without."""
    config, facts = KINDS[request.param]
    torch.manual_seed(0)
    net = UNet(config)
    torch.nn.init.normal_(net.leave.weight, std=0.1)
    path = tmp_path / f"{request.param}.safetensors"
    zoo.save(path, net, kind="unet", config=config, extra=facts)
    monkeypatch.setattr(labels, "_now", labels.Labels())
    monkeypatch.setattr(studio, "_engine", None)
    monkeypatch.setattr(studio, "_name", "mnist")
    studio.use(str(path))
    kept = [answer.kept for answer in (answers.run, answers.film, guided.strip, pixels.payload)]
    for answers_of_others in kept:
        answers_of_others.clear()
    yield request.param
    for answers_of_this in kept:
        answers_of_this.clear()


def test_the_model_that_ships_is_one_of_digits():
    assert labels.Labels().digits and labels.Labels().word == "Digit"
    assert labels.Labels().values == controls.DIGITS


def test_pictures_of_the_size_of_digits_need_not_be_digits():
    config = SimpleNamespace(classes=10, image_channels=1, image_size=28)
    net = SimpleNamespace(cfg=config, card=SimpleNamespace(facts={}))
    assert studio.draws_digits(SimpleNamespace(net=net))
    net.card.facts["classes"] = ["T-shirt", "trouser", *"abcdefgh"]
    assert not studio.draws_digits(SimpleNamespace(net=net))


@pytest.mark.parametrize("facts", [{}, {"classes": ["a"]}, {"classes": "abc"}, {"classes": [1, 2]}])
def test_classes_without_good_names_have_numbers(monkeypatch, facts):
    monkeypatch.setattr(labels, "_now", labels.Labels())
    labels.use(SimpleNamespace(classes=2, image_channels=1, image_size=28), facts)
    assert labels.now().names == ("0", "1") and not labels.now().digits


def test_controls_offer_the_models_classes_by_name(own):
    with gr.Blocks():
        digit, _, _ = controls.digit_and_seed((*controls.DIGITS, "none"))
    values = [value for _, value in digit.choices]
    assert digit.value in values and digit.label == "Class"
    assert values == (["0", "1", "2", "none"] if own == "shapes" else ["none"])
    for value in values:
        assert classes.checked("Class", value, also=["none"]) == value
    with pytest.raises(gr.Error, match="Class must be one of"):
        classes.checked("Class", "7", also=["none"])


def test_many_classes_fold_into_a_list(monkeypatch):
    monkeypatch.setattr(labels, "_now", labels.Labels(tuple(map(str, range(50)))))
    with gr.Blocks():
        assert isinstance(classes.choice(), gr.Dropdown)


def test_a_name_is_escaped_where_it_becomes_html(own):
    if own == "shapes":
        assert classes.told(2) == "Class &lt;b&gt;"
    assert classes.told(None) == "No label"


def test_the_race_runs_on_what_the_controls_open_with(own):
    asked = answers.check(classes.opening(), 0, 4, "linear", 2.0, "ddim/trailing")
    film, facts, _ = answers.film(asked)
    side, channels = (32, 3) if own == "shapes" else (33, 1)
    assert film["tracks"][0]["shape"][1:] == [side, side, channels]
    assert ("Class circles" if own == "shapes" else "No label") in facts
    runs, _ = answers.run(asked)
    paths = films.paths(runs, 4)
    assert paths["digits"]["points"] == [] and paths["dimensions"] == channels * side**2


def test_quality_says_that_its_judge_reads_digits_only(own):
    with pytest.raises(zoo.ZooError, match="judge of quality reads handwritten digits"):
        next(quality.measure([], 50))
    assert words.NO_JUDGE.endswith("here.")


def test_guidance_runs_by_class_and_says_where_there_is_none(own):
    if own == "rings":
        with pytest.raises(gr.Error, match="trained without classes"):
            guiding.check("mnist", "none", "", 0, 4, "linear", "trailing", "ddim")
        return
    assert guiding.opening() == "mnist"
    asked = guiding.check("mnist", "1", "", 0, 4, "linear", "trailing", "ddim")
    film, _, facts = guided.strip(asked, (0.0, 1.0, 2.0))
    assert film["tracks"][0]["shape"][1:] == [32, 32, 3] and "Class squares" in facts


def test_pixels_shows_where_a_model_of_any_size_looks(own):
    shown = pixels.show(classes.opening("3"), 0, 4)
    assert shown["size"] == (32 if own == "shapes" else 33)
    assert shown["subject"] == "the bright part"
    assert ("class circles" if own == "shapes" else "no label") in shown["about"]


def test_what_is_about_digits_runs_on_the_model_that_ships(own):
    assert studio.digits().net.card.name == "mnist"
    assert studio.engine().net.card.name == own
