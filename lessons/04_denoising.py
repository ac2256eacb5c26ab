# %% [markdown]
# # 4 · Learning to denoise: score, ε, x₀ and v
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/04_denoising.ipynb)
#
# You need lessons 2 and 3 (the closed form, levels and SNR), conditional means and a first idea of
# training a network. 35 minutes. In the app: *U-Net / Three names of one prediction* and *Ground
# truth*.
#
# **The question.** If ε̂ and x̂₀ can be computed from each other, why does it matter which one a
# network says?

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

from explorer import ideal, worlds
from explorer.convergence import level_at
from explorer.course import animation, check, compare
from explorer.denoisers import from_network, score_hat, target, to_x0, v_hat
from explorer.figures.planes import Arrows, Cloud, Ground, plane
from explorer.figures.plates import Line, curves
from explorer.forward import noised
from explorer.schedules import Level, linear

# %% [markdown]
# ## First, a guess
#
# As before, a noisy state is $x_t = \alpha x_0 + \sigma\varepsilon$: the data $x_0$ times the
# signal level $\alpha$, plus standard normal noise $\varepsilon$ times the noise level $\sigma$,
# with $\alpha^2 + \sigma^2 = 1$. A hat marks a prediction.
#
# At the last level of the linear schedule $\alpha$ is 0.0064. A network predicts the noise there
# with an error of 0.01, which is very good: the noise itself has size 1. Its ε̂ is then turned into
# x̂₀. Pictures live in $[-1, 1]$. How large is the error of x̂₀?
#
# *a)* 0.01, as both say the same · *b)* about 0.1 · *c)* about 1.6, more than black is from grey ·
# *d)* about 25

# %%
my_guess = "a"  # write down yours before you go on

# %% [markdown]
# ## The best denoiser is a mean
#
# A denoiser is asked: "this is $x_t$, what was $x_0$?" There is no single right answer, since many
# $x_0$ can have led to the same $x_t$. If every answer is fined with its squared error, the
# cheapest answer is the mean of all $x_0$ that could have been there, each as often as it would
# have been:
#
# $$\hat x_0(x_t) = \mathbb{E}[x_0 \mid x_t].$$
#
# The reason takes one line. For any guess $g$,
#
# $$\mathbb{E}[(x_0 - g)^2 \mid x_t]
# = \operatorname{Var}[x_0 \mid x_t] + (g - \mathbb{E}[x_0 \mid x_t])^2,$$
#
# and the first term is there whatever you say.
#
# We look at it where everything is known: two half moons in the plane, a mixture of 24 narrow
# Gaussians.

# %%
world = worlds.moons()
rng = torch.Generator().manual_seed(0)


def normal(*shape):
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


x0 = world.sample(400, rng)
eps = normal(400, 2)
denoise = world.denoiser()  # E[x_0 | x_t], exact
panels = []
for angle in (0.1, 0.4, 1.2):
    level = level_at(angle)  # alpha = cos(angle), sigma = sin(angle)
    xt = noised(x0, level, eps)
    marks = [Cloud(xt, "noise", "x_t"), Cloud(denoise(xt, level), "prediction", "x̂₀")]
    panels.append((f"α = {level.alpha:.2f}, σ = {level.sigma:.2f}", marks))
plane(panels, span=2.0)

# %% [markdown]
# With little noise the best guesses (green) lie on the moons. With more noise they lie *between*
# them, where no data are: a mean of points on both moons is on neither. At a high noise level x̂₀
# is blurred not because the network is bad, but because the best answer is.
#
# Is it true? We draw 400,000 pairs $(x_0, x_t)$, keep those whose $x_t$ fell close to one place,
# and average their $x_0$.

# %%
level = level_at(0.8)
many = world.sample(400_000, rng)
states = noised(many, level, normal(400_000, 2))
place = torch.tensor([[0.3, 0.2]], dtype=torch.float64)
near = (states - place).norm(dim=1) < 0.06
print(f"{int(near.sum())} states fell near the place")
compare("the mean of their x₀", many[near].mean(0), denoise(place, level)[0], within=0.03)

