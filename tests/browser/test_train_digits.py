"""Train, "Digits, live" and "One batch", in a real page with runs of seconds."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from .conftest import open_chapter, pixels, serve

LIVE, SAMPLE = ".live-digits", ".live-samples .grid canvas"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A small mnist.npz: a bright row a class, at a place of its own."""
    labels = np.arange(64) % 10
    pictures = np.zeros((64, 28, 28), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[2 * label + 3 : 2 * label + 6, 6:22] = 255
    folder = tmp_path_factory.mktemp("data")
    both = {"images": pictures, "labels": labels[:, None]}
    arrays = {f"{split}_{k}": v for split in ("train", "test") for k, v in both.items()}
    np.savez(folder / "mnist.npz", **arrays)
    return folder


@pytest.fixture(scope="module")
def training(browser_type_launch_args, data) -> Iterator[str]:
    with serve("tests/browser/training_app.py", "--data", str(data)) as url:
        yield url


def phase(page, *names: str) -> None:
    page.wait_for_selector(
        ", ".join(f"{LIVE}[data-phase={name}]" for name in names), timeout=90_000
    )


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").click()


def status(page) -> str:
    return page.locator(f"{LIVE} .status").text_content()


def test_a_run_to_its_end_is_used_in_another_tab_and_given_back(page, watch, training):
    open_chapter(page, training, "Train", "Digits, live", f"{LIVE}[data-phase=ready]")
    assert "64 pictures" in page.locator(f"{LIVE} .about").text_content()
    real = pixels(page, f"{SAMPLE}:nth-of-type(1)")
    assert max(real) == 255 and min(real) == 0
    press(page, "Train")
    phase(page, "done")
    assert "Done:" in status(page) and page.locator(SAMPLE).count() == 20
    assert "Samples" in page.locator(".live-samples figcaption").text_content()
    assert page.locator(".live-loss path.line").get_attribute("d").count("L") >= 1
    assert page.locator(f"{LIVE} progress").evaluate("bar => bar.value") == 1
    page.wait_for_selector("text=is ready to be used")
    press(page, "Use it in the other tabs")
    page.wait_for_selector("text=forgotten with this page")
    with page.expect_download() as offered:
        press(page, "Download it")
    assert re.fullmatch(r"yours-\d+s\.safetensors", offered.value.suggested_filename)
    page.get_by_role("tab", name="Samplers", exact=True).first.click()
    page.wait_for_selector("text=/model yours, \\d+ s/", timeout=90_000)
    page.get_by_role("tab", name="Train", exact=True).first.click()
    press(page, "Back to mnist")
    page.wait_for_selector("text=is ready to be used")
    page.get_by_role("tab", name="Samplers", exact=True).first.click()
    page.wait_for_selector("text=model mnist", timeout=90_000)
    assert watch.errors == []


def test_stop_keeps_what_was_learnt_and_a_closed_page_frees_the_line(page, training):
    open_chapter(page, training, "Train", "Digits, live", f"{LIVE}[data-phase=ready]")
    other = page.context.new_page()
    open_chapter(other, training, "Train", "Digits, live", f"{LIVE}[data-phase=ready]")
    for one in (page, other):
        one.locator("input[type=number]:visible").first.fill("300")
        one.locator("input[type=number]:visible").first.press("Enter")
    press(page, "Train")
    phase(page, "training")
    press(other, "Train")
    phase(other, "waiting")
    assert "One person trains before you" in status(other)
    page.close()
    phase(other, "training")
    press(other, "Stop")
    phase(other, "stopped")
    assert "What was learnt until then is kept" in status(other)
    other.wait_for_selector("text=is ready to be used")


def test_one_batch_is_summed_and_steps_on_it_lower_its_loss(page, watch, training):
    open_chapter(page, training, "Train", "One batch", ".batch-view >> visible=true")
    losses = [float(x) for x in page.locator(".batch-grid .loss").all_text_contents()]
    told = page.locator(".one-batch .sum").text_content()
    assert len(losses) == 12 and page.locator(".batch-grid canvas").count() == 72
    assert float(told.rsplit("=", 1)[1]) == pytest.approx(sum(losses) / 12, abs=0.002)
    angles = [float(x[:-1]) for x in page.locator(".batch-grid .level b").all_text_contents()]
    assert angles == sorted(angles)
    page.get_by_label("sorted by noise level").uncheck()
    mixed = [float(x[:-1]) for x in page.locator(".batch-grid .level b").all_text_contents()]
    assert mixed != angles and sorted(mixed) == angles
    page.get_by_label("random weights").check()
    page.wait_for_selector(".one-batch .about:has-text('random weights')")
    press(page, "One step")
    page.wait_for_selector(".stepped:has-text('it fell by')")
    assert "promised" in page.locator(".stepped").text_content()
    press(page, "10 steps")
    page.wait_for_selector(".stepped:has-text('Steps 2 to 11')")
    assert page.locator(".batch-history path.line").count() == 1
    assert watch.errors == []


def test_without_pictures_the_chapter_says_what_to_do(page, browser_type_launch_args, tmp_path):
    with serve("tests/browser/training_app.py", "--data", str(tmp_path)) as url:
        open_chapter(page, url, "Train", "Digits, live", f"{LIVE}[data-phase=missing]")
        assert "explorer app --data FOLDER" in status(page)
        press(page, "Train")
        page.wait_for_selector(".toast-body:has-text('MNIST is not in the folder')")
        assert not list(tmp_path.iterdir())
