"""What `explorer train` does: from a recipe's name, or from pictures of one's own, to a model."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from explorer.data.images import Images, load_images, open_images
from explorer.training import own
from explorer.training.latents import answered, captioned, pictures
from explorer.training.loop import processes
from explorer.training.recipes import RECIPES, Recipe, recipe
from explorer.training.session import Options, fit


@dataclass(frozen=True)
class Order:
    """What a person asked for; None is the recipe's."""

    recipe: str | None  # its name; None for pictures of one's own
    name: str | None  # of the model
    data: Path | None
    batch: int | None
    changes: dict  # of the recipe's other fields


def train(order: Order, options: Options) -> None:
    """Train to the end and say where the model is and how to see it.

    Raises ValueError or OSError, one sentence, for what cannot be done, before anything is written
    where it can be known by then.
    """
    plan = planned(order)
    here = processes(options.device)
    with here.main_process_first():  # one downloads and fills the cache, the others find it
        images = opened(order, plan, options.out)
    said = own.lone(images) and plan.kind == "unet"
    plan, images = own.fitted(plan, images, order.batch)
    if said and here.is_main_process:
        print("All pictures are of one class, which is no condition: trained as without classes.")
    weights = fit(plan, images, options)
    if not here.is_main_process:
        return
    print(f"{weights}, {weights.with_suffix('.md')}")
    if plan.kind == "unet":
        print(f"See it in the app: explorer app --model {shlex.quote(str(weights))}")


def planned(order: Order) -> Recipe:
    """The recipe as asked for. Raises ValueError for what cannot be trained."""
    given = {key: value for key, value in order.changes.items() if value is not None}
    given |= {} if order.batch is None else {"batch": order.batch}
    if order.recipe is not None:
        if order.name is not None:
            given["name"] = own.checked_name(order.name)
        return recipe(order.recipe, **given)
    if order.data is None:
        raise ValueError(
            f"name a recipe ({', '.join(RECIPES)}), or give pictures of your own with --data "
            "and --name"
        )
    if order.name is None:
        raise ValueError("--name is missing: what shall the model of these pictures be called?")
    return own.named(order.name, **given)


def opened(order: Order, plan: Recipe, out: Path) -> Images:
    """The data set. Raises DataError, a sentence that names the file, where it is none."""
    if order.recipe is None and order.data is not None:
        return load_images(order.data.absolute() if order.data.exists() else order.data)
    kept = partial(captioned, cache=out / "latents.safetensors")
    made: dict[str, Callable[[Path | None], Any]] = {
        "scenes": pictures,
        "latents": kept,
        "captions": answered,
    }
    return made[plan.data](order.data) if plan.data in made else open_images(plan.data, order.data)
