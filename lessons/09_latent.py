# %% [markdown]
# # 9 · Latent diffusion
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/09_latent.ipynb)
#
# You need guidance (lesson 8) and one sampler (lesson 6). Time: about 35 minutes. The chapters of
# the app's tab Latent show the same.

# %%
# Colab has no explorer yet, so this cell installs it there. At home it installs nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    url = "git+https://github.com/denoising-explorer/denoising-explorer"
    package = f"denoising-explorer @ {url}"  # Colab has what draws the figures
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", package], check=True)

# %% [markdown]
# ## First, a guess
#
# Latent diffusion (Rombach et al. 2022) never sees a pixel. An autoencoder first squeezes a
# picture of 64 × 64 × 3 = 12,288 numbers into a *latent* of 16 × 16 × 4 = 1,024, and diffusion
# works there.
#
# The best that a *linear* code of patches can do with as many numbers, four for every patch of 4
# × 4 pixels, comes back with a PSNR of 27 dB. PSNR measures likeness: at 20 dB the typical error
# of a colour is 25 of 255 greys, at 30 dB 8 greys, at 40 dB 2.5. How many dB does the trained
# autoencoder reach? Write your guess down.

# %%
my_guess = 30.0

# %%
import json
from copy import deepcopy
from random import Random

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from explorer import costs
from explorer.course import animation, check, compare
from explorer.data import gallery
from explorer.data.images import Images
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Item, Scene, draw
from explorer.denoisers import paired
from explorer.figures.bars import Bars, bars
from explorer.figures.plates import pictures
from explorer.figures.sheets import grids
from explorer.metrics import psnr
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, levels_from, linear
from explorer.training.objectives import Autoencoding

torch.set_grad_enabled(False)
vae, scenes = zoo.load("scenes-vae"), zoo.load("scenes")
untold = scenes.null_context(1)


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# %% [markdown]
# ## An autoencoder
#
# No data set is needed: the artist who drew the training scenes draws some new ones, with the
# digits that ship with the project.

# %%
sheet = torch.from_numpy(gallery.digits().copy())[:, None]
labels = torch.tensor([int(label) for label in gallery.about()["labels"]])
artist = Artist(Images(sheet, labels, (), "gallery"))


def painted(*drawn, seed=0):
    """Scenes as pictures (N, 3, 64, 64) in [-1, 1]."""
    return artist.paint(drawn, Random(seed)).float() / 127.5 - 1


def decode(z):
    return vae.decode(z).clamp(-1, 1)


many = torch.cat([painted(draw(Random(seed)), seed=seed) for seed in range(60)])
x = many[[0, 9, 3, 7]]
z = vae.encode(x)
back = decode(z)
print("pictures", tuple(x.shape[1:]), " latents", tuple(z.shape[1:]))

# %% [markdown]
# A typical error is the root of the mean squared error; PSNR compares it with the whole range of
# a picture, $-1$ to $1$, on a logarithmic scale: $\mathrm{PSNR} =
# 10\log_{10}\frac{2^2}{\mathrm{MSE}}$ dB, of each picture, then averaged.

# %%
mse = (x - back).double().square().mean((1, 2, 3))
compare("PSNR in dB", (10 * torch.log10(4 / mse)).mean(), psnr(x, back))

# %% [markdown]
# Its rivals have no more numbers to keep. One reduces the picture to 16 × 16 pixels and enlarges
# it again. The other takes, for every patch of 4 × 4 pixels (48 numbers), its four principal
# components: no linear code of patches loses less on the scenes that it was fitted to.


# %%
def patches(x):
    return F.unfold(x, 4, stride=4).transpose(1, 2)  # (N, 256, 48)


mean = patches(many).mean((0, 1))
axes = torch.linalg.svd((patches(many) - mean).flatten(0, 1), full_matrices=False).Vh[:4]  # (4, 48)
kept = (patches(x) - mean) @ axes.T  # (N, 256, 4): 1,024 numbers a picture
linear_code = F.fold((kept @ axes + mean).transpose(1, 2), 64, 4, stride=4)
reduced = F.interpolate(F.interpolate(x, 16, mode="area"), 64, mode="bilinear")

