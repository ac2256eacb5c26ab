"""Gradio keeps little of each page, and answers as before."""

import json

import gradio as gr
import httpx

from explorer.app import lean


def asked(address: str, value: str, session: str) -> str:
    """What the app's only handler answers to a page."""
    body = {"fn_index": 0, "data": [value], "session_hash": session}
    httpx.post(f"{address}/gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream(
        "GET", f"{address}/gradio_api/queue/data", params={"session_hash": session}, timeout=60
    ) as lines:
        for line in lines.iter_lines():
            if '"process_completed"' in line:
                return json.loads(line.removeprefix("data:"))["output"]["data"][0]
    raise AssertionError("no answer came")


def test_nothing_that_a_page_showed_is_kept():
    with gr.Blocks() as demo:
        text, out = gr.Textbox(), gr.HTML()
        text.change(lambda value: value * 1000, text, out)
    demo.queue()
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    address = address.rstrip("/")
    try:
        lean.use(demo)
        assert asked(address, "long", "a") == "long" * 1000
        assert asked(address, "short", "a") == "short" * 1000
        assert not demo._queue.process_time_per_fn  # no page is told how long it will take
        pages = demo.app.state_holder
        assert list(pages.session_data) == ["a"] and pages["a"].config_values == {}
        demo.app.state_holder.capacity = 1
        assert asked(address, "other", "b") == "other" * 1000
        assert list(pages.session_data) == ["b"]
        assert asked(address, "again", "a") == "again" * 1000  # as a new page
    finally:
        demo.close()


def test_a_page_is_made_without_looking_at_all_components():
    with gr.Blocks() as demo:
        for _ in range(50):
            gr.Textbox()
    looked = []
    for block in demo.blocks.values():
        real = block.get_config
        block.get_config = lambda *a, real=real: looked.append(1) or real(*a)
    lean.Page(demo)
    assert looked == []