# %% [markdown]
# Averaging is slow, and for a mixture of Gaussians not needed. Given that $x_0$ came from Gaussian
# $k$ (mean $m_k$, deviation $s_k$, weight $w_k$), $x_t$ is normal around $\alpha m_k$ with variance
# $\alpha^2 s_k^2 + \sigma^2$. By Bayes' rule that says how likely each $k$ is. Within one Gaussian
# the mean is linear in $x_t$, as the code says, and the variance that is left is
# $s_k^2\sigma^2 / (\alpha^2 s_k^2 + \sigma^2)$.


# %%
def posterior_mean(x, alpha, sigma):
    variance = alpha**2 * world.stds**2 + sigma**2  # (K,)
    away = x[:, None] - alpha * world.means  # (N, K, 2)
    # of the normal density in the plane
    log_density = -away.square().sum(-1) / (2 * variance) - variance.log()
    share = (world.weights.log() + log_density).softmax(1)[..., None]  # p(k | x_t)
    each = world.means + (alpha * world.stds**2 / variance)[:, None] * away  # E[x_0 | x_t, k]
    return (share * each).sum(1)


xt = noised(x0, level, eps)
compare("posterior mean", posterior_mean(xt, *level), denoise(xt, level), within=1e-12)

# %% [markdown]
# ## The score, and Tweedie's formula
#
# The **score** is the gradient of the log-density of noisy states, $\nabla \log p(x_t)$: the
# direction in which states become more likely. It looks like another subject, but it is the same.
# Differentiate $p(x_t) = \int p(x_0)\, \mathcal{N}(x_t; \alpha x_0, \sigma^2)\, dx_0$ under the
# integral, divide by $p(x_t)$, and out comes
#
# $$\nabla \log p(x_t) = \frac{\alpha\,\mathbb{E}[x_0 \mid x_t] - x_t}{\sigma^2}
# = -\frac{\hat\varepsilon}{\sigma},
# \qquad\text{so}\qquad \hat x_0 = \frac{x_t + \sigma^2\, \nabla\log p(x_t)}{\alpha}.$$
#
# The second form is Tweedie's formula. It says that who can denoise knows the score, and the other
# way round. We take the log-density of the world, let torch differentiate it, and see whether the
# denoiser comes out.


# %%
def score(x, level):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(world.log_density(x, level).sum(), x)[0]


by_tweedie = (xt + level.sigma**2 * score(xt, level)) / level.alpha
compare("x̂₀ by Tweedie", by_tweedie, denoise(xt, level), within=1e-12)
compare("the score", score(xt, level), score_hat(xt, denoise(xt, level), level), within=1e-12)

# %%
line = torch.linspace(-2, 2, 81, dtype=torch.float64)
grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1)  # (81, 81, 2)
few = grid[4::12, 4::12].reshape(-1, 2)
panels = []
for angle in (0.1, 0.3, 0.8):
    level = level_at(angle)
    density = world.log_density(grid.reshape(-1, 2), level).exp().reshape(81, 81)
    # σ² times the score: how far a denoising step goes
    arrows = Arrows(few, level.sigma**2 * score(few, level), "noise", scale=0.5)
    panels.append((f"α = {level.alpha:.2f}, σ = {level.sigma:.2f}", [Ground(density), arrows]))
plane(panels, span=2.0)

# %% [markdown]
# Grey is the density of noisy states, and the arrows are half of $\sigma^2$ times the score. They
# point uphill: with little noise to the nearest moon, with much noise to the middle of everything.
#
# ## Four names of one prediction
#
# A network may be trained to say x̂₀, or ε̂, or the score. All are the same knowledge, as $x_t$ is
# known: $x_t = \alpha\hat x_0 + \sigma\hat\varepsilon$ gives one from the other. A fourth name was
# proposed by Salimans and Ho (2022, section 4):
#
# $$v = \alpha\varepsilon - \sigma x_0 .$$
#
# Write both lines below each other and you see a rotation, by the angle whose cosine is $\alpha$
# and whose sine is $\sigma$:
#
# $$\begin{pmatrix} x_t \\ v \end{pmatrix} =
# \begin{pmatrix} \alpha & \sigma \\ -\sigma & \alpha \end{pmatrix}
# \begin{pmatrix} x_0 \\ \varepsilon \end{pmatrix},
# \qquad\text{so}\qquad
# \begin{pmatrix} x_0 \\ \varepsilon \end{pmatrix} =
# \begin{pmatrix} \alpha & -\sigma \\ \sigma & \alpha \end{pmatrix}
# \begin{pmatrix} x_t \\ v \end{pmatrix}.$$
#
# The way back is the transpose, because $\alpha^2 + \sigma^2 = 1$. Nothing is divided by anything,
# so it holds at every level, pure noise and clean data included.

