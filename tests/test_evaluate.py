"""Measured quality: what the table says is what was drawn, and the shipped models keep to it."""

import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
import torch

from explorer import evaluate, measuring
from explorer.data.images import Images
from explorer.evaluate import Entry, draw, plan
from explorer.judge import Judge, Reference, in_turn
from explorer.metrics import accuracy, frechet_distance, moments
from explorer.models import zoo
from explorer.models.classifier import Classifier, ClassifierConfig
from explorer.models.unet import UNet, UNetConfig
from explorer.models.vae import VAE, VAEConfig
from explorer.samplers import SAMPLERS

NET = UNetConfig(
    image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8
)
ENTRY = Entry("ddim", "linear", "trailing", 3, 1.0, 40)


def noise_pictures(n: int, seed: int) -> Images:
    rng = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (n, 1, 8, 8), generator=rng, dtype=torch.uint8)
    return Images(pixels, torch.arange(n) % 10, tuple("0123456789"), "noise")


@pytest.fixture(scope="module")
def judge() -> Judge:
    torch.manual_seed(0)
    net = Classifier(ClassifierConfig(image_size=8, widths=(8, 8), features=4)).eval()
    return Judge(net, noise_pictures(300, 1), noise_pictures(200, 2))


@pytest.fixture(scope="module")
def net() -> UNet:
    torch.manual_seed(0)
    return UNet(NET).eval()


def test_a_row_counts_what_was_drawn(net, judge):
    drawn = list(draw(net, replace(ENTRY, n=130)))
    assert [len(x) for x, _ in drawn] == [125, 5]
    assert torch.cat([y for _, y in drawn]).bincount().tolist() == [13] * 10
    row = evaluate.measure(net, judge, ENTRY)
    assert row["nfe"] == 3 and row["frechet_real"] > 0
    exact = row["frechet"] / row["frechet_real"]  # of rounded numbers
    assert row["ratio"] == pytest.approx(exact, rel=0.05)


def test_real_pictures_are_closer_to_real_ones_than_blank_samples(net, judge):
    row = evaluate.measure(net, judge, replace(ENTRY, n=300))
    assert row["ratio"] > 2  # an untrained network draws nothing real


def test_real_pictures_come_with_classes_in_turn_like_the_drawn_ones():
    labels = torch.tensor([0] * 50 + [1] * 20 + [2] * 30)
    kept = in_turn(labels, 45)
    assert labels[kept].tolist() == [0, 1, 2] * 15
    assert len(kept.unique()) == 45


def test_a_real_figure_is_the_mean_over_disjoint_draws(judge):
    parts = judge.train[:160].split(40)
    each = [frechet_distance(part, judge.test) for part in parts]
    assert judge.real(40) == pytest.approx(sum(each) / 4)


def test_heun_is_charged_for_its_corrections():
    assert Entry("heun", "linear", "karras", 10, 1.0, 1).nfe == 19


def test_the_plan_holds_every_sampler_at_four_budgets_and_five_scales():
    rows = plan()
    for sampler in SAMPLERS:
        budgets = {e.nfe for e in rows if e.sampler == sampler and e.scale == 1.0}
        assert len({round(nfe, -1) for nfe in budgets}) >= 3
    assert len({e.scale for e in rows}) == 5


def test_a_measurement_that_was_cut_short_goes_on(net, judge, tmp_path):
    file = tmp_path / "table.json"
    first = evaluate.evaluate(net, judge, file, [ENTRY])
    told = []
    entries = [ENTRY, replace(ENTRY, scale=2.0)]
    evaluate.evaluate(net, judge, file, entries, told.append)
    table = json.loads(file.read_text())
    assert table["rows"][0] == first["rows"][0]  # kept: its measured seconds did not change
    assert [row["scale"] for row in table["rows"]] == [1.0, 2.0] == [row["scale"] for row in told]


