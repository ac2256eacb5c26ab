"""The app as a whole: `build()` makes the page, `launch()` serves it.

A tab is a module of `explorer.app.tabs` with
    TITLE: str                           what its tab says
    build(context: Context) -> None      called inside its gr.Tab; makes components and events
Add the module to TABS, its JavaScript to `theme.SCRIPTS`, and it is there. Nothing in a tab's
import or build may import torch: the page must be served first (see `Context.warm_up`).
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from explorer import __version__, backends
from explorer.app import sessions, theme
from explorer.app.tabs import (
    attention,
    course,
    forward,
    guidance,
    latent,
    samplers,
    schedules,
    train,
    truth,
    unet,
)
from explorer.words import catalogue
from explorer.words.catalogue import LANGUAGES

TABS = (forward, schedules, samplers, truth, guidance, attention, latent, unet, train, course)
SHIPPED = "mnist"
INTRO = "Watch images dissolve into noise and come back, on models small enough to take apart."


@dataclass
class Context:
    """What the page lends to its tabs.

    `model` is the network that the tabs run, a name of the zoo or a path.
    `data` is what networks are trained on here, as `explorer train --data` means it.
    `tab` is the gr.Tab being built, for `context.tab.select(...)`. Functions appended to `warm_up`
    run one after another on one background thread once the page is served: import torch, load
    weights and fill caches there. `lent` holds what one tab offers to those built after it, by
    name, since a tab never imports a tab.
    """

    tab: gr.Tab | None = None
    model: str = SHIPPED
    data: Path | None = None
    warm_up: list[Callable[[], object]] = field(default_factory=list)
    lent: dict[str, gr.HTML] = field(default_factory=dict)

    def start_warm_up(self) -> threading.Thread:
        """Run the warm-up functions in the background; an error in one does not stop the next."""
        thread = threading.Thread(target=self._warm, name="warm-up", daemon=True)
        thread.start()
        return thread

    def _warm(self) -> None:
        for step in self.warm_up:
            try:
                step()
            except Exception as error:
                print(f"Warm-up: {step.__module__}.{step.__name__}: {error}", flush=True)


def build(context: Context | None = None) -> gr.Blocks:
    """The page with all tabs, ready to be launched."""
    context = context or Context()
    with gr.Blocks(title="Denoising Explorer", analytics_enabled=False) as demo:
        gr.HTML(
            html_template=_masthead(),
            js_on_load=theme.widget("languages"),
            apply_default_css=False,
            elem_classes="masthead",
        )
        with gr.Tabs():
            for module in TABS:
                with gr.Tab(module.TITLE) as context.tab:
                    module.build(context)
        gr.HTML(
            html_template=_foot(),
            js_on_load=theme.widget("foot", "server"),
            server_functions=[computed],
            apply_default_css=False,
            elem_classes="explorer-widget foot",
        )
        demo.unload(_closed)
    return demo


def _masthead() -> str:
    """The name, what it is, and the switch of languages."""
    languages = "".join(
        f'<button type="button" lang="{code}">{name}</button>' for code, name in LANGUAGES.items()
    )
    return (
        f"<h1>Denoising Explorer</h1><p>{INTRO}</p>"
        f'<p class="languages" translate="no">{languages}</p>'
    )


def _foot() -> str:
    """The last line of the page; what computes is filled in once it is known."""
    return (
        '<p class="quiet" data-foot="line" hidden>'
        f'<span translate="no">Denoising Explorer {__version__}</span> · '
        'computed by <span translate="no" data-foot="backend"></span>, cores: '
        '<span translate="no" data-foot="cores"></span></p>'
    )


def computed(_asked: object = None) -> dict:
    """What computes here, for the foot of the page, and whether that is the last word."""
    return {"name": backends.name(), "cores": backends.cores(), "settled": backends.settled()}


def options() -> dict:
    """The arguments of gr.Blocks.launch that belong to this app wherever it runs."""
    return {
        "theme": theme.theme(),
        "head": theme.head(),
        "footer_links": [],
        "run_history": False,
        "strict_cors": True,
        "show_error": False,
        "enable_monitoring": False,
        "max_file_size": "5mb",
        "ssr_mode": False,
        "share": False,
        "quiet": True,
        "i18n": gr.I18n(**{language: catalogue.load(language) for language in catalogue.others()}),
        # The page holds all scripts and texts; compressed it is a quarter as large
        "app_kwargs": {"middleware": [Middleware(GZipMiddleware, compresslevel=5)]},
    }


def launch(
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    browser: bool = False,
    model: str = SHIPPED,
    data: Path | None = None,
) -> None:
    """Serve the app until interrupted; print its address.

    Args:
        host: address to listen on; "0.0.0.0" serves a classroom.
        port: port, or None for the first free one from 7860.
        browser: open the page in the default browser.
        model: the network that the tabs run, a name of the zoo or a path.
        data: pictures to train on: the folder of data sets (EXPLORER_DATA, or ./data, where it is
            None), an .npz, or a folder of images.

    Raises ZooError, a sentence that names the file, where the model cannot be loaded; ValueError,
    a sentence, where EXPLORER_BACKEND names none.
    """
    backends.chosen()
    if model != SHIPPED:  # the shipped one waits until the page is served
        from explorer.app import studio

        studio.use(model)
    if data is not None and data.is_dir():
        os.environ["EXPLORER_DATA"] = str(data)  # the other tabs find their test digits there too
    context = Context(model=model, data=data)
    demo = build(context)
    demo.queue(max_size=200, status_update_rate=1, api_open=False)
    demo.launch(
        server_name=host,
        server_port=port,
        inbrowser=browser,
        prevent_thread_lock=True,
        **options(),
    )
    print(f"Denoising Explorer is at {demo.local_url} (Ctrl+C ends it)", flush=True)
    context.warm_up.insert(0, _claim)
    context.start_warm_up()
    demo.block_thread()


def _closed() -> None:
    if session := sessions.current():
        sessions.close(session)


def _claim() -> None:
    from explorer.app import engine  # torch comes with it: after the page is served

    engine.claim()


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(prog="explorer.app.main", description="Serve the app.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=None)
    arguments = parser.parse_args()
    launch(arguments.host, arguments.port)
