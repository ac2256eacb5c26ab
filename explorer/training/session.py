"""A training run on disk: its progress bar, log, sample grids, checkpoints and final weights."""

import json
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from torch import nn

from explorer.data.images import Images
from explorer.denoisers import from_network
from explorer.files import naming, replace_text
from explorer.models import zoo
from explorer.models.card import write_card
from explorer.models.model import Model
from explorer.models.text import TextUNet
from explorer.models.unet import UNet
from explorer.models.vae import VAE
from explorer.samplers import ddim
from explorer.schedules import cosine, levels
from explorer.training.loop import Progress, Run, start, train
from explorer.training.recipes import Recipe

MOST_COLUMNS = 10  # of a grid of samples


@dataclass(frozen=True)
class Options:
    """Where a run keeps its files and how often it writes them (in steps)."""

    out: Path
    resume: bool = False
    precision: str = "auto"
    device: str = "auto"
    log_every: int = 10
    checkpoint_every: int = 250
    preview_every: int = 500
    log: str = ""  # "tensorboard" for a log that it reads, beside log.jsonl


def fit(recipe: Recipe, images: Images, options: Options, console: Console | None = None) -> Path:
    """Train `recipe` on `images` to its end; return the file of the averaged weights.

    In options.out: checkpoint.safetensors, log.jsonl, samples/, and at the end NAME.safetensors
    with its card, NAME.md. Raises OSError, naming the file, where one cannot be written, and
    ValueError for a run that is there already without `resume`, and for none to resume.
    """
    _can_log(options.log)
    logs = options.out if options.log else None
    run = start(recipe, options.precision, options.device, logs)
    main, out = run.accelerator.is_main_process, options.out
    _open(run, options)
    run.accelerator.init_trackers("tensorboard")  # a folder of `out`; none where none is asked for
    began, first = time.time(), run.step
    before = _logged_seconds(out / "log.jsonl")
    with _bar(recipe, run.step, console, quiet=not main) as show:
        for done in train(run, images):
            show(done)
            last = done.step == recipe.steps
            if main and (done.step % options.log_every == 0 or last):
                line = _line(done, before + time.time() - began)
                _log(out / "log.jsonl", line)
                run.accelerator.log({k: v for k, v in line.items() if k != "step"}, done.step)
            if done.step % options.checkpoint_every == 0 or last:
                run.save(out / "checkpoint.safetensors")
            if main and done.step % options.preview_every == 0 and not last:
                preview(averaged(run), _samples(out, run.step))
    weights, seconds = out / f"{recipe.name}.safetensors", before + time.time() - began
    if main and run.step > first:
        (console or Console()).print("The last samples are being drawn.")
        preview(averaged(run), _samples(out, run.step))
    if main and (run.step > first or not weights.exists()):
        _keep(run, images, weights, seconds)
    run.accelerator.end_training()
    return weights


def _keep(run: Run, images: Images, weights: Path, seconds: float) -> None:
    """Write the weights and their card."""
    facts, net = _facts(run, images, seconds), averaged(run)
    if isinstance(net, VAE):
        net.calibrate(images.floats(slice(2000)))
    zoo.save(weights, net, kind=run.recipe.kind, config=run.recipe.config, extra=facts)
    write_card(weights.with_suffix(".md"), facts, {})


def _samples(out: Path, step: int) -> Path:
    return out / "samples" / f"step-{step:06d}.png"


def averaged(run: Run) -> Model:
    """A copy of the network with the averaged weights, in eval mode."""
    net = deepcopy(run.net)
    net.load_state_dict(run.ema, strict=False)  # buffers, which have no average, stay
    return net.eval()


