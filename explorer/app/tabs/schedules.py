"""Schedules: how much noise t means, in linked charts, in pictures, and with every parameter."""

import base64

import gradio as gr

from explorer.app import checks, gallery, grey_image, share, steps, training_view
from explorer.app.asking import ask
from explorer.app.tables import NAMES, table
from explorer.app.theme import template, widget

TITLE = "Schedules"
MOST_STEPS = 2000  # of T

# How each is made: its formula, the line of explorer/schedules.py that runs, and its fields as
# (name of the argument, default, low and high end of the slider, slider in powers of ten).
MADE = {
    "linear": (
        "ᾱ<sub>t</sub> = (1 − β<sub>1</sub>) ⋯ (1 − β<sub>t</sub>), β in a straight line",
        "torch.linspace(beta_start, beta_end, T, dtype=torch.float64)",
        (("beta_start", 1e-4, 1e-6, 0.01, True), ("beta_end", 0.02, 1e-3, 0.2, True)),
    ),
    "cosine": (
        "ᾱ<sub>t</sub> ∝ cos² ( (t/T + s) / (1 + s) · π/2 ), but no β above 0.999",
        "(1 - f[1:] / f[:-1]).clamp(max=0.999)",
        (("s", 0.008, 0, 0.3, False),),
    ),
    "karras": (
        "(σ/α)<sup>1/ρ</sup> in a straight line, σ<sub>max</sub> to σ<sub>min</sub>",
        "return [(a + i / max(n - 1, 1) * (b - a)) ** rho for i in range(n)]",
        (
            ("sigma_min", 0.002, 1e-4, 0.1, True),
            ("sigma_max", 80.0, 1, 1000, True),
            ("rho", 7.0, 1, 20, False),
        ),
    ),
    "scaled_linear": (
        "as linear, √β in a straight line: Stable Diffusion’s",
        "root = torch.linspace(beta_start**0.5, beta_end**0.5, T, dtype=torch.float64)",
        (("beta_start", 0.00085, 1e-6, 0.01, True), ("beta_end", 0.012, 1e-3, 0.2, True)),
    ),
}


def redraw(asked: object) -> dict:
    """New tables for the page: {"tables": {maker: {"before", "after"}}}, or {"error": sentence}.

    asked: {"T": T, "makers": {maker: {argument: value}}}. "after" is rescaled to zero terminal
    SNR. Called past Gradio's queue, so it checks all that it gets and computes little.
    """
    try:
        return {"tables": _tables(asked)}
    except (ValueError, gr.Error) as error:
        sentence = str(getattr(error, "message", error))
        return {"error": sentence if len(sentence) <= 300 else sentence[:299] + "…"}


def _tables(asked: object) -> dict:
    from explorer import schedules  # brings torch, which the page does not wait for

    if not isinstance(asked, dict) or not isinstance(asked.get("makers"), dict):
        raise ValueError("The page must name T and the schedules that it wants.")
    T = checks.integer("T", asked.get("T"), 2, MOST_STEPS)
    tables = {}
    for name, values in asked["makers"].items():
        fields = [field[0] for field in MADE[checks.choice("Schedule", name, MADE)][2]]
        if not isinstance(values, dict) or set(values) != set(fields):
            raise ValueError(f"{name} needs {' and '.join(fields)}.")
        before = getattr(schedules, name)(T, **{field: values[field] for field in fields})
        tables[name] = {"before": table(before), "after": table(schedules.zero_snr(before))}
    return tables


def laboratory(context) -> None:
    """The charts, strips and parameters."""
    context.warm_up.append(import_schedules)
    makers = {
        name: {
            "label": NAMES[name],
            "formula": formula,
            "source": source,
            "fields": [
                dict(zip(("name", "value", "low", "high", "log"), f, strict=True)) for f in fields
            ],
        }
        for name, (formula, source, fields) in MADE.items()
    }
    made = gr.HTML(
        None,
        html_template=template("schedules.html"),
        js_on_load=widget("schedulesTab", "server"),
        server_functions=[redraw],
        apply_default_css=False,
        elem_classes="explorer-widget",
        makers=makers,
        picture=base64.b64encode(gallery.digits()[4].tobytes()).decode(),
        start=0.3,
    )
    _kept(made)


def _kept(made: gr.HTML) -> None:
    """The keys of the laboratory's native inputs."""
    share.inputs(made, "schedules.t", "Time t")
    share.inputs(made, "schedules.log", "log axes", "[name=log]")
    share.inputs(made, "schedules.T", "T", "[data-field=T] [type=number]", within=(2, MOST_STEPS))
    for name, (_, _, fields) in MADE.items():
        maker = f"[data-maker={name}]"
        for field, _, low, high, _ in fields:
            at = f"{maker} [data-field={field}] [type=number]"
            title = f"{NAMES[name]}: {field}"
            share.inputs(made, f"schedules.{name}.{field}", title, at, within=(low, high))
        title = f"{NAMES[name]}: zero SNR"
        share.inputs(made, f"schedules.{name}.zero", title, f"[data-zero={name}]")
        title = f"{NAMES[name]}: shown"
        share.inputs(made, f"schedules.{name}.shown", title, f"[data-visible={name}]")


CHAPTERS = (
    ("compare", "Compare", laboratory),
    ("stops", steps.TITLE, steps.build),
    ("grey", grey_image.TITLE, grey_image.build),
    ("training", training_view.TITLE, training_view.build),
)


def build(context) -> None:
    """The tab: a chapter for each thing to learn."""
    with gr.Tabs(elem_classes="chapters"):
        for key, title, chapter in CHAPTERS:
            with gr.Tab(title) as context.tab:
                share.place(context.tab, f"schedules.{key}")
                ask(f"{TITLE}/{title}")
                chapter(context)


def import_schedules() -> None:
    """Warm-up: the first change of a parameter should not wait for torch."""
    import explorer.schedules  # noqa: F401
