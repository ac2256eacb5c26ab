"""A page with players and nothing else, for test_player.py."""

import argparse

import gradio as gr
import numpy as np

from explorer.app.main import options
from explorer.app.player import Film, Track, player

POSITIONS = 20


def film(seed: int) -> Film:
    """Two rows that spend their evaluations at different paces; frame i is grey 10 i + seed."""
    steps = np.arange(POSITIONS, dtype=np.uint8)[:, None, None] * 10 + np.uint8(seed)
    fast = np.broadcast_to(steps, (POSITIONS, 28, 28)).copy()
    at = [(p + 1) // 2 for p in range(POSITIONS)]
    colour = np.repeat(fast[: max(at) + 1, ..., None], 3, axis=-1)
    colour[..., 1] = 7
    return Film(
        positions=[f"NFE {p + 1}" for p in range(POSITIONS)],
        tracks=[
            Track("x_t", fast, row="DDIM", role="noise", alt="A plain grey."),
            Track("x̂₀", fast, row="DDIM", notes=[f"step {p}" for p in range(POSITIONS)]),
            Track("x_t", colour, at=at, row="Heun", alt="A plain colour."),
        ],
        start=0,
        seconds=1,
    )


def picked(event: gr.EventData) -> str:
    return f"{event.row} {event.track} {event.x} {event.y} at {event.position}"


def build() -> gr.Blocks:
    with gr.Blocks(title="Players") as demo, gr.Tabs():
        with gr.Tab("One"):
            race = player(film(1), name="race", pick=True)
            again = gr.Button("Again")
            found = gr.Textbox(label="Picked")
            again.click(lambda: film(3).payload(), None, race)
            race.pick(picked, None, found)
        with gr.Tab("Empty"):
            player(None, name="none", empty="Press the button to run it.")
        with gr.Tab("Moving"):
            player(film(1), name="moving", autoplay=True)
    return demo


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    build().launch(server_port=parser.parse_args().port, **options())
