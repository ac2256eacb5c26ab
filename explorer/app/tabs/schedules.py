"""Schedules: how much noise t means under each of the four, in linked charts and in one picture."""

import base64

import gradio as gr

from explorer.app import gallery
from explorer.app.checks import refuse
from explorer.app.tables import FOUR, NAMES, table
from explorer.app.tabs.parts import noise
from explorer.app.theme import predict, template, widget

TITLE = "Schedules"

QUESTION = "Which of the four ends in pure noise, with nothing of the picture left at t = 1000?"
ANSWER = (
    "Only the one with zero terminal SNR. Linear keeps α = 0.0064 of the picture, Karras 0.0125 "
    "and cosine 0.00005. No eye sees that, but a network can read the mean brightness from it, "
    "learns to expect it, and misses it in the pure noise that sampling starts from."
)

# How each is made: its formula, the line of explorer/schedules.py that runs, and its fields as
# (name of the argument, default).
MADE = {
    "linear": (
        "ᾱ<sub>t</sub> = (1 − β<sub>1</sub>) ⋯ (1 − β<sub>t</sub>), β rising in a straight line",
        "torch.linspace(beta_start, beta_end, T, dtype=torch.float64)",
        (("beta_start", 1e-4), ("beta_end", 0.02)),
    ),
    "cosine": (
        "ᾱ<sub>t</sub> ∝ cos² ( (t/T + s) / (1 + s) · π/2 )",
        "f = torch.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2",
        (("s", 0.008),),
    ),
    "karras": (
        "(σ/α)<sup>1/ρ</sup> falls in a straight line from σ<sub>max</sub><sup>1/ρ</sup> "
        "to σ<sub>min</sub><sup>1/ρ</sup>",
        "return [(a + i / max(n - 1, 1) * (b - a)) ** rho for i in range(n)]",
        (("sigma_min", 0.002), ("sigma_max", 80.0), ("rho", 7.0)),
    ),
    "zero_snr": (
        "linear’s α, shifted until α<sub>T</sub> = 0 and stretched back to its α<sub>1</sub>",
        "alpha = (schedule.alpha - last) / (first - last) * first",
        (),
    ),
}


def redraw(beta_start, beta_end, s, sigma_min, sigma_max, rho) -> dict:
    """Tables of the four schedules with these parameters: the value of the widget.

    Raises gr.Error with the sentence of explorer.schedules that names the field and its range.
    """
    from explorer import schedules  # brings torch, which the page does not wait for

    try:
        linear = schedules.linear(beta_start=beta_start, beta_end=beta_end)
        made = {
            "linear": linear,
            "cosine": schedules.cosine(s=s),
            "karras": schedules.karras(sigma_min=sigma_min, sigma_max=sigma_max, rho=rho),
            "zero_snr": schedules.zero_snr(linear),
        }
    except ValueError as error:
        raise refuse(str(error)) from None
    return {name: table(schedule) for name, schedule in made.items()}


def build(context) -> None:
    """The tab: the widget draws by itself; only new parameters ask the server."""
    context.warm_up.append(import_schedules)
    predict(QUESTION, ANSWER)
    show = gr.HTML(
        None,  # the page's own tables
        html_template=template("schedules.html"),
        js_on_load=widget("schedulesTab"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        names={name: NAMES[name] for name in FOUR},
        size=gallery.about()["size"],
        picture=base64.b64encode(gallery.digits()[4].tobytes()).decode(),
        noise=base64.b64encode(noise(0).tobytes()).decode(),
        start=0.3,
    )
    fields: list[gr.Number] = []
    with gr.Accordion("How each is made, and its parameters", open=False):
        for pair in (("linear", "cosine"), ("karras", "zero_snr")):
            with gr.Row(elem_classes="made"):
                for name in pair:
                    with gr.Column(min_width=300):
                        fields += parameters(name)
        with gr.Row():
            draw = gr.Button("Draw with these", variant="primary", scale=0, min_width=200)
            reset = gr.Button("Back to the defaults", scale=0, min_width=200)
    gr.on(
        [draw.click, *(field.submit for field in fields)],
        redraw,
        fields,
        show,
        api_name="schedules",
        show_progress="hidden",
        concurrency_limit=None,
    )
    defaults = [field.value for field in fields]
    reset.click(lambda: [None, *defaults], None, [show, *fields], api_visibility="private")


def import_schedules() -> None:
    """Warm-up: the first change of a parameter should not wait for torch."""
    import explorer.schedules  # noqa: F401


def parameters(name: str) -> list[gr.Number]:
    """One schedule's formula and source line, with its fields under them."""
    formula, source, wanted = MADE[name]
    gr.HTML(
        html_template=f'<h4>{NAMES[name]}</h4><p class="math">{formula}</p>'
        f'<pre class="explorer-code">{source}</pre>',
        js_on_load=None,
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    if not wanted:
        return []
    with gr.Row():
        return [gr.Number(value, label=label, min_width=90) for label, value in wanted]
