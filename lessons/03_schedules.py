# %% [markdown]
# # 3 · Schedules and SNR, and why the last step must be zero
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/03_schedules.ipynb)
#
# You need lesson 2 ($\beta$, $\alpha$, $\sigma$ and the closed form). About 40 minutes. The app
# shows the same in the tab Schedules and under Forward, "Four schedules, one noise".
#
# **Four schedules end in noise. Which of them end in nothing but noise?**

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

import torch

from explorer import grey, ideal
from explorer.course import animation, check, compare
from explorer.data import gallery
from explorer.figures.bars import upright
from explorer.figures.plates import Line, curves, pictures
from explorer.forward import noise_like, noised
from explorer.samplers import ddim
from explorer.schedules import (
    Level,
    cosine,
    karras,
    levels,
    linear,
    scaled_linear,
    time_of,
    timesteps,
    zero_snr,
)

digit = torch.tensor(gallery.digits()[3]).double()[None, None] / 127.5 - 1  # (1, 1, 28, 28)
eps = noise_like(digit, torch.Generator().manual_seed(0))
schedules = {
    "linear": linear(),
    "cosine": cosine(),
    "karras": karras(),
    "zero_snr": zero_snr(linear()),
}

# %% [markdown]
# ## First, a guess
#
# A schedule says what $\alpha$ and $\sigma$ are at each $t$ from 0 to $T = 1000$. At $t = 1000$ the
# four below look alike, like pure noise:

# %%
ends = torch.cat([noised(digit, schedule(1000), eps) for schedule in schedules.values()])
pictures(ends, list(schedules), inches=1.0)

# %% [markdown]
# The last one is linear, bent so that $\alpha$ is **exactly** 0 there and nothing whatever is left
# of the picture. How is it with the other three? Put them in order: which leaves most?

# %%
my_guess = ["linear", "cosine", "karras"]  # your order, what leaves most first

# %% [markdown]
# ## Three recipes
#
# **Linear** (Ho et al. 2020): $\beta_t$ runs in a straight line from $10^{-4}$ to 0.02, and
# $\alpha_t^2$ is the running product of $1 - \beta_t$ (lesson 2).
#
# **Cosine** (Nichol and Dhariwal 2021, eq. 17): not $\beta$ but $\alpha^2$ is drawn by hand. With
# $f(t) = \cos^2\!\big(\frac{t/T + s}{1 + s}\cdot\frac{\pi}{2}\big)$ and $s = 0.008$ it is
# $f(t)/f(0)$; each $\beta$ that follows is cut at 0.999.
#
# **Karras** (Karras et al. 2022, eq. 5): what is drawn is the ratio $\sigma/\alpha$, which that
# paper calls $\sigma$. Its 7th root runs in a straight line, from the 7th root of 80 at $t = T$ to
# that of 0.002 at $t = 1$. Then $\alpha^2 + \sigma^2 = 1$ gives both.


# %%
def alpha_from_betas(beta):
    """alpha at t = 1, ..., T."""
    return torch.cumprod(1 - beta, 0).sqrt()


def my_linear():
    return alpha_from_betas(torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64))


def my_cosine(s=0.008):
    t = torch.arange(1001, dtype=torch.float64)
    f = torch.cos((t / 1000 + s) / (1 + s) * math.pi / 2) ** 2
    return alpha_from_betas((1 - f[1:] / f[:-1]).clamp(max=0.999))


def my_karras(low=0.002, high=80.0, rho=7):
    root = torch.linspace(low ** (1 / rho), high ** (1 / rho), 1000, dtype=torch.float64)
    ratio = root**rho  # sigma / alpha
    return 1 / (1 + ratio**2).sqrt()


for name, mine in (("linear", my_linear), ("cosine", my_cosine), ("karras", my_karras)):
    compare(f"α of {name}", mine(), schedules[name].alpha[1:], within=1e-12)

# %% [markdown]
# The curves of $\alpha$ are quite different. Where linear has lost nearly all signal, at $t = 600$,
# cosine has still more than half. (The fourth, `zero_snr`, lies almost on linear; we come to it
# below.)

