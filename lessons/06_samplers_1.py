# %% [markdown]
# # 6 · Samplers I: DDPM, DDIM and Euler
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/06_samplers_1.ipynb)
#
# You need lessons 2 (the posterior) and 4 (x̂₀ and ε̂). About 35 minutes. In the app: the tab
# **Samplers**, chapters *The race*, *Three ways* and *Chance*.

# %%
# Colab has no explorer yet, so this cell installs it there. At home it installs nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    url = "git+https://github.com/denoising-explorer/denoising-explorer"
    package = f"denoising-explorer @ {url}"  # Colab has what draws the figures
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", package], check=True)

# %%
import math
from itertools import pairwise

import torch

from explorer import worlds
from explorer.course import animation, check, compare
from explorer.denoisers import eps_hat, from_network
from explorer.figures.planes import Cloud, Paths, plane
from explorer.figures.plates import Line, curves, pictures
from explorer.forward import bridge, noise_like
from explorer.models import zoo
from explorer.samplers import LABELS, SAMPLERS, ddim, ddpm, euler
from explorer.schedules import SPACINGS, Level, levels, linear, timesteps


def rng(seed):
    return torch.Generator().manual_seed(seed)


def end(steps):
    *_, last = steps
    return last.x


# %% [markdown]
# ## First, a guess
#
# Lesson 4 left us with a denoiser: given a noisy $x_t$ and its noise level it returns
# $\hat x_0$, the clean picture expected behind it. A **sampler** turns many such guesses into one
# picture. Four samplers, `ddpm`, `ddim`, `euler` and `euler_ancestral`, now get the same denoiser,
# the same starting noise, the same 20 noise levels and the same random seed.
#
# How many **different** pictures come out: 1, 2, 3 or 4? Write your guess down before going on.

# %%
my_guess = 4

# %% [markdown]
# ## What every sampler does
#
# A noise level is a pair: $x_t = \alpha_t x_0 + \sigma_t \varepsilon$, with signal coefficient
# $\alpha_t$, noise coefficient $\sigma_t$ and standard normal noise $\varepsilon$. A run walks down
# a list of such `Level`s, noisiest first, ending clean ($\alpha = 1$, $\sigma = 0$). We write $t$
# for the level at which a step starts and $s$ for the cleaner one to which it goes. Each step
#
# 1. asks the denoiser: $\hat x_0$,
# 2. reads off the noise that this leaves: $\hat\varepsilon = (x_t - \alpha_t \hat x_0) / \sigma_t$,
# 3. builds $x_s$ from the two.
#
# Samplers differ in the third part alone. We need two denoisers. One is exact: a world of two
# Gaussians in the plane, where $E[x_0 \mid x_t]$ is a formula. In float64 it shows whether two
# formulas are *the same*, down to rounding. The other is the network `mnist`, told to draw a 5.

# %%
world = worlds.two()
exact = world.denoiser()
start = torch.randn(200, 2, generator=rng(0), dtype=torch.float64)

net = zoo.load("mnist")


def fives(count):
    return from_network(net, context=net.embed(torch.full((count,), 5)))


noise = torch.randn(4, 1, 28, 28, generator=rng(0))
walk = levels(linear(), 20)  # 20 steps: 21 Levels
print("first Level", walk[0])
print("last Level ", walk[-1])

# %% [markdown]
# ## DDPM: the posterior, with a guess in it
#
# If somebody told us $x_0$, the way back from $x_t$ to $x_s$ would be known exactly: the posterior
# $q(x_s \mid x_t, x_0)$. Two things are known about $x_s$: it was made from $x_0$, so
# $x_s \sim N(\alpha_s x_0, \sigma_s^2)$; and $x_t$ was made from it, by
# $x_t = a\,x_s + \text{noise}$ with $a = \alpha_t/\alpha_s$ and noise variance
# $\beta = \sigma_t^2 - a^2\sigma_s^2$. Multiply two Gaussians and their precisions (inverse
# variances) add up; the mean is the average weighted by precision. That is all there is to
# equations 6 and 7 of Ho et al. 2020.