# %%
alpha, sigma = level = level_at(0.8)
v = alpha * eps - sigma * x0
compare("v", v, target(x0, eps, level, "v"), within=1e-12)
compare("x₀ from v", alpha * xt - sigma * v, to_x0(v, xt, level, "v"), within=1e-12)
compare("and it is x₀", alpha * xt - sigma * v, x0, within=1e-12)
best = denoise(xt, level)  # and the same with hats
by_hand = alpha * (xt - alpha * best) / sigma - sigma * best
compare("v̂ of the best denoiser", by_hand, v_hat(xt, best, level), within=1e-12)

# %% [markdown]
# ## Why it matters after all
#
# A network is never exact. Let its prediction be wrong by a small $\delta$, and follow $\delta$
# through the conversion:
#
# | the network says | what x̂₀ is | an error $\delta$ becomes |
# |---|---|---|
# | x̂₀ | x̂₀ | $\delta$ |
# | v̂ | $\alpha x_t - \sigma\hat v$ | $\sigma\,\delta$ |
# | ε̂ | $(x_t - \sigma\hat\varepsilon) / \alpha$ | $\sigma/\alpha\;\delta$ |

# %%
ratio = torch.logspace(-2, 2.2, 200, dtype=torch.float64)  # sigma / alpha
sigmas = ratio / (1 + ratio**2).sqrt()
curves(
    [
        Line(ratio, ratio, "from ε̂: σ/α", "noise", "-"),
        Line(ratio, torch.ones_like(ratio), "from x̂₀: 1", "signal", "-"),
        Line(ratio, sigmas, "from v̂: σ", "prediction", "--"),
    ],
    "σ/α (← less noise, more noise →)",
    "error of x̂₀ for 1 of the prediction",
    "What an error becomes on its way to x̂₀",
    log="xy",
)

# %% [markdown]
# The error of v̂ and of x̂₀ never grows. That of ε̂ grows without bound towards pure noise, where
# $x_t$ hardly depends on $x_0$: the input *is* the noise, so a network says ε̂ nearly perfectly by
# copying its input, and has learnt nothing of the data. Now the guess.

# %%
level = linear()(1000)
error = 0.01 * level.sigma / level.alpha
print(f"α = {level.alpha:.4f}: an error of 0.01 in ε̂ is {error:.2f} in x̂₀; you guessed {my_guess}")

# %% [markdown]
# And at $\alpha = 0$ exactly, where a schedule with zero terminal SNR ends (lesson 3), ε̂ says
# nothing of $x_0$ at all. The library does not hide that behind a small number added somewhere: it
# refuses, by name.

# %%
pure = Level(0.0, 1.0)
try:
    to_x0(eps, eps, pure, "eps")
except ValueError as refusal:
    print(refusal)
print("from v̂ it is fine:", to_x0(-x0, eps, pure, "v").sub(x0).abs().max().item() == 0)

# %% [markdown]
# The same on pictures: the network `mnist`, which ships with this project and says v̂. Its
# prediction of a noisy 8 is given an error of 1 % of its size, once as v̂ and once renamed ε̂, and
# both are turned into x̂₀. Left the state, in the middle x̂₀ from v̂, right x̂₀ from ε̂, while
# noise rises from frame to frame.

# %%
from explorer import illposed
from explorer.data import gallery
from explorer.models import zoo

