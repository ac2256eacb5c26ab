"""A latent taken apart: zeroed, nudged, overwritten with noise, and what that does to its picture.

Imports torch; no widget.
"""

from dataclasses import asdict

import torch
from torch import Tensor

from explorer.app import studio
from explorer.app.latent import coding
from explorer.app.latent.asked import CELLS, CHANNELS, PATCH, Edit, packed
from explorer.app.player import grey

NEAR = 16  # pixels: a decoder's convolutions reach about so far


def noise(seed: int) -> Tensor:
    """The noise of a seed, (1, 4, 16, 16)."""
    shape = (1, CHANNELS, CELLS, CELLS)
    return torch.randn(shape, generator=studio.generator(seed, stream=1))


def mask(edit: Edit) -> Tensor:
    """Where noise goes: bool (16, 16)."""
    flat = torch.zeros(CELLS**2, dtype=torch.bool)
    flat[list(edit.cells)] = True
    return flat.unflatten(0, (CELLS, CELLS))


def applied(z: Tensor, edit: Edit) -> Tensor:
    """z (1, 4, 16, 16) after an edit; without one, exactly z."""
    zero = torch.tensor(edit.zero)[:, None, None]
    nudge = torch.tensor(edit.nudge)[:, None, None]
    return torch.where(mask(edit), noise(edit.seed), z.masked_fill(zero, 0) + nudge)


def changed(text: str, edit: Edit) -> dict:
    """What the chapter "Take it apart" shows of a checked picture and edit."""
    z = coding.encoded(text)
    after = applied(z, edit)
    both = coding.decoded(torch.cat([z, after]))
    intact, altered = both[:1], both[1:]
    return {
        "edit": asdict(edit),
        "latent": coding.channels(after),
        "intact": packed(grey(intact)[0]),
        "altered": packed(grey(altered)[0]),
        "difference": packed(coding.error(intact, altered)[0]),
        "apart": round(127.5 * (intact - altered).square().mean().sqrt().item(), 1),
        "said": reach(intact, altered, edit),
    }


def reach(intact: Tensor, altered: Tensor, edit: Edit) -> str:
    """How far from the cells that became noise the picture changed, as a sentence."""
    if not edit.cells or any(edit.zero) or any(edit.nudge):
        return ""
    share, far = locality(intact, altered, edit)
    pixels = len(edit.cells) * PATCH**2
    told = (
        f"{len(edit.cells)} of {CELLS**2} cells are noise, the {pixels:,} pixels under them: "
        f"{100 * share:.0f} % of the change (its energy) lies in those."
    )
    if far is None:
        return told
    return (
        f"{told} Farther than {NEAR} pixels away no colour changes by more than {far:.1f} of 255 "
        "greys: that trace is left by the decoder’s GroupNorm, which takes its mean and deviation "
        "over the whole picture."
    )


def locality(intact: Tensor, altered: Tensor, edit: Edit) -> tuple[float, float | None]:
    """(share of the change's energy under the edit's cells, most greys farther than NEAR pixels).

    The second is None where no pixel is so far away.
    """
    inside = mask(edit).repeat_interleave(PATCH, 0).repeat_interleave(PATCH, 1)  # (64, 64)
    moved = 127.5 * (intact - altered).abs()[0]  # (3, 64, 64) greys
    energy = moved.square().sum(0)
    far = distances(inside) > NEAR
    share = (energy[inside].sum() / energy.sum()).item()
    return share, moved[:, far].max().item() if far.any() else None


def distances(inside: Tensor) -> Tensor:
    """Pixels from each place of a bool (H, W) to the nearest True one, diagonals counting one."""
    places = inside.nonzero().float()
    grid = torch.cartesian_prod(*(torch.arange(n, dtype=torch.float32) for n in inside.shape))
    return torch.cdist(grid, places, p=float("inf")).amin(1).view(inside.shape)