# %%
def my_posterior(x0, xt, s, t):
    a = t.alpha / s.alpha
    beta = t.sigma**2 - a**2 * s.sigma**2
    from_x0, from_xt = 1 / s.sigma**2, a**2 / beta  # precisions
    variance = 1 / (from_x0 + from_xt)
    return variance * (from_x0 * s.alpha * x0 + from_xt * xt / a), variance


xt, guess = start[:100], start[100:]  # any numbers will do
for t, s in ((walk[1], walk[2]), (walk[15], walk[18])):
    mean, beta_tilde = my_posterior(guess, xt, s, t)
    mean_library, beta_library = bridge(guess, xt, s, t)
    compare("posterior mean", mean, mean_library, within=1e-12)
    compare("posterior variance", beta_tilde, beta_library, within=1e-12)

# %% [markdown]
# Nobody tells us $x_0$. DDPM puts the guess $\hat x_0$ in its place and draws $x_s$ from the
# result: mean, plus $\sqrt{\tilde\beta}$ times fresh noise. That is *ancestral* sampling
# (Ho et al., Algorithm 2, where $\tilde\beta$ is one of two choices of the variance). The
# paper goes from $t$ to $t - 1$; nothing in the derivation needs neighbours, so we may skip levels.


# %%
def my_ddpm(denoise, x, walk, rng):
    for t, s in pairwise(walk):
        x0_hat = denoise(x, t)
        if s.sigma == 0:
            return x0_hat  # clean: the guess itself
        mean, beta_tilde = my_posterior(x0_hat, x, s, t)
        x = mean + math.sqrt(beta_tilde) * noise_like(x, rng)


mine = my_ddpm(exact, start, walk, rng(1))
compare("DDPM", mine, end(ddpm(exact, start, walk, rng=rng(1))), within=1e-10)

# %% [markdown]
# The same seed gives the same stream of noise, so even a random sampler can be compared number by
# number.
#
# ## DDIM: keep the noise instead of drawing it anew
#
# Song et al. 2021 asked a different question. Suppose $x_t = \alpha_t x_0 + \sigma_t \varepsilon$.
# Which $x_s$ have the right distribution, $N(\alpha_s x_0, \sigma_s^2)$? *Every* mix of old and
# fresh noise whose variances add up:
#
# $$x_s = \alpha_s \hat x_0 + \sqrt{\sigma_s^2 - f^2}\;\hat\varepsilon + f z,
# \qquad z \sim N(0, 1) \qquad \text{(their eq. 12)}$$
#
# $f$ is how much of the noise is drawn anew. They set (eq. 16)
# $f = \eta \, \sigma_s \sqrt{1 - k^2}$ with
# $k = \dfrac{\sigma_s/\alpha_s}{\sigma_t/\alpha_t}$, the factor by which the step shrinks
# $\sigma/\alpha$. At $\eta = 0$ nothing is drawn: the noise that is there is turned down, and the
# run is *deterministic*. At $\eta = 1$, $f^2$ should be DDPM's $\tilde\beta$. Is it?


# %%
def fresh_noise(s, t, eta):
    k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
    return eta * s.sigma * math.sqrt(1 - k**2)


squares = [fresh_noise(s, t, 1.0) ** 2 for t, s in pairwise(walk)]
beta_tildes = [bridge(start, start, s, t)[1] for t, s in pairwise(walk)]
compare("f² at eta = 1 is DDPM's variance", squares, beta_tildes, within=1e-12)

one = end(ddim(exact, start, walk, eta=1.0, rng=rng(1)))
compare("DDIM at eta = 1 is DDPM", one, end(ddpm(exact, start, walk, rng=rng(1))), within=1e-10)

# %% [markdown]
# So $\eta$ is a dial from a run without chance (0) to DDPM (1). What it does to paths can be seen
# in the plane. Six runs start at *one and the same* point (ring), with six streams of
# noise, and end at the green discs; blue points are the data.

