"""Attention: the Python of each chapter."""

from explorer.app.about import network
from explorer.app.code import program


def pixels(label: int | None, seed: int, steps: int, layer: str) -> str:
    """How a layer of self-attention looks in every step, (steps, heads, Q, K)."""
    told = "net.null_context(1)" if label is None else f"net.embed(torch.tensor([{label}]))"
    return program(
        f"net = zoo.load({network()})\n"
        "with torch.no_grad():\n"
        f"    context = {told}\n"
        "denoise = from_network(net, context=context)\n"
        "with record_attention(net) as maps:\n"
        f"    steps = list(ddim(denoise, noise(net, [{seed}]), levels(linear(), {steps}, "
        '"trailing")))\n'
        f"torch.cat(maps[{layer!r}])"
    )


def _scenes(prompts: str, seed: int, scale: float, grid: tuple[int, str]) -> str:
    """net, its denoiser and the start of runs that are told these prompts."""
    steps, spacing = grid
    return (
        'net, vae = zoo.load("scenes"), zoo.load("scenes-vae")\n'
        f"prompts = {prompts}\n"
        "with torch.no_grad():\n"
        "    context, null = net.told(*prompts), net.null_context(len(prompts))\n"
        f"denoise = paired(net, context, null, {scale:g})\n"
        f'x, grid = noise(net, [{seed}] * len(prompts)), levels(linear(), {steps}, "{spacing}")\n'
    )


def words(prompt: str, seed: int, scale: float, grid: tuple[int, str], layer: str) -> str:
    """How a layer looks at every word in every step, (steps, heads, Q, words)."""
    count = len(prompt.split()) or 1
    return program(
        _scenes(repr([prompt]), seed, scale, grid) + "with record_attention(net) as maps:\n"
        "    steps = list(dpmpp_2m(denoise, x, grid))\n"
        f"looks = torch.stack([p[-1] for p in maps[{layer!r}]])  # of the conditional half\n"
        f"looks[..., :{count}]"
    )


def cause(prompts: list[str], seed: int, scale: float, grid: tuple[int, str], change: str) -> str:
    """The intact picture and the changed one, (2, 3, 64, 64); the change is one for all calls."""
    return program(
        _scenes(repr(prompts), seed, scale, grid)
        + f"null, row = 1, 3  # of the changed run, in both halves of guidance\n"
        f"with changed(net, {change}):\n"
        "    *_, last = dpmpp_2m(denoise, x, grid)\n"
        "with torch.no_grad():\n"
        "    pictures = vae.decode(last.x0_hat)\n"
        "pictures"
    )