net = zoo.load("mnist")
digit = torch.from_numpy(gallery.digits()[8].copy())[None, None] / 127.5 - 1  # (1, 1, 28, 28)
rng = torch.Generator().manual_seed(1)
noise, direction = torch.randn(2, 1, 1, 28, 28, generator=rng)
say_v = from_network(net, context=net.embed(torch.tensor([8])))
frames = []
for angle in torch.linspace(0.6, 1.568, 10).tolist():
    level = level_at(angle)
    xt = noised(digit, level, noise)
    names = illposed.named(xt, v_hat(xt, say_v(xt, level), level), level)
    grown = illposed.grown(names, xt, level, "x0", "hundredth", direction)
    frames.append(torch.cat([xt, grown["v"], grown["eps"]]).float())
animation(
    frames,
    "A noisy 8, x̂₀ from v̂, and x̂₀ from ε̂, which drowns in noise at the end",
    zoom=3,
    shades=32,
)

# %% [markdown]
# ## Train one yourself
#
# A network that has seen samples only, never the formula, should come to the same denoiser.
# `Planar` is a small one: it takes points and the angle of the level, and says two numbers a point.
# The loop is all there is to training: draw data, noise and a level, ask, and step downhill.

# %%
from explorer.models.planar import Planar, PlanarConfig


def learn(predicts, steps=400, batch=256):
    torch.manual_seed(0)
    rng, net, losses = torch.Generator().manual_seed(0), Planar(PlanarConfig(width=64)), []
    optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
    for _ in range(steps):
        x0 = world.sample(batch, rng)
        eps = torch.randn(batch, 2, generator=rng, dtype=torch.float64)
        angle = torch.rand(batch, generator=rng, dtype=torch.float64) * math.pi / 2
        level = Level(angle.cos(), angle.sin())
        said = net(noised(x0, level, eps), angle)
        loss = (said - target(x0, eps, level, predicts)).square().mean()
        optimizer.zero_grad(), loss.backward(), optimizer.step()
        losses.append(loss.item())
    return torch.no_grad()(from_network(net, predicts)), torch.tensor(losses)


learnt, losses = {}, {}
for predicts in ("v", "x0", "eps"):
    learnt[predicts], losses[predicts] = learn(predicts)

# %% [markdown]
# How good is it? First the loss. It will not fall to zero, and cannot: even the *exact* denoiser
# pays the variance of what it is asked for, given $x_t$. That is the first term of the formula with
# which this lesson began (here for $v$ in the place of $x_0$). We measure what it pays, on the same
# kind of states.

# %%
rng = torch.Generator().manual_seed(5)
x0, eps = world.sample(20_000, rng), normal(20_000, 2)
angle = torch.rand(20_000, generator=rng, dtype=torch.float64) * math.pi / 2
level = Level(angle.cos(), angle.sin())
xt = noised(x0, level, eps)
v, exact = target(x0, eps, level, "v"), v_hat(xt, denoise(xt, level), level)
mine = v_hat(xt, learnt["v"](xt, level), level)

floor = (exact - v).square().mean().item()
loss = (mine - v).square().mean().item()
excess = (mine - exact).square().mean().item()
print(f"loss of the exact denoiser {floor:.3f}, of ours {loss:.3f}")
compare("ours = the floor + its distance to the exact one", floor + excess, loss, within=0.01)

smooth = losses["v"].unfold(0, 20, 20).mean(1)  # means of 20 steps
steps = torch.arange(len(smooth)) * 20 + 10
curves(
    [
        Line(steps, smooth, "our network", "prediction"),
        Line(steps, torch.full_like(smooth, floor), "the exact denoiser", "#444444", "--"),
    ],
    "step of training",
    "squared error of v̂",
    "The loss falls to a floor, not to zero",
)

# %% [markdown]
# The loss is the floor plus the squared distance to the exact denoiser, because what is unknown
# given $x_t$ is uncorrelated with anything computed from $x_t$ (Vincent 2011). So a loss alone does
# not tell how good a network is; its distance to the floor does.
#
# Now three networks, the same but for what they say, trained alike. We compare their x̂₀ with the
# exact one at each noise level.