# %%
one_point = torch.tensor([[0.35, -1.3]], dtype=torch.float64).repeat(6, 1)
fine = levels(linear(), 40)
runs = [
    torch.stack([step.x for step in ddim(exact, one_point, fine, eta=eta, rng=rng(3))])
    for eta in (0.0, 0.3, 1.0)
]
titles = ["η = 0: six times the same", "η = 0.3", "η = 1: DDPM"]
data = Cloud(world.sample(200, rng(4)), "signal", opaque=0.25)
panels = []
for title, run in zip(titles, runs, strict=True):
    ring = Cloud(run[0], "noise", size=22, hollow=True)
    disc = Cloud(run[-1], "prediction", size=14, opaque=1)
    panels.append((title, [data, Paths(run), ring, disc]))
plane(panels, span=2.5)

# %% [markdown]
# At $\eta = 0$ the six paths lie on each other: the starting noise *is* the picture, in another
# form. At $\eta = 1$ the start is soon forgotten, and chance decides in which of the two
# clouds a run ends.
#
# ## Euler: another thought, the same step
#
# Now forget DDIM. Take one picture and one noise and turn the noise down slowly. The state
# $x = \alpha x_0 + \sigma \varepsilon$ moves by $x_0\,d\alpha + \varepsilon\,d\sigma$. Many pairs
# of $x_0$ and $\varepsilon$ pass through the same point $x$, each with a movement of its own. Their
# *mean* is a field that depends on $x$ alone:
#
# $$dx = \hat x_0 \, d\alpha + \hat\varepsilon \, d\sigma .$$
#
# It is the **probability-flow ODE** (Song et al. 2021, *Score-based generative modeling through
# SDEs*): who follows it has, at every level, the same distribution as the noised data. Euler's
# method, the oldest way to solve an ODE, takes the slope where it stands and goes straight on:
#
# $$x_s = x_t + (\alpha_s - \alpha_t)\,\hat x_0 + (\sigma_s - \sigma_t)\,\hat\varepsilon .$$
#
# Now look at the definition of $\hat\varepsilon$ above, which says
# $x_t = \alpha_t \hat x_0 + \sigma_t \hat\varepsilon$. Put it in: the terms with $\alpha_t$ and
# $\sigma_t$ cancel, and what is left is $x_s = \alpha_s \hat x_0 + \sigma_s \hat\varepsilon$.
# That **is** DDIM with $\eta = 0$.


# %%
def my_euler(denoise, x, walk):
    for t, s in pairwise(walk):
        x0_hat = denoise(x, t)
        eps = (x - t.alpha * x0_hat) / t.sigma
        x = x + (s.alpha - t.alpha) * x0_hat + (s.sigma - t.sigma) * eps
    return x


def my_euler_karras(denoise, x, walk):
    """The same in the coordinates of Karras et al. 2022: y = x / alpha, r = sigma / alpha."""
    y = x / walk[0].alpha
    for t, s in pairwise(walk):
        x0_hat = denoise(t.alpha * y, t)
        y = y + (s.ratio - t.ratio) * (y - x0_hat) / t.ratio  # dy/dr = eps_hat
    return y  # alpha is 1 at the end


theirs = end(ddim(exact, start, walk))
compare(
    "Euler, mine and the library's", my_euler(exact, start, walk), end(euler(exact, start, walk))
)
compare("Euler is DDIM at eta = 0", my_euler(exact, start, walk), theirs, within=1e-12)
compare("... in Karras' coordinates too", my_euler_karras(exact, start, walk), theirs, within=1e-12)

# %% [markdown]
# Not similar: the same update, apart from rounding in the last digits. One remark for the careful:
# "Euler's method" means nothing before you say *in which coordinate*. Here the slope is held
# constant in $\alpha$ and $\sigma$ (or in $\sigma/\alpha$, which gives the same). Euler in the time
# $t$ of the same ODE is another method, and exercise 06.4 meets it.
#
# Now the guess. Four samplers, one noise, one seed, the network `mnist`:

