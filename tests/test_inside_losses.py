"""The chapter "Loss by noise level": what the page gets is what was measured."""

import json
import math

import gradio as gr
import pytest
import torch

from explorer import losses as measured
from explorer.app import studio
from explorer.app.inside import asked, losses
from explorer.app.training_view import losses as table_of

from .inside import BAD, other_model


def test_the_page_gets_every_shipped_denoiser_with_the_table_s_numbers():
    found = {table["key"]: table for table in losses.tables("mnist")}
    assert list(found) == list(losses.SHIPPED)
    for name, sent in found.items():
        table = table_of(name)
        for part in losses.PARTS:
            column = [row[part] for row in table["rows"] if part in row]
            assert sent.get(part, []) == column
        assert ("exact" in sent) == name.startswith("planar-")
        assert sent["variance"] == table["variance"] and sent["data"] == table["data"]
    assert len(json.dumps(list(found.values()))) < 20_000  # it travels with the page


def test_the_sentences_are_made_of_the_table_s_numbers():
    rows = [
        {"log_snr": -2.0, "v": 0.5, "error": 0.01},
        {"log_snr": 0.0, "v": 0.1, "error": 0.01},
        {"log_snr": 2.0, "v": 0.8, "error": 0.01},
    ]
    said = losses.reading({"rows": rows, "variance": 1.0})
    share = 1 / (1 + math.exp(-2))
    assert "least at log-SNR 0, 0.100" in said and "0.50, 50 % of" in said
    assert f"0.80, {80 * share:.0f} % of" in said and "unavoidable" not in said
    for row, excess in zip(rows, (0.05, 0.02, 0.04), strict=True):
        row |= {"exact": row["v"] - excess, "excess": excess}
    assert "at most 20 % is the network’s own, at log-SNR 0" in losses.reading(
        {"rows": rows, "variance": 1.0}
    )


def test_the_answer_is_true_of_the_tables():
    """Pictures: hardest at both ends. The plane: most of the loss is unavoidable."""
    for name in ("mnist", "scenes"):
        v = [row["v"] for row in table_of(name)["rows"]]
        least = v.index(min(v))
        assert abs(table_of(name)["rows"][least]["log_snr"]) < 1
        assert v[0] > 2 * v[least] and v[-1] > 2 * v[least]
    for name in losses.SHIPPED:
        if name.startswith("planar"):
            assert all(row["excess"] < 0.13 * row["v"] for row in table_of(name)["rows"])


@pytest.mark.parametrize("degrees", [10, 45, 90])
def test_the_ring_is_the_loss_of_this_picture(degrees):
    one = asked.Asked(7, 0, degrees)
    own = losses.run("7", 0, degrees)
    alpha, sigma = one.level
    v_hat = studio.engine().net(one.xt, torch.tensor([one.angle]), one.context)
    loss = (v_hat - (alpha * one.eps - sigma * one.x0)).square().mean().item()
    assert abs(own["v"] - loss) < 1e-6 and own["model"] == "mnist"
    if degrees == 90:
        assert own["log_snr"] is None and "off the axis" in own["about"]
    else:
        level = measured.at(own["log_snr"])
        assert abs(level.alpha - alpha) < 1e-9


@pytest.mark.parametrize("values, field", BAD)
def test_what_is_no_request_is_refused_by_name(values, field):
    with pytest.raises(gr.Error, match=f"{field} must"):
        losses.run(*values)


def test_a_model_of_one_s_own_has_its_table_first_if_it_is_of_these_weights(tmp_path):
    with other_model(tmp_path, (losses._own,)) as path:
        assert [t["key"] for t in losses.tables(str(path))] == list(losses.SHIPPED)
        net = studio.engine().net
        x0 = torch.rand(20, 3, 32, 32)
        task = measured.Task(x0, torch.full((20,), net.null), "noise")
        file = path.with_suffix(measured.STEM)
        measured.measure(net, task, file, path, log_snrs=(-1.0, 1.0))
        own, *_ = losses.tables(str(path))
        assert own["key"] == "other" and own["log_snr"] == [-1, 1]
        assert losses.run("0", 0, 30)["model"] == "other"
        with path.open("ab") as weights:
            weights.write(b"trained on")
        assert losses.tables(str(path))[0]["key"] == "mnist"