rows = {"given": x, "reduced": reduced, "linear code": linear_code, "autoencoder": back}
for name, made in list(rows.items())[1:]:
    print(f"{name:12} {psnr(x, made):.1f} dB")
print(f"the autoencoder, and your guess: {psnr(x, back):.1f} dB, {my_guess} dB")
titles = [name if k == 0 else "" for name in rows for k in range(len(x))]
pictures(torch.cat(list(rows.values())), titles, columns=len(x), inches=0.85)

# %% [markdown]
# The linear code knows patches; the autoencoder knows scenes. It learnt that strokes have soft
# edges, one colour and a ground, and has to keep only which stroke goes where. What is always so
# need not be in the latent: it is in the decoder's weights. There, the picture gets its detail.
#
# ## What the encoder says is a Gaussian
#
# For each latent number the encoder gives a mean $\mu$ and a log-variance, and in training the
# decoder gets a sample $\mu + s\,\varepsilon$. The loss (Kingma and Welling 2014, eq. 10) is the
# squared error of the picture plus a small multiple of the *KL divergence* between that Gaussian
# and a standard normal one, which keeps latents close together and near zero:
#
# $$\mathrm{KL} = \mathrm E\bigl[\log\mathcal N(z;\,\mu, s^2) - \log\mathcal N(z;\,0, 1)\bigr]$$
#
# $$= \mathrm E\bigl[\tfrac12 z^2 - \tfrac{1}{2s^2}(z-\mu)^2 - \log s\bigr]$$
#
# $$= \tfrac12\bigl(\mu^2 + s^2 - 1 - \log s^2\bigr),$$
#
# since $\mathrm E(z-\mu)^2 = s^2$ and $\mathrm E z^2 = \mu^2 + s^2$. Beside it, what torch says
# and the loss that this autoencoder was trained with:

# %%
mu, log_variance = (part.double() for part in vae.posterior(x))
s = (log_variance / 2).exp()
kl = (mu**2 + s**2 - 1 - log_variance) / 2
compare("KL of each number", kl, kl_divergence(Normal(mu, s), Normal(0.0, 1.0)), within=1e-10)

eps = noise(0, *mu.shape)
sampled = vae.generate((mu + s * eps).float())
loss = F.mse_loss(sampled, x) + 1e-4 * kl.mean()
compare("the loss", loss, Autoencoding(vae)(x, eps), within=1e-6)
print(f"KL {kl.mean():.2f} nats a number; s {s.mean():.2f}; the means spread by {mu.std():.2f}")
print(
    f"PSNR of a sample {psnr(x, sampled.clamp(-1, 1)):.1f} dB, of the mean {psnr(x, back):.1f} dB"
)

# %% [markdown]
# Jittering the latent by a third of its spread costs next to nothing: neighbouring latents mean
# the same picture. That is what the sampling and the KL term are for. Diffusion makes latents
# that no picture was ever encoded to, and they must decode to something sensible. From here on we
# use the mean alone.
#
# ## Unit variance
#
# A schedule's $\alpha$ and $\sigma$ say how much signal and noise there is *if the data have unit
# variance*. Latents that spread by $d$ have the SNR $d^2\alpha^2/\sigma^2$ instead. So after
# training the library measures mean and standard deviation of each latent channel (`calibrate`),
# and `encode` and `decode` take them out and put them in. (Stable Diffusion's famous factor
# 0.18215 is one such number for all channels.)

# %%
raw = vae.posterior(many)[0]
shift, scale = raw.mean((0, 2, 3)), raw.std((0, 2, 3))
ours = deepcopy(vae)
ours.calibrate(many)
compare("shift of the channels", shift, ours.shift.flatten(), within=1e-5)
compare("scale of the channels", scale, ours.scale.flatten(), within=1e-5)
print("scale that ships:", [round(v, 2) for v in vae.scale.flatten().tolist()])

