"""Pictures that people send: real files, and those that must be refused before they are decoded."""

import struct
import zlib

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.app import sources, upload


def ramp(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([255 * x / (width - 1), 255 * y / (height - 1), np.full_like(x, 40)], -1)
    return Image.fromarray(rgb.astype(np.uint8))


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "bmp", "gif"])
def test_the_middle_square_of_every_format(tmp_path, kind):
    file = tmp_path / f"x.{kind}"
    ramp(512, 256).save(file, **({"quality": 95} if kind in ("jpeg", "webp") else {}))
    got = upload.full(file).astype(float)
    wanted = np.asarray(ramp(512, 256)).astype(float)[:, 128:384]
    assert got.shape == (256, 256, 3)
    assert np.abs(got - wanted)[..., :2].mean() < (12 if kind == "gif" else 3)


def test_a_photo_is_turned_as_its_camera_says(tmp_path):
    file, exif = tmp_path / "x.jpg", Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    ramp(256, 256).save(file, exif=exif, quality=95)
    turned = upload.full(file).astype(float)
    assert np.abs(turned - np.rot90(np.asarray(ramp(256, 256)), -1)).mean() < 3


def test_transparent_is_white(tmp_path):
    file = tmp_path / "x.png"
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(file)
    assert (upload.full(file) == 255).all()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + body
    end = b"\x00\x00\x00\x00IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    check = struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + check + end


@pytest.mark.parametrize(
    "content, said",
    [
        (png_header(4097, 100), "4097 × 100"),
        (png_header(20_000, 20_000), "at most 4096 a side"),
        (png_header(1, 1), "at least 8"),
        (png_header(100, 100), "no picture that can be read"),
        (b"<svg onload=alert(1)>", "no picture that can be read"),
        (b"", "no picture that can be read"),
        (b"\x00" * (5 * 2**20 + 1), "larger than 5 MB"),
    ],
)
def test_what_is_refused_is_refused_in_a_sentence(tmp_path, content, said):
    file = tmp_path / "x.png"
    file.write_bytes(content)
    with pytest.raises(upload.UploadError, match=said) as caught:
        upload.full(file)
    assert str(caught.value).endswith(".")


def test_a_truncated_photo_is_refused(tmp_path):
    whole, cut = tmp_path / "x.jpg", tmp_path / "y.jpg"
    ramp(300, 300).save(whole)
    cut.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(upload.UploadError, match="no picture"):
        upload.full(cut)


def test_the_file_is_deleted_whether_it_was_good_or_not(tmp_path):
    good, bad = tmp_path / "x.png", tmp_path / "y.png"
    ramp(40, 30).save(good)
    bad.write_bytes(b"no")
    answer = sources.uploaded(str(good))
    assert (answer["size"], answer["channels"]) == (256, 3)
    with pytest.raises(gr.Error):
        sources.uploaded(str(bad))
    assert not good.exists() and not bad.exists()


@pytest.mark.parametrize("path", [None, 5, ["a"], {"path": "a"}, float("nan")])
def test_only_a_file_is_an_upload(path):
    with pytest.raises(gr.Error, match="Choose a picture file"):
        sources.uploaded(path)


@pytest.mark.parametrize("number", [None, -1, 10_000, 2.5, float("nan"), True, "3", [1]])
def test_a_digit_has_a_number(number):
    with pytest.raises(gr.Error, match="Number of the digit must be a whole number"):
        sources.digit(number)


def test_mnist_is_offered_only_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    assert sources.mnist_folder() is None
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    for name in ("t10k-images-idx3", "t10k-labels-idx1", "train-images-idx3", "train-labels-idx1"):
        assert sources.mnist_folder() is None, "torchvision would download what is missing"
        (tmp_path / "MNIST" / "raw" / f"{name}-ubyte").write_bytes(b"")
    assert sources.mnist_folder() == tmp_path


def test_two_who_send_one_picture_at_a_time_both_get_it(tmp_path):
    file = tmp_path / "class.png"  # Gradio's path is made of what is in it, and of its name
    Image.new("RGB", (40, 40), "red").save(file)
    first = upload.taken(str(file))
    assert not file.exists() and np.array_equal(upload.taken(str(file)), first)
    with pytest.raises(gr.Error, match="did not arrive"):
        upload.taken(str(tmp_path / "other.png"))
    for k in range(upload.REMEMBERED):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{k}.png")
        upload.taken(str(tmp_path / f"{k}.png"))
    with pytest.raises(gr.Error, match="did not arrive"):
        upload.taken(str(file))
