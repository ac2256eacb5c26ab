"""The command line. Heavy imports stay inside the commands, so that --help answers at once."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from explorer import cli_bench, cli_data, cli_server
from explorer.figures import palette

cli = typer.Typer(
    help="See diffusion happen, on models small enough to run live on a laptop.",
    epilog="Without a command, explorer opens the app.",
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

WORDS = {  # of pydantic, which reads numbers for typer
    "Input should be": "it must be",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "less than or equal to": "at most",
    "greater than or equal to": "at least",
}
Data = Annotated[
    Path | None,
    typer.Option(
        help="The folder that holds the data set (else EXPLORER_DATA, else ./data); "
        "or pictures of your own: an .npz or a folder of images."
    ),
]
Model = Annotated[str, typer.Option(help="A name from the zoo, or a .safetensors file.")]
Precision = Annotated[str, typer.Option(help="auto, bf16 or fp32; auto takes the faster.")]
Device = Annotated[str, typer.Option(help="auto or cpu; auto takes a GPU where there is one.")]


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what a person can mend is one sentence on stderr and exit status 2."""
    try:
        command = typer.main.get_command(cli)
        code = command.main(arguments, prog_name="explorer", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except (ValueError, OSError) as error:
        _refuse(str(error))
    except Exception as error:
        if not hasattr(error, "format_message"):  # a misuse of the command line has one
            raise
        _refuse(_said(error))
    sys.exit(code if isinstance(code, int) else 0)


def _said(error: Any) -> str:
    """What is wrong with a command line, and what is allowed, in words for who typed it."""
    sentence = error.format_message()
    for theirs, ours in WORDS.items():
        sentence = sentence.replace(theirs, ours)
    commands = getattr(getattr(error.ctx, "command", None), "commands", None)
    if commands and sentence.startswith("No such command"):
        sentence = f"{sentence.rstrip('.')}: choose one of {', '.join(commands)}."
    return sentence


def _refuse(sentence: str) -> None:
    print("explorer:", " ".join(sentence.split()), file=sys.stderr)
    sys.exit(2)


@cli.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        app()


@cli.command(epilog="Example: explorer app --host 0.0.0.0 --port 7860")
def app(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets a classroom in.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; the first free one from 7860.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the default browser.")] = False,
    model: Model = "mnist",
    data: Data = None,
) -> None:
    """Serve the app and print its address. It needs no data set and no network connection.

    The tab Train can train on the pictures of --data.
    """
    from explorer.app.main import launch, present

    present(data)
    launch(host, port, browser=browser, model=model, data=data)


@cli.command(epilog="Example: explorer train --data my-pictures --name mine")
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="mnist, cifar10, digit-classifier, scenes-vae, scenes-words or scenes; "
            "leave it out for pictures of your own."
        ),
    ] = None,
    data: Data = None,
    name: Annotated[
        str | None, typer.Option(help="What your model is called; the recipe's if not given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; runs/NAME if not given.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Optimisation steps.")] = None,
    batch: Annotated[int | None, typer.Option(help="Images a step, over all processes.")] = None,
    lr: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None,
    seed: Annotated[int | None, typer.Option(help="Decides every random number.")] = None,
    begin: Annotated[
        str | None, typer.Option(help="Weights to begin with: a name, or a .safetensors file.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the run's checkpoint.")] = False,
    precision: Precision = "auto",
    device: Device = "auto",
    log_every: Annotated[int, typer.Option(min=1, help="Steps from a log line to the next.")] = 10,
    log: Annotated[
        str, typer.Option(help="tensorboard: also keep the log for TensorBoard, in the run.")
    ] = "",
) -> None:
    """Train a model of your own; what is not given is the recipe's.

    Pictures of your own, 28 to 64 pixels a side, need --data and --name; their size and channels
    choose the network. Several GPUs or machines: accelerate launch -m explorer train ...
    """
    from explorer.training import command

    changes = {"steps": steps, "lr": lr, "seed": seed, "begin": begin}
    order = command.Order(recipe, name, data, batch, changes)
    folder = out or Path("runs") / command.planned(order).name
    options = command.Options(folder, resume, precision, device, log_every=log_every, log=log)
    command.train(order, options)