# %%
four = ("ddpm", "ddim", "euler", "euler_ancestral")
pick = noise[3:]
drawn = {name: end(SAMPLERS[name](fives(1), pick, walk, rng=rng(1))) for name in four}
different = []
for picture in drawn.values():
    if all((picture - other).abs().max() > 0.01 for other in different):
        different.append(picture)
print(f"my guess: {my_guess} different pictures; counted: {len(different)}")
pictures(torch.cat(list(drawn.values())), [LABELS[name] for name in four], inches=1.4)

# %% [markdown]
# Two. DDIM and Euler draw one picture; DDPM and Euler ancestral the other. "Euler ancestral"
# goes below the target level by Euler and adds noise back up to it, which on the same levels is
# DDPM's mean and variance once more.
#
# ## What differs in the wild is the spacing
#
# Yet people choose "DDIM" or "Euler" from a menu and get different pictures. The reason is *where*
# the sampler steps, the **spacing**, which programs attach to the sampler's name. In the library
# Diffusers (0.42), `DDIMScheduler` steps "leading" by default and `EulerDiscreteScheduler`
# "linspace". The schedule says what noise level belongs to $t$; the spacing says which $t$ a
# sampler visits. They are two choices.

# %%
schedule = linear()
for spacing in ("leading", "linspace", "trailing"):
    visited = timesteps(schedule.T, 10, spacing)
    print(f"{spacing:9s} t = {visited}, alpha at the start {schedule(visited[0]).alpha:.4f}")

looks = (("#0072B2", "-"), ("#B84E00", "--"), ("#007A59", ":"), ("#444444", "-."))
lines = []
for spacing, (colour, style) in zip(SPACINGS, looks, strict=True):
    ratios = [level.ratio for level in levels(schedule, 10, spacing)[:-1]]
    lines.append(Line(range(10), ratios, spacing, colour, style))
curves(lines, "step of 10", "σ / α where the step starts", log="y", size=(5, 2.6))

# %% [markdown]
# The curves start and end at different heights: "leading" never visits $t = 1000$, "trailing" takes
# its last step from $t = 100$ in one go, "karras" (lesson 7) spends its steps at low noise.
# Same sampler, same noise, ten steps:

# %%
spaced = {spacing: levels(schedule, 10, spacing) for spacing in SPACINGS}
rows = {spacing: end(ddim(fives(2), noise[2:], grid)) for spacing, grid in spaced.items()}
for spacing, row in rows.items():
    apart = (row - rows["trailing"]).abs().max().item() * 127.5
    print(f"{spacing:9s} differs from trailing by up to {apart:.0f} of 255 greys")
pictures(torch.stack(list(rows.values()), 1).flatten(0, 1), [*rows, *rows], columns=4)

# %% [markdown]
# All eight pictures are DDIM's, and each may be called Euler's instead. Along a row the noise is
# the same, and so is the digit; its edges are not.
#
# ## Step 20 of 40 is not a 20-step run
#
# A run of 40 steps that is stopped after 20 is at a noise level in the middle. A run of 20 steps
# has *arrived*. They visit different levels:

# %%
forty = list(ddim(fives(4), noise, levels(schedule, 40)))
twenty = list(ddim(fives(4), noise, levels(schedule, 20)))
print(f"step 20 of 40: sigma/alpha = {forty[20].level.ratio:.2f} after {forty[19].nfe} NFE")
print(f"step 20 of 20: sigma/alpha = {twenty[20].level.ratio:.2f} after {twenty[20].nfe} NFE")
shown = [forty[20].x, forty[20].x0_hat, twenty[20].x, forty[40].x]
titles = ["step 20 of 40: x", "step 20 of 40: x̂₀", "step 20 of 20", "step 40 of 40"]
pictures(torch.stack([row[3] for row in shown]), titles, inches=1.5)

# %% [markdown]
# NFE counts the denoiser evaluations. The first two pictures belong to a run that is half done: the
# state is noise with $\sigma/\alpha = 3.4$, and the guess $\hat x_0$ is a blur, because the mean of
# all fives that are still possible *is* a blur. The last two are finished runs. To save time, ask
# for fewer steps; do not stop early.
#
# ## x̂₀ along the way
#
# The state $x_t$ and the belief $\hat x_0$ tell different stories. On the left the state of one
# run of 20 steps, beside it the beliefs of four runs; the last belongs to the state on the left:


