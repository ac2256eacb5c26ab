# %% [markdown]
# # 2 · The forward process: a chain and its closed form
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/02_forward_process.ipynb)
#
# You need lesson 1 (Gaussian noise, a `Level`). About 35 minutes. The app shows the same under
# Forward, "One jump or a thousand steps" and "The closed form".
#
# **A thousand small steps, or one jump: is anything lost by jumping?**

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

from explorer.course import animation, check, compare
from explorer.data import gallery
from explorer.figures.plates import Line, curves, pictures
from explorer.forward import chain, noise_like, noised, posterior, transition
from explorer.schedules import cosine, linear

schedule = linear()  # t -> Level: alpha and sigma at t = 0, 1, ..., 1000
digit = torch.tensor(gallery.digits()[5]).double()[None, None] / 127.5 - 1  # (1, 1, 28, 28)

# %% [markdown]
# ## First, a guess
#
# A pixel of value 0.8 goes through a thousand small random steps. Somebody else adds noise to it
# once, in a single jump to $t = 1000$. Both do it many thousand times. How do the two heaps of
# results differ?
#
# - A: the thousand steps scatter more, as their errors add up
# - B: the thousand steps scatter less, as their noises cancel each other
# - C: not at all: the formulas of mean and variance are the same for both, up to rounding

# %%
my_guess = "A"  # write your own letter here, before you go on

# %% [markdown]
# ## One step
#
# The forward process of a diffusion model (Ho et al. 2020, eq. 2) is a *Markov chain*: each state
# is made of the one before and of nothing else. With standard normal noise $\varepsilon_t$, fresh
# in every step,
#
# $$x_t = \sqrt{1 - \beta_t}\; x_{t-1} + \sqrt{\beta_t}\; \varepsilon_t .$$
#
# $\beta_t$ is the variance of the noise that step $t$ adds, between 0 and 1. In the *linear*
# schedule it rises in a straight line from 0.0001 to 0.02. Here are the chain's states for one
# digit: each picture is the one before it, a little paler and a little noisier, many times over.

# %%
rng = torch.Generator().manual_seed(0)
states = list(chain(digit, schedule, rng))  # x_1, ..., x_1000
times = (1, 50, 100, 200, 300, 400, 600, 1000)
pictures(torch.cat([states[t - 1] for t in times]), [f"t = {t}" for t in times], inches=0.9)

# %% [markdown]
# Why is $x_{t-1}$ multiplied by $\sqrt{1-\beta_t}$ before noise is added? Variances of independent
# things add (lesson 1), and a factor $c$ multiplies a variance by $c^2$. So one step makes of a
# variance $V$
#
# $$(1 - \beta_t)\,V + \beta_t ,$$
#
# and if $V = 1$, it stays 1. The step *preserves variance*. Without the factor, a thousand steps
# would let it grow:

# %%
beta = schedule.beta  # (1001,): beta[t] is the paper's β_t, and beta[0] is 0
preserved = exploding = 1.0
for t in range(1, 1001):
    preserved = (1 - beta[t].item()) * preserved + beta[t].item()
    exploding = exploding + beta[t].item()
print(f"variance after 1,000 steps: with the factor {preserved:.4f}, without it {exploding:.2f}")

# %% [markdown]
# ## From the chain to the closed form
#
# Say that after $t-1$ steps the state is
# $x_{t-1} = \alpha_{t-1}\, x_0 + \sigma_{t-1}\, \varepsilon$ with a standard normal $\varepsilon$.
# At the start this is true: $\alpha_0 = 1$ and $\sigma_0 = 0$. One more step gives
#
# $$x_t = \underbrace{\sqrt{1-\beta_t}\,\alpha_{t-1}}_{\alpha_t}\, x_0 +
# \underbrace{\sqrt{1-\beta_t}\,\sigma_{t-1}\,\varepsilon +
# \sqrt{\beta_t}\,\varepsilon_t}_{\text{a sum of two Gaussians, so again one}} .$$
#
# The variances of the two noises add: $\sigma_t^2 = (1-\beta_t)\,\sigma_{t-1}^2 + \beta_t$. So the
# form is kept from step to step, and by induction it holds for all $t$. In code the induction is a
# loop:


