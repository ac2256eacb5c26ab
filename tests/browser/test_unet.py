"""The network drawn, a block of it opened, a part of it taken away: in a real page."""

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.figures.maps import diverging
from explorer.models import zoo

from .conftest import idle, open_chapter, two_frames

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in zoo.available(), reason="the mnist weights are not here"),
]

BLOCK = '.unet-drawing .block[data-name="{}"]'
SHEET = ".unet-features .sheet canvas"
WAIT = 60_000


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def network(page, app, watch):
    open_chapter(page, app, "U-Net", "Network", ".unet-features .shown:not([hidden])")
    two_frames(page)
    return page


@pytest.fixture
def parts(page, app, watch):
    chapter = "What does each part do?"
    open_chapter(page, app, "U-Net", chapter, ".unet-parts .shown:not([hidden])")
    two_frames(page)
    return page


def open_block(page, name: str, title: str) -> None:
    page.locator(BLOCK.format(name)).click()
    page.locator(".unet-features h2", has_text=title).wait_for(timeout=WAIT)
    two_frames(page)


def colours(page, selector: str) -> np.ndarray:
    """A canvas as (H, W, 4)."""
    w, h, data = page.eval_on_selector(
        selector,
        "c => [c.width, c.height, Array.from(c.getContext('2d').getImageData(0, 0, c.width, "
        "c.height).data)]",
    )
    return np.array(data).reshape(h, w, 4)


def is_as_wide_as_its_channels_and_as_high_as_its_picture(network) -> None:
    names = ("down.0.residual", "down.1.residual", "down.2.residual", "middle.residual")
    first, second, third, middle = (
        network.eval_on_selector(
            BLOCK.format(name) + " .body",
            "one => Object.fromEntries(['x', 'y', 'width', 'height'].map("
            "(key) => [key, Number(one.getAttribute(key))]))",
        )
        for name in names
    )
    assert second["width"] / first["width"] == pytest.approx(2, rel=0.02)
    assert third["width"] / first["width"] == pytest.approx(3, rel=0.02)
    assert first["height"] / second["height"] == pytest.approx(2, rel=0.02)
    assert first["height"] / third["height"] == pytest.approx(4, rel=0.02)
    assert first["y"] < second["y"] < third["y"] and third["x"] < middle["x"]


def works_by_keyboard(network) -> None:
    open_block(network, "down.0.residual", "down 1: residual block")
    first = network.locator(BLOCK.format("down.0.residual"))
    expect(first).to_have_attribute("aria-pressed", "true")
    first.focus()
    network.keyboard.press("ArrowRight")
    expect(network.locator(".unet-drawing .info h2")).to_have_text("shrink 1: convolution")
    network.keyboard.press("Enter")
    network.locator(".unet-features h2", has_text="shrink 1").wait_for(timeout=WAIT)
    expect(network.locator(BLOCK.format("shrink.0"))).to_have_attribute("aria-pressed", "true")


def test_the_drawing_has_every_block_and_reads_it_on_hover_without_a_request(network, watch):
    from explorer.models import anatomy

    found = anatomy.anatomy(zoo.load("mnist"))
    idle(network)
    drawn = network.eval_on_selector_all(
        ".unet-drawing .block", "all => all.map((one) => one.dataset.name)"
    )
    assert sorted(drawn) == sorted(block.name for block in found.blocks)
    watch.requests.clear()
    info = network.locator(".unet-drawing .info")
    for block in found.blocks[::3]:
        network.locator(BLOCK.format(block.name)).hover()
        expect(info).to_contain_text(f"{block.parameters:,}")
        expect(info).to_contain_text(f"{' × '.join(map(str, block.given))}")
    up = next(block for block in found.blocks if block.name == "up.2.residual")
    network.locator(BLOCK.format(up.name)).hover()
    expect(info).to_contain_text("64 × 28 × 28 and 128 numbers in, 32 × 28 × 28 out")
    expect(info).to_contain_text(f"{up.flops / 1e6:.1f} MFLOP")
    assert watch.requests == [] and watch.errors == []
    is_as_wide_as_its_channels_and_as_high_as_its_picture(network)
    works_by_keyboard(network)
    assert watch.errors == []


def other_maps_of_the_same_block_at_another_noise_level(network) -> None:
    open_block(network, "up.2.residual", "up 3: residual block")
    before = colours(network, SHEET)
    level = network.get_by_role("spinbutton", name="Noise level").locator("visible=true")
    level.fill("80")
    level.press("Enter")
    expect(network.locator(".unet-features .about")).to_contain_text("80°", timeout=WAIT)
    two_frames(network)
    assert network.locator(".unet-features h2").inner_text() == "up 3: residual block"
    assert (colours(network, SHEET) != before).any()


