"""The measured quality as the tabs show it: the numbers of the table, where they belong."""

import json
import re

from explorer.app import measured
from explorer.figures import quality


def row(sampler: str, nfe: int, frechet: float, scale: float = 1.0, **more) -> dict:
    return {
        "sampler": sampler,
        "schedule": "linear",
        "spacing": "trailing",
        "steps": nfe,
        "nfe": nfe,
        "n": 500,
        "scale": scale,
        "frechet": frechet,
        "frechet_error": 0.2,
        "frechet_real": 2.0,
        "ratio": frechet / 2,
        "accuracy": 0.975,
        "accuracy_error": 0.007,
        "diversity": 7.0,
        "diversity_real": 8.0,
    } | more


def test_the_table_of_scales_is_in_order_and_ends_with_real_digits():
    html = quality.by_scale([row("ddim", 25, 4.0, 8.0), row("ddim", 25, 3.0, 0.0)])
    assert re.findall(r"scope='row'>([^<]+)<", html) == ["0", "8", "real"]


def test_the_plot_shows_each_sampler_as_a_line_of_rising_nfe(tmp_path):
    rows = [row("heun", 9, 9.0), row("ddim", 20, 5.0), row("ddim", 5, 80.0), row("ddim", 5, 1, 2.0)]
    rows.append(row("ddim", 5, 1.0, n=2000))  # another number of samples does not compare
    (tmp_path / "m.quality.json").write_text(json.dumps({"rows": rows}))
    table = measured.table(str(tmp_path / "m.safetensors"))
    assert [line["label"] for line in table["lines"]] == ["DDIM trailing", "Heun trailing"]
    assert [r["nfe"] for r in table["lines"][0]["rows"]] == [5, 20]
    assert table["lines"][0]["rows"][0]["ratio"] == 40 and table["n"] == 500
    assert table["real"] == 2.0 and table["schedule"] == "linear"


def test_a_model_that_was_not_measured_has_no_plot(tmp_path):
    assert measured.table(str(tmp_path / "m.safetensors")) is None
