# %% [markdown]
# # 7 · Samplers II: Heun, DPM++ 2M, Karras steps, order of convergence
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/07_samplers_2.ipynb)
#
# You need lesson 6 (DDIM is Euler on an ODE). About 40 minutes. In the app: the tab **Samplers**
# (*The race*, *Quality*) and the tab **Ground truth** (*Order*, *Solver and model*).

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
from explorer.convergence import carried, converged, end, level_at, median_error
from explorer.course import animation, check, compare
from explorer.denoisers import from_network, v_hat
from explorer.figures.plates import Line, curves, pictures
from explorer.metrics import convergence_order
from explorer.models import zoo
from explorer.samplers import LABELS, ddim, evaluations
from explorer.schedules import Level, levels, linear, timesteps


def rng(seed):
    return torch.Generator().manual_seed(seed)


def by_nfe(lines, title, marks):
    """Errors against NFE on logarithmic axes; `marks` are the NFE written at the axis."""
    plate = curves(lines, "NFE", "median error (plane)", title, log="xy", size=(5, 3))
    plate.axes[0].set_xticks(marks, marks)
    plate.axes[0].tick_params(axis="x", which="minor", labelbottom=False)
    return plate


# %% [markdown]
# ## First, a guess
#
# A sampler without chance solves an equation, and with finitely many steps it makes an error. You
# double the steps, from many to twice as many. What is left of the error: `"half"` of it, a
# `"quarter"`, or the `"same"`? Guess for three cases: Euler (that is, DDIM) with an exact denoiser,
# DPM++ 2M with an exact denoiser, and DPM++ 2M with a trained network, measured against the truth.

# %%
my_guess = {"Euler": "half", "DPM++ 2M": "half", "with a network": "half"}

# %% [markdown]
# ## An answer that is known
#
# To measure an error one needs the answer. Lesson 6 had the probability-flow ODE,
# $dx = \hat x_0\,d\alpha + \hat\varepsilon\,d\sigma$. If the data are one Gaussian with mean $m$
# and standard deviation $s$, the noised data at any level are a Gaussian too, with mean $\alpha m$
# and standard deviation $\sqrt{\alpha^2 s^2 + \sigma^2}$, and the ODE simply keeps the *standard
# score*: who starts 1.3 standard deviations from the mean stays there. So we know where every point
# ends, by one line:

# %%
world = worlds.gaussian()
exact = world.denoiser()
m, std = world.means[0], world.stds[0].item()
x = torch.randn(100, 2, generator=rng(0), dtype=torch.float64)


def flow(x, t, s):
    """From Level t to Level s along the ODE of one Gaussian."""
    widths = [math.hypot(level.alpha * std, level.sigma) for level in (t, s)]
    return s.alpha * m + widths[1] / widths[0] * (x - t.alpha * m)


START, STOP = 1.45, 0.1  # angles: atan2(sigma, alpha), nearly all noise and nearly none
answer = flow(x, level_at(START), level_at(STOP))
compare("the flow of a Gaussian", answer, carried(exact, x, START, STOP, 300), within=1e-10)

# %% [markdown]
# `carried` solves the same ODE numerically with 300 small steps of a method of order 4. We shall
# need it where no formula is at hand.
#
# ## Order of convergence
#
# Let a method walk from one level to another in $n$ steps, and double $n$. If the error falls like
# $n^{-p}$, then $p$ is the **order** of the method: 1 halves it, 2 quarters it. On logarithmic axes
# such errors lie on a straight line of slope $-p$, so we fit a line.


# %%
def my_order(ns, errors):
    u, v = (torch.tensor(values, dtype=torch.float64).log() for values in (ns, errors))
    u, v = u - u.mean(), v - v.mean()
    return -(u @ v / (u @ u)).item()


def even(n):
    """n steps, evenly spaced in the angle."""
    return [level_at(a) for a in torch.linspace(START, STOP, n + 1, dtype=torch.float64).tolist()]


ns = [16, 32, 64, 128]
measured = {}
for name in ("euler", "heun", "dpmpp_2m"):
    measured[name] = [median_error(end(name, exact, x, even(n)), answer) for n in ns]
    order = my_order(ns[1:], measured[name][1:])
    compare(
        f"order of {LABELS[name]}",
        order,
        convergence_order(ns[1:], measured[name][1:]),
        within=1e-12,
    )
    print(f"  order {order:.2f}; from 64 to 128 steps the error is divided by ", end="")
    print(f"{measured[name][2] / measured[name][3]:.2f}")