# %%
def by_induction(beta):
    """(alpha, sigma²) at t = 0, 1, ..., T from the chain's betas alone."""
    alpha, variance = [1.0], [0.0]
    for b in beta[1:].tolist():
        alpha.append(math.sqrt(1 - b) * alpha[-1])
        variance.append((1 - b) * variance[-1] + b)
    return torch.tensor([alpha, variance], dtype=torch.float64)


line = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)  # beta_1 to beta_1000
alpha, variance = by_induction(torch.cat([torch.zeros(1), line]))
sigma = variance.sqrt()
compare("α of the linear schedule", alpha, schedule.alpha, within=1e-12)
compare("σ of the linear schedule", sigma, schedule.sigma, within=1e-12)
print(f"α² + σ² differs from 1 by at most {(alpha**2 + sigma**2 - 1).abs().max():.0e}")

# %% [markdown]
# Multiplied out, the loop says $\alpha_t^2 = (1-\beta_1)(1-\beta_2)\cdots(1-\beta_t)$, which the
# papers call $\bar\alpha_t$, and $\sigma_t^2 = 1 - \bar\alpha_t$. (Take care with names: the DDIM
# paper writes $\alpha_t$ for this product.) The result is the **closed form** (Ho et al. 2020, eq.
# 4):
#
# $$x_t = \alpha_t\, x_0 + \sigma_t\, \varepsilon .$$
#
# It is no approximation of the chain. Nothing was left out on the way: the chain is Gaussian in
# every step, and so the whole is. What falls and what rises:

# %%
t = torch.arange(1001)
lines = [Line(t, alpha, "signal α", "signal"), Line(t, sigma, "noise σ", "noise")]
curves(lines, "t", "coefficient", "Linear schedule: α falls, σ rises, α² + σ² = 1", size=(5.2, 2.7))

# %% [markdown]
# ## Thousands of chains
#
# An induction may be believed or tried. We send 4,000 pixels of value 0.8 through the thousand
# steps, each with its own noise, and look at the heap: does its mean follow $0.8\,\alpha_t$, and
# its standard deviation $\sigma_t$?

# %%
rng = torch.Generator().manual_seed(1)
x = torch.full((4000,), 0.8, dtype=torch.float64)
heap = [x]
for b in beta[1:].tolist():
    x = math.sqrt(1 - b) * x + math.sqrt(b) * noise_like(x, rng)
    heap.append(x)
heap = torch.stack(heap)  # (1001, 4000)

dots = torch.arange(0, 1001, 20)
middle, spread = 0.8 * schedule.alpha[dots], schedule.sigma[dots]
paths = [Line(dots, heap[dots, k], "three chains" if k == 0 else "", "#bbbbbb") for k in range(3)]
lines = [
    *paths,
    Line(dots, middle, "0.8 α", "signal", "-"),
    Line(dots, heap[dots].mean(1), "mean of 4,000", "#000000", ":"),
    Line(dots, spread, "σ", "noise", "-"),
    Line(dots, heap[dots].std(1), "deviation of 4,000", "#000000", "--"),
]
title = "The heap of chains does what the formula says"
curves(lines, "t", "value, deviation", title, size=(5.6, 2.9))

# %% [markdown]
# The coloured lines are the closed form, and the measured curves, in black, lie on them. A mean
# of 4,000 numbers has a chance error itself, a standard deviation of $\sigma_t/\sqrt{4000}$; in
# units of it the distance should be about 1, hardly ever above 3:

# %%
for t in (10, 100, 300, 1000):
    level = schedule(t)
    mean_off = (heap[t].mean().item() - 0.8 * level.alpha) / (level.sigma / math.sqrt(4000))
    variance_off = (heap[t].var().item() / level.sigma**2 - 1) / math.sqrt(2 / 4000)
    print(f"t = {t:4}: mean {mean_off:+.1f}, variance {variance_off:+.1f} chance errors away")

print(f"my guess: {my_guess}. It is C: what differs is chance and rounding.")

# %% [markdown]
# ## One chain, one jump, one picture
#
# We can do better than compare heaps. The thousand noises of *one* chain add up to one noise. If
# the jump is given this very noise, it must land on the chain's picture, pixel by pixel. The sum is
# built as the chain runs: in each step the old noise shrinks with the picture, and the new one is
# added.