@cli.command(epilog="Example: explorer evaluate mnist --data ../data")
def evaluate(
    name: Annotated[str, typer.Argument(help="A model of the zoo, or a .safetensors file.")],
    data: Data = None,
    judge: Annotated[str, typer.Option(help="The classifier that judges.")] = "digit-classifier",
    samples: Annotated[
        int | None, typer.Option(min=64, max=8000, help="Pictures a row; the plan's if not given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The table; NAME.quality.json beside the weights.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Keep the rows that the table has.")] = False,
    losses: Annotated[
        bool, typer.Option("--losses", help="Only the loss at each noise level: NAME.losses.json.")
    ] = False,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Only whether attention lies on what a word names: NAME.trust.json."
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Measure the quick rows again, with other noise.")
    ] = False,
    backend: Annotated[
        str,
        typer.Option(help="With --check: the same noise, computed by openvino-bf16 for example."),
    ] = "",
) -> None:
    """Measure quality: sampler, steps and scale against accuracy, Fréchet distance, diversity.

    Of an autoencoder, how well it gives pictures back; of scenes, whether captions come true.
    With --losses it measures any network that removes noise, the planar-* ones too.
    Writes the table and the model card beside it. With --check it writes nothing and says how
    many standard errors each row lies from the table's; it fails where one is 4 or more away.
    """
    from explorer import measuring

    if check:
        raise typer.Exit(measuring.again(name, judge, backend))
    if backend:
        raise ValueError("--backend goes with --check: the tables themselves are PyTorch's.")
    if losses:
        return measuring.losses(name, data, out)
    if trust:
        return measuring.trust(name, samples, out)
    measuring.quality(name, data, judge, samples, out, resume=resume)


@cli.command(
    epilog="Example: explorer sample --label 3 --sampler dpmpp_2m --spacing karras --out three.gif"
)
def sample(
    model: Model = "mnist",
    label: Annotated[
        int | None, typer.Option(help="The class to draw; any of them if not given.")
    ] = None,
    prompt: Annotated[
        str, typer.Option(help="What to draw, in words, with --model scenes; anything if empty.")
    ] = "",
    sampler: Annotated[str, typer.Option(help=f"{', '.join(palette.SAMPLERS)}.")] = "ddim",
    schedule: Annotated[
        str, typer.Option(help=f"What noise means: {', '.join(palette.SCHEDULES)}.")
    ] = "linear",
    spacing: Annotated[
        str, typer.Option(help="Where the sampler steps: linspace, leading, trailing, karras.")
    ] = "trailing",
    steps: Annotated[int, typer.Option(help="Steps, 1 to 1000.")] = 20,
    scale: Annotated[
        float, typer.Option(help="Guidance: 0 ignores the label, 1 follows it, more exaggerates.")
    ] = 2.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same picture.")] = 0,
    count: Annotated[int, typer.Option(help="Pictures, 1 to 64; several make a grid.")] = 1,
    zoom: Annotated[int, typer.Option(min=1, max=32, help="Screen pixels a pixel.")] = 10,
    out: Annotated[
        Path, typer.Option(help="A .png of the last step, or a .gif of x_t and x̂₀ at every step.")
    ] = Path("sample.png"),
) -> None:
    """Draw pictures with a trained model, as a PNG or an animated GIF."""
    if out.suffix.lower() not in (".png", ".gif"):
        raise ValueError(f"--out is {str(out)!r}; it must end in .png or .gif.")
    from explorer import export, sampling
    from explorer.models import zoo

    request = sampling.Request(label, prompt, sampler, schedule, spacing, steps, scale, seed, count)
    net = zoo.load(model)
    run = list(sampling.stream(net, request))
    about = {"Software": "Denoising Explorer", "model": net.card.name} | vars(request)
    about["nfe"] = run[-1].nfe
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".gif":
        export.save_gif(out, run, about, zoom)
    else:
        export.save_png(out, run[-1].x, about, zoom)
    print(out)


for _command, _example in (*cli_data.COMMANDS, *cli_server.COMMANDS, *cli_bench.COMMANDS):
    cli.command(epilog=_example)(_command)


if __name__ == "__main__":
    main()