# %% [markdown]
# Orders 1, 2 and 2, as theory says (Euler stands for DDIM too). Where do Heun and DPM++ 2M get
# their second order from?
#
# ## Heun: look at both ends of the step
#
# Write the ODE in the coordinates of Karras et al. 2022, $y = x/\alpha$ and $r = \sigma/\alpha$
# (their $\sigma$). It becomes $dy/dr = (y - \hat x_0)/r = \hat\varepsilon$. Euler takes the slope
# at the beginning of the step. Heun's method takes that step as a trial, looks at the slope where
# it arrives, goes back, and takes the *mean* of the two slopes (their Algorithm 1).


# %%
def my_heun(denoise, x, walk):
    y = x / walk[0].alpha
    for t, s in pairwise(walk):
        h = s.ratio - t.ratio
        slope = (y - denoise(t.alpha * y, t)) / t.ratio
        trial = y + h * slope
        if s.ratio == 0:
            return trial  # clean data: no noise, so no slope to look at
        slope_there = (trial - denoise(s.alpha * trial, s)) / s.ratio
        y = y + h * (slope + slope_there) / 2
    return walk[-1].alpha * y


for walk in (even(10), levels(linear(), 40)):
    compare("Heun", my_heun(exact, x, walk), end("heun", exact, x, walk), within=1e-10)

# %% [markdown]
# The second look costs a second evaluation of the denoiser, except in the last step to clean data:
# $n$ steps cost $2n - 1$. Evaluations (**NFE**) are what takes time, so they belong on the
# axis of a comparison; a comparison by steps flatters Heun by a factor of two.
#
# ## DPM++ 2M: remember the last step
#
# Euler spends its step on an $x$ that moves for a trivial reason, the noise being turned down, and
# for an interesting one, $\hat x_0$ changing. Solve the trivial part exactly. In
# $\lambda = \log(\alpha/\sigma)$, half the log-SNR, the ODE can be integrated in part:
#
# $$x_s = \frac{\sigma_s}{\sigma_t}\,x_t + \sigma_s \int_{\lambda_t}^{\lambda_s} e^{\lambda}\,
# \hat x_0 \; d\lambda .$$
#
# Hold $\hat x_0$ constant over the step of length $h = \lambda_s - \lambda_t$, and the integral is
# $\alpha_s (1 - e^{-h})\,\hat x_0$. That is DDIM, once more. For second order, take in place of
# $\hat x_0$ its value in the *middle* of the step. Nobody knows it, but the step before tells
# the trend, so extrapolate: with $h'$ for the length of the step before,
#
# $$D = \hat x_0 + \frac{h}{2h'}\,(\hat x_0 - \hat x_0^{\text{before}}) .$$
#
# No second evaluation is needed: *2M* is second order, multistep (Lu et al. 2022, DPM-Solver++,
# Algorithm 2).


# %%
def my_dpmpp(denoise, x, walk, second_order=True):
    before = h_before = None
    for t, s in pairwise(walk):
        x0_hat = D = denoise(x, t)
        if s.sigma == 0:
            return x0_hat  # h is infinite, and the guess is all
        h = math.log(s.alpha / s.sigma) - math.log(t.alpha / t.sigma)
        if second_order and before is not None:
            D = x0_hat + h / (2 * h_before) * (x0_hat - before)
        x = s.sigma / t.sigma * x + s.alpha * (1 - math.exp(-h)) * D
        before, h_before = x0_hat, h
    return x


walk = levels(linear(), 20)
mine = my_dpmpp(exact, x, walk, second_order=False)
compare("held constant, it is DDIM", mine, end("ddim", exact, x, walk), within=1e-12)
compare("DPM++ 2M", my_dpmpp(exact, x, walk), end("dpmpp_2m", exact, x, walk), within=1e-12)

# %% [markdown]
# Now all three by what they cost:

# %%
cost = {"euler": 1, "heun": 2, "dpmpp_2m": 1}  # NFE a step; no walk here goes to clean data
lines = [
    Line([cost[name] * n for n in ns], measured[name], LABELS[name], name) for name in measured
]
by_nfe(lines, "One Gaussian, exact denoiser", [16, 32, 64, 128, 256])

# %%
said = {1: "half", 2: "quarter"}
for name in ("euler", "dpmpp_2m"):
    left = said[round(math.log2(measured[name][2] / measured[name][3]))]
    print(f"{LABELS[name]}: my guess {my_guess[LABELS[name]]}, measured: a {left}")

