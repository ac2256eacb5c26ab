"""What the laboratory sends when a tab or a chapter is first opened: at most 300 KB each."""

import json

import gradio as gr

from explorer.app import gallery, grey_image, pictures, resume
from explorer.app.main import build
from explorer.app.tabs import forward, schedules

LIMIT = 300_000


def size(value: object) -> int:
    return len(json.dumps(value, default=str))


def test_forward_and_schedules_open_light():
    demo = build()
    for title in (forward.TITLE, schedules.TITLE):
        tab = next(b for b in demo.blocks.values() if isinstance(b, gr.Tab) and b.label == title)
        inside, waiting = [], [tab]
        while waiting:
            block = waiting.pop()
            inside.append(block)
            waiting += getattr(block, "children", [])
        assert sum(size(block.get_config()) for block in inside) < LIMIT
    assert size(gallery.payload()) + size(pictures.payload()) < LIMIT


def test_the_chapters_that_ask_the_server_get_little():
    digit, t, schedule, seed = resume.FIRST
    picture = tuple(int(v) for v in gallery.digits()[digit].ravel())
    starts = tuple(sorted({*resume.FIXED, t}))
    assert size(resume._resumed(picture, starts, schedule, seed, None)) < LIMIT
    assert size(grey_image.run(grey_image.FIRST, 0)) < LIMIT