# %%
animation(
    [torch.cat([twenty[k].x[3:], twenty[k].x0_hat]) for k in (0, 4, 8, 11, 14, 16, 18, 20)],
    "Noise fades from a picture on the left; beside it a blurred five sharpens into four fives.",
    zoom=3,
)

# %% [markdown]
# The belief begins as one blur for all four, the mean of all fives. Composition comes first, edges
# last. It also tells what a run with $n = 1$ must give: the first belief, and nothing else.

# %%
counts = (1, 2, 4, 8, 16)
ends = [end(ddim(fives(3), noise[1:], levels(schedule, n))) for n in counts]
by_noise = torch.stack(ends, 1).flatten(0, 1)  # (3 · 5, 1, 28, 28)
pictures(by_noise, [f"n = {n}" for n in counts], columns=len(counts))

# %% [markdown]
# Each row is one noise. At $n = 1$ all rows are alike: from pure noise nothing can be told, so the
# best guess is the mean. From $n = 8$ on each row hardly changes: its destination was fixed by its
# noise, and more steps only come nearer to it.
#
# ## Chance: the same noise twice
#
# Start twice from the same noise, with other fresh noise. How far apart do the two pictures end,
# for each $\eta$?

# %%
etas = (0.0, 0.25, 0.5, 0.75, 1.0)
first = [end(ddim(fives(4), noise, walk, eta=eta, rng=rng(7))) for eta in etas]
again = [end(ddim(fives(4), noise, walk, eta=eta, rng=rng(14))) for eta in etas]
for eta, a, b in zip(etas, first, again, strict=True):
    print(f"eta = {eta:.2f}: {(a - b).abs().mean() * 127.5:5.1f} of 255 greys apart, in the mean")
both = torch.stack([run[3] for run in first + again])
pictures(both, [f"η = {eta}" for eta in etas], columns=len(etas))

# %% [markdown]
# Above the first run, below the second, from one noise. At $\eta = 0$ the distance is exactly
# zero: whoever knows the noise knows the picture, and may edit, blend or invert the noise
# (exercise 06.3). A quarter of the chance is enough to end elsewhere. Is chance better, then? It
# corrects: an error made early is partly overwritten by fresh noise later, which can help a
# network that is not exact, given many steps. It costs: with few steps DDPM is further from the
# data than DDIM. The network's card (`assets/models/mnist.md`), a page of what was measured, has
# it on 500 pictures each. The Fréchet distance says how far drawn digits as a whole, as a
# classifier sees them, are from real ones; smaller is better. At 5 steps it is 2.2 for DDPM and
# 1.5 for DDIM, at 50 steps 1.0 and 1.4.
#
# ## A worked example
#
# One step by hand, so that no symbol stays abstract. At $t$: $\alpha_t = 0.6$, $\sigma_t = 0.8$. We
# go to $s$: $\alpha_s = 0.8$, $\sigma_s = 0.6$. One pixel: $x_t = 1.0$, and the denoiser
# says $\hat x_0 = 0.5$.
#
# - The noise: $\hat\varepsilon = (1.0 - 0.6 \cdot 0.5) / 0.8 = 0.875$.
# - DDIM at $\eta = 0$: $x_s = 0.8 \cdot 0.5 + 0.6 \cdot 0.875 = 0.925$.
# - Euler: $1.0 + 0.2 \cdot 0.5 + (-0.2) \cdot 0.875 = 0.925$, on another way.

# %%
t, s = Level(0.6, 0.8), Level(0.8, 0.6)
x, x0_hat = torch.tensor([1.0]), torch.tensor([0.5])
eps = eps_hat(x, x0_hat, t)
by_ddim = s.alpha * x0_hat + s.sigma * eps
by_euler = x + (s.alpha - t.alpha) * x0_hat + (s.sigma - t.sigma) * eps
print(f"eps_hat {eps.item():.3f}, DDIM {by_ddim.item():.3f}, Euler {by_euler.item():.3f}")

