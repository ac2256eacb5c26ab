# %% [markdown]
# # Solutions to lesson 9: latent diffusion

# %%
import math
from random import Random

import torch

from explorer.course import check
from explorer.data import gallery
from explorer.data.images import Images
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Item, Scene
from explorer.denoisers import paired
from explorer.figures.plates import pictures
from explorer.models import zoo
from explorer.samplers import ddim, dpmpp_2m
from explorer.schedules import levels, linear

torch.set_grad_enabled(False)
vae, scenes = zoo.load("scenes-vae"), zoo.load("scenes")
walk = levels(linear(), 10, "karras")


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# %% [markdown]
# **09.a** Weights that mix two noises into one of unit variance.


# %%
def weights(s):
    deviation = math.hypot(1 - s, s)  # of the straight mixture
    return (1 - s) / deviation, s / deviation


check("09.a", weights)

# %% [markdown]
# Variances of independent noises add, with the squares of the weights. Cosine and sine of a
# quarter turn are another right answer. Every mixture is a noise like any other, and so ends in a
# proper picture:

# %%
first, second = noise(0, 1, 4, 16, 16), noise(1, 1, 4, 16, 16)
shares = [k / 5 for k in range(6)]
mixed = [a * first + b * second for a, b in map(weights, shares)]
told, untold = scenes.told(*["a large bold yellow four on brown"] * 6), scenes.null_context(6)
run = list(dpmpp_2m(paired(scenes, told, untold, 3.0), torch.cat(mixed), walk))
pictures(vae.decode(run[-1].x), [f"share {s:g}" for s in shares])

# %% [markdown]
# **09.b** A Denoiser that keeps what is known.


# %%
def answer(denoise, known, mask):
    return lambda x, level: torch.where(mask, known, denoise(x, level))


check("09.b", answer)

# %% [markdown]
# It speaks of the clean latent, so nothing has to be noised by hand: DDIM then takes the known
# cells along the exact way from this noise to them. Here the left half is kept and the prompt
# asks for another right one.

# %%
sheet = torch.from_numpy(gallery.digits().copy())[:, None]
labels = torch.tensor([int(label) for label in gallery.about()["labels"]])
artist = Artist(Images(sheet, labels, (), "gallery"))
scene = Scene((Item(3, "red", "left"), Item(7, "blue", "right")), "black")
x = artist.paint([scene], Random(1)).float() / 127.5 - 1

left = torch.zeros(1, 1, 16, 16, dtype=torch.bool)
left[..., :8] = True
told, untold = scenes.told("a red three left of a green two on black"), scenes.null_context(1)
painter = answer(paired(scenes, told, untold, 3.0), vae.encode(x), left)
ends = [list(ddim(painter, noise(seed, 1, 4, 16, 16), walk))[-1].x for seed in (1, 2)]
pictures(torch.cat([x, vae.decode(torch.cat(ends))]), ["given", "noise 1", "noise 2"], inches=1.4)

# %% [markdown]
# **09.1** The error behind 40.59 dB, in greys.

# %%
answer = 255 * 10 ** (-40.59 / 20)
print(round(answer, 2))

check("09.1", answer)

# %% [markdown]
# $\mathrm{PSNR} = 10\log_{10}(255^2/\mathrm{MSE}) = 20\log_{10}(255/\sqrt{\mathrm{MSE}})$, solved
# for the root.
#
# **09.2** How attention grows.

# %%
answer = (64 * 64) ** 2 / (16 * 16) ** 2
print(answer)

check("09.2", answer)

# %% [markdown]
# 16 times the places, and each asks 16 times as many: 256. Convolutions grow by 16 only.
#
# **09.3** Shift and scale of each channel.


# %%
def answer(z):
    return tuple(f((0, 2, 3))[:, None, None] for f in (z.mean, z.std))


check("09.3", answer)

# %% [markdown]
# Mean and deviation run over pictures and places, never over channels.
#
# **09.4** The KL divergence of two normal distributions.


# %%
def answer(m1, s1, m2, s2):
    return torch.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


check("09.4", answer)

# %% [markdown]
# $\mathrm E(z - m_2)^2 = s_1^2 + (m_1 - m_2)^2$ under the first one. With $m_2 = 0$, $s_2 = 1$ it
# is the formula of the lesson.