# %% [markdown]
# ## Not a small picture
#
# Here are the four channels of the first two latents. You can see where the digits are, since the
# encoder is made of convolutions. You cannot see which number is which colour: colour, stroke and
# edge are mixed in a code that only the decoder reads.

# %%
names = [f"scene {n}, channel {c}" for n in (1, 2) for c in (1, 2, 3, 4)]
grids(z[:2].flatten(0, 1), names, "latent value", low=-3, high=3, columns=4)

# %% [markdown]
# So we damage it, to learn what it holds: no first or no last channel, the first two swapped,
# noise in the middle cells, all cells two to the right, and last a little noise everywhere.

# %%
one = z[:1]
without_first, without_last, hurt = one.clone(), one.clone(), one.clone()
without_first[:, 0] = 0
without_last[:, 3] = 0
hurt[..., 5:11, 5:11] = noise(1, 1, 4, 6, 6)
edits = {
    "intact": one,
    "no channel 1": without_first,
    "no channel 4": without_last,
    "1 and 2 swapped": one[:, [1, 0, 2, 3]],
    "noisy middle": hurt,
    "two cells right": one.roll(2, 3),
    "0.3 ε everywhere": one + 0.3 * noise(0, *one.shape),
}
pictures(decode(torch.cat(list(edits.values()))), list(edits), columns=4, inches=1.1)

# %% [markdown]
# Channels are no colours: without the fourth, hue, shape and ground change together. Noise in
# some cells stays there. A step of one cell is a step of four pixels. And a little noise
# everywhere bends strokes, but does not make them grainy: the decoder hardly knows how to draw
# grain. How exact is the shift? And is a *mirrored* latent the mirrored picture too?

# %%
intact = decode(one)
shifted, mirrored = decode(one.roll(2, 3)), decode(one.flip(3))
print(f"shifted latent against shifted picture: {psnr(shifted, intact.roll(8, 3)):.1f} dB")
print(f"mirrored latent against mirrored picture: {psnr(mirrored, intact.flip(3)):.1f} dB")

# %% [markdown]
# The shift is nearly exact, as convolutions do the same everywhere (what is missing is at the
# edges). Mirroring is not: a cell holds which way its edges run, and that is not turned round by
# moving cells. Blending differs too. Above, pixels are mixed; below, latents are, then decoded.
# The latent's middle is no crossfade, and no good picture either: halfway between two codes
# nothing was ever encoded.

# %%
share = torch.linspace(0, 1, 5)[:, None, None, None]
through_pixels = torch.lerp(x[:1], x[1:2], share)
through_latent = decode(torch.lerp(z[:1], z[1:2], share))
titles = [f"share {value:g}" for value in share.flatten()]
pictures(torch.cat([through_pixels, through_latent]), titles, columns=5, inches=0.95)

# %% [markdown]
# ## Diffusing in the latent
#
# Nothing changes in the samplers: $z_t = \alpha z_0 + \sigma\varepsilon$, a network predicts, ten
# steps of DPM++ 2M. The decoder runs once, at the end. Here it runs at every step, only to show
# the guess $\hat z_0$ of three runs. First it is blurred, as the mean of all that is still
# possible decodes to; place and colour are there early, the digit comes last. (The animation has
# 16 shades a colour, to keep the file small.)

# %%
prompts = (
    "a red one left of a blue seven on black",
    "a cyan five above a pink three on white",
    "a large bold yellow four on brown",
)
walk = levels(linear(), 10, "karras")
denoise = paired(scenes, scenes.told(*prompts), scenes.null_context(3), 3.0)
run = list(dpmpp_2m(denoise, noise(2, 3, 4, 16, 16), walk))
print("a state of a run:", tuple(run[0].x.shape[1:]), " NFE:", run[-1].nfe, " needed decodings: 1")
animation(
    [decode(step.x0_hat) for step in run],
    "Decoded guesses of three runs: first blurs, then coloured digits where the prompts want them.",
    zoom=2,
    shades=16,
)

