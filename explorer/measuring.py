"""What `explorer evaluate` does, with progress bars and tables on the terminal."""

from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from explorer import backends, evaluate, evaluate_scenes, evaluate_words, trust_table
from explorer import losses as loss_table
from explorer.data.images import load_images, open_images
from explorer.data.scenes.pictures import pictures
from explorer.judge import Judge, Reference
from explorer.models import card, zoo
from explorer.models.classifier import Classifier
from explorer.models.model import Model
from explorer.models.text import TextReader, TextUNet
from explorer.models.unet import UNet
from explorer.models.vae import AUTOENCODER, VAE
from explorer.tables import print_table
from explorer.training import latents, planar
from explorer.worlds import WORLDS

QUICK = 5000  # denoiser evaluations of a row, over all its samples, that a check measures again
SEED = 1  # of a check; the table is measured with 0
TOO_FAR = 4.0  # standard errors


def quality(
    name: str, data: Path | None, judge: str, samples: int | None, out: Path | None, *, resume: bool
) -> None:
    """Measure a model, and write its table and its card; a classifier's is one number."""
    net = zoo.load(name)
    if isinstance(net, VAE):
        return _vae(net, data, out)
    if isinstance(net, TextReader):
        file = _table_of(net, out)
        return _plainly(net, evaluate_words.evaluate(net, file), file)
    if isinstance(net, TextUNet):
        return _scenes(net, data, judge, samples or 125, out)
    if isinstance(net, UNet):
        _can_judge(name, net, judge)
    train, test = (open_images(_source(net), data, split) for split in (True, False))
    file = _table_of(net, out)
    if isinstance(net, Classifier):
        table = evaluate.evaluate_classifier(net, test, file)
        print_table(name, list(table), [list(table.values())])
    elif isinstance(net, UNet):
        seen = Judge(zoo.load(judge, Classifier), train, test)
        seen.reference().save(_reference(judge, out))
        table = _table(net, seen, file, samples, resume=resume)
    else:
        raise ValueError(f"{name} is a {net.card.kind}, which has no table of quality.")
    print(f"{file}, {_described(net, table, file)}")


def _can_judge(name: str, net: UNet, judge: str) -> None:
    """Raise ValueError where the judge does not know what the model draws."""
    if not net.cfg.classes:
        raise ValueError(f"{name} was trained without classes, which quality is measured by")
    seen = zoo.load(judge)
    if seen.card.kind != "classifier":
        raise ValueError(f"{judge} is a {seen.card.kind}; the judge must be a classifier")
    shape = ("image_channels", "image_size", "classes")
    same = all(getattr(seen.cfg, field) == getattr(net.cfg, field) for field in shape)
    sets = [m.card.facts.get("data", "").split(",")[0] for m in (net, seen)]
    if not same or (all(sets) and sets[0] != sets[1]):
        cfg = seen.cfg
        raise ValueError(
            f"{judge} judges {sets[1] or 'pictures'} of {cfg.image_size}×{cfg.image_size} pixels "
            f"in {cfg.classes} classes, which is not what {name} draws: train a judge on the same "
            "pictures (explorer train digit-classifier --data ... --name ...) and name it with "
            "--judge"
        )


def _vae(net: VAE, data: Path | None, out: Path | None) -> None:
    """Measure an autoencoder on scenes of digits that nothing was trained on."""
    file = _table_of(net, out)
    held_out = pictures(1000, 1, data, train=False)
    _plainly(net, evaluate.evaluate_vae(net, held_out, file), file)


def _plainly(net: Model, table: dict, file: Path) -> None:
    """Show a table of single numbers and write the card."""
    print_table(net.card.name, list(table), [list(table.values())])
    print(f"{file}, {_described(net, table, file)}")


def _table_of(net: Model, out: Path | None) -> Path:
    """Beside the weights that were measured, which may lie anywhere, or as asked for."""
    if out:
        return out
    assert net.card.file  # it was loaded
    return net.card.file.with_suffix(".quality.json")


