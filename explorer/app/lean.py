"""What Gradio keeps of every page: no more than this app needs.

Gradio builds the configuration of all components anew for each page that first asks something, and
then keeps the last value of each, for deep links. Our links are read by the browser (see `share`)
and no handler keeps a gr.State, so both are left out: 33 ms a page in the one thread that serves
everybody, and the pictures of every page that was ever open.
"""

from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.queueing import ProcessTime
from gradio.state_holder import SessionState, StateHolder

MOST = 1000  # pages that Gradio remembers; who comes back after that is a new page


class Page(SessionState):
    """One page, without the values that its components showed."""

    def __init__(self, blocks: gr.Blocks) -> None:
        none: Any = SimpleNamespace(default_config=blocks.default_config, blocks={})
        super().__init__(none)

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Pages(StateHolder):
    """The pages of an app, by the hash of their session."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Page(self.blocks)
        return super().__getitem__(session_id)


class Unforeseen(dict):
    """How long a handler took, which is not kept: nothing foretells how long it will take.

    Many answers are there already, so the mean of all said "5.3/0.1s" beside a picture.
    """

    def __missing__(self, _handler: object) -> ProcessTime:
        return ProcessTime()


def use(demo: gr.Blocks) -> None:
    """Keep so little of the pages of an app that was launched, and foretell no times."""
    queue: Any = demo._queue
    queue.process_time_per_fn = Unforeseen()
    pages = Pages()
    pages.set_blocks(demo)
    pages.capacity = MOST
    demo.app.state_holder = pages