# %% [markdown]
# ## What it costs and saves
#
# Much of a network's arithmetic is convolutions. Each of the $H W$ places and each output channel
# multiplies and adds $k \cdot k \cdot C_\mathrm{in}$ numbers, and a multiply-add counts as two
# operations: $2\,k^2 C_\mathrm{in} C_\mathrm{out} H W$.

# %%
layer = nn.Conv2d(64, 128, 3, padding=1)
mine = 2 * 3 * 3 * 64 * 128 * 16 * 16 / 1e9
compare("GFLOP of a convolution", mine, costs.gflop(layer, torch.zeros(1, 64, 16, 16)), within=1e-9)

# %% [markdown]
# It grows with the *area*, and a latent of 16 × 16 has a sixteenth of the places of 64 × 64. The
# library counts the whole U-Net, and the same U-Net built for pixels: once with attention at the
# same depths, once frugally, with attention only where its picture has shrunk to 16 × 16.

# %%
full, frugal = (costs.in_pixels(scenes.cfg, vae, everywhere=choice) for choice in (True, False))
price = {
    "latent U-Net": costs.gflop(scenes, *costs.inputs(scenes, 1)),
    "pixel U-Net, frugal": costs.gflop(frugal, *costs.inputs(frugal, 1)),
    "pixel U-Net, full": costs.gflop(full, *costs.inputs(full, 1)),
    "decoder": costs.gflop(vae, one, call=type(vae).decode),
}
latent_run = 2 * 20 * price["latent U-Net"] + price["decoder"]
for name in ("pixel U-Net, frugal", "pixel U-Net, full"):
    saved, whole = price[name] / price["latent U-Net"], 2 * 20 * price[name] / latent_run
    print(
        f"{name}: {saved:.0f} times a latent call; 20 guided steps {whole:.0f} times the latent run"
    )
bars(list(price), [Bars(list(price.values()))], "GFLOP, one call on one picture")

# %% [markdown]
# A single decoding costs more than a call of this small U-Net, but it is paid once and a guided
# run of 20 steps makes 40 calls. The price was paid before: somebody had to train the
# autoencoder.
#
# ## A worked example
#
# *Task: repaint a picture after a prompt, but keep its pose* (SDEdit, Meng et al. 2022;
# "img2img").
#
# A run can start anywhere on the way, not only in pure noise. We encode the picture, add the
# noise of a time $t$, $z_t = \alpha z_0 + \sigma\varepsilon$, and let the network remove it as if
# it had come there by itself. What the noise has drowned the prompt decides; what still shows
# through stays.


# %%
def repaint(z0, prompt, t, seed=0):
    """Noise a latent up to t, then walk back in 10 steps, told something else."""
    walk = levels_from(linear(), t, 10)
    start = walk[0].alpha * z0 + walk[0].sigma * noise(seed, *z0.shape)
    denoise = paired(scenes, scenes.told(prompt), untold, 3.0)
    return list(dpmpp_2m(denoise, start, walk))[-1].x


eight = painted(Scene((Item(8, "blue", "centre", "large"),), "white"), seed=1)
times = (300, 450, 600, 900)
made = [decode(repaint(vae.encode(eight), "a large red three on white", t)) for t in times]
titles = ["a blue eight", *(f"t {t}, σ/α {linear()(t).ratio:.1f}" for t in times)]
pictures(torch.cat([eight, *made]), titles, inches=1.1)

# %% [markdown]
# The prompt says "a large red three". With little noise the eight is only painted red. At $t =
# 450$ and 600 it becomes a three in the eight's place, and from more noise nothing of the picture
# is left but chance.
#
# ## Half filled
#
# *Task: a picture between two runs.* Blending latents gave a bad middle. Better to blend the
# *noises* of two runs and let the network make a picture of each mixture. But noise must have
# unit variance, and a plain mean of two independent noises has variance ½: the network would take
# it for less noise than it is told. Fill in the weights of the first and of the second noise at
# the share `s` from 0 to 1. The mixture has unit variance if their squares sum to one.


# %%
def weights(s):
    return ..., ...


