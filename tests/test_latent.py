"""The Latent tab shows what was computed: latents, their changes, films and costs."""

import base64
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer import costs
from explorer.app import painter
from explorer.app.engine import Engine
from explorer.app.latent import answers, asked, coding, edits, films, price, shelf, weights
from explorer.metrics import psnr
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.schedules import SCHEDULES

HAS_VAE = painter.AUTOENCODER in zoo.available()
needs_vae = pytest.mark.skipif(not HAS_VAE, reason="assets/models has no scenes-vae yet")
SCENES = [tile["pixels"] for tile in shelf.tiles() if tile["key"].startswith("scene")]
FIRST = SCENES[0]
CORNER = replace(asked.Edit(), cells=tuple(16 * y + x for y in range(4) for x in range(4)))


@pytest.fixture
def untrained(monkeypatch):
    """A text-to-image model with random weights behind the app."""
    with torch.random.fork_rng(devices=[]):
        net = TextUNet(TextUNetConfig()).eval().requires_grad_(False)
    engine = Engine(net)
    monkeypatch.setattr(painter, "engine", lambda: engine)
    for cached in (answers._run, answers.costs):
        cached.kept.clear()
    yield net
    for cached in (answers._run, answers.costs):
        cached.kept.clear()


def image(text: str, channels: int = 3) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(text), np.uint8)
    return raw.reshape(64, 64, channels).astype(int)


def frame(track: dict, position: int) -> np.ndarray:
    raw = base64.b64decode(track["frames"])
    return image(base64.b64encode(raw[position * 12288 :][:12288]).decode())


def equal(a: np.ndarray, b: np.ndarray) -> bool:
    """Up to one grey: pictures decoded in batches of other sizes round differently."""
    return np.abs(a - b).max() <= 1


@needs_vae
def test_shipped_scenes_come_back_at_more_than_30_db():
    for text in SCENES:
        back = coding.decoded(coding.encoded(text))
        assert psnr(back, coding.pictured(text)) > 30


@needs_vae
def test_latents_of_the_shelfs_scenes_have_about_unit_variance():
    z = torch.cat([coding.encoded(text) for text in SCENES])
    assert z.shape == (len(SCENES), 4, 16, 16)
    assert (z.mean((0, 2, 3)).abs() < 0.5).all() and ((z.std((0, 2, 3)) - 1).abs() < 0.4).all()


@needs_vae
def test_what_is_sent_is_what_was_computed():
    found, facts = answers.encode(FIRST)
    assert found["picture"] == FIRST
    z = np.frombuffer(base64.b64decode(found["latent"]["values"]), np.float32)
    assert np.array_equal(z.reshape(4, 16, 16), coding.encoded(FIRST)[0].numpy())
    back, error = image(found["back"]), image(found["error"], 1)
    off = back - image(FIRST)
    rms = np.sqrt((off**2).mean(2))
    assert np.abs(error[..., 0] - np.clip(255 * rms / coding.BRIGHTEST, 0, 255)).max() < 6
    assert found["psnr"] == pytest.approx(20 * math.log10(255 / off.std()), abs=0.1)
    assert f"{found['psnr']:.1f} dB" in facts
    assert answers.encode("")[0] == found  # nothing chosen is the first of the shelf


@needs_vae
def test_a_picture_of_another_kind_is_called_one_with_how_much_worse_it_is():
    owl = next(tile["pixels"] for tile in shelf.tiles() if tile["key"] == "owl")
    found, _ = answers.encode(owl)
    gap = coding.usual() - found["psnr"]
    assert gap > 10 and found["verdict"].startswith(f"{gap:.0f} dB worse")
    assert answers.encode(FIRST)[0]["verdict"].startswith("As it should be")


@needs_vae
def test_no_change_changes_nothing_at_all():
    z = coding.encoded(FIRST)
    assert torch.equal(edits.applied(z, asked.Edit()), z)
    found = edits.changed(FIRST, asked.Edit())
    assert found["intact"] == found["altered"] and found["apart"] == 0
    assert not image(found["difference"], 1).any()


@needs_vae
def test_nudges_and_zeros_do_what_they_say_to_their_channel_alone():
    z = coding.encoded(FIRST)
    after = edits.applied(z, asked.Edit(nudge=(0, 2, 0, 0), zero=(True, False, False, False)))
    assert not after[:, 0].any() and torch.equal(after[:, 2:], z[:, 2:])
    assert torch.equal(after[:, 1], z[:, 1] + 2)


@needs_vae
@pytest.mark.parametrize("text", SCENES[:3], ids=range(3))
def test_noise_replaces_its_cells_and_damage_stays_there(text):
    z = coding.encoded(text)
    after = edits.applied(z, CORNER)
    assert torch.equal(after[..., :4, :4], edits.noise(0)[..., :4, :4])
    assert torch.equal(after[..., 4:, :], z[..., 4:, :])
    assert torch.equal(after[..., 4:], z[..., 4:])
    intact, altered = coding.decoded(z), coding.decoded(after)
    share, far = edits.locality(intact, altered, CORNER)
    corner = (intact - altered).square()[..., :16, :16].sum()
    assert share == pytest.approx((corner / (intact - altered).square().sum()).item(), rel=1e-4)
    assert share > 0.7 and far < 15
    assert f"{100 * share:.0f} %" in edits.changed(text, CORNER)["said"]