def preview(net: nn.Module, path: Path, rows: int = 4) -> None:
    """Save a grid of samples, one column a class, always from the same noise.

    Of U-Nets of pixels only, and of MOST_COLUMNS classes at most.
    """
    if not isinstance(net, UNet) or isinstance(net, TextUNet):  # latents are no pictures
        return
    device = next(net.parameters()).device
    columns = min(net.cfg.classes, MOST_COLUMNS) or MOST_COLUMNS  # without classes: any pictures
    labels = torch.arange(columns, device=device).repeat(rows)
    size = net.cfg.image_size
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(len(labels), net.cfg.image_channels, size, size, generator=rng)
    with torch.no_grad():
        context = net.embed(labels) if net.cfg.classes else net.null_context(len(labels))
    grid = levels(cosine(), 20, "trailing")
    *_, last = ddim(from_network(net, context=context), noise.to(device), grid)
    tiles = last.x.unflatten(0, (rows, -1)).permute(0, 3, 1, 4, 2)  # (rows, H, columns, W, C)
    pixels = tiles.flatten(0, 1).flatten(1, 2).clamp(-1, 1).add(1).mul(127.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path):
        Image.fromarray(pixels.byte().squeeze(-1).cpu().numpy()).save(path)


def _open(run: Run, options: Options) -> None:
    """Load the checkpoint or refuse to write over one; cut the log back to where it stands."""
    file, out = options.out / "checkpoint.safetensors", options.out
    if options.resume:
        if not file.is_file():
            raise ValueError(f"there is no {file} to resume: train without --resume first")
        run.load(file)
    elif file.exists():
        raise ValueError(f"{file} exists: go on with --resume, or train in another --out folder")
    if run.accelerator.is_main_process:
        out.mkdir(parents=True, exist_ok=True)
        log = out / "log.jsonl"
        kept = [line for line in _lines(log) if line["step"] <= run.step]
        replace_text(log, "".join(json.dumps(line) + "\n" for line in kept))


def _lines(log: Path) -> list[dict]:
    """The whole lines of a log; a line that a kill cut short is left out."""
    lines = []
    for text in log.read_text().splitlines() if log.exists() else []:
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return lines


def _logged_seconds(log: Path) -> float:
    lines = _lines(log)
    return lines[-1]["seconds"] if lines else 0.0


def _can_log(log: str) -> None:
    """Raise ValueError for a log that is unknown or whose package is not installed."""
    if log not in ("", "tensorboard"):
        raise ValueError(f"log is {log!r}: the choice is tensorboard, or none at all")
    if log and not find_spec(log):
        raise ValueError(
            f'--log {log} needs the package {log}: pip install "denoising-explorer[logs]"'
        )


def _line(done: Progress, seconds: float) -> dict:
    return {
        "step": done.step,
        "loss": round(done.loss, 6),
        "lr": done.lr,
        "grad_norm": round(done.grad_norm, 4),
        "images_per_s": round(done.images_per_s, 1),
        "seconds": round(seconds, 1),
    }


def _log(log: Path, line: dict) -> None:
    with naming(log), log.open("a") as file:
        file.write(json.dumps(line) + "\n")


@contextmanager
def _bar(recipe: Recipe, done: int, console: Console | None, *, quiet: bool) -> Iterator:
    """A progress bar: steps, loss, images a second, time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TextColumn("{task.fields[speed]:.0f} images/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=quiet, speed_estimate_period=120) as bar:
        task = bar.add_task(recipe.name, total=recipe.steps, completed=done, loss=0.0, speed=0.0)

        def show(now: Progress) -> None:
            bar.update(task, completed=now.step, loss=now.loss, speed=now.images_per_s)

        yield show


def _facts(run: Run, images: Images, seconds: float) -> dict:
    """What the model card says of the training."""
    processes = run.accelerator.num_processes
    return {
        "data": f"{images.name}, {len(images.pixels):,} examples",
        "steps": run.recipe.steps,
        "batch": run.recipe.batch,
        "minutes": round(seconds / 60, 1),
        "machine": f"{_processor()}, {torch.get_num_threads()} threads, {processes} process(es)",
        "precision": "bf16" if run.bf16 else "fp32",
        "parameters": sum(p.numel() for p in run.net.parameters()),
        "commit": _commit(),
        **({"classes": list(images.classes)} if images.classes else {}),
        "recipe": run.recipe.facts(),
    }


def _processor() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    info = Path("/proc/cpuinfo")
    names = [x for x in info.read_text().splitlines() if "model name" in x] if info.exists() else []
    return names[0].split(":", 1)[1].strip() if names else platform.processor()


def _commit() -> str:
    """The commit of this checkout, or 'unknown' outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
