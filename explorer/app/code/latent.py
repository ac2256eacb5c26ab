"""Latent: the Python of each chapter."""

from explorer.app.code import program

START = 'net, vae = zoo.load("scenes"), zoo.load("scenes-vae")\n'


def run(prompt: str, seed: int, scale: float, steps: int) -> str:
    """The latent of every step, decoded, (steps + 1, 3, 64, 64)."""
    return program(
        START + "with torch.no_grad():\n"
        f"    context, null = net.told({prompt!r}), net.null_context(1)\n"
        f"denoise = paired(net, context, null, {scale:g})\n"
        f'run = dpmpp_2m(denoise, noise(net, [{seed}]), levels(linear(), {steps}, "karras"))\n'
        "with torch.no_grad():\n"
        "    pictures = vae.decode(torch.cat([step.x0_hat for step in run]))\n"
        "pictures"
    )


def _scene(name: str, seed: int) -> str:
    return f"{name} = gallery.scene({seed})[1]  # (1, 3, 64, 64) in [-1, 1]\n"


def encode(scene: int) -> str:
    """What comes back of a scene of the shelf, (1, 3, 64, 64)."""
    return program(
        'vae = zoo.load("scenes-vae")\n' + _scene("x", scene) + "with torch.no_grad():\n"
        "    z = vae.encode(x)  # (1, 4, 16, 16)\n"
        "    back = vae.decode(z).clamp(-1, 1)\n"
        "back"
    )


def apart(scene: int, edit) -> str:
    """A scene of the shelf after its latent was changed, (1, 3, 64, 64)."""
    zero = [k for k, off in enumerate(edit.zero) if off]
    noised = (
        f"    cells = torch.tensor({list(edit.cells)})\n"
        f"    fresh = torch.randn(z.shape, generator=generator({edit.seed}, 1))\n"
        "    z.flatten(2)[..., cells] = fresh.flatten(2)[..., cells]\n"
    )
    return program(
        'vae = zoo.load("scenes-vae")\n' + _scene("x", scene) + "with torch.no_grad():\n"
        "    z = vae.encode(x)  # (1, 4, 16, 16)\n"
        + (f"    z[:, {zero}] = 0\n" if zero else "")
        + f"    z += torch.tensor({list(edit.nudge)})[:, None, None]\n"
        + (noised if edit.cells else "")
        + "    picture = vae.decode(z).clamp(-1, 1)\npicture"
    )


def between(first: int, second: int, count: int) -> str:
    """The way through the latent from one scene of the shelf to another, (count, 3, 64, 64)."""
    return program(
        'vae = zoo.load("scenes-vae")\n'
        + _scene("a", first)
        + _scene("b", second)
        + f"shares = torch.linspace(0, 1, {count})[:, None, None, None]\n"
        "with torch.no_grad():\n"
        "    pictures = vae.decode(torch.lerp(vae.encode(a), vae.encode(b), shares))\n"
        "pictures"
    )


def forward(scene: int, schedule: str, seed: int, times: list[int]) -> str:
    """A scene of the shelf noised in its latent, decoded, (times, 3, 64, 64)."""
    return program(
        'vae = zoo.load("scenes-vae")\n'
        + _scene("x", scene)
        + f'schedule, times = SCHEDULES["{schedule}"](), {times}\n'
        "with torch.no_grad():\n"
        "    z = vae.encode(x)  # (1, 4, 16, 16)\n"
        f"    eps = torch.randn(z.shape, generator=generator({seed}))\n"
        "    zt = torch.cat([noised(z, schedule(t), eps) for t in times]).float()\n"
        "    pictures = vae.decode(zt)\n"
        "pictures"
    )