# %%
t = torch.arange(1, 1001)
lines = [Line(t, s.alpha[1:], name, name) for name, s in schedules.items()]
curves(lines, "t", "signal α", "Four ways to lose the signal", size=(4.4, 2.2))

# %% [markdown]
# ## The clock and what it tells: SNR
#
# $t$ is only a name for a level. What the picture looks like depends on $\alpha$ and $\sigma$
# alone, and, as $\alpha^2 + \sigma^2 = 1$, on a single number: the signal-to-noise ratio
#
# $$\mathrm{SNR} = \frac{\alpha^2}{\sigma^2}.$$
#
# It spans so many orders of magnitude that one plots its logarithm. (DPM-Solver's $\lambda$ is half
# of it, and Karras' $\sigma$ is $1/\sqrt{\mathrm{SNR}}$.) On this scale you see what a schedule
# spends its steps on: cosine passes the middle slowly and evenly, linear hurries at the start and
# lingers in deep noise.

# %%
lines = [Line(t, 2 * (s.alpha[1:] / s.sigma[1:]).log(), n, n) for n, s in schedules.items()]
curves(lines, "t", "log SNR", "The same four on the scale that counts", size=(4.4, 2.2))

# %% [markdown]
# Now one picture, one noise, one SNR of 0.5, in all four schedules. `time_of` says at which $t$
# each of them gets there.

# %%
level = Level(math.sqrt(1 / 3), math.sqrt(2 / 3))  # SNR = 0.5
print(f"wanted: α = {level.alpha:.4f}, SNR = {level.snr:.2f}")
same = []
for name, schedule in schedules.items():
    when = time_of(schedule, level)
    same.append(noised(digit, schedule(when), eps))
    compare(f"{name}, t = {when:.1f}", same[-1], same[0], within=1e-9)
pictures(torch.cat(same), list(schedules), inches=1.0)

# %% [markdown]
# At one SNR all four pictures are the same picture. **A schedule only says when.** This is why a
# network need not know the schedule. The networks of this project are told the *angle* instead,
#
# $$\text{angle} = \operatorname{atan2}(\sigma, \alpha) \in [0, \pi/2],$$
#
# which belongs to no schedule and, unlike log SNR, is finite at both ends. One trained network then
# serves all schedules.

# %%
known = {
    "clean data": Level(1.0, 0.0),
    "linear, t = 259": schedules["linear"](259),
    "pure noise": Level(0.0, 1.0),
}
for name, level in known.items():
    mine = math.atan2(level.sigma, level.alpha)
    compare(f"angle, {name}", mine, level.angle, within=1e-15)
    print(f"   log SNR {level.log_snr:.3f}, angle {level.angle:.3f}")

# %% [markdown]
# ## What is left at the end
#
# Your guess, and the truth:

# %%
for name, schedule in schedules.items():
    last = schedule(1000)
    print(f"{name:9} α(T) = {last.alpha:.6f}   log SNR = {last.log_snr:.1f}")
order = sorted(("linear", "cosine", "karras"), key=lambda name: -schedules[name](1000).alpha)
print(f"my guess: {', '.join(my_guess)}; most first: {', '.join(order)}, and none of them is 0")

# %% [markdown]
# A product of numbers above 0 is above 0; a schedule that is made of betas below 1 never arrives.
# Does it matter? Six thousandths of a picture, who would see them? Stable Diffusion's schedule
# ("scaled linear": $\sqrt{\beta}$ in a straight line) keeps more, 0.068. Lin et al. (2023) showed
# what that does, and we repeat it here with an **exact** denoiser, so that no training can be
# blamed.
#
# The data: 128 pictures by night and day, 48 × 48 pixels, most of them very dark or very bright.

# %%
data = grey.pictures().double()
order = grey.brightness(data).argsort()
pictures(data[order[::16]], [f"{b:+.2f}" for b in grey.brightness(data[order[::16]]).tolist()])