# %%
ratios = torch.logspace(-1.5, 2.2, 30).tolist()
errors = {predicts: [] for predicts in learnt}
for ratio in ratios:
    level = level_at(math.atan(ratio))
    xt = noised(x0[:4000], level, eps[:4000])
    for predicts, denoiser in learnt.items():
        away = denoiser(xt, level) - denoise(xt, level)
        errors[predicts].append(away.square().sum(1).mean().sqrt().item())
inks = {"v": ("v̂", "prediction", "--"), "x0": ("x̂₀", "signal", "-"), "eps": ("ε̂", "noise", "-")}
curves(
    [Line(ratios, errors[p], f"says {name}", ink, style) for p, (name, ink, style) in inks.items()],
    "σ/α (← less noise, more noise →)",
    "distance of x̂₀ to the exact one",
    "Three networks, alike but for what they say",
    log="xy",
)

# %%
for ratio in (ratios[0], ratios[-1]):
    k = ratios.index(ratio)
    print(f"σ/α = {ratio:6.2f}:", ", ".join(f"{p} {errors[p][k]:.3f}" for p in errors))

# %% [markdown]
# On the right, where noise rules, the network that predicts ε is worse by far. On the left, where
# there is little noise, it is the other way round: a network that predicts x₀ must repeat its input
# to the last digit, while an error in ε̂ shrinks by $\sigma/\alpha$. The network that predicts v is
# well placed at both ends, and that is why this project's networks do.
#
# ## The choice is a weight
#
# Turn the table around. With $x_t$ fixed, x̂₀ changed by 1 changes ε̂ by $\alpha/\sigma$ and v̂ by
# $1/\sigma$. So the three losses are one loss with three weights:
#
# $$\|\hat\varepsilon - \varepsilon\|^2 = \text{SNR}\cdot\|\hat x_0 - x_0\|^2, \qquad
# \|\hat v - v\|^2 = (\text{SNR} + 1)\,\|\hat x_0 - x_0\|^2, \qquad
# \text{SNR} = \alpha^2/\sigma^2 .$$
#
# Choosing what a network says is also choosing which noise levels it cares about. The library has
# these weights by name, for training one prediction with the loss of another.

# %%
from explorer.training.plane_recipe import WEIGHTS

angle = torch.linspace(0.05, 1.52, 60, dtype=torch.float64)
alpha, sigma = angle.cos(), angle.sin()
snr = (alpha / sigma) ** 2
compare("weight of the loss of ε̂", (alpha / sigma) ** 2, WEIGHTS["eps"](snr), within=1e-9)
compare("weight of the loss of v̂", 1 / sigma**2, WEIGHTS["v"](snr), within=1e-9)

shown = [("v", "v̂: SNR + 1", "prediction", "--"), ("x0", "x̂₀: 1", "signal", "-")]
shown += [("eps", "ε̂: SNR", "noise", "-"), ("min_snr", "min-SNR: at most 5", "#444444", ":")]
curves(
    [Line(snr.log(), WEIGHTS[key](snr), name, ink, style) for key, name, ink, style in shown],
    "log SNR (much noise left, little noise right)",
    "weight of the squared error of x̂₀",
    "What each loss cares about",
    log="y",
)

# %% [markdown]
# The loss of ε̂ gives almost no weight to high noise (left), that of v̂ never less than 1. Hang et
# al. (2023) cut the weight at 5, so that the many nearly clean levels do not outshout the rest.
#
# ## A worked example
#
# The data are two numbers, $-1$ and $1$, equally likely. What is the best denoiser?
#
# Given $x_t = x$, Bayes' rule weighs the two by $e^{-(x - \alpha)^2 / 2\sigma^2}$ and
# $e^{-(x + \alpha)^2 / 2\sigma^2}$. What they share, $e^{-(x^2 + \alpha^2)/2\sigma^2}$, cancels,
# and $e^{\alpha x/\sigma^2}$ and $e^{-\alpha x/\sigma^2}$ are left. The mean of $1$ and $-1$ with
# these weights is
#
# $$\hat x_0 =
# \frac{e^{\alpha x/\sigma^2} - e^{-\alpha x/\sigma^2}}
# {e^{\alpha x/\sigma^2} + e^{-\alpha x/\sigma^2}}
# = \tanh\frac{\alpha x}{\sigma^2}.$$

