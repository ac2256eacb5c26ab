"""U-Net: the Python of each chapter. Of pictures that no gallery has, there is none."""

from collections.abc import Sequence

from explorer.app.about import network
from explorer.app.code import program
from explorer.app.inside.asked import Asked, in_gallery


def _start(one: Asked, degrees: str | None = None) -> str:
    """net, what it is told, x0, eps and one Level."""
    told = f"net.embed(torch.tensor([{one.label}]))" if one.label is not None else None
    return (
        f"net = zoo.load({network()})\n"
        f"x0, eps = gallery.picture({one.digit}), noise(net, [{one.seed}])\n"
        "with torch.no_grad():\n"
        f"    context = {told or 'net.null_context(1)'}\n"
        f"level = level_at(math.radians({degrees or f'{one.degrees:g}'}))\n"
        "xt = noised(x0, level, eps)\n"
    )


def _made(one: Asked, body: str) -> str:
    return program(_start(one) + body) if in_gallery() else ""


def drawing(of: str) -> str:
    """The table below the drawing, a row a block; of: what `zoo.load` takes, a literal."""
    return program(
        f"found = anatomy(zoo.load({of}))\n"
        "[(block.name, block.given, block.parameters, block.flops) for block in found.blocks]"
    )


def features(one: Asked, point: tuple[str, str]) -> str:
    """The feature maps after a step of a block, (C, H, W)."""
    return _made(
        one,
        f"with torch.no_grad(), record_features(net, [{point!r}]) as seen:\n"
        "    net(xt, torch.tensor([level.angle]), context)\n"
        f"seen[{point!r}][0]",
    )


def jump(one: Asked, angles: Sequence[float]) -> str:
    """x̂₀ in one jump from every angle, told the label, (angles, C, H, W)."""
    return _made(
        one,
        "denoise = from_network(net, context=context)\n"
        f"stops = [level_at(math.radians(a)) for a in {list(angles)}]\n"
        "with torch.no_grad():\n"
        "    jumps = [denoise(noised(x0, at, eps), at) for at in stops]\n"
        "torch.cat(jumps)",
    )


def lie(one: Asked, angles: Sequence[float]) -> str:
    """x̂₀ of one x_t, told every angle, (angles, C, H, W)."""
    return _made(
        one,
        f"angles = {[round(a, 6) for a in angles]}  # told, in degrees\n"
        "with torch.no_grad():\n"
        "    v_hat = told.answers(net, xt, angles, context)\n"
        "x0_hat, eps_hat = told.believed(xt, v_hat, angles)\n"
        "x0_hat",
    )


def names(one: Asked) -> str:
    """The one prediction under its three names, {name: (1, C, H, W)}."""
    return _made(
        one,
        "with torch.no_grad():\n"
        "    v_hat = net(xt, torch.tensor([level.angle]), context)\n"
        "illposed.named(xt, v_hat, level)",
    )


def loss(one: Asked) -> str:
    """The loss of v, this once."""
    return _made(
        one,
        "with torch.no_grad():\n"
        "    v_hat = net(xt, torch.tensor([level.angle]), context)\n"
        "(v_hat - (level.alpha * eps - level.sigma * x0)).square().mean().item()",
    )


def ablated(one: Asked, part: str, scale: float, run: tuple[int, str]) -> str:
    """The sample of the intact network, and that without a part, (2, C, H, W).

    part: how it is taken away, such as "cut_skip(0, rows)"; run: steps and spacing.
    """
    steps, spacing = run
    label = -1 if one.label is None else one.label
    if not in_gallery():
        return ""
    return program(
        f"net = zoo.load({network()})\n"
        "with torch.no_grad():\n"
        f"    context, null = net.embed(torch.tensor([{label}] * 2)), net.null_context(2)\n"
        f"denoise, x = paired(net, context, null, {scale:g}), noise(net, [{one.seed}] * 2)\n"
        "rows = [1, 3]  # the second picture, in both halves of guidance\n"
        f"with ablated(net, {part}):\n"
        f'    *_, last = ddim(denoise, x, levels(linear(), {steps}, "{spacing}"))\n'
        "last.x"
    )
