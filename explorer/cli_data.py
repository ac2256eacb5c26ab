"""The command for data sets: `explorer fetch`."""

from pathlib import Path
from typing import Annotated

import typer


def fetch(
    name: Annotated[str, typer.Argument(help="mnist, fashion-mnist or cifar10.")] = "mnist",
    data: Annotated[
        Path | None,
        typer.Option(help="The folder to put it into (else EXPLORER_DATA, else ./data)."),
    ] = None,
) -> None:
    """Download a data set, unless it lies there, for the tab Train and for `explorer train`."""
    from explorer.data.images import load_images
    from explorer.paths import default_root

    images = load_images(name, data)
    print(f"{images.name}: {len(images)} pictures to train on, in {data or default_root()}")


COMMANDS = ((fetch, "Example: explorer fetch mnist --data data"),)