# %%
def chain_and_its_noise(x0, beta, upto, rng):
    """x_t by the chain, and the single standard normal noise that its steps add up to."""
    x, total, variance = x0, torch.zeros_like(x0), 0.0
    for b in beta[1 : upto + 1].tolist():
        eps = noise_like(x0, rng)
        x = math.sqrt(1 - b) * x + math.sqrt(b) * eps
        total = math.sqrt(1 - b) * total + math.sqrt(b) * eps
        variance = (1 - b) * variance + b
    return x, total / math.sqrt(variance)


rng = torch.Generator().manual_seed(2)
by_chain, summed = chain_and_its_noise(digit, beta, 300, rng)
by_jump = noised(digit, schedule(300), summed)
compare("300 steps and one jump", by_chain, by_jump, within=1e-12)
print(f"the summed noise has mean {summed.mean():+.2f} and standard deviation {summed.std():.2f}")

# %% [markdown]
# So nothing is lost by jumping, as long as you ask for $x_t$ at *one* $t$. What the jump does not
# give is the *path*. Two states of one chain share only a part of their noise; two jumps with the
# same $\varepsilon$ share all of it. On the left the chain, where the grains keep changing; on the
# right jumps with one fixed $\varepsilon$, where they only fade in. At every single $t$ both are
# equally good samples.

# %%
rng = torch.Generator().manual_seed(3)
fixed = noise_like(digit, rng)
moments = range(1, 600, 46)
frames = [torch.cat([states[t - 1], noised(digit, schedule(t), fixed)]) for t in moments]
animation(
    [(frame * 8).round() / 8 for frame in frames],  # 17 greys: a smaller file
    "A 5 dissolves twice: by the chain with changing grains, and by jumps with fixed ones.",
    zoom=3,
)

# %% [markdown]
# This is why training never runs the chain: it draws a $t$, makes $x_t$ in one jump, and learns
# from it. Then why have small steps at all? Because of the way back.
#
# ## Looking back one step: the posterior
#
# If we know where the chain began, $x_0$, and where it is, $x_t$, where was it at $t-1$? Two things
# are known of $x_{t-1}$:
#
# - the way *to* it, from the closed form: it is normal around $\alpha_{t-1}x_0$ with variance
#   $\sigma_{t-1}^2$;
# - the way *from* it, from one step: $x_t$ is normal around $\sqrt{1-\beta_t}\,x_{t-1}$ with
#   variance $\beta_t$.
#
# Bayes' rule multiplies the two densities. The product of two Gaussians is a Gaussian, and there
# the *precisions*, the inverse variances, add; its mean is the mean of the two, each weighed with
# its precision. It is called the posterior $q(x_{t-1} \mid x_t, x_0)$, and its variance
# $\tilde\beta_t$:
#
# $$\frac1{\tilde\beta_t} = \frac1{\sigma_{t-1}^2} + \frac{1-\beta_t}{\beta_t}, \qquad
# \text{mean} = \tilde\beta_t\left(\frac{\alpha_{t-1}}{\sigma_{t-1}^2}\,x_0 +
# \frac{\sqrt{1-\beta_t}}{\beta_t}\,x_t\right).$$


# %%
def my_posterior(x0, xt, before, b):
    """(mean, variance) of x_{t-1}; `before` is the Level at t - 1, b is beta_t."""
    known, seen = 1 / before.sigma**2, (1 - b) / b  # precisions
    variance = 1 / (known + seen)
    mean = variance * (known * before.alpha * x0 + math.sqrt(1 - b) / b * xt)
    return mean, variance


mean, variance = my_posterior(digit, by_chain, schedule(299), beta[300].item())
library_mean, library_variance = posterior(digit, by_chain, schedule, 299, 300)
compare("posterior mean", mean, library_mean, within=1e-12)
compare("posterior variance", variance, library_variance, within=1e-12)

# %% [markdown]
# Ho et al. write the same as their eq. 6 and 7, with a common denominator:
#
# $$\tilde\mu_t = \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 +
# \frac{\sqrt{1-\beta_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t,
# \qquad \tilde\beta_t = \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t .$$

# %%
bar = schedule.alpha**2  # the papers' alpha-bar
for t in (2, 300, 1000):
    on_x0 = bar[t - 1].sqrt() * beta[t] / (1 - bar[t])
    on_xt = (1 - beta[t]).sqrt() * (1 - bar[t - 1]) / (1 - bar[t])
    by_paper = on_x0 * digit + on_xt * by_chain
    compare(f"eq. 7 at t = {t}", by_paper, posterior(digit, by_chain, schedule, t - 1, t)[0])
    print(f"   weight of x₀ {on_x0:.5f}, weight of x_t {on_xt:.5f}")

