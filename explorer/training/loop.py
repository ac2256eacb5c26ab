"""The training loop: one for every model, on one CPU, one GPU or many (`accelerate launch`)."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator, PartialState
from torch import Tensor, nn

from explorer.data.images import Images
from explorer.models.model import Model
from explorer.seeding import seeded
from explorer.training import checkpoint
from explorer.training.objectives import Objective, batches, generator
from explorer.training.recipes import Recipe


@dataclass(frozen=True)
class Progress:
    """What one step did."""

    step: int  # steps done, this one included
    loss: float
    lr: float
    grad_norm: float
    images_per_s: float


@dataclass
class Run:
    """A training run in memory: the network and everything that `resume` must bring back."""

    recipe: Recipe
    accelerator: Accelerator
    bf16: bool  # forward passes under autocast; weights and optimizer stay float32
    objective: Objective  # prepared: call it
    optimizer: torch.optim.Optimizer
    ema: dict[str, Tensor]
    step: int = 0

    @property
    def net(self) -> Model:
        """The bare network, with the weights of the last step."""
        return self.accelerator.unwrap_model(self.objective).net

    def save(self, path: Path) -> None:
        """Write a checkpoint atomically; only the main process writes."""
        if self.accelerator.is_main_process:
            facts = {"step": self.step, "recipe": self.recipe.facts()}
            checkpoint.write(path, self.net, self.ema, self.optimizer, facts)

    def load(self, path: Path) -> None:
        """Go back to the checkpoint at `path`. Raises ValueError if it is of another recipe."""
        tensors, facts = checkpoint.read(path)
        ours, theirs = _comparable(self.recipe.facts()), _comparable(facts["recipe"])
        differ = [k for k, v in theirs.items() if ours.get(k) != v]
        held = min(r["hold"] * r["steps"] for r in (ours, theirs | {"hold": theirs.get("hold", 0)}))
        if differ == ["steps"] and facts["step"] <= held:
            differ = []  # so far, a longer run and a shorter one are the same
        if differ:
            raise ValueError(
                f"{path} was made with another recipe ({', '.join(differ)} differ): "
                "resume with the same settings, or train in another folder"
            )
        try:
            checkpoint.restore(tensors, self.net, self.ema, self.optimizer)
        except (RuntimeError, LookupError, ValueError, TypeError) as error:
            raise ValueError(
                f"{path} holds other tensors than this recipe's network has: "
                "delete it and train again without --resume"
            ) from error
        self.step = facts["step"]


def processes(device: str = "auto") -> PartialState:
    """This process among those of `accelerate launch`; device: auto or cpu."""
    return PartialState(cpu=on_cpu(device))


def on_cpu(device: str) -> bool:
    """Whether a run on this device computes on the CPU."""
    return device == "cpu" or not torch.cuda.is_available()


def start(
    recipe: Recipe, precision: str = "auto", device: str = "auto", logs: Path | None = None
) -> Run:
    """A fresh run of `recipe`. precision: auto, bf16, fp32; device: auto or cpu.

    logs: the folder of a log for TensorBoard, where one is wanted.
    Raises ValueError for an unknown precision, and for more processes than images in a batch.
    """
    cpu = on_cpu(device)
    if precision not in ("auto", "bf16", "fp32"):
        raise ValueError(f"precision is {precision!r}: choose auto, bf16 or fp32")
    bf16 = bf16_pays(cpu) if precision == "auto" else precision == "bf16"
    # Autocast is ours: Accelerate's setting belongs to the process, and a notebook trains twice.
    track = {"log_with": "tensorboard", "project_dir": logs} if logs else {}
    accelerator = Accelerator(mixed_precision="no", cpu=cpu, **track)
    if accelerator.num_processes > recipe.batch:
        raise ValueError(
            f"batch is {recipe.batch} and there are {accelerator.num_processes} processes: "
            "each needs an image a step"
        )
    with seeded(recipe.seed):
        objective = recipe.objective()
    objective, optimizer = accelerator.prepare(objective, optimizer_of(objective, recipe))
    net = accelerator.unwrap_model(objective).net
    ema = {k: v.detach().clone() for k, v in net.named_parameters()}
    return Run(recipe, accelerator, bf16, objective, optimizer, ema)


def optimizer_of(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW with the recipe's rate and decay, the decay not of biases and norms."""
    decay = [p for p in module.parameters() if p.ndim > 1]
    plain = [p for p in module.parameters() if p.ndim <= 1]
    groups: list[dict] = [{"params": decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        groups,
        lr=recipe.lr,
        weight_decay=recipe.weight_decay,
        betas=(0.9, 0.99),
        fused=True,  # one pass over memory instead of ten
    )


def train(
    run: Run, images: Images, rate: Callable[[Recipe, int], float] | None = None
) -> Iterator[Progress]:
    """Train from `run.step` to the end of the recipe, yielding after each step.

    Every random number of a step comes from (seed, step): a resumed run is the run itself. Each
    process draws the whole batch and takes its rows. Where a loss is a mean over rows, as all but
    Reading's are, any number of processes goes the same way, also one that does not divide the
    batch: each loss weighs as much as its share of the rows.

    rate: the learning rate of (recipe, step), asked for as the step begins; `learning_rate` if
    not given.
    """
    rate = rate or learning_rate
    recipe, accelerator = run.recipe, run.accelerator
    bare = accelerator.unwrap_model(run.objective)
    mine = slice(accelerator.process_index, None, accelerator.num_processes)
    clock = _Clock()
    run.objective.train()
    for rows, step in batches(len(images.pixels), recipe.batch, recipe.seed, run.step):
        if step >= recipe.steps:
            return
        labels = None if images.labels is None else images.labels[rows]
        whole = bare.prepare(images.pixels[rows], labels, generator(recipe.seed, step))
        lr = rate(recipe, step)
        for group in run.optimizer.param_groups:
            group["lr"] = lr

        rows_here = [part[mine].to(accelerator.device) for part in whole]
        with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=run.bf16):
            loss = run.objective(*rows_here)
        if accelerator.num_processes > 1:  # gradients and losses of processes are averaged
            loss = loss * (len(rows_here[0]) * accelerator.num_processes / recipe.batch)
        accelerator.backward(loss)
        norm = accelerator.clip_grad_norm_(run.objective.parameters(), recipe.clip)
        run.optimizer.step()
        run.optimizer.zero_grad(set_to_none=True)
        average(run.ema, bare.net, recipe.ema, step)

        run.step = step + 1
        mean = accelerator.reduce(loss.detach(), "mean").item()
        if not math.isfinite(mean):
            raise ValueError(f"the loss is {mean} at step {run.step}: lower lr ({recipe.lr})")
        yield Progress(run.step, mean, lr, float(norm), recipe.batch / clock.lap())


