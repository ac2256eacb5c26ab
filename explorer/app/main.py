"""The app as a whole: `build()` makes the page, `launch()` serves it.

A tab is a module of `explorer.app.tabs` with
    TITLE: str                           what its tab says
    build(context: Context) -> None      called inside its gr.Tab; makes components and events
Add the module to TABS, its JavaScript to `head.SCRIPTS`, and it is there. Nothing in a tab's
import or build may import torch: the page must be served first (see `Context.warm_up`).
"""

import gc
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from explorer import backends, cores, paths
from explorer.app import (
    bundle,
    foot,
    head,
    lean,
    limits,
    masthead,
    openings,
    ports,
    sessions,
    share,
    theme,
    trim,
)
from explorer.app.guard import Guard
from explorer.app.kept import Kept
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
from explorer.models import sums

TABS = (forward, schedules, samplers, truth, guidance, attention, latent, unet, train, course)
SHIPPED = "mnist"
THREADS = 400  # of handlers, most of which wait for the engine: as many as may stand in the queue
POLL = 0.01  # seconds between looks at an empty line; at Gradio's 0.001 an idle app costs 5 % CPU


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
        if self.model == SHIPPED:
            openings.use()
        thread = threading.Thread(target=self._warm, name="warm-up", daemon=True)
        thread.start()
        return thread

    def _warm(self) -> None:
        for step in self.warm_up:
            try:
                step()
            except Exception as error:
                print(f"Warm-up: {step.__module__}.{step.__name__}: {error}", flush=True)
        gc.collect()
        gc.freeze()  # what is there now stays: looking through it again stops everybody for 0.4 s


def build(context: Context | None = None) -> gr.Blocks:
    """The page with all tabs, ready to be launched."""
    context = context or Context()
    kept = (600, 3600 * limits.KEPT)  # seconds: how often is looked, and how long an upload stays
    with gr.Blocks(title="Denoising Explorer", analytics_enabled=False, delete_cache=kept) as demo:
        masthead.build()
        with gr.Tabs():
            for module in TABS:
                with gr.Tab(module.TITLE) as context.tab:
                    share.place(context.tab, module.__name__.rpartition(".")[2])
                    module.build(context)
        foot.build()
        share.build(demo)
        demo.unload(_closed)
    limits.apply(demo)
    return demo


def options() -> dict:
    """The arguments of gr.Blocks.launch that belong to this app wherever it runs."""
    return {
        "theme": theme.theme(),
        "head": head.head(),
        "footer_links": [],
        "run_history": False,
        "strict_cors": True,
        "show_error": False,
        "enable_monitoring": False,
        "max_file_size": "5mb",
        "ssr_mode": False,
        "share": False,
        "quiet": True,
        # The page holds all texts; compressed it is a fifth as large
        "app_kwargs": {
            "middleware": [
                Middleware(Guard),
                Middleware(Kept),
                Middleware(GZipMiddleware, compresslevel=5),
            ],
            "routes": bundle.routes(),
        },
    }


def present(data: Path | None) -> None:
    """Raise ValueError, a sentence, where --data names nothing."""
    if data is not None and not data.exists():
        raise ValueError(f"There is nothing at {data}: --data names a folder or an .npz.")


def launch(
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    browser: bool = False,
    model: str = SHIPPED,
    data: Path | None = None,
    root_path: str | None = None,
) -> None:
    """Serve the app until interrupted; print its address.

    Args:
        host: address to listen on; "0.0.0.0" serves a classroom.
        port: port, or None for the first free one from 7860.
        browser: open the page in the default browser.
        model: the network that the tabs run, a name of the zoo or a path.
        data: pictures to train on: the folder of data sets (EXPLORER_DATA, or ./data, where it is
            None), an .npz, or a folder of images.
        root_path: where a proxy serves it, such as "/explorer"; GRADIO_ROOT_PATH where None.

    Raises ZooError, a sentence that names the file, where the model cannot be loaded; OSError, a
    sentence, where the port is in use or a file of the page is missing; ValueError, a sentence,
    where EXPLORER_BACKEND names none.
    """
    backends.chosen()
    trim.settle()
    # Gradio sets it around every answer; where it is set, two that start together do not both load
    # pyplot, of which one would meet half
    os.environ["MPLBACKEND"] = "agg"
    if port is not None:
        ports.free(host, port)  # before anything slow
    cores.claim()
    if model != SHIPPED:  # the shipped one waits until the page is served
        from explorer.app import studio

        studio.use(model)
    if data is not None and data.is_dir():
        os.environ["EXPLORER_DATA"] = str(data)  # the other tabs find their test digits there too
    context = Context(model=model, data=data)
    with paths.shipped():
        demo = build(context)
        settings = options()
    for file in sums.missing(paths.ASSETS / "models"):
        print(f"{file} is missing: what needs this model will say so.", flush=True)
    _no_proxy()
    demo.queue(max_size=limits.WAITING, status_update_rate=1, api_open=False)
    demo._queue.sleep_when_free = POLL
    demo.launch(
        server_name=host,
        server_port=port,
        inbrowser=browser,
        root_path=root_path,
        prevent_thread_lock=True,
        max_threads=THREADS,
        **settings,
    )
    lean.use(demo)
    trim.keep_on()
    room = ports.others(host, port) if port else None
    found = f"{demo.local_url}, for other machines at {room}" if room else demo.local_url
    print(f"Denoising Explorer is at {found} (Ctrl+C ends it)", flush=True)
    context.warm_up[:0] = [_claim, _first_calls]
    context.start_warm_up()
    demo.block_thread()
    _end()


def _no_proxy() -> None:
    """Gradio asks itself whether it is up: a school's proxy must not be asked on its behalf."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        os.environ[name] = ",".join(filter(None, [known, "localhost", "127.0.0.1", "::1"]))


def _end() -> None:
    """End at once. Python would first wait for threads that compute, and for those in turn that
    wait for their answers; what is on disk is whole at every moment (`explorer.files`)."""
    sys.stdout.flush()
    os._exit(0)


def _closed() -> None:
    if session := sessions.current():
        sessions.close(session)


def _claim() -> None:
    from explorer.app import engine  # torch comes with it: after the page is served

    engine.claim()


def _first_calls() -> None:
    """Load the networks and call each once: what ships computed did not need them."""
    import matplotlib  # noqa: F401  # Gradio loads it for its first answer; now nobody waits for it
    import torch

    from explorer.app import painter, studio
    from explorer.models import zoo

    engines = [(studio.common(), studio.noise([0]))]
    if {painter.MODEL, painter.AUTOENCODER} <= set(zoo.available()):
        painter.ready()
        engines.append((painter.engine(), painter.noise([0])))
        painter.decoded(engines[-1][1])
    for engine, noise in engines:
        engine(noise, torch.ones(1), engine.net.null_context(1))
