"""The web app. Importing this package imports Gradio, quickly and without its telemetry."""

import inspect
import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Gradio reads its analytics queue after every event; at the default, throughput halves after 5,000.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "100000")


def _import_gradio() -> None:
    """Import Gradio without rewriting a type stub beside each of its components (half its time).

    Gradio skips the stub of a component whose source file cannot be found, so for the length of
    the import no component has one.
    """
    find = inspect.getfile

    def getfile(thing):
        if isinstance(thing, type) and hasattr(thing, "EVENTS"):
            raise OSError("no stub file wanted")
        return find(thing)

    inspect.getfile = getfile
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = find


_import_gradio()