def test_a_click_shows_the_maps_that_the_network_made(network, watch):
    import torch

    from explorer.app.inside import dissected, subjects
    from explorer.app.inside.asked import Asked
    from explorer.models import features

    open_block(network, "up.1.residual", "up 2: residual block")
    subject = subjects.of("app", Asked())
    net, point = subject.engine.net, ("up.1.residual", features.OUT)
    with features.record_features(net, [point]) as seen, torch.no_grad():
        net(subject.xt, torch.tensor([Asked().angle]), subject.tell(net))
    maps = seen[point][0]  # (64, 14, 14)
    shown = colours(network, SHEET)
    columns = 12  # of side 14 with a gap of 1
    wanted = diverging(maps, dissected.span(maps))
    for k in (0, 13, 63):
        y, x = 15 * (k // columns), 15 * (k % columns)
        assert np.abs(shown[y : y + 14, x : x + 14, :3].astype(int) - wanted[k]).max() <= 2
    network.locator(SHEET).focus()
    network.keyboard.press("Home")
    network.keyboard.press("ArrowRight")
    low, high = (f"{float(v):.2f}".replace("-", "−") for v in (maps[1].min(), maps[1].max()))
    expect(network.locator(".unet-features .reading")).to_contain_text(
        f"Map 2 of 64: from {low} to {high}"
    )
    assert watch.errors == []


def test_maps_are_read_without_a_request_and_steps_say_formula_and_source(network, watch):
    open_block(network, "down.1.residual", "down 2: residual block")
    network.locator('.unet-features [data-step="adagn"]').click()
    expect(network.locator(".unet-features .explorer-code")).to_contain_text(
        "h = torch.addcmul(shift, self.norm_out(h), 1 + scale)"
    )
    expect(network.locator(".unet-features .formula")).to_contain_text("(1 + scale) · GN(h)")
    expect(network.locator(".unet-features .reading")).to_contain_text("shift")
    assert network.locator(".unet-features .steps button").count() == 10
    idle(network)
    watch.requests.clear()
    said = set()
    box = network.locator(SHEET).bounding_box()
    for x, y in ((0.05, 0.05), (0.4, 0.4), (0.9, 0.6)):
        at = {"x": x * box["width"], "y": y * box["height"]}
        network.locator(SHEET).hover(position=at)
        two_frames(network)
        said.add(network.locator(".unet-features .reading").inner_text())
    assert len(said) == 3 and watch.requests == []
    other_maps_of_the_same_block_at_another_noise_level(network)
    assert watch.errors == []


def test_a_cut_skip_shows_another_sample_and_choosing_asks_nothing(parts, watch):
    idle(parts)
    watch.requests.clear()
    pictures = ".unet-parts .stage .row:first-child canvas"
    parts.get_by_role("button", name="skips cut").click()
    assert parts.locator(".unet-parts .thumb").count() == 3
    parts.get_by_role("radio", name="cut skip 28×28, 32 channels").check(force=True)
    two_frames(parts)
    statement = parts.locator(".unet-parts .statement")
    expect(statement).to_contain_text("Cut skip 28×28")
    intact, cut, apart = (
        parts.locator(pictures)
        .nth(k)
        .evaluate(
            "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)"
            ".filter((_, i) => i % 4 === 0)"
        )
        for k in range(3)
    )
    assert apart == [abs(a - b) for a, b in zip(intact, cut, strict=True)] and max(apart) > 100
    rms = (sum((a / 127.5) ** 2 for a in apart) / len(apart)) ** 0.5
    told = float(statement.inner_text().split("The sample is ")[1].split()[0])
    assert told == pytest.approx(rms, abs=0.001)
    assert watch.requests == [] and watch.errors == []


@pytest.mark.skipif("scenes" not in zoo.available(), reason="the scenes weights are not here")
def test_the_network_of_scenes_is_drawn_too(network, watch):
    scenes = network.get_by_label("scenes, the text-to-image model")
    scenes.locator("visible=true").check(force=True)
    network.locator(".unet-drawing .about", has_text="Model scenes").wait_for(timeout=WAIT)
    open_block(network, "text", "text encoder")
    unused = network.locator(BLOCK.format("labels"))
    unused.hover()
    expect(network.locator(".unet-drawing .info")).to_contain_text("never calls it")
    assert watch.errors == []
