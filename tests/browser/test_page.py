"""What a page costs on its way: thirty students load it at once, over a school's Wi-Fi."""

import gzip
import urllib.request

import pytest

pytestmark = pytest.mark.browser  # it needs the served app, though no browser
LARGEST = 500_000  # bytes of the page itself; Gradio's own files come to 0.45 MB


def test_the_page_travels_compressed_and_is_no_other_than_the_plain_one(app):
    plain = urllib.request.urlopen(app, timeout=60).read()
    asked = urllib.request.Request(app, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        packed = answer.read()
    assert gzip.decompress(packed) == plain
    assert len(packed) <= LARGEST
