"""Accuracy against diversity over scale: the points of the tables, where they belong."""

import json
import re

import pytest

from explorer.app import measured_scale
from explorer.figures.tradeoff import Curve, Point, figure

GROUPS = [name for name, _, _ in measured_scale.GROUPS]
TWO = [Point(1.0, 8.0, 0.5, 0.1), Point(4.0, 4.0, 0.9)]


def scene_row(scale: float, share: float, **more) -> dict:
    """A row as `explorer evaluate scenes` writes it."""
    part = {"digits": 0.9, "colours": 0.9, "places": 0.9, "ground": 1.0, "all": share}
    return (
        {"scale": scale, "n": 125, "nfe": 20}
        | {name: part | {"error": 0.02} for name in GROUPS}
        | {"frechet": 3.25, "diversity": 9.0 - scale, "diversity_real": 9.5, "saturated": 0.01}
        | more
    )


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Write a table where the page looks for it."""
    (tmp_path / "models").mkdir()
    monkeypatch.setattr(measured_scale, "ASSETS", tmp_path)

    def write(text: object) -> str:
        path = tmp_path / "models" / "scenes.quality.json"
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return measured_scale.scenes()

    return write


def circles(html: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"<circle cx='(.*?)' cy='(.*?)'", html)]


def test_more_diversity_is_further_right_and_more_accuracy_is_higher():
    (x_low, y_low), (x_high, y_high) = circles(figure([Curve("", TWO)], "named", "diversity"))
    assert x_low > x_high and y_low > y_high  # y points down
    assert (x_low - 46) / (x_high - 46) == pytest.approx(2, abs=0.01)  # both axes begin at 0


def test_no_two_labels_and_no_label_and_point_lie_on_each_other():
    close = [Point(s, d, a) for s, d, a in ((1, 8, 0.5), (5, 4.01, 0.9), (8, 4, 0.93), (9, 4, 0.5))]
    html = figure([Curve("", close)], "named", "diversity")
    labels = re.findall(r"class='scale' x='(.*?)' y='(.*?)' text-anchor='(.*?)'", html)
    shift = {"start": 4, "middle": 0, "end": -4}  # to the middle of a digit
    middles = [(float(x) + shift[anchor], float(y) - 4) for x, y, anchor in labels]
    places = middles + circles(html)
    for k, (x, y) in enumerate(middles):
        assert all(abs(x - a) > 8 or abs(y - b) > 9 for a, b in places[k + 1 :])


def test_points_carry_their_scale_and_the_text_alternative_says_all():
    html = figure([Curve("one", TWO), Curve("two", TWO[:1])], "named", "diversity", 7.0)
    assert re.findall(r"class='scale'.*?>([\d.]+)<", html) == ["1", "4"]
    label = re.search(r"aria-label='(.*?)'", html)[1]
    assert label == (
        "named, against diversity. one: scale 1: 50 % at diversity 8.00, "
        "scale 4: 90 % at diversity 4.00. two: scale 1: 50 % at diversity 8.00."
    )
    assert "real pictures" in html and html.count("quality-key") == 1


def test_bars_stay_inside_the_axis():
    html = figure([Curve("", [Point(1.0, 8.0, 1.0, 0.1)])], "named", "diversity")
    bars = re.findall(r"y1='([\d.]+)' y2='([\d.]+)' stroke", html)
    ys = [float(y) for pair in bars for y in pair]
    assert min(ys) == circles(html)[0][1]


def test_the_table_of_scenes_is_drawn_and_written_in_order_of_scale(table):
    html = table({"captions": 500, "rows": [scene_row(3.0, 0.8), scene_row(1.0, 0.4)]})
    assert re.findall(r"scope='row'>([^<]+)<", html) == ["1", "3", "real"]
    assert len(circles(html)) == 8 and "40 %" in html and "80 %" in html and "3.25" in html
    assert "125 captions a group" in html


def test_real_scenes_stand_below_as_the_ceiling(table):
    ways = {"as drawn": 0.985, "through the autoencoder": 0.945}
    real = {way: {name: {"all": share} for name in GROUPS} for way, share in ways.items()}
    html = table({"rows": [scene_row(1.0, 0.4), scene_row(3.0, 0.8)], "real scenes": real})
    assert re.findall(r"scope='row'>([^<]+)<", html)[2:] == ["real", "real, encoded and decoded"]
    assert html.count("<td>98 %</td>") == html.count("<td>94 %</td>") == 4
    assert "No picture decoded from a latent can be expected to be right more often" in html


def test_a_table_without_diversity_has_no_figure_but_its_numbers(table):
    rows = [{k: v for k, v in scene_row(2.0, 0.7).items() if "diversity" not in k}]
    html = table({"rows": rows})
    assert "<svg" not in html and "70 %" in html and "diversity</th>" not in html


@pytest.mark.parametrize(
    "found", ["", "[]", "{}", '{"rows": []}', '{"rows": [{}]}', '{"rows": [3]}', '{"rows": null}']
)
def test_a_table_that_cannot_be_read_is_a_sentence(table, found):
    assert table(found) == measured_scale.UNMEASURED


def test_rows_that_lack_groups_are_drawn_as_far_as_they_go(table):
    row = {"scale": 1.0, "diversity": 3.0, "one digit": {"all": 0.5}}
    html = table({"rows": [row, {"scale": 2.0, "one digit": None, "two digits": {}}]})
    assert len(circles(html)) == 1 and re.findall(r"scope='row'>([^<]+)<", html) == ["1", "2"]


def test_no_table_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(measured_scale, "ASSETS", tmp_path)
    assert "explorer evaluate scenes" in measured_scale.scenes()


def test_digits_have_their_figure_from_the_shipped_table():
    html = measured_scale.digits("mnist")
    assert len(circles(html)) >= 2 and "real pictures" in html
    assert measured_scale.digits("no-such-model").startswith("<p")