check("09.a", weights)

# %% [markdown]
# ## Your turn
#
# *Task: keep a part of a picture and paint the rest.* All that a sampler asks is a Denoiser, `(x,
# level) -> x0_hat`. Write `answer(denoise, known, mask)` that returns a new Denoiser: where
# `mask` is True it says what is known of the clean latent, elsewhere what `denoise` says.
# (`torch.where` helps. The solutions repaint half a scene with it.)

# %%
answer = ...

check("09.b", answer)

# %% [markdown]
# ## Where it fails
#
# No run can end in a picture that the decoder cannot draw. Three pictures that are no scenes of
# digits:

# %%
strange = [Image.open(ASSETS / "pictures" / f"{name}.png") for name in ("owl", "landscape", "page")]
small = [np.asarray(s.convert("RGB").resize((64, 64), Image.Resampling.BOX)) for s in strange]
foreign = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 127.5 - 1
returned = decode(vae.encode(foreign))
quality = [psnr(a[None], b[None]) for a, b in zip(foreign, returned, strict=True)]
print("PSNR:", ", ".join(f"{value:.1f} dB" for value in quality))
pictures(torch.cat([foreign, returned]), ["given", "", "", "decoded"], columns=3, inches=1.1)

# %% [markdown]
# The decoder draws them with what it has: smooth strokes. Small text is gone. The PSNR of the
# autoencoder is a ceiling on what any prompt can get. For its own kind the loss is small but can
# be measured: scenes are read by the project's classifier, as drawn and after the autoencoder
# (125 captions a group).

# %%
table = json.loads((zoo.MODELS / "scenes.quality.json").read_text("utf-8"))["real scenes"]
for kind in ("one digit", "two digits"):
    drawn, through = (table[key][kind]["all"] for key in ("as drawn", "through the autoencoder"))
    print(f"{kind:10}  read as drawn: {drawn:.1%}   after the autoencoder: {through:.1%}")

# %% [markdown]
# ## Summary
#
# - An autoencoder keeps a twelfth of the numbers, and scenes come back with about 40 dB where the
#   best linear code of patches has 27. What all scenes share is in the decoder's weights: there
#   the detail comes from.
# - The encoder gives a Gaussian. The KL term, $\tfrac12(\mu^2 + s^2 - 1 - \log s^2)$, and the
#   sampling make latents that lie close together, so that new ones decode too.
# - Latents are scaled to unit variance, since a schedule's noise levels presuppose it.
# - A latent has the picture's places but not its colours. It can be shifted, but neither mirrored
#   nor blended like a picture.
# - Samplers, guidance and schedules are the same in the latent; a call costs 13 to 19 times less
#   arithmetic here, and one decoding comes on top.
# - A run may start from a noised picture, end between two noises, or keep a part.
# - What the decoder cannot draw, no prompt can get.
#
# ## Exercises
#
# **09.1** On a thousand scenes that it never saw, the autoencoder reaches 40.59 dB. Which root
# mean square error is that, in greys of a picture whose range is 0 to 255?

# %%
answer = ...

check("09.1", answer)

# %% [markdown]
# **09.2** In self-attention every place asks every place. How many times more products of a query
# with a key has it among 64 × 64 places than among 16 × 16?

# %%
answer = ...

check("09.2", answer)

# %% [markdown]
# **09.3** Write `answer(z)` for raw latents (N, C, h, w): a pair (shift, scale), both of the
# shape (C, 1, 1), so that `(z - shift) / scale` has mean 0 and standard deviation 1 in every
# channel.

# %%
answer = ...

check("09.3", answer)

# %% [markdown]
# **09.4** Write `answer(m1, s1, m2, s2)`: the KL divergence of a normal distribution of mean `m1`
# and standard deviation `s1` from one of `m2` and `s2`, in nats, for tensors. (Derive it as
# above. What must it be where both are the same?)

# %%
answer = ...

check("09.4", answer)

# %% [markdown]
# Solutions: [solutions/09_latent.ipynb](solutions/09_latent.ipynb).