# %% [markdown]
# The number above each is its **brightness** $b$, the mean of its pixels. In one pixel of
# $x_T = \alpha x_0 + \sigma\varepsilon$ the signal drowns. But the mean over all $N$ pixels is
#
# $$\operatorname{mean}(x_T) = \alpha\, b + \sigma \cdot \operatorname{mean}(\varepsilon), \qquad
# \operatorname{std}(\operatorname{mean}(\varepsilon)) = \frac{1}{\sqrt N} .$$
#
# With $N = 48^2$ the noise in the mean is only 1/48 = 0.021, and a brightness of 0.8 gives
# $0.068 \cdot 0.8 = 0.055$. So the brightness is plain to see in "pure noise", and a denoiser that
# was trained on such pictures trusts it. Here is what the exact one reads from the mean of $x_T$:

# %%
denoise = ideal.empirical(data)
shifts = torch.linspace(-0.06, 0.06, 25, dtype=torch.float64)
flat = noise_like(data[:8], torch.Generator().manual_seed(1))
flat = flat - flat.mean((1, 2, 3), keepdim=True)  # eight noises whose mean is 0


def read(level):
    """Brightness of x0_hat for noise of each mean, averaged over eight noises."""
    return [grey.brightness(denoise(flat + m, level)).mean().item() for m in shifts]


stable = scaled_linear()
lines = [
    Line(shifts, read(stable(1000)), "α = 0.068, Stable Diffusion's", "scaled_linear"),
    Line(shifts, read(zero_snr(stable)(1000)), "α = 0, zero terminal SNR", "zero_snr"),
]
curves(
    lines, "mean of x_T", "brightness of x̂₀", "What a denoiser reads in the mean", size=(4.4, 2.2)
)

# %% [markdown]
# Sampling starts from noise of mean 0, give or take 0.021. Under Stable Diffusion's schedule the
# denoiser takes that for a message, *neither dark nor bright*: by the curve, even a mean of 0.021
# says only a brightness of about a half. It obeys, and the very dark and very bright pictures never
# come. At $\alpha = 0$ there is no message, and it answers with the mean of all
# data, whatever it is shown.
#
# ## Zero terminal SNR
#
# Lin et al.'s remedy (their Algorithm 1) bends any schedule so that it ends at 0: shift the curve
# of $\alpha$ down until its last value is 0, then stretch it until its first value, at $t = 1$, is
# what it was.


# %%
def my_zero_snr(alpha):
    """Rescale alpha at t = 1, ..., T."""
    first, last = alpha[0], alpha[-1]
    return (alpha - last) * first / (first - last)


mine = my_zero_snr(stable.alpha[1:])
compare("rescaled α", mine, zero_snr(stable).alpha[1:], within=1e-12)
print(f"α(T) before: {stable(1000).alpha:.3f}, after: {zero_snr(stable)(1000).alpha}")

# %% [markdown]
# At $\alpha = 0$ the input *is* the noise. A network that predicts the noise would have nothing to
# do and would say nothing about the picture; only a network that predicts $x_0$ or $v$ survives
# there (lesson 4). Now 100 pictures each, from the same noises, by the exact denoiser, in 150
# steps:

# %%
drawn = {}
for name, schedule in (("α(T) = 0.068", stable), ("α(T) = 0", zero_snr(stable))):
    drawn[name] = grey.samples(data, schedule, 100, torch.Generator().manual_seed(2))

panels = [grey.histogram(x) for x in (data, *drawn.values())]  # 17 bins of brightness
labels = ["-0.9", *[""] * 7, "0", *[""] * 7, "0.9"]
titles = ["the data", *drawn]
upright(panels, titles, labels, "brightness of a picture", "share", ink="signal", size=(5.6, 2.1))

# %%
for name, x in {"the data": data, **drawn}.items():
    most = grey.brightness(x).abs().max()
    print(f"{name:12} beyond ±0.5: {grey.tails(x):.0%}, most extreme {most:.2f}")

# %% [markdown]
# This is the **grey image**: with 7 % of signal left at the end, three of four pictures come out
# within ±0.5, where only one of five of the data lies. With zero terminal SNR the dark and the
# bright ones are back. In the animation one noise becomes a picture twice, $\hat x_0$ in every
# frame: on the left under Stable Diffusion's schedule, on the right under its rescaled version. On
# the right it begins with the mean of all data, as nothing is known yet, and is free to go where it
# will. On the left the first look has all but settled the brightness.

