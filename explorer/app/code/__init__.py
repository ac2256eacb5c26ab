"""The lines of Python that make what a place shows: about ten, of the library alone, no app.

A template is the body; `program` puts the imports before it. Its last line is an expression, the
value that the page shows; tests/test_code.py and test_code_inside.py run all and compare.
"""

import re
from textwrap import dedent

from explorer import names

# Between a block and what follows it, where the prompt of Python wants an empty line
BLOCK_ENDS = re.compile(r"^( +\S.*)\n(?=[^\s)\]}])(?!elif|else|except|finally)", re.MULTILINE)
# What a body may name, and where that lives
HOMES = {
    "explorer": ("costs", "grey", "ideal", "illposed", "told"),
    "explorer.convergence": ("converged", "distances", "errors", "grids", "level_at"),
    "explorer.data": ("gallery",),
    "explorer.denoisers": (
        *("from_halves", "from_network", "guided", "halves", "paired", "score_hat", "v_hat"),
    ),
    "explorer.forward": ("noised", "transition"),
    "explorer.guidance": ("rescaled", "within"),
    "explorer.judge": ("Reference", "features"),
    "explorer.models": ("zoo",),
    "explorer.models.anatomy": ("anatomy",),
    "explorer.models.ablate": ("ablated", "cut_skip", "freeze", "look_away", "silence", "untold"),
    "explorer.models.attention": ("record_attention",),
    "explorer.models.classifier": ("Classifier",),
    "explorer.models.features": ("record_features",),
    "explorer.models.intervene": (
        *("changed", "keep_maps", "silence_head", "silence_layers", "silence_word"),
    ),
    "explorer.noise": ("normal",),
    "explorer.samplers": tuple(sorted(names.SAMPLERS)),
    "explorer.sampling": ("generator", "noise"),
    "explorer.schedules": (
        *("SCHEDULES", "Level", "cosine", "karras", "levels", "levels_from", "linear"),
        *("scaled_linear", "time_of", "zero_snr"),
    ),
    "explorer.training.plane_recipe": ("Recipe",),
    "explorer.training.plane_run": ("Run",),
    "explorer.worlds": ("WORLDS", "drawn"),
}


def program(body: str, *passed: str) -> str:
    """A body with the imports of what it names; passed: what it hands on without calling it."""
    body = BLOCK_ENDS.sub(r"\1\n\n", dedent(body).strip("\n"))
    bare = re.sub(r"(\"|')(?:\\.|(?!\1).)*\1", "", body)  # names, not texts
    called = re.findall(r"(?<![.\w])[A-Za-z_]\w*(?=[(\[.])", bare)  # or indexed, or asked
    used = {*called, *passed}
    found = [name for name in ("math", "torch") if name in used]
    lines = [f"import {name}" for name in found]
    for home, known in HOMES.items():
        if wanted := sorted(set(known) & used, key=str.lower):
            lines.append(f"from {home} import {', '.join(wanted)}")
    return "\n".join([*lines, "", body]) + "\n"


def digits(network: str, label: int | None, scale: float, count: int = 1) -> str:
    """Two lines: a network of labels, and its denoiser of `count` rows."""
    load = f"net = zoo.load({network})"
    if label is None or scale == 0:
        return f"{load}\ndenoise = from_network(net, context=net.null_context({count}))"
    told = f"net.embed(torch.tensor([{label}]{_times(count)}))"
    return f"{load}\ndenoise = paired(net, {told}, net.null_context({count}), {scale:g})"


def _times(count: int) -> str:
    return f" * {count}" if count > 1 else ""


def walk(schedule: str, steps: int | str, spacing: str) -> str:
    """The Levels of a run."""
    return f'levels(SCHEDULES["{schedule}"](), {steps}, "{spacing}")'
