"""The command that measures: `explorer bench`."""

from pathlib import Path
from typing import Annotated

import typer


def bench(
    what: Annotated[
        str,
        typer.Argument(
            help="all; train: the training step beside diffusers'; load: a class at the app; "
            "space: a Space's cold start."
        ),
    ] = "all",
    model: Annotated[str, typer.Option(help="A name from the zoo, or a .safetensors file.")] = (
        "mnist"
    ),
    json: Annotated[Path | None, typer.Option(help="Also write the numbers here.")] = None,
    app: Annotated[bool, typer.Option(help="Also start the app and measure it.")] = True,
    repeats: Annotated[int, typer.Option(min=1, help="Runs that each median is of.")] = 20,
    students: Annotated[int, typer.Option(min=0, help="load: pages that are open.")] = 30,
    seconds: Annotated[float, typer.Option(min=1, help="load: how long they press.")] = 60,
    requests: Annotated[int, typer.Option(min=0, help="load: also count memory over these.")] = 0,
    burst: Annotated[int, typer.Option(min=0, help="load: also so many presses at once.")] = 0,
) -> None:
    """Measure this machine: the network, a digit, the app's start and its memory.

    Or the step of training, or the app under the load of a class, or a Space's folder.
    """
    if what not in ("all", "train", "load", "space"):
        raise ValueError(f"what to measure is {what!r}: choose all, train, load or space")
    if what == "load":
        from explorer.bench import load

        load.report(students, seconds, requests, burst, json)
        return
    from explorer.bench import report, space, training

    if what == "space":
        space.report(json)
    elif what == "train":
        training.report(model, json, max(1, repeats // 4))  # a step takes a second
    else:
        report(model, json, app, repeats)


COMMANDS = (
    (bench, "Example: explorer bench --json bench.json, or: explorer bench load"),
)  # and the example that its help ends with
