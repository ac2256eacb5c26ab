"""The commands for whoever lets others in: `explorer serve` and `explorer space`."""

import re
from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 7860,
    root_path: Annotated[
        str, typer.Option(help="Where a proxy serves it, such as /explorer (or GRADIO_ROOT_PATH).")
    ] = "",
    model: Annotated[str, typer.Option(help="A name from the zoo, or a .safetensors file.")] = (
        "mnist"
    ),
    data: Annotated[
        Path | None, typer.Option(help="Pictures that the tab Train can train on.")
    ] = None,
    ray: Annotated[
        bool, typer.Option("--ray", help="Let Ray Serve's replicas compute the networks.")
    ] = False,
    replicas: Annotated[int, typer.Option(min=1, help="With --ray: replicas at least.")] = 2,
    most: Annotated[
        int | None,
        typer.Option(min=1, help="With --ray: replicas at most, as load asks for."),
    ] = None,
    cores: Annotated[
        int | None, typer.Option(min=1, help="With --ray: cores of a replica; else a fair share.")
    ] = None,
) -> None:
    """Serve the app to others: every machine that reaches this one.

    With --ray its networks are computed by replicas, on this machine or on the cluster that
    RAY_ADDRESS names; one that dies is replaced, and no reader notices.
    """
    from explorer.app.main import launch, present

    if root_path and not re.fullmatch(r"(/[\w.~-]+)+/?", root_path):
        raise ValueError(f"--root-path is {root_path!r}; it must be a path such as /explorer.")
    present(data)
    if ray:
        from explorer import serving
        from explorer.cores import cores as all_cores

        most = most or replicas
        serving.start(serving.Plan(replicas, most, cores or max(1, all_cores() // most)))
    launch(host, port, model=model, data=data, root_path=root_path or None)


def space(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    torch_index: Annotated[
        str,
        typer.Option(help="Address of the package index with torch's CPU builds."),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace what explorer space wrote there before.")
    ] = False,
) -> None:
    """Write a folder that can be pushed as a Gradio Space.

    pip's own index has torch for Linux only with NVIDIA's libraries: it works, but they are
    gigabytes. PyTorch's page "Get started" shows the address of its index of CPU builds.
    """
    from explorer.space import write

    write(folder, torch_index, force=force)
    print(f"{folder} is ready: hf upload NAME/SPACE {folder} --repo-type space")


# A command and the example that its help ends with
COMMANDS = (
    (serve, "Example: explorer serve --port 7860, or: explorer serve --ray --replicas 2"),
    (space, "Example: explorer space ../denoising-explorer-space"),
)