# %%
x = torch.linspace(-2.5, 2.5, 101, dtype=torch.float64)
two = ideal.empirical(torch.tensor([[-1.0], [1.0]]))  # the data set itself as the distribution
lines = []
for angle, style in ((0.3, "-"), (0.8, "--"), (1.3, ":")):
    alpha, sigma = level = level_at(angle)
    best = torch.tanh(alpha * x / sigma**2)
    compare(f"tanh at σ = {sigma:.2f}", best, two(x[:, None], level)[:, 0], within=1e-9)
    lines.append(Line(x, best, f"σ = {sigma:.2f}", "prediction", style))
curves(lines, "x_t", "x̂₀", "The best denoiser of the numbers -1 and 1")

# %% [markdown]
# Little noise: a decision, $-1$ or $1$. Much noise: hardly any opinion, x̂₀ stays near the mean of
# the data, 0.
#
# ## Half filled
#
# Now three numbers: $0$ with probability ½, $-1$ and $1$ with ¼ each. Fill in the two places.


# %%
def three(x, alpha, sigma):
    """x: a tensor (N,); returns x̂₀, (N,)."""
    data = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    weight = torch.tensor([0.25, 0.5, 0.25], dtype=torch.float64)
    logits = ...  # (N, 3): log of weight times e^(-(x - alpha * data)² / ...)
    mean = ...  # (N,): the data, each with its share logits.softmax(1)
    return mean


check("04.a", three)

# %% [markdown]
# ## Your turn
#
# The data are normal with mean 0.5 and deviation 0.4. Write the best v̂, as a function of `x` (a
# tensor), `alpha` and `sigma`.

# %%
answer = ...

check("04.b", answer)

# %% [markdown]
# ## Summary
#
# - The best denoiser is the mean of all $x_0$ that could have led to $x_t$. It is blurred where
#   much is lost.
# - The score is $-\hat\varepsilon/\sigma$ (Tweedie): who denoises knows the score.
# - x̂₀, ε̂, v̂ and the score are names of one prediction. $(x_t, v)$ is $(x_0, \varepsilon)$
#   rotated, so v and back needs no division.
# - An error grows by $\sigma/\alpha$ from ε̂ to x̂₀, by $\sigma$ from v̂. At $\alpha = 0$ ε̂ says
#   nothing of $x_0$.
# - The loss of a perfect network is not zero: its floor is what $x_t$ does not tell.
# - What is predicted decides how the loss weighs the noise levels.
#
# ## Exercises
#
# **04.1** At $\alpha = 0.28$, $\sigma = 0.96$, by what factor is an error of ε̂ larger in x̂₀? (A
# number.)

# %%
answer = ...

check("04.1", answer)

# %% [markdown]
# **04.2** Write `eps_from_v(x, v, alpha, sigma)`, the noise, such that it holds at both ends,
# $\alpha = 0$ and $\sigma = 0$.

# %%
answer = ...

check("04.2", answer)

# %% [markdown]
# **04.3** The data are normal with mean 0 and deviation 0.5. At $\alpha = 0.6$, $\sigma = 0.8$,
# what is the mean squared error of the best x̂₀? (A number.)

# %%
answer = ...

check("04.3", answer)

# %% [markdown]
# **04.4** Flow matching predicts the velocity $u = \varepsilon - x_0$ (lesson 10). Write
# `weight(alpha, sigma, predicts)` for `predicts` "x0", "eps", "v" or "velocity": the squared error
# of that prediction for a squared error of 1 of x̂₀. Mind that $x_t$ stays fixed, so ε̂ changes
# with x̂₀.

# %%
answer = ...

check("04.4", answer)

# %% [markdown]
# Solutions: [solutions/04_denoising.ipynb](solutions/04_denoising.ipynb).