# %% [markdown]
# The lines for second order fall twice as steeply. At equal NFE DPM++ 2M is ahead of Heun by a
# factor of nearly two: it gets the same order from half the evaluations.
#
# ## Where to step: four spacings
#
# The order says how fast errors fall. *Where* the steps lie decides from what height. Three
# spacings pick whole times $t$ of the schedule (Lin et al. 2023, Table 2). The fourth, by Karras et
# al. 2022 (eq. 5), forgets the schedule's times and takes $n$ values of $r = \sigma/\alpha$, evenly
# spaced in their $\rho$-th root, with $\rho = 7$:
#
# $$r_i = \Big( r_{\max}^{1/\rho} + \tfrac{i}{n-1} \big(r_{\min}^{1/\rho} - r_{\max}^{1/\rho}\big)
# \Big)^{\rho}, \qquad i = 0, \dots, n - 1 .$$


# %%
def my_karras(high, low, n, rho=7.0):
    a, b = high ** (1 / rho), low ** (1 / rho)
    return [(a + i / (n - 1) * (b - a)) ** rho for i in range(n)]


T, n = 1000, 10
schedule = linear()
mine = {
    "leading": [1 + i * (T // n) for i in reversed(range(n))],  # starts short of T
    "trailing": [round(T - i * T / n) for i in range(n)],  # ends short of 1
    "linspace": [round(T - i * (T - 1) / (n - 1)) for i in range(n)],  # both
}
for spacing, visited in mine.items():
    compare(spacing, visited, timesteps(T, n, spacing), within=0)
highest, lowest = schedule(T).ratio, schedule(1).ratio
theirs = [level.ratio for level in levels(schedule, n, "karras")[:-1]]
compare("karras", my_karras(highest, lowest, n), theirs, within=1e-10)
print("sigma/alpha, karras:  ", ", ".join(f"{r:.3g}" for r in theirs))
print("sigma/alpha, trailing:", ", ".join(f"{schedule(t).ratio:.3g}" for t in mine["trailing"]))

# %% [markdown]
# Schedule and spacing are two things: `levels(schedule, n, spacing)`. Four of the ten karras values
# lie below 2, and the last is 0.01. "trailing" jumps to clean data from 0.34 already.
#
# ## "DPM++ 2M Karras", taken apart
#
# The entry of many menus names two choices: the sampler `dpmpp_2m` and the spacing `karras`. Take
# each with and without the other. The world is `moons`, two half circles in the plane, a mixture of
# 24 Gaussians whose exact denoiser is known; the answer is `converged`.

# %%
moons = worlds.moons().denoiser()
truth = converged(moons, x, schedule(T))
budgets = (10, 20, 40, 80)
lines = []
for name in ("ddim", "dpmpp_2m"):
    for spacing, style in (("trailing", ":"), ("karras", "-")):
        found = [
            median_error(end(name, moons, x, levels(schedule, n, spacing)), truth) for n in budgets
        ]
        lines.append(Line(budgets, found, f"{LABELS[name]}, {spacing}", name, style))
        print(f"{LABELS[name]:9s}{spacing:9s}", " ".join(f"{value:.4f}" for value in found))
by_nfe(lines, "The moons, exact denoiser", budgets)

# %% [markdown]
# In this world the spacing matters as much as the sampler. With "trailing", DPM++ 2M stops gaining:
# its last jump, to clean data, is of first order and goes from $\sigma/\alpha = 0.05$ even with 80
# steps, hardly less than the width of the moons' lines, 0.07. Only Karras' steps let its second
# order show.
#
# Is "Karras" always better, then? Ask the digits. Ten evaluations, one noise a row, and on the
# right the converged picture:

# %%
net = zoo.load("mnist")
noise = torch.randn(4, 1, 28, 28, generator=rng(0))[2:]
fives = from_network(net, context=net.embed(torch.full((2,), 5)))
best = converged(fives, noise, schedule(T), 30)

shown, titles = [], []
for name in ("ddim", "dpmpp_2m"):
    for spacing in ("trailing", "karras"):
        drawn = end(name, fives, noise, levels(schedule, 10, spacing))
        error = (drawn - best).square().flatten(1).mean(1).sqrt().mean().item() * 127.5
        print(f"{LABELS[name]:9s}{spacing:9s} {error:4.1f} of 255 greys from the answer (RMS)")
        shown.append(drawn)
        titles.append(f"{LABELS[name]}\n{spacing}")
pictures(torch.stack([*shown, best], 1).flatten(0, 1), [*titles, "converged\n"], columns=5)

# %% [markdown]
# Here "trailing" is nearer to the answer with both samplers. Karras' steps spend three of ten where
# $\sigma/\alpha$ is above 40 and a digit's $\hat x_0$ hardly changes yet, and two below 0.1, finer
# than a digit needs. $\rho = 7$ was found good for other pictures and other networks; it is no law.
#
# How fast does each sampler arrive? The picture for n = 1, 2, 3, ... steps ("trailing"): DDIM on
# the left, DPM++ 2M in the middle, the converged picture on the right.

# %%
one = from_network(net, context=net.embed(torch.tensor([5])))
frames = []
for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16):
    walk = levels(schedule, n)
    two = [end(name, one, noise[1:], walk) for name in ("ddim", "dpmpp_2m")]
    frames.append(torch.cat([*two, best[1:]]))
animation(frames, "Three fives; the middle one sharpens sooner than the left one.", seconds=6)

# %% [markdown]
# ## When higher order does not help
#
# **With few steps.** Order is a statement about *many* steps. With few, the trial step of Heun
# lands where the slope says nothing, and the correction does harm:

# %%
for name, n in (("ddim", 5), ("heun", 3), ("ddim", 39), ("heun", 20)):
    error = median_error(end(name, moons, x, levels(schedule, n, "karras")), truth)
    print(f"{LABELS[name]:5s} {n:2d} steps, NFE {evaluations(name, n):2d}: error {error:.3f}")

# %% [markdown]
# **With a network.** A trained network is not the exact denoiser. It has an ODE of its own, and a
# solver with ever more steps converges to the end of *that* ODE. What then remains is the **model
# error**, and no sampler can remove it. `planar-moons` is a small network that learnt the moons;
# we measure against the truth of the world.

# %%
learnt = from_network(zoo.load("planar-moons"))
start = x.float()
own_end = converged(learnt, start, schedule(T), 100)
model_error = median_error(own_end.double(), truth)
budgets = (5, 10, 20, 40, 80, 160)
totals = {}
for name in ("ddim", "dpmpp_2m"):
    walks = [levels(schedule, n, "karras") for n in budgets]
    totals[name] = [median_error(end(name, learnt, start, w).double(), truth) for w in walks]
    print(f"{LABELS[name]:9s}", " ".join(f"{value:.3f}" for value in totals[name]))
print(f"model error {model_error:.3f}")
lines = [Line(budgets, totals[name], f"{LABELS[name]}, network", name) for name in totals]
lines.append(Line(budgets, [model_error] * len(budgets), "model error", "#767676", ":"))
by_nfe(lines, "A network that learnt the moons", budgets)

# %%
divided = totals["dpmpp_2m"][-2] / totals["dpmpp_2m"][-1]
left = "same" if divided < 1.1 else said.get(round(math.log2(divided)), "less")
print(f"from 80 to 160 steps the error is divided by {divided:.2f}")
print(f"with a network: my guess {my_guess['with a network']}, measured: the {left}")

# %% [markdown]
# Half, quarter, same: all three answers are right, each in its place. Once the solver's error is
# below the model's, more steps or a better sampler buy nothing; a better network would.
#
# ## Drawing your own list of σ
#
# Nothing forces you to one of four spacings. A sampler takes any list of Levels that lose noise,
# and a list of $r = \sigma/\alpha$ is enough to make them:


# %%
def from_ratios(ratios):
    """Variance preserving Levels (alpha² + sigma² = 1) with these sigma/alpha, ending clean."""
    return [*(level_at(math.atan(r)) for r in ratios), Level(1.0, 0.0)]


own = [157.0, 40.0, 10.0, 4.0, 2.0, 1.0, 0.5, 0.1]
walks = {"own": from_ratios(own), "karras": levels(schedule, 8, "karras")}
for name, walk in walks.items():
    print(f"{name:7s}{median_error(end('dpmpp_2m', moons, x, walk), truth):.4f}")

# %% [markdown]
# Where should steps lie? Where $\hat x_0$ *changes*, since all samplers here err only by what it
# does during a step. Along a fine run we measure by how much $\hat x_0$ moves while
# $\sigma/\alpha$ shrinks by a factor of $e$:

# %%
fine = list(ddim(moons, x, from_ratios(my_karras(157.0, 0.005, 300, rho=50.0))))[:-1]
ratios = [(a.level.ratio * b.level.ratio) ** 0.5 for a, b in pairwise(fine)]
speed = [
    median_error(b.x0_hat, a.x0_hat) / math.log(a.level.ratio / b.level.ratio)
    for a, b in pairwise(fine)
]
line = Line(ratios, speed, "", "prediction")
curves([line], "σ / α", "change of x̂₀", "Where the moons decide", log="x", size=(5, 2.6))

# %% [markdown]
# Above 10 and below 0.03 hardly anything happens; steps between are worth their price. Exercise 5
# asks for a list of your own.
#
# ## A worked example
#
# Let us build a solver of our own and measure its order. On the circle of variance preserving
# levels $\alpha = \cos\varphi$ and $\sigma = \sin\varphi$, so $d\alpha = -\sigma\,d\varphi$ and
# $d\sigma = \alpha\,d\varphi$, and the ODE becomes
# $dx/d\varphi = \alpha\hat\varepsilon - \sigma\hat x_0$. That is $\hat v$, the very thing that our
# networks predict. The *midpoint method* goes half a step by Euler, looks at the slope there, and
# takes the whole step with that slope.


# %%
def slope(denoise, x, angle):
    level = level_at(angle)
    return v_hat(x, denoise(x, level), level)


def midpoint(denoise, x, start, stop, n):
    for k in range(n):
        a = start + k / n * (stop - start)
        h = (stop - start) / n  # negative: towards the data
        half_way = x + h / 2 * slope(denoise, x, a)
        x = x + h * slope(denoise, half_way, a + h / 2)
    return x


found = [median_error(midpoint(exact, x, START, STOP, n), answer) for n in (16, 32, 64)]
print("errors", " ".join(f"{value:.1e}" for value in found))
print(f"order {convergence_order((16, 32, 64), found):.2f}, NFE 2 a step")

# %% [markdown]
# The slope at the middle stands for the whole step better than that at the beginning: order 2.
#
# ## Half filled
#
# The same order with *one* evaluation a step, by DPM++ 2M's idea: extrapolate the slope to the
# middle of the step from the slope here (`v`) and the one a step earlier (`before`); all steps have
# one length. It is the two-step method of Adams and Bashforth. Fill in the dots.


# %%
def adams(denoise, x, start, stop, n):
    before = None
    h = (stop - start) / n
    for k in range(n):
        v = slope(denoise, x, start + k * h)
        middle = v if before is None else ...  # from v and before
        x = ...  # a step of length h from x
        before = v
    return x


check("07.a", adams)

# %% [markdown]
# ## Your turn
#
# Write a solver of order 4, with the arguments of `midpoint`. The classical method of Runge and
# Kutta looks at four slopes: $k_1$ here; $k_2$ half a step on along $k_1$; $k_3$ half a step on
# along $k_2$; $k_4$ a whole step on along $k_3$; and goes along
# $(k_1 + 2k_2 + 2k_3 + k_4)/6$.

# %%
answer = ...

check("07.b", answer)

# %% [markdown]
# ## Summary
#
# - The order $p$ of a sampler is the slope at which its error falls, like $n^{-p}$: Euler (DDIM) 1,
#   Heun 2, DPM++ 2M 2, measured on a world whose answer is known.
# - Heun looks at both ends of a step and pays $2n - 1$ evaluations for $n$ steps; DPM++ 2M
#   remembers the step before and pays $n$. Compare by NFE, not by steps.
# - Schedule, spacing and sampler are three choices; "DPM++ 2M Karras" names the last two. Which
#   spacing is best depends on where $\hat x_0$ changes: Karras' for the moons, trailing for the
#   digits.
# - Higher order helps with many steps and a good network. With few steps it may do harm, and below
#   the model error it buys nothing.
# - A list of $\sigma/\alpha$ of your own is as good a spacing as any.
#
# ## Exercises
#
# **07.1** You can afford 25 evaluations. How many steps of Heun are that, from the noisiest level
# of the linear schedule to clean data? A number.

# %%
answer = ...

check("07.1", answer)

# %% [markdown]
# **07.2** Write `order(n1, e1, n2, e2)`: the order that two runs tell, with `n1` and `n2` steps and
# errors `e1` and `e2`.

# %%
answer = ...

check("07.2", answer)

# %% [markdown]
# **07.3** With $\rho \to \infty$ Karras' values become evenly spaced in $\log(\sigma/\alpha)$.
# Write `geometric(high, low, n)` that returns these `n` values as a list, from `high` down to
# `low`.

# %%
answer = ...

check("07.3", answer)

# %% [markdown]
# **07.4** A sampler of order `p` has the error `e` with `n` steps. Write `enough(n, e, p, wanted)`:
# the smallest whole number of steps with which the error is `wanted` at most, if it goes on
# like $n^{-p}$.

# %%
answer = ...

check("07.4", answer)

# %% [markdown]
# **07.5** Give a list of eight values of $\sigma/\alpha$, falling, with which `dpmpp_2m` has an
# error below 0.03 on the moons (Karras' eight: about 0.08). The state is pure noise, so begin
# high.

# %%
answer = ...

check("07.5", answer)

# %% [markdown]
# Solutions, with the reasons: [solutions/07_samplers_2.ipynb](solutions/07_samplers_2.ipynb).