# %%
noise = noise_like(torch.empty(100, 1, 48, 48).double(), torch.Generator().manual_seed(2))
runs = [list(ddim(denoise, noise, levels(s, 30))) for s in (stable, zero_snr(stable))]
left, right = (grey.brightness(run[-1].x).abs() for run in runs)
most = (right - left).argmax()  # the noise that shows it best
pairs = list(zip(*runs, strict=True))[::5]  # every fifth step of both

animation(
    [torch.stack([step.x0_hat[most] for step in pair]).float() for pair in pairs],
    "Left, a picture of medium brightness; right, the same noise becomes a much brighter one.",
    zoom=2,
)

# %% [markdown]
# ## Schedule and spacing are two things
#
# A schedule says what noise means at each $t$. A sampler does not visit all 1000 of them: which
# ones it visits is the **spacing** (Lin et al. 2023, Table 2). Both choices are often hidden in one
# name.

# %%
for spacing in ("linspace", "leading", "trailing"):
    visited = timesteps(1000, 5, spacing)
    print(f"{spacing:9} 5 steps from t = {visited}, {1000 - visited[0]} left out at the noisy end")

# %% [markdown]
# "Leading" never visits $T$: it starts at $t = 801$ and still hands the sampler pure noise, so the
# best schedule is of no use to it. "Trailing" starts at $T$ and is the one to take with few steps.
# The fourth, "karras", steps evenly in $(\sigma/\alpha)^{1/7}$ whatever the schedule. Ten steps of
# each on the *same* schedule:

# %%
inks = {"linspace": "#444444", "leading": "#8A6500", "trailing": "#56B4E9", "karras": "#A8447F"}
styles = ["-", "--", "-.", ":"]
lines = []
for (spacing, ink), style in zip(inks.items(), styles, strict=True):
    walk = levels(schedules["linear"], 10, spacing)[:-1]  # the last is clean: log SNR is infinite
    lines.append(Line(range(1, 11), [level.log_snr for level in walk], spacing, ink, style))
curves(lines, "step", "log SNR", "One schedule, four spacings, 10 steps", size=(4.4, 2.2))

# %% [markdown]
# ## The size of a picture shifts its SNR
#
# Neighbouring pixels of a large picture show much the same thing, under *independent* noise. If you
# average blocks of $k \times k$ pixels, the picture stays and the noise falls to $\sigma/k$, for
# the variance of a mean of $k^2$ numbers is smaller by $k^2$. So the same $\alpha$ leaves more of a
# larger picture: its log SNR is higher by $2 \ln k$. Hoogeboom et al. (2023) shift the schedules of
# large pictures by that much.

# %%
level, k = schedules["linear"](500), 3
large = digit.repeat_interleave(k, 2).repeat_interleave(k, 3)  # 84 x 84, the same digit
noisy = noised(large, level, noise_like(large, torch.Generator().manual_seed(4)))
averaged = torch.nn.functional.avg_pool2d(noisy, k)
left = (averaged - level.alpha * digit).std().item()
print(f"noise in a pixel: {level.sigma:.3f}")
print(f"after averaging {k} × {k}: {left:.3f}, and σ / k = {level.sigma / k:.3f}")


def enlarged(x):
    return x.repeat_interleave(k, 2).repeat_interleave(k, 3)


small = enlarged(noised(digit, level, eps))
titles = ["28 px", "84 px", "averaged to 28"]
pictures(torch.cat([small, noisy, enlarged(averaged)]), titles, inches=0.95)

# %% [markdown]
# All three are at $t = 500$ of the linear schedule. The large one hides nothing from an eye that
# averages, and a network averages too. It is the same effect that let the brightness through:
# brightness is what remains when you average over *all* pixels.
#
# ## A worked example
#
# **At which $t$ is there as much signal as noise, SNR = 1?**
#
# $\alpha^2/\sigma^2 = 1$ with $\alpha^2 + \sigma^2 = 1$ gives $\alpha^2 = \sigma^2 = 1/2$. The
# tables of $\alpha$ fall, so we look for the first $t$ where $\alpha^2$ is at most a half, and
# compare it with `time_of`, which also finds what lies between two whole $t$.