def test_distances_go_to_the_nearest_place():
    inside = torch.zeros(6, 8, dtype=torch.bool)
    inside[1, 2] = inside[5, 7] = True
    found = edits.distances(inside)
    assert found[1, 2] == 0 and found[0, 0] == 2 and found[4, 7] == 1 and found[5, 2] == 4


@needs_vae
def test_both_ways_end_at_the_pictures():
    ways = films.between(SCENES[0], SCENES[1])
    for end, text in ((0, SCENES[0]), (-1, SCENES[1])):
        assert torch.equal(ways.through_pixels[end], coding.pictured(text)[0])
        assert torch.equal(ways.latents[end], coding.encoded(text)[0])
        back = coding.decoded(coding.encoded(text))[0]
        assert (ways.through_latent[end] - back).abs().max() < 1e-5
    middle = (ways.through_pixels[0] + ways.through_pixels[-1]) / 2
    assert torch.allclose(ways.through_pixels[films.SHARES // 2], middle, atol=1e-6)
    film, said = answers.between(SCENES[0], SCENES[1])
    assert film["positions"][0] == "s = 0.00" and film["positions"][-1] == "s = 1.00"
    assert "dB" in said
    assert len(json.dumps(film)) < 1_000_000


@needs_vae
def test_a_picture_mixed_with_itself_stays_and_says_so():
    plain = base64.b64encode(bytes(12288)).decode()
    film, said = answers.between(plain, plain)
    assert "inf" not in said and len({t["frames"] for t in film["tracks"]}) == 4


@needs_vae
@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_the_way_into_noise_begins_with_the_picture_and_ends_in_noise(schedule):
    film, said = answers.forward(FIRST, schedule, 3)
    latent, decoded, noisy = film["tracks"]
    assert film["positions"][0] == "t = 0, α = 1.000"
    assert equal(frame(decoded, 0), image(answers.encode(FIRST)[0]["back"]))
    assert np.array_equal(frame(noisy, 0), image(FIRST))
    assert latent["shape"] == [films.TIMES, 33, 33, 3]
    assert len(json.dumps(film)) < 1_000_000
    assert answers.forward(FIRST, schedule, 4)[0]["tracks"][0] != latent
    assert "Measured over" in said


@needs_vae
def test_a_digit_weighs_more_in_the_latent_and_a_ground_less():
    digit, ground = weights.measured()
    assert digit.latent > digit.pixels and ground.latent < ground.pixels
    assert f"{digit.latent / digit.pixels:.1f} times" in weights.said()


def test_a_mosaic_keeps_every_channel_apart_on_a_fixed_scale():
    z = torch.full((1, 4, 16, 16), 0.0)
    z[0, 1], z[0, 2] = 9, -3  # beyond the scale, and its end
    sheet = coding.mosaic(z)[0].astype(int)
    assert (sheet[:16, :16] == 247).all()
    assert (sheet[:16, 17:] == (0xB3, 0x58, 0x06)).all()
    assert (sheet[17:, :16] == (0x54, 0x27, 0x88)).all()
    assert (sheet[16] == coding.GAP_GREY).all()


@needs_vae
def test_a_run_shows_every_step_and_its_picture(untrained):
    film, said = answers.run("a red three", 1)
    assert len(film["positions"]) == films.STEPS + 1 and film["positions"][-1] == "NFE 20, result"
    _, picture, _, guessed = film["tracks"]
    end, guess = (frame(track, films.STEPS) for track in (picture, guessed))
    assert equal(end, guess)  # at the end the state is the guess
    steps = films.generate("a red three", 1)
    assert equal(end, painter.decoded(steps[-1].x)[0].astype(int))
    assert steps[-1].nfe == 20 and "network evaluations" in said
    assert len(json.dumps(film)) < 1_200_000
    assert "unconditional" not in said and "unconditional" in answers.run("", 1)[1]


def made_up() -> costs.Costs:
    cheap = costs.Cost("latent U-Net", 1_000_000, 1.0, 10.0, 2.0, 15.0)
    dear, less = (
        costs.Cost(f"pixel U-Net{k}", 1_000_000, 20.0 - 5 * k, 90.0, 30.0, 150.0) for k in (0, 1)
    )
    halves = [replace(cheap, title=title) for title in ("encode", "decode")]
    return costs.Costs(cheap, dear, less, *halves, 1)


@needs_vae
def test_costs_are_measured_once_and_again_on_request(untrained, monkeypatch):
    calls = []
    monkeypatch.setattr(costs, "measure", lambda *nets, within: calls.append(nets) or made_up())
    first = answers.costs()
    assert answers.costs() == first and len(calls) == 1
    answers.measure_again()
    assert len(calls) == 2 and calls[0][0] is untrained
    for part in ("GFLOP", "latent U-Net", "pixel U-Net", "encode", "decode", "multiply-add"):
        assert part in first


def test_ratios_and_bars_are_those_of_the_numbers():
    found = made_up()
    pairs = price.headline(found)
    assert [ratio for ratio, _ in pairs] == ["15 to 20 ×", "9 ×", "15 ×", "0.31 s"]
    page = price.html(found, "")
    assert "width:5.00%" in page and "width:100.00%" in page and "1 thread," in page
    assert "<td>41.0</td>" in page  # GFLOP of 40 latent calls and a decoding