@torch.no_grad()
def average(ema: dict[str, Tensor], net: nn.Module, decay: float, step: int) -> None:
    """Move the averaged weights towards the network's; slower as training goes on."""
    keep = min(decay, (1 + step) / (10 + step))
    weights = dict(net.named_parameters())
    torch._foreach_lerp_(list(ema.values()), [weights[k] for k in ema], 1 - keep)


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, the recipe's share of the steps, half a cosine to zero at the last."""
    warm = min(1.0, (step + 1) / recipe.warmup)
    held = recipe.hold * recipe.steps
    fallen = max(0.0, (step - held) / (recipe.steps - held))
    return recipe.lr * warm * 0.5 * (1 + math.cos(math.pi * fallen))


def bf16_pays(cpu: bool) -> bool:
    """Whether this machine multiplies bf16 matrices faster than fp32 ones, by its instructions."""
    if not cpu:
        return torch.cuda.is_bf16_supported()
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def _comparable(facts: dict) -> dict:
    """A recipe as JSON gives it back: tuples as lists."""
    return {k: _comparable(v) if isinstance(v, dict) else _listed(v) for k, v in facts.items()}


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class _Clock:
    """Seconds since the last lap, smoothed."""

    def __init__(self) -> None:
        self.last, self.smooth = time.perf_counter(), 0.0

    def lap(self) -> float:
        now = time.perf_counter()
        took, self.last = now - self.last, now
        self.smooth = took if not self.smooth else 0.9 * self.smooth + 0.1 * took
        return self.smooth