# %%
for name, schedule in schedules.items():
    first = int((schedule.alpha**2 > 0.5).sum())
    exact = time_of(schedule, Level(math.sqrt(0.5), math.sqrt(0.5)))
    print(f"{name:9} first t with SNR at most 1: {first}, exactly {exact:.2f}")

# %% [markdown]
# Cosine gets there half way, and linear after a quarter of the way.
#
# ## Half filled
#
# The same for any SNR: which $\alpha$ and $\sigma$ have it? Put $\sigma^2 = 1 - \alpha^2$ into
# $\mathrm{SNR} = \alpha^2/\sigma^2$ and solve for $\alpha$. Fill in the two places.


# %%
def pair_at(snr):
    """(alpha, sigma) of the variance preserving Level with this SNR."""
    alpha = ...
    sigma = ...
    if alpha is ... or sigma is ...:
        return ...
    return alpha, sigma


check("03.a", pair_at)

# %% [markdown]
# ## Your turn
#
# A picture of $64 \times 64$ pixels has the brightness $b = 0.5$ and is noised by the **linear**
# schedule. From which $t$ on is the signal in its mean, $\alpha b$, smaller than the standard
# deviation of the noise in its mean? Answer with a whole $t$.

# %%
answer = ...

check("03.b", answer)

# %% [markdown]
# ## Summary
#
# - A schedule says which $(\alpha, \sigma)$ belongs to each $t$. At one SNR all schedules make the
#   same picture: a schedule only says when.
# - Log SNR is the scale on which schedules are compared. The angle says the same and stays finite
#   at both ends; this is what our networks are told.
# - Linear ends at $\alpha = 0.0064$, Stable Diffusion's at 0.068, cosine and karras above 0 too.
#   Only zero terminal SNR ends in nothing but noise.
# - What is left at the end tells the mean brightness. Sampling starts from noise of mean 0, and the
#   denoiser reads "neither dark nor bright": the grey image.
# - Rescaling shifts and stretches $\alpha$ to end at 0 (Lin et al. 2023); it needs a network that
#   predicts $v$ or $x_0$, and a spacing that begins at $T$.
# - Schedule and spacing are separate choices.
# - Larger pictures keep more at the same $\alpha$: averaging $k \times k$ pixels adds $2\ln k$ to
#   log SNR.
#
# ## Exercises
#
# **03.1** What is $\alpha$ where SNR = 0.25?

# %%
answer = ...

check("03.1", answer)

# %% [markdown]
# **03.2** Write a function that gives the angle, in radians, for a log SNR. It should be right at
# $+\infty$ and $-\infty$ too. (`math.atan2(sigma, alpha)`, and $\sigma/\alpha$ is a power of $e$;
# `math.exp(-math.inf)` is 0, and `math.atan(math.inf)` is $\pi/2$.)


# %%
def angle_at(log_snr):
    """The angle in [0, pi/2] of the Level with this log SNR."""
    return ...


check("03.2", angle_at)

# %% [markdown]
# **03.3** At the end of Stable Diffusion's schedule $\alpha = 0.0683$ and $\sigma = 0.9977$. How
# many pixels a side must a square picture have at least for a brightness of 0.5 to stand out in its
# mean by three standard deviations of the noise there?

# %%
answer = ...

check("03.3", answer)

# %% [markdown]
# **03.4** Write a function that returns the list of the `n` times that "trailing" visits out of 1
# to `T`: noisiest first, beginning with `T`, at equal distances of `T / n`, each rounded with
# `round`. The clean end, 0, is not among them.


# %%
def trailing(T, n):
    """The n times that a sampler visits, noisiest first."""
    return ...


check("03.4", trailing)

# %% [markdown]
# **03.5** A `Level` was right for pictures of some size. Write a function that returns the pair
# $(\alpha, \sigma)$ that leaves as much of pictures with `k` times as many pixels a side, when
# their pixels are averaged $k \times k$. Keep $\alpha^2 + \sigma^2 = 1$. What should it do at
# $\alpha = 0$?


# %%
def for_larger(level, k):
    """(alpha, sigma) for pictures k times as large."""
    return ...


check("03.5", for_larger)

# %% [markdown]
# Solutions: [solutions/03_schedules.ipynb](solutions/03_schedules.ipynb).
