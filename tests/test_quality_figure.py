"""The figures of measured quality show the numbers of the table, where they belong."""

import re

from explorer.figures import quality
from explorer.samplers import LABELS


def row(sampler: str, nfe: int, frechet: float, scale: float = 1.0) -> dict:
    return {
        "sampler": sampler,
        "spacing": "trailing",
        "nfe": nfe,
        "scale": scale,
        "frechet": frechet,
        "frechet_real": 2.0,
        "accuracy": 0.975,
        "diversity": 7.0,
        "diversity_real": 8.0,
    }


ROWS = [row("ddim", 5, 80.0), row("ddim", 10, 20.0), row("ddim", 20, 5.0), row("heun", 9, 9.0)]


def points(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', svg)]


def test_a_power_law_is_a_straight_line():
    (ax, ay), (bx, by), (cx, cy) = points(quality.by_nfe(ROWS))[:3]  # frechet = 2000 / nfe²
    assert abs((by - ay) / (bx - ax) - (cy - by) / (cx - bx)) < 0.02
    assert ax < bx < cx and ay < by < cy  # less distance is lower, and svg's y points down


def test_every_point_says_its_numbers():
    svg = quality.by_nfe(ROWS)
    assert len(points(svg)) == len(ROWS)
    assert "Heun, 9 NFE: Fréchet distance 9.00, 97.5 % named as asked" in svg


def test_the_table_of_scales_is_in_order_and_ends_with_real_digits():
    html = quality.by_scale([row("ddim", 25, 4.0, 8.0), row("ddim", 25, 3.0, 0.0)])
    assert re.findall(r"scope='row'>([^<]+)<", html) == ["0", "8", "real"]


def test_names_are_those_of_the_samplers():
    assert quality.LABELS == LABELS