# %% [markdown]
# ## Half filled
#
# The same step with any $\eta$. Fill in the three dots: equation 16 for `fresh`, what must remain
# for `kept`, and equation 12. `z` is the fresh noise, already drawn.


# %%
def eta_step(x, x0_hat, t, s, eta, z):
    eps = eps_hat(x, x0_hat, t)
    k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
    fresh = ...  # DDIM eq. 16, from eta, s.sigma and k
    kept = ...  # so that kept² + fresh² = s.sigma²
    return ...  # DDIM eq. 12, from x0_hat, eps and z


check("06.a", eta_step)

# %% [markdown]
# ## Your turn
#
# Write a whole sampler: a function `sample(denoise, x, walk, eta, rng)` that goes through the list
# of `Level`s `walk` and returns the last state. `noise_like(x, rng)` draws noise of the shape of
# `x`. Draw it once a step, and only where `fresh` is above 0. One trap: `walk` may begin at
# `alpha == 0`, where $\sigma_t/\alpha_t$ is a division by zero; multiply out the fraction in $k$
# first.

# %%
answer = ...

check("06.b", answer)

# %% [markdown]
# ## Summary
#
# - A sampler is a loop: ask for $\hat x_0$, read off $\hat\varepsilon$, build the state at the next
#   level. Samplers differ in the last part.
# - DDPM draws from the posterior $q(x_s \mid x_t, \hat x_0)$. DDIM keeps the noise that is there
#   and draws only the share that $\eta$ says: 0 is deterministic, 1 is DDPM.
# - Euler on the probability-flow ODE, in $\alpha$ and $\sigma$ or in $\sigma/\alpha$, is DDIM with
#   $\eta = 0$: the same update, to the last digits.
# - What differs between "DDIM" and "Euler" in the wild is the spacing, a choice of its own.
# - Step 20 of 40 is not the result of a 20-step run.
# - Without chance the noise determines the picture; with chance the same noise gives another one
#   each time, and the same seed the same stream.
#
# ## Exercises
#
# **06.1** On the linear schedule (T = 1000), a 10-step sampler with "leading" spacing is given pure
# noise. Which `alpha` does its *first* level claim the noise to have? A number, to two digits. (It
# is told that there is signal where there is none.)

# %%
answer = ...

check("06.1", answer)

# %% [markdown]
# **06.2** Write `share(t, s)`: the share of the variance of the noise in $x_s$ that DDPM
# draws anew in the step from $t$ to $s$, a number from 0 to 1, for `s.sigma > 0`.

# %%
answer = ...

check("06.2", answer)

# %% [markdown]
# **06.3** Without chance the way can be walked backwards: from a picture to the noise that draws it
# (*inversion*). Write `invert(denoise, x, walk)` for a walk that gets noisier with every
# step, from a first level with a little noise (`sigma > 0`) to the noisiest. Each step goes from
# `s` to the noisier `t` by the same rule, $\hat x_0$ and $\hat\varepsilon$ taken where it
# stands. Return the last state.

# %%
answer = ...

check("06.3", answer)

# %% [markdown]
# **06.4** In the time $t$ of the chain, with its $\beta_t$, the probability-flow ODE reads
# $dx = -\tfrac12 \beta_t\,(x + \text{score})\,dt$ (Song et al. 2021, SDE paper), where the score is
# $-\hat\varepsilon/\sigma_t$ (lesson 4). Write `euler_in_t(x, x0_hat, t, beta)`: one Euler step of
# it *back* in time, $dt = -1$, from the `Level` `t`. For neighbouring levels it is
# close to DDIM, and still another method: the two agree only as $\beta \to 0$.

# %%
answer = ...

check("06.4", answer)

# %% [markdown]
# Solutions, with the reasons: [solutions/06_samplers_1.ipynb](solutions/06_samplers_1.ipynb).
