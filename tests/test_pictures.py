"""The colour pictures: drawn by our own code, small, and with structure at every scale."""

import base64

import numpy as np
import pytest

from explorer.app import pictures

each = pytest.mark.parametrize("key", pictures.ABOUT)


@each
def test_a_picture_has_both_coarse_and_fine_structure(key):
    x = pictures.picture(key).astype(float)
    assert x.shape == (256, 256, 3)
    coarse = x.reshape(32, 8, 32, 8, 3).mean((1, 3))
    share = coarse.reshape(-1, 3).var(0).sum() / x.reshape(-1, 3).var(0).sum()
    assert 0.6 < share < 0.995  # recognisable at 32 px, and not all there


@each
def test_browsers_decode_the_same_bytes_as_pillow(key):
    raw = (pictures.FOLDER / f"{key}.png").read_bytes()
    assert not any(chunk in raw for chunk in (b"gAMA", b"iCCP", b"sRGB", b"cHRM"))


def test_they_travel_light():
    sent = pictures.payload()
    assert [p["key"] for p in sent] == list(pictures.ABOUT)
    assert sum(len(p["png"]) for p in sent) < 110_000
    assert all(base64.b64decode(p["png"]).startswith(b"\x89PNG") for p in sent)


def test_the_files_are_what_the_code_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    pictures.main()
    from explorer.paths import ASSETS

    for key in pictures.ABOUT:
        drawn, kept = (
            np.asarray(pictures.Image.open(d / f"{key}.png").convert("RGB"), float)
            for d in (tmp_path, ASSETS / "pictures")
        )
        assert np.abs(drawn - kept).mean() < 1  # quantisation may differ between Pillows
