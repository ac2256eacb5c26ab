"""What the Latent tab answers: every input checked, every answer computed once.

Nothing here imports torch before it is asked: the page must be served first.
"""

import gradio as gr

from explorer.app import checks, controls, prompts
from explorer.app.about import made
from explorer.app.code import latent as code
from explorer.app.latent import asked, shelf
from explorer.app.once import once, where
from explorer.app.tables import NAMES


def _made(name: str, lines: str, **more: object) -> dict:
    """What a file of this tab says of itself."""
    from explorer.models.vae import AUTOENCODER

    return made(name, lines, **{"model": AUTOENCODER} | more)


def _scene(text: str) -> str:
    seed = shelf.seed_of(text)
    return "a picture of one's own" if seed is None else f"scene of seed {seed}"


def encode(picture) -> tuple[dict, str]:
    """Latent, reconstruction and error of a picture. Raises gr.Error, a sentence."""
    text = asked.picture("Picture", picture)
    from explorer.app.latent import coding

    found = coding.encoding(text)
    quality = "∞" if found["psnr"] is None else f"{found['psnr']:.1f} dB"
    facts = controls.measures(
        [
            (quality, "PSNR of the reconstruction"),
            (f"{found['worst']} greys", "largest error of a colour of a pixel, of 255"),
            ("12 ×", "fewer numbers: 64 · 64 · 3 to 16 · 16 · 4"),
        ]
    )
    seed = shelf.seed_of(text)
    lines = "" if seed is None else code.encode(seed)
    return found | _made("encode", lines, picture=_scene(text)), facts


def take_apart(picture) -> dict:
    """A latent with the change that the chapter opens with. Raises gr.Error, a sentence."""
    return _changed(asked.picture("Picture", picture), asked.FIRST)


def edit(event: gr.EventData, picture) -> dict:
    """The latent after the changes that the page sent. Raises gr.Error, a sentence."""
    text = asked.picture("Picture", picture)
    return _changed(text, asked.edit(getattr(event, "_data", None)))


def _changed(text: str, change: asked.Edit) -> dict:
    from explorer.app.latent import edits

    seed = shelf.seed_of(text)
    lines = "" if seed is None else code.apart(seed, change)
    return edits.changed(text, change) | _made("latent", lines, picture=_scene(text))


@once(12, stored=False)  # large, and soon computed
def _between(first: str, second: str) -> tuple[dict, str]:
    from explorer.app.latent import films

    ways = films.between(first, second)
    one, other = shelf.seed_of(first), shelf.seed_of(second)
    lines = ""
    if one is not None and other is not None:
        lines = code.between(one, other, films.SHARES)
    pair = f"{_scene(first)}, {_scene(second)}"
    film = films.between_film(ways).payload() | _made("between", lines, pictures=pair)
    return film, f"<p class='quiet'>{films.apart(ways)}</p>"


def between(first, second) -> tuple[dict, str]:
    """Two ways from one picture to another. Raises gr.Error, a sentence."""
    first = asked.picture("First picture", first)
    return _between(first, asked.picture("Second picture", second) or second_of_shelf())


def second_of_shelf() -> str:
    """What the second picture is until another is chosen."""
    return shelf.tiles()[1]["pixels"]


@once(12, stored=False)  # half of it noise, which does not compress
def _forward(text: str, schedule: str, seed: int) -> tuple[dict, str]:
    from explorer.app.latent import films, weights

    scene = shelf.seed_of(text)
    lines = "" if scene is None else code.forward(scene, schedule, seed, films.times(schedule))
    asked_for = {"picture": _scene(text), "seed": seed, "schedule": schedule}
    said = _made(f"into-noise-seed{seed}", lines, **asked_for)
    film = films.into_noise(text, schedule, seed).payload() | said
    return film, f"<p class='quiet'>{weights.said()}</p>"


def forward(picture, schedule, seed) -> tuple[dict, str]:
    """A picture dissolving in the latent and in pixels. Raises gr.Error, naming field and range."""
    return _forward(
        asked.picture("Picture", picture),
        checks.choice("Schedule", schedule, NAMES),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
    )


@once(12)
def _run(prompt: str, seed: int) -> tuple[dict, str]:
    from explorer.app import painter
    from explorer.app.latent import films

    painter.ready()
    film, seconds = films.out_of_noise(prompt, seed)
    empty = "" if prompt else f"{prompts.EMPTY} "
    facts = controls.measures(
        [
            (str(films.STEPS), "denoiser evaluations (NFE), each in the latent"),
            (str(2 * films.STEPS), "network evaluations: with and without the prompt"),
            ("1", "decoding would do; here every step is decoded to be seen"),
            (f"{seconds:.2f} s", f"the run and its one decoding, measured {where()}"),
        ]
    )
    said = (
        f"{facts}<p class='quiet'>{empty}Seed {seed}, scale {films.SCALE:g}; model scenes; "
        f"DPM++ 2M, {films.STEPS} steps, linear schedule, Karras spacing.</p>"
        "<pre class='explorer-code'>for step in dpmpp_2m(denoise, noise, levels):  "
        "<i># samplers.py: 4 × 16 × 16 all the way</i>\n"
        "picture = vae.decode(step.x)                   <i># once, at the end</i></pre>"
    )
    lines = code.run(prompt, seed, films.SCALE, films.STEPS)
    ran = {"sampler": "dpmpp_2m", "spacing": "karras", "schedule": "linear"}
    asked_for = {"prompt": prompt or "(empty)", "seed": seed, "scale": films.SCALE, **ran}
    name = f"latent-run-seed{seed}-{films.STEPS}nfe"
    about = _made(name, lines, model=painter.MODEL, **asked_for, NFE=films.STEPS)
    return film.payload() | about, said


def run(prompt, seed) -> tuple[dict, str]:
    """A run in the latent, every step decoded. Raises gr.Error, a sentence."""
    return _run(
        prompts.prompt("Prompt", prompt), checks.integer("Seed", seed, 0, controls.LAST_SEED)
    )


@once(1, stored=False)
def costs() -> str:
    """The chapter "What it costs", measured once, when it is first opened."""
    from explorer import costs as measuring
    from explorer.app import engine, painter
    from explorer.app.latent import price

    painter.ready()
    found = measuring.measure(painter.engine().net, painter.vae(), within=engine.compute)
    return price.html(found, controls.measures(price.headline(found)))


def measure_again() -> str:
    """The same, measured anew; who asks while it is measured gets that."""
    costs.forget()  # type: ignore[attr-defined]  # `once` puts it there
    return costs()


def use_picture(event: gr.EventData) -> str:
    """The picture that was chosen on the page. Raises gr.Error, a sentence."""
    sent = getattr(event, "_data", None)
    return asked.picture("Picture", sent.get("pixels") if isinstance(sent, dict) else None)


def another(event: gr.EventData) -> dict:
    """One more scene for the shelf. Raises gr.Error, naming the range."""
    return shelf.another(getattr(event, "_data", None))


def warm() -> None:
    """Compute what the chapters open with, but the costs, which would slow the rest."""
    shelf.tiles()
    encode("")
    take_apart("")
    between("", "")
    forward("", "linear", 0)
    run(prompts.FIRST, 0)