def _described(net: Model, table: dict, file: Path) -> Path:
    """Write the model's card beside its table, and say where."""
    shown = file.with_name(file.name.removesuffix(".json").removesuffix(".quality") + ".md")
    card.write_card(shown, net.card.facts, table)
    return shown


def _scenes(net: TextUNet, data: Path | None, judge: str, n: int, out: Path | None) -> None:
    """Measure whether a text-to-image model paints what its captions say, at every scale."""
    digits, file, rows = load_images("mnist", data, False), _table_of(net, out), []
    with Progress() as bar:
        task = bar.add_task(net.card.name, total=len(evaluate_scenes.SCALES))

        def tell(row: dict) -> None:
            rows.append(row)
            bar.advance(task)

        vae, seen = zoo.load(AUTOENCODER, VAE), zoo.load(judge, Classifier)
        table = evaluate_scenes.evaluate(net, vae, seen, file, n=n, digits=digits, tell=tell)
    names = [group.name for group in evaluate_scenes.GROUPS]
    rest = ("frechet", "diversity", "saturated")
    shown = [
        (row["scale"], *(f"{row[name]['all']:.1%}" for name in names), *(row[k] for k in rest))
        for row in rows
    ]
    print_table(f"{net.card.name}: all right, {n} captions each", ("scale", *names, *rest), shown)
    best = next(row for row in rows if row["scale"] == table["best scale"])
    head = ("at the best scale", *evaluate_scenes.PARTS)
    lines = [(name, *(f"{best[name][part]:.1%}" for part in head[1:])) for name in names]
    print_table(f"scale {best['scale']:g}", head, lines)
    print(f"{file}, {_described(net, table, file)}")


def losses(name: str, data: Path | None, out: Path | None) -> None:
    """Measure the loss of a denoiser at each noise level.

    Raises ValueError for a network that removes no noise, and for a planar one of no known world.
    """
    net, weights = zoo.load(name), zoo.locate(name)
    task = _task(net, data)
    file = out or weights.with_suffix(loss_table.STEM)
    with Progress() as bar:
        progress = bar.add_task(net.card.name, total=len(loss_table.LOG_SNRS))
        loss_table.measure(net, task, file, weights, tell=lambda: bar.advance(progress))
    print(file)


def _task(net: Model, data: Path | None) -> loss_table.Task:
    """What the loss of a network is measured on: data that it was not trained on."""
    name, kind = net.card.name, net.card.kind
    if kind == "planar":
        world = name.removeprefix(planar.name_of(""))
        if world not in WORLDS:
            raise ValueError(f"{name} is named after none of the worlds {', '.join(WORLDS)}.")
        return loss_table.Task.of_world(WORLDS[world]())
    if kind == "text-unet":
        count = loss_table.COUNT
        held_out = latents.captioned(data, count, seed=1, train=False)
        said = f"{count} scenes of test digits, a caption each"
        return loss_table.Task.of_latents(held_out.pixels, held_out.labels[:, 0], said)
    if not isinstance(net, UNet):
        raise ValueError(f"{name} is a {kind}; only what removes noise has a loss by noise level.")
    return loss_table.Task.of_images(net, open_images(_source(net), data, False))


def trust(name: str, samples: int | None, out: Path | None) -> None:
    """Measure how much of a word's attention lies on the digit that it names.

    Raises ValueError for a model that is told no words.
    """
    net, weights = zoo.load(name), zoo.locate(name)
    if not isinstance(net, TextUNet):
        raise ValueError(
            f"{name} is a {net.card.kind}; trust is measured of a text-to-image model."
        )
    file, count = out or weights.with_suffix(".trust.json"), samples or trust_table.PROMPTS
    with Progress() as bar:
        task = bar.add_task(name, total=count)
        tell = lambda done: bar.advance(task, done)  # noqa: E731
        table = trust_table.evaluate(net, zoo.load(AUTOENCODER, VAE), file, count, tell)
    rows = [("shown by the app", {kind: t["shown"] for kind, t in table["kinds"].items()})]
    for layer in table["sides"]:
        rows.append((layer, {k: t["by_layer"][layer] for k, t in table["kinds"].items()}))
    lines = [
        (n, *(f"{m['ratio']:.2f} ± {m['error']:.2f}" for m in row.values())) for n, row in rows
    ]
    print_table(
        f"{name}: attention inside / area, {count} prompts", ("map", *table["kinds"]), lines
    )
    print(file)


