"""The measured costs as bars, a table and sentences: HTML of our own numbers alone."""

from explorer.costs import STEPS, Cost, Costs

COLUMNS = (
    ("gflop", "GFLOP", "arithmetic"),
    ("ms", "ms", "time here"),
    ("megabytes", "MB", "memory on the way"),
)


def shown(value: float) -> str:
    """Three significant digits, thousands with a comma."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(a: float, b: float) -> str:
    """How many times a is b."""
    ratio = a / b
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def headline(costs: Costs) -> list[tuple[str, str]]:
    """The ratios of one call: the same network on pixels, beside the latent one."""
    frugal, full = costs.pixels_frugal, costs.pixels
    pairs = []
    for part, _, what in COLUMNS:
        low, high = sorted(getattr(c, part) / getattr(costs.latent, part) for c in (frugal, full))
        pairs.append((f"{_range(f'{low:.0f}', f'{high:.0f}')} ×", f"less {what}, a call"))
    whole = costs.latent_run["ms"]
    rivals = sorted(costs.run(c)["ms"] for c in (frugal, full))
    pairs.append(
        (
            f"{shown(whole / 1000)} s",
            f"a picture here; on pixels {_range(*(shown(ms / 1000) for ms in rivals))} s",
        )
    )
    return pairs


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def bars(costs: Costs) -> str:
    """A bar a call and a quantity, on linear scales that begin at 0."""
    rows = (costs.latent, costs.pixels, costs.pixels_frugal, costs.encode, costs.decode)
    groups = []
    for part, unit, what in COLUMNS:
        top = max(getattr(row, part) for row in rows)
        lines = "".join(_bar(row, part, top) for row in rows)
        groups.append(f"<div class='price'><h2>{what.capitalize()}, {unit}</h2>{lines}</div>")
    return f"<div class='prices'>{''.join(groups)}</div>"


def _bar(row: Cost, part: str, top: float) -> str:
    value = getattr(row, part)
    kind = "pixels" if row.title.startswith("pixel") else "latent"
    return (
        f"<div class='cost' data-space='{kind}'><span>{row.title}</span><i><b style='width:"
        f"{100 * value / top:.2f}%'></b></i><span class='value'>{shown(value)}</span></div>"
    )


def table(costs: Costs) -> str:
    """One picture of STEPS guided steps: all that is computed for it."""
    decode = costs.decode
    rows = [("latent U-Net, then one decoding", costs.latent_run)]
    rows += [(c.title, costs.run(c)) for c in (costs.pixels, costs.pixels_frugal)]
    first = rows[0][1]
    body = "".join(
        f"<tr><th>{title}</th><td>{shown(run['gflop'])}</td><td>{shown(run['ms'])}</td>"
        f"<td>{times(run['gflop'], first['gflop'])}</td><td>{times(run['ms'], first['ms'])}</td>"
        "</tr>"
        for title, run in rows
    )
    share = decode.ms / first["ms"]
    return (
        f"<table class='resumed'><thead><tr><th>one picture, {STEPS} guided steps</th>"
        "<th>GFLOP</th><th>ms</th><th>arithmetic</th><th>time</th></tr></thead>"
        f"<tbody>{body}</tbody></table>"
        f"<p class='quiet'>A guided step is one batch of two, with and without the prompt; its "
        f"time is measured, and {STEPS} of them are added up. Decoding is {100 * share:.0f} % of "
        "the latent run’s time, and is paid once.</p>"
    )


def html(costs: Costs, measures: str) -> str:
    """All of it, below the headline's numbers."""
    return (
        f"<div class='spoils'>{measures}{bars(costs)}{table(costs)}</div>"
        f"<p class='quiet'>Measured on the machine that runs this app, {costs.threads} "
        f"thread{'s' * (costs.threads > 1)}, "
        "float32, batch 1, the least of 5 calls, each after another of its kind as in a sampler; "
        "the networks take turns, and the least is what other work on the machine disturbed least. "
        "Arithmetic: multiplications and additions of convolutions and matrix products, a "
        "multiply-add counted as two. Memory: the most that the tensors made during one call "
        f"occupy at once, 10⁶ bytes; the weights, {costs.latent.parameters / 1e6:.1f} million "
        "with the text encoder, are not in it. The pixel U-Net is the same network "
        "built for 64 × 64 × 3, its weights random since the cost does not depend on "
        "them: once with attention at the same depths, "
        "so among four times more places a side, and once only where its picture has shrunk to "
        "16 × 16.</p>"
        "<pre class='explorer-code'>costs.measure(net, vae)                <i># explorer/costs.py"
        "; in a terminal: explorer bench</i></pre>"
    )