def test_a_measurement_that_begins_anew_keeps_the_old_table_until_it_has_a_row(
    net, judge, tmp_path, monkeypatch
):
    file = tmp_path / "table.json"
    old = evaluate.evaluate(net, judge, file, [ENTRY, replace(ENTRY, scale=2.0)])
    with monkeypatch.context() as broken:
        broken.setattr(evaluate, "measure", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            evaluate.evaluate(net, judge, file, [ENTRY], resume=False)
    assert json.loads(file.read_text()) == old
    evaluate.evaluate(net, judge, file, [ENTRY], resume=False)
    assert len(json.loads(file.read_text())["rows"]) == 1


def test_a_small_set_is_compared_in_as_many_pictures_as_it_has(net, judge, tmp_path, monkeypatch):
    net.card = SimpleNamespace(name="tiny")
    monkeypatch.setattr(evaluate, "plan", lambda: [replace(ENTRY, n=2000)])
    table = measuring._table(net, judge, tmp_path / "t.json", None, resume=False)
    assert table["rows"][0]["n"] == len(judge.train) == 300
    with pytest.raises(ValueError, match="--samples is 400, but only 300 real"):
        measuring._table(net, judge, tmp_path / "t.json", 400, resume=False)


def test_a_table_lies_beside_the_weights_that_were_measured(tmp_path):
    config = VAEConfig(image_size=32, widths=(8, 8, 8))
    file = tmp_path / "scenes-vae.safetensors"  # called as the one that ships
    zoo.save(file, VAE(config), kind="vae", config=config)
    net = zoo.load(file, VAE)
    assert measuring._table_of(net, None) == tmp_path / "scenes-vae.quality.json"
    measuring._plainly(net, {"a number": 1}, measuring._table_of(net, None))
    assert "scenes-vae" in (tmp_path / "scenes-vae.md").read_text()


needs_models = pytest.mark.skipif(
    not {"mnist", "digit-classifier"} <= set(zoo.available()),
    reason="the models are not in assets/models: train them with explorer train",
)


@needs_models
def test_the_shipped_model_draws_the_digit_that_it_is_asked_for():
    net, judge = zoo.load("mnist"), zoo.load("digit-classifier")
    x, labels = next(draw(net, Entry("ddim", "linear", "trailing", 25, 1.0, 50)))
    with torch.no_grad():
        assert accuracy(judge(x), labels) >= 0.9  # 0.97 is 3 standard errors away


@needs_models
def test_the_shipped_table_holds_what_was_promised():
    rows = json.loads((zoo.MODELS / "mnist.quality.json").read_text())["rows"]

    def row(sampler: str, steps: int) -> dict:
        return next(r for r in rows if (r["sampler"], r["steps"], r["n"]) == (sampler, steps, 2000))

    headline = row("ddim", 25)
    assert headline["scale"] == 1.0
    assert headline["accuracy"] >= 0.97 and headline["ratio"] <= 2.5
    assert row("dpmpp_2m", 10)["frechet"] <= 1.5 * row("ddim", 100)["frechet"]


@needs_models
def test_other_noise_reproduces_a_row_of_the_shipped_table_within_its_errors():
    net, judge = zoo.load("mnist"), zoo.load("digit-classifier")
    reference = Reference.load(zoo.MODELS / "digit-classifier.reference.json")
    row = next(
        r for r in net.card.metrics["rows"] if (r["sampler"], r["nfe"], r["n"]) == ("ddim", 4, 500)
    )
    found = evaluate.again(net, judge, reference, row, seed=1)
    assert found["accuracy_apart"] < 4 and found["frechet_apart"] < 4
    assert found["frechet"] != row["frechet"]  # it was drawn afresh
    far = row["frechet"] + 6 * row["frechet_error"]
    wrong = abs(found["frechet"] - far) / row["frechet_error"]
    assert wrong > 4  # a table that is off by this much is noticed


@needs_models
def test_every_row_of_the_shipped_table_states_its_errors():
    rows = json.loads((zoo.MODELS / "mnist.quality.json").read_text())["rows"]
    assert all(row["frechet_error"] > 0 and row["accuracy_error"] > 0 for row in rows)
    plain = [row for row in rows if row["scale"] == 1 and row["n"] == evaluate.WIDE]
    for sampler in SAMPLERS:
        spent = {row["nfe"] for row in plain if row["sampler"] == sampler}
        assert min(spent) <= 4 and max(spent) >= 199 and len(spent) >= 7


def test_a_reference_is_the_judge_without_the_data(judge, tmp_path):
    kept = Reference(*moments(judge.test), {40: judge.real(40)})
    kept.save(tmp_path / "r.json")
    again = Reference.load(tmp_path / "r.json")
    found = judge.train[:60]
    assert again.frechet(found) == pytest.approx(frechet_distance(found, judge.test), rel=1e-5)
    assert again.real == {40: pytest.approx(judge.real(40), abs=1e-4)}


def test_a_check_fails_where_the_table_is_off(monkeypatch, capsys):
    row = asdict(ENTRY) | {"nfe": 3, "accuracy": 0.5, "frechet": 1.0}
    row |= {"accuracy_error": 0.1, "frechet_error": 0.1}
    found = {"accuracy": 0.5, "frechet": 1.2, "accuracy_apart": 0.0, "frechet_apart": 2.0}
    card = SimpleNamespace(metrics={"rows": [row]})
    monkeypatch.setattr(measuring.zoo, "load", lambda *_: SimpleNamespace(card=card))
    monkeypatch.setattr(measuring.Reference, "load", lambda file: None)
    monkeypatch.setattr(measuring.evaluate, "again", lambda *_: found)
    assert measuring.again("mnist", "digit-classifier") == 0
    found["frechet_apart"] = 4.5
    assert measuring.again("mnist", "digit-classifier") == 1
    assert "4.5 standard errors" in capsys.readouterr().out
    card.metrics["rows"] = []
    with pytest.raises(zoo.ZooError, match="run explorer evaluate"):
        measuring.again("mnist", "digit-classifier")
    with pytest.raises(ValueError, match=r"--backend is 'cuda': choose one of .*pytorch"):
        measuring.again("mnist", "digit-classifier", "cuda")


def test_how_far_two_measurements_lie_apart_counts_the_errors_of_both(net, judge):
    row = evaluate.measure(net, judge, replace(ENTRY, n=100))
    reference = Reference(*moments(judge.test), {})
    same = evaluate.again(net, judge.net, reference, row, seed=0)
    assert same["frechet_apart"] < 0.05 and same["accuracy_apart"] < 0.05  # the row is rounded
    moved = row | {"frechet": row["frechet"] + 10 * row["frechet_error"]}
    far = evaluate.again(net, judge.net, reference, moved, seed=0)["frechet_apart"]
    other = evaluate.again(net, judge.net, reference, row, 0, lambda x, *_: x)
    assert other["frechet_apart"] > same["frechet_apart"]  # what another runtime says is measured
    assert far == pytest.approx(10 / 2**0.5, rel=0.02)