def again(name: str, judge: str, backend: str = "") -> int:
    """Measure the quick rows of a model's table again; 1 where one is TOO_FAR from it, else 0.

    With other noise, or with that of the table where a backend is named. Raises ZooError where
    there is no table, or none with standard errors, ValueError for a backend that is not here.
    """
    if backend and backend not in backends.installed():
        names = ", ".join(backends.installed())
        raise ValueError(f"--backend is {backend!r}: choose one of {names}.")
    net, reference = zoo.load(name, UNet), Reference.load(_reference(judge))
    rows = [row for row in net.card.metrics.get("rows", []) if "frechet_error" in row]
    quick = [row for row in rows if row["n"] * row["nfe"] <= QUICK]
    if not quick:
        raise zoo.ZooError(f"{name} has no table with standard errors: run explorer evaluate.")
    call, seed, told = None, SEED, "other noise"
    if backend:
        from explorer.backends import runtimes

        call, seed, told = runtimes.of(zoo.locate(name), backend), 0, backends.title(backend)
    lines, worst = [], 0.0
    with Progress() as bar:
        task = bar.add_task(name, total=sum(row["n"] * row["nfe"] for row in quick))
        for row in quick:
            found = evaluate.again(net, zoo.load(judge, Classifier), reference, row, seed, call)
            worst = max(worst, found["accuracy_apart"], found["frechet_apart"])
            lines.append(
                (
                    f"{row['sampler']} {row['spacing']}, scale {row['scale']:g}, {row['nfe']} NFE",
                    f"{row['accuracy']:.3f} ± {row['accuracy_error']:.3f}",
                    f"{found['accuracy']:.3f}",
                    f"{row['frechet']:.2f} ± {row['frechet_error']:.2f}",
                    f"{found['frechet']:.2f}",
                    f"{found['frechet_apart']:.1f}",
                )
            )
            bar.advance(task, row["n"] * row["nfe"])
    head = ("row", "accuracy", "again", "Fréchet distance", "again", "errors apart")
    print_table(f"{name}: the table, and {told}", head, lines)
    print(f"Farthest: {worst:.1f} standard errors of the difference (fails from {TOO_FAR:g}).")
    return int(worst >= TOO_FAR)


def _source(net: Model) -> str:
    return net.card.facts.get("recipe", {}).get("data", "mnist")


def _reference(judge: str, out: Path | None = None) -> Path:
    """Beside the judge's weights, or beside a table that is written elsewhere."""
    beside = zoo.locate(judge) if out is None else out.with_name(f"{Path(judge).stem}.json")
    return beside.with_suffix(".reference.json")


def _table(net: UNet, judge: Judge, file: Path, samples: int | None, *, resume: bool) -> dict:
    """The table of a U-Net, with a progress bar while it is measured.

    Of a small set, a row has no more samples than there are real pictures to compare them with.
    """
    most = len(judge.train)
    if (samples or 0) > most:
        raise ValueError(f"--samples is {samples}, but only {most} real pictures can be compared")
    entries = [replace(e, n=samples or min(e.n, most)) for e in evaluate.plan()]
    with Progress() as bar:
        task = bar.add_task(net.card.name, total=sum(e.n * e.nfe for e in entries))

        def tell(row: dict) -> None:
            bar.advance(task, row["n"] * row["nfe"])

        table = evaluate.evaluate(net, judge, file, entries, tell, resume=resume)
    shown = ("sampler", "spacing", "nfe", "scale", "n", "accuracy", "frechet", "ratio", "diversity")
    print_table(net.card.name, shown, [[row[key] for key in shown] for row in table["rows"]])
    return table