# %% [markdown]
# A single step back moves only a little towards $x_0$, except at the very end: at $t = 1$ it goes
# there altogether. The rule holds for longer leaps too, from $t$ to any earlier $s$: only
# $\sqrt{1-\beta_t}$ and $\beta_t$ are replaced with the factor and the variance of the whole leap,
# which is what `transition` gives. Take $s = 300$, $t = 400$, $x_0 = 0.8$, and say that
# $x_{400} = -0.5$ was seen. The two things that are known, and what follows from both:

# %%
s, t, x0, xt = 300, 400, 0.8, -0.5
scale, leap = transition(schedule(s), schedule(t))
grid = torch.linspace(-3, 3, 301, dtype=torch.float64)


def bell(mean, variance):
    """A normal density over the grid."""
    return torch.exp(-((grid - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


both_mean, both_variance = posterior(torch.tensor(x0), torch.tensor(xt), schedule, s, t)
lines = [
    Line(grid, bell(schedule(s).alpha * x0, schedule(s).sigma ** 2), "from x₀", "signal"),
    Line(grid, bell(xt / scale, leap / scale**2), "from x₄₀₀", "noise"),
    Line(grid, bell(both_mean, both_variance), "from both: the posterior", "prediction"),
]
curves(lines, "value of x₃₀₀", "density", "Two sources of knowledge about x₃₀₀", size=(5.6, 2.8))

# %% [markdown]
# The posterior lies between the two and is narrower than both. Do chains agree? We run 400,000 of
# them from 0.8, keep those that come by $-0.5$ at $t = 400$, and look where they were at $t = 300$.

# %%
rng = torch.Generator().manual_seed(4)
at_s = noised(torch.full((400_000,), x0), schedule(s), torch.randn(400_000, generator=rng))
at_t = scale * at_s + math.sqrt(leap) * torch.randn(400_000, generator=rng)
kept = at_s[(at_t - xt).abs() < 0.02]
print(f"{len(kept)} chains kept: mean {kept.mean():.3f}, standard deviation {kept.std():.3f}")
print(f"posterior:            mean {both_mean:.3f}, standard deviation {both_variance**0.5:.3f}")

# %% [markdown]
# A sampler does the same, but it does not know $x_0$. It puts a network's guess $\hat x_0$ in its
# place, and goes back by many small steps so that a wrong guess can be mended (lesson 6). How much
# noise should it add in a step back? Ho et al. (section 3.2) tried $\beta_t$ and $\tilde\beta_t$.
# They are nearly the same, except in the last steps before the data:

# %%
t = torch.arange(2, 1001)
share = (schedule.sigma[t - 1] / schedule.sigma[t]) ** 2  # beta_tilde / beta
title = "Knowing x₀ narrows the step back only near the data"
curves([Line(t, share, "", "noise")], "t", "β̃ / β", title, log="x", size=(5.2, 2.6))

# %% [markdown]
# ## A worked example
#
# **Two steps, $\beta_1 = 0.1$ and then $\beta_2 = 0.3$. Which single step does the same?**
#
# The factors multiply: $\sqrt{0.9}\cdot\sqrt{0.7} = \sqrt{0.63}$. The first noise has the variance
# 0.1, and the second step shrinks it by 0.7: $0.7 \cdot 0.1 + 0.3 = 0.37$. As $0.63 + 0.37 = 1$,
# the two are one step with $\beta = 0.37$: less than $0.1 + 0.3$, since the second step also takes
# away a part of the first one's noise.

# %%
scale, merged = math.sqrt(0.9) * math.sqrt(0.7), 0.7 * 0.1 + 0.3
rng = torch.Generator().manual_seed(5)
x = math.sqrt(0.9) * torch.ones(200_000) + math.sqrt(0.1) * torch.randn(200_000, generator=rng)
x = math.sqrt(0.7) * x + math.sqrt(0.3) * torch.randn(200_000, generator=rng)
print(f"mean from 1: {x.mean():.3f}, and by the formula {scale:.3f}")
print(f"variance:    {x.var():.3f}, and by the formula {merged:.3f}")

# %% [markdown]
# ## Half filled
#
# The same for any number of steps, when only the two Levels are known where the leap begins and
# ends: $x_t = \text{scale}\cdot x_s + \sqrt{\text{beta}}\,\varepsilon$. The signal must become
# $\alpha_t$, and the variance of all noise $\sigma_t^2$. Fill in the two places, with `s.alpha`,
# `s.sigma`, `t.alpha` and `t.sigma`.


# %%
def leap_between(s, t):
    """(scale, beta) of the leap from the Level s to the noisier Level t."""
    scale = ...  # what makes alpha_s into alpha_t
    beta = ...  # the variance that is missing when the old noise has been scaled
    if scale is ... or beta is ...:
        return ...
    return scale, beta


check("02.a", leap_between)

# %% [markdown]
# ## Your turn
#
# Start from $x_{300}$ of the **cosine** schedule, `cosine()`. A leap to a later $t$ multiplies by
# `scale` and adds noise of variance `beta`. At which whole $t$ is `beta` first larger than `scale`
# squared, so that there is more that is new in $x_t$ than is left of $x_{300}$?

# %%
other = cosine()  # other(300) is the Level that the leap starts from
answer = ...

check("02.b", answer)

# %% [markdown]
# ## Summary
#
# - The forward process is a Markov chain: in each step the state shrinks by $\sqrt{1-\beta_t}$ and
#   noise of variance $\beta_t$ is added. The factor keeps a variance of 1 at 1.
# - By induction $x_t = \alpha_t x_0 + \sigma_t\varepsilon$ with
#   $\alpha_t^2 = \bar\alpha_t = \prod(1-\beta_k)$ and $\sigma_t^2 = 1-\bar\alpha_t$.
# - The closed form is exact. With the chain's own summed noise it lands on the chain's very
#   picture.
# - It gives each $x_t$ by itself and not the path: the states of a chain share only a part of their
#   noise.
# - Given $x_0$ and $x_t$, any state between them is Gaussian too: precisions add. This posterior is
#   the step that DDPM takes back, with $\hat x_0$ for $x_0$.
# - $\tilde\beta_t$ is smaller than $\beta_t$, and noticeably so only near the data.
#
# ## Exercises
#
# **02.1** Three steps, each with $\beta = 0.19$. What is $\alpha$ afterwards?

# %%
answer = ...

check("02.1", answer)

# %% [markdown]
# **02.2** Write a function that takes a list of betas, $\beta_1$ to $\beta_T$, and returns the pair
# $(\alpha_T, \sigma_T)$.


# %%
def after(betas):
    """(alpha, sigma) after one step for each of the betas."""
    return ...


check("02.2", after)

# %% [markdown]
# **02.3** How many steps with $\beta = 0.02$ does it take until $\alpha$ is below 0.01?

# %%
answer = ...

check("02.3", answer)

# %% [markdown]
# **02.4** Write a function that returns the posterior mean of $x_{t-1}$ from $x_t$ and the *noise*
# $\varepsilon$ that is in it, in place of $x_0$. Its arguments are `xt`, `eps`, `beta` ($\beta_t$)
# and `sigma` ($\sigma_t$). (Put $x_0 = (x_t - \sigma_t\varepsilon)/\alpha_t$ into the mean and
# simplify: $\alpha_t$ drops out. The result is the line that Ho et al. sample with, their eq. 11.)


# %%
def mean_from_noise(xt, eps, beta, sigma):
    """The posterior mean of x_{t-1}, from x_t and its noise."""
    return ...


check("02.4", mean_from_noise)

# %% [markdown]
# **02.5** Whose noise is in $x_T$? Write a function that takes a tensor of betas, $\beta_1$ to
# $\beta_T$, and returns for each step $k$ the share of $\sigma_T^2$ that comes from its noise
# $\varepsilon_k$. The shares add up to 1. (Between step $k$ and the end the noise of step $k$
# shrinks as the signal does, by $\alpha_T/\alpha_k$.)


# %%
def shares_of_noise(betas):
    """The share of the variance of x_T's noise that each step brought, (T,)."""
    return ...


check("02.5", shares_of_noise)

# %% [markdown]
# Solutions: [solutions/02_forward_process.ipynb](solutions/02_forward_process.ipynb).
