# %% [markdown]
# # 1 · Noise and the arrow of entropy
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/01_noise.ipynb)
#
# You need Python, and to know what a mean, a variance and a conditional probability are. About 35
# minutes. The app shows the same under Forward, "The closed form".
#
# **Noising is easy and denoising is hard. What exactly is lost on the way?**

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

from explorer import ideal, samplers, worlds
from explorer.course import animation, check, compare
from explorer.data import gallery
from explorer.denoisers import score_hat
from explorer.figures.bars import raster, upright
from explorer.figures.planes import Cloud, plane
from explorer.figures.plates import Line, curves, pictures
from explorer.forward import bridge, noised, transition
from explorer.metrics import sliced_wasserstein
from explorer.schedules import Level, levels_from, linear, time_of

digits = torch.tensor(gallery.digits()).double()[:, None] / 127.5 - 1  # (20, 1, 28, 28)
names = gallery.about()["labels"]
pictures(digits, names, columns=10, inches=0.8)

# %% [markdown]
# These twenty digits are all the data of this lesson. A small network of this project drew them.
# Each is $28 \times 28 = 784$ numbers from $-1$ (black) to $1$ (white).
#
# ## First, a guess
#
# Somebody takes one of the twenty digits at random, calls it $x_0$, and shows you
#
# $$x_t = \alpha\, x_0 + \sigma\, \varepsilon, \qquad \alpha^2 + \sigma^2 = 1,$$
#
# where $\varepsilon$ is 784 independent numbers of normal noise. You are the
# **best possible observer**: you have all twenty pictures before you, you know $\alpha$ and
# $\sigma$, and you calculate without error. At which signal $\alpha$ are you right only half of the
# time?
#
# A: $\alpha = 0.5$ · B: $\alpha = 0.25$ · C: $\alpha = 0.13$ · D: $\alpha = 0.02$

# %%
my_guess = "A"  # write your own letter here, before you go on

# %% [markdown]
# ## What Gaussian noise is
#
# A number is *standard normal* if its density is $\mathcal N(0, 1)$:
# $p(e) = e^{-e^2/2} / \sqrt{2\pi}$. Gaussian noise $\varepsilon$ is one such number for every
# pixel, each drawn without looking at the others. Multiplied by $\sigma$ it has the standard
# deviation $\sigma$ and the variance $\sigma^2$.
#
# One property makes everything that follows easy: **the sum of two independent Gaussians is a
# Gaussian, and its variance is the sum of the variances.** Variances add, standard deviations do
# not. Let us not believe it but see it: the density of a sum is the convolution of the two
# densities.

# %%
e = torch.linspace(-12, 12, 4801, dtype=torch.float64)
width = (e[1] - e[0]).item()


def normal(x, std):
    """The density of N(0, std²)."""
    return torch.exp(-(x**2) / (2 * std**2)) / (std * math.sqrt(2 * math.pi))


def density_of_sum(a, b):
    """The density of N(0, a²) + N(0, b²), by adding up every way to make each sum."""
    product = torch.fft.rfft(normal(e, a), 9601) * torch.fft.rfft(normal(e, b), 9601)
    return torch.fft.irfft(product, 9601)[2400:7201] * width


torch_normal = torch.distributions.Normal(0.0, math.sqrt(0.6**2 + 0.8**2))
exact = torch_normal.log_prob(e).exp()
compare("N(0, 0.6²) + N(0, 0.8²) is N(0, 1)", density_of_sum(0.6, 0.8), exact, within=1e-12)

# %% [markdown]
# So noise that is added twice is noise that was added once. This is why $x_t$ can be made in a
# single leap, however many small steps led there (lesson 2). The library's `noised` is that leap,
# and it holds no secret:

# %%
rng = torch.Generator().manual_seed(2)
eps = torch.randn(digits.shape, generator=rng, dtype=torch.float64)
level = Level(alpha=0.6, sigma=0.8)  # a Level is the pair (signal, noise)

compare("one leap", 0.6 * digits + 0.8 * eps, noised(digits, level, eps), within=1e-15)

# %% [markdown]
# Below, one digit dissolves. It is the same noise $\varepsilon$ every time: only the two
# coefficients change. The *signal-to-noise ratio*, $\mathrm{SNR} = \alpha^2/\sigma^2$, says how
# strong the picture is against the noise in each single pixel.

# %%
shown = [Level(a, math.sqrt(1 - a * a)) for a in (1.0, 0.9, 0.7, 0.5, 0.3, 0.2, 0.13, 0.05)]
dissolving = torch.cat([noised(digits[4:5], level, eps[4:5]) for level in shown])
pictures(dissolving, [f"α {level.alpha:.2f}\nSNR {level.snr:.2g}" for level in shown], inches=0.9)

# %% [markdown]
# From about $\alpha = 0.3$ on it is hard to see the 4. But an eye does not know the twenty pictures
# by heart. How much is *really* left?
#
# ## What the best observer knows
#
# The observer wants $p(k \mid x_t)$, the probability that the picture was number $k$. Before
# looking, all twenty are equally likely. If it was picture $d_k$, then $x_t$ is normal around
# $\alpha d_k$ with the variance $\sigma^2$ in every pixel. Bayes' rule multiplies the two and
# divides by the sum over all pictures:
#
# $$p(k \mid x_t) = \frac{\exp(-\lVert x_t - \alpha d_k\rVert^2 / 2\sigma^2)}
# {\sum_j \exp(-\lVert x_t - \alpha d_j\rVert^2 / 2\sigma^2)}$$
#
# This is a *posterior*, and a softmax. No observer, eye or network, can do better with $x_t$ alone.
# `ideal.posterior` is the library's version.

# %%
alpha, sigma = 0.13, math.sqrt(1 - 0.13**2)
level = Level(alpha, sigma)
xt = noised(digits, level, eps)  # every digit once, with its own noise


def my_posterior(xt, alpha, sigma):
    """p(k | x_t) for each row of xt: (B, 20)."""
    distance = torch.cdist(xt.flatten(1), alpha * digits.flatten(1))  # (B, 20)
    return torch.softmax(-(distance**2) / (2 * sigma**2), dim=1)


posterior = ideal.posterior(digits)
compare("p(k | x_t)", my_posterior(xt, alpha, sigma), posterior(xt, level), within=1e-10)

# %% [markdown]
# Four levels for one picture, the first 4 of the gallery, and always the same noise. The bars are
# what the best observer believes. Its doubts begin with pictures that look alike, a 9 and a 7, long
# before they reach all twenty.

# %%
four = [Level(a, math.sqrt(1 - a * a)) for a in (0.3, 0.2, 0.13, 0.05)]
belief = [posterior(noised(digits[4:5], level, eps[4:5]), level)[0] for level in four]
titles = [f"α = {level.alpha}, SNR = {level.snr:.2g}" for level in four]
upright(belief, titles, names, "which of the twenty digits", "probability", top=1.0)

# %% [markdown]
# The same as an animation. Left: $x_t$. Middle: the mean of the twenty pictures, each weighed with
# its probability; it is written $\hat x_0$ and it is the best single picture that one can answer
# with (lesson 4). Right: the twenty probabilities. At the end all twenty bars are equal, and
# $\hat x_0$ is the mean of all pictures.


# %%
def frame(angle):
    """x_t, the posterior mean and the posterior at one level: (3, 28, W)."""
    level = Level(math.cos(angle), math.sin(angle))
    x = noised(digits[4:5], level, eps[4:5])
    shares = posterior(x, level)
    x0_hat = (shares @ digits.flatten(1)).reshape(1, 28, 28)
    pair = (torch.cat([x[0], x0_hat], dim=2) * 8).round() / 8  # 17 greys: a smaller file
    return torch.cat([pair.expand(3, -1, -1), torch.ones(3, 28, 4), raster(shares[0], 28)], dim=2)


animation(
    [frame(angle) for angle in torch.linspace(1.1, 1.565, 16).tolist()],
    "A 4 dissolves in noise; the bar of the right picture shrinks until twenty bars are equal.",
    zoom=3,
)

# %% [markdown]
# ## How much is lost, in bits
#
# Uncertainty has a unit. If $p_k$ are probabilities, their **entropy** is
#
# $$H = -\sum_k p_k \log_2 p_k \text{ bits.}$$
#
# Twenty equal chances have $\log_2 20 = 4.32$ bits; certainty has 0. What $x_t$ still tells about
# which picture it was is the uncertainty before looking less the uncertainty after looking, on
# average over pictures and noises. It is called the *mutual information* of picture and $x_t$.

# %%
alphas = torch.logspace(math.log10(0.005), math.log10(0.6), 20, dtype=torch.float64).tolist()
truth = torch.arange(20).repeat(50)  # 1,000 trials a level, 50 of each digit
rng = torch.Generator().manual_seed(2)
told = []
for a in alphas:
    level = Level(a, math.sqrt(1 - a * a))
    trials = torch.randn(1000, 1, 28, 28, generator=rng, dtype=torch.float64)
    shares = posterior(noised(digits[truth], level, trials), level)
    told.append(math.log2(20) + torch.xlogy(shares, shares).sum(1).mean().item() / math.log(2))

lines = [
    Line(alphas, told, "what x_t tells", "signal"),
    Line([alphas[0], 0.6], [math.log2(20)] * 2, "all there is to know", "#444444", ":"),
]
title = "What noise takes away: 1,000 trials a level"
curves(lines, "signal α (log scale)", "bits", title, log="x", size=(5.2, 2.8))

# %% [markdown]
# Information goes down and never up. That is no accident of these pictures: more noise is $x_t$
# with something added that knows nothing of $x_0$, and whatever is computed from $x_t$ without
# looking at $x_0$ cannot tell more about $x_0$ than $x_t$ does (the *data processing inequality*).
# **This is what is lost: not the picture's brightness or its sharpness, but the bits that tell this
# picture from the others.**
#
# Now your guess:

# %%
for a in (0.5, 0.25, 0.13, 0.02):
    level = Level(a, math.sqrt(1 - a * a))
    trials = torch.randn(1000, 1, 28, 28, generator=rng, dtype=torch.float64)
    found = posterior(noised(digits[truth], level, trials), level).argmax(1)
    print(f"α = {a}: right in {(found == truth).double().mean():.0%} of 1,000 trials")
print(f"my guess: {my_guess}; half of the time is C.")
print(f"the linear schedule gets there at t = {time_of(linear(), Level(alpha, sigma)):.0f} of 1000")

# %% [markdown]
# At C the SNR in a pixel is 0.017: the noise has sixty times the variance and is nearly eight times
# as large, no eye sees anything, and still the observer is right half of the time, ten times more
# often than by chance. There are 784 pixels, and each adds its little evidence.
#
# ## The arrow: entropy of a density
#
# Pictures are drawn from a density, not from a list of twenty. Its entropy is $h = -\int p \ln p$,
# in *nats* (1 nat = 1.44 bits). Take one pixel that is either dark or bright, around $\pm 0.95$: a
# mixture of two Gaussians, with variance 1 over all. Noise makes each of the two a wider Gaussian,
# nearer to 0: mean $\alpha m_k$, variance $\alpha^2 s^2 + \sigma^2$.

# %%
means = torch.tensor([-0.95, 0.95], dtype=torch.float64)
std = math.sqrt(1 - 0.95**2)  # of each of the two; the variance of both together is 1
x = torch.linspace(-8, 8, 8001, dtype=torch.float64)


def density(x, level):
    """p(x_t): both Gaussians have become wider."""
    wide = math.sqrt(level.alpha**2 * std**2 + level.sigma**2)
    return sum(normal(x - level.alpha * mean, wide) for mean in means) / 2


# the library has the same in the plane; in the second direction it is one Gaussian around 0
flat = worlds.World(
    means=torch.stack([means, 0 * means], 1),
    stds=torch.full((2,), std, dtype=torch.float64),
    weights=torch.full((2,), 0.5, dtype=torch.float64),
    classes=torch.tensor([0, 1]),
)
level = Level(0.6, 0.8)
across = normal(torch.zeros(1).double(), math.sqrt(0.36 * std**2 + 0.64)).log()
library = flat.log_density(torch.stack([x, 0 * x], 1), level) - across
compare("log p(x_t) of the mixture", density(x, level).log(), library, within=1e-10)

# %%
angles = torch.linspace(0, math.pi / 2, 40, dtype=torch.float64).tolist()
walk = [Level(math.cos(a), math.sin(a)) for a in angles]


def entropy(p):
    """-∫ p ln p over the grid x, in nats."""
    return -torch.trapezoid(torch.xlogy(p, p), x).item()


most = math.log(2 * math.pi * math.e) / 2  # of a Gaussian of variance 1
h = [entropy(density(x, level)) for level in walk]
levels_of_noise = [level.sigma for level in walk]
lines = [
    Line(levels_of_noise, h, "x_t", "noise"),
    Line([0, 1], [most] * 2, "N(0, 1)", "#444444", ":"),
]
title = "The entropy rises to that of pure noise and never falls"
curves(lines, "noise σ", "entropy in nats", title, size=(5.2, 2.8))

# %% [markdown]
# Among all densities of variance 1 the Gaussian has the largest entropy, and noise ends there. How
# fast does it rise? Divide $x_t$ by $\alpha$: then the picture keeps its size and noise of the
# variance $v = \sigma^2/\alpha^2$ is added to it. *De Bruijn's identity* (Stam 1959) says
#
# $$\frac{dh}{dv} = \frac12\, \mathbb E[\text{score}^2], \qquad
# \text{score}(x) = \frac{d}{dx}\ln p(x).$$
#
# The **score** is the slope of the log density: it points to where data are denser. Its square
# cannot be negative, so the entropy of $x_0$ plus noise only rises: here is the arrow. We check the
# identity with the library's own score of the mixture.

# %%
v = 0.5


def entropy_after(v):
    """Entropy of x_0 + noise of variance v: of x_t / α, which adds -ln α."""
    level = Level(1 / math.sqrt(1 + v), math.sqrt(v / (1 + v)))
    return entropy(density(x, level)) - math.log(level.alpha)


slope = (entropy_after(v + 1e-4) - entropy_after(v - 1e-4)) / 2e-4

level = Level(1 / math.sqrt(1 + v), math.sqrt(v / (1 + v)))
denoise = ideal.mixture(means[:, None], [std, std], [0.5, 0.5])
score = score_hat(x[:, None], denoise(x[:, None], level), level)[:, 0]  # of p(x_t)
fisher = torch.trapezoid(density(x, level) * (level.alpha * score) ** 2, x)  # of x_t / α
compare("dh/dv", slope, fisher / 2, within=1e-7)

# %% [markdown]
# ## The way back needs to know the data
#
# What noise took away is not in $x_t$ any more. Whoever goes back must put something in its place,
# and it can only come from knowledge of the data. Below, one and the same $x_t$ at $\alpha = 0.2$
# is given to four observers. Each knows other data, and each answers with its posterior mean
# $\hat x_0$.

# %%
level = Level(0.2, math.sqrt(0.96))
xt = noised(digits[4:5], level, eps[4:5])
known = {
    "all twenty": list(range(20)),
    "only 3s": [3, 13],
    "only 1s and 4s": [1, 4, 11, 14],
    "no 4s": [k for k in range(20) if k % 10 != 4],
}
answers = [ideal.empirical(digits[rows])(xt, level) for rows in known.values()]
pictures(torch.cat([digits[4:5], xt, *answers]), ["x₀", "x_t", *known], inches=1.2)

# %% [markdown]
# Who knows only 3s answers with a 3, whatever the picture was. No answer is wrong: each is the best
# one given what its owner knows. A network that denoises learns exactly this, the data, and nothing
# else (lesson 4).
#
# ## Back in distribution, not along the path
#
# Is the way back possible at all? In one sense, yes. Anderson (1982) showed that a diffusion that
# is run backwards in time is a diffusion again, and all that it needs besides the noise is the
# score of $p(x_t)$ at every level. For one small step of variance $\beta$,
# $x_t = \sqrt{1-\beta}\,x_{t-1} + \sqrt\beta\,\varepsilon$, the mean of the step back is
#
# $$\frac{x_t + \beta \cdot \text{score}(x_t)}{\sqrt{1-\beta}}.$$
#
# In words: undo the shrinking, and go a little uphill in density. The library's `bridge` says the
# same in other words: it is where $x_{t-1}$ lies if $x_t$ and a picture are known, and for the
# picture we give it $\hat x_0$.

# %%
world, schedule = worlds.two(), linear()
s, t = schedule(299), schedule(300)
rng = torch.Generator().manual_seed(3)
points = torch.randn(500, 2, generator=rng, dtype=torch.float64)

scale, beta = transition(s, t)  # scale = sqrt(1 - beta)
x0_hat = world.denoiser()(points, t)
back = (points + beta * score_hat(points, x0_hat, t)) / scale
compare("a step back", back, bridge(x0_hat, points, s, t)[0], within=1e-12)

# %% [markdown]
# Now the whole way, in a world in the plane where the exact score is known: two clouds of points.
# 400 points are noised all the way to $t = 1000$, and then walk back in 200 such steps, each with
# fresh noise.

# %%
x0 = world.sample(400, rng)
cloud = torch.cdist(x0, world.means).argmin(1)  # which cloud a point started in
noise = torch.randn(400, 2, generator=rng, dtype=torch.float64)
noisy = noised(x0, schedule(1000), noise)
*_, last = samplers.ddpm(world.denoiser(), noisy, levels_from(schedule, 1000, 200), rng=rng)

inks = ["#56B4E9", "#A8447F"]
colours = [inks[k] for k in cloud]
legend = [Cloud([], inks[0], "began left"), Cloud([], inks[1], "began right")]
panels = [
    ("x₀", [Cloud(x0, colours), *legend]),
    ("x_T, t = 1000", [Cloud(noisy, colours)]),
    ("back at t = 0, 200 steps", [Cloud(last.x, colours)]),
]
plane(panels, span=3.0)

# %% [markdown]
# The colours say where a point *began*. On the right there are two clouds of the right shape and
# size again, but both colours are mixed in both: the **distribution** came back, the single
# **points** did not. In numbers:

# %%
same = sliced_wasserstein(last.x, x0)
pairs = [[world.sample(400, rng) for _ in range(2)] for _ in range(100)]
chance = torch.tensor([sliced_wasserstein(*pair) for pair in pairs])
together = torch.corrcoef(torch.stack([x0[:, 0], last.x[:, 0]]))[0, 1]
print(f"distance of the two distributions: {same:.3f}")
print(f"distance of two fresh sets of data, 100 times: {chance.min():.3f} to {chance.max():.3f}")
print(f"correlation of a point's start and its end: {together:+.2f}")

# %% [markdown]
# That is all that a diffusion model promises. It will not find the picture that was noised: nobody
# can. It makes *a* picture of the same kind. From pure noise this is what we want. From less noise
# (try `levels_from(schedule, 300, 200)` and `schedule(300)`: the correlation becomes about 0.3) the
# bits that are left in $x_t$ decide how near it comes to the old one.
#
# ## A worked example
#
# **How often is the best observer right if there are only two pictures, $a$ and $b$?**
#
# It chooses the nearer of $\alpha a$ and $\alpha b$. Only the noise along the line from one to the
# other can mislead it. Along any line, $\sigma\varepsilon$ is *one* Gaussian of standard deviation
# $\sigma$, because sums of Gaussians are Gaussians. The two points are $\alpha\lVert a - b\rVert$
# apart, so the observer errs when the noise reaches further than half of that. With the normal
# distribution function $\Phi$:
#
# $$P(\text{right}) = \Phi\!\left(\frac{\alpha\,\lVert a-b\rVert}{2\sigma}\right)$$

# %%
Phi = torch.distributions.Normal(0.0, 1.0).cdf


def chance(a, b, level):
    """How often the better of two pictures is found."""
    distance = (a - b).norm()
    return Phi(level.alpha * distance / (2 * level.sigma)).item()


a, b, level = digits[0], digits[1], Level(0.1, math.sqrt(0.99))
rng = torch.Generator().manual_seed(4)
trials = torch.randn(4000, 1, 28, 28, generator=rng, dtype=torch.float64)
x = noised(a.expand(4000, -1, -1, -1), level, trials)
found = ideal.posterior(torch.stack([a, b]))(x, level).argmax(1)
print(f"formula {chance(a, b, level):.3f}, 4,000 trials {(found == 0).double().mean():.3f}")

# %% [markdown]
# The trials agree with the formula to within their chance error, 0.005.
#
# ## Half filled
#
# `bits_told` shall say how many bits $x_t$ tells about which picture it was, as in the curve above:
# what there was to know less the mean entropy of the posteriors. `shares` is $(B, K)$, one row of
# $K$ probabilities a trial. Fill in the two places. (`torch.xlogy(p, p)` is $p \ln p$, and 0 where
# $p = 0$.)


# %%
def bits_told(shares):
    """Bits that x_t tells about which of K equally likely pictures it was."""
    at_first = ...  # bits of K equal chances
    left = ...  # the mean over the rows of their entropy, in bits
    if at_first is ... or left is ...:
        return ...
    return at_first - left


check("01.a", bits_told)

# %% [markdown]
# ## Your turn
#
# Take the gallery's first 4 and its first 9, `digits[4]` and `digits[9]`, and only these two. At
# which $\alpha$ is the best observer right in 90 of 100 cases? Give it to three decimals.
# (`torch.distributions.Normal(0.0, 1.0).icdf` is the inverse of $\Phi$, and
# $\alpha^2 + \sigma^2 = 1$.)

# %%
answer = ...

check("01.b", answer)

# %% [markdown]
# ## Summary
#
# - Gaussian noise is an independent normal number for every pixel. Sums of Gaussians are Gaussians,
#   and their *variances* add.
# - A `Level` is the pair $(\alpha, \sigma)$, and $x_t = \alpha x_0 + \sigma\varepsilon$ is made in
#   one leap.
# - What noise takes away are bits: those that tell this picture from others. The exact posterior
#   says how many are left, and a picture that no eye sees may still be half known.
# - Information about $x_0$ only falls. The entropy of unit-variance data only rises, up to that of
#   $\mathcal N(0, 1)$, at a rate given by the square of the score.
# - The way back needs what $x_t$ no longer holds: knowledge of the data. The same $x_t$ leads to
#   other answers for other data.
# - With the score the *distribution* can be brought back (Anderson 1982), though not the single
#   path.
#
# ## Exercises
#
# **01.1** Three independent noises of standard deviations 0.3, 0.4 and 1.2 are added to a picture.
# What is the standard deviation of all the noise together?

# %%
answer = ...

check("01.1", answer)

# %% [markdown]
# **01.2** Write a function that returns the entropy of $\mathcal N(0, \text{std}^2)$ in **bits**.
# (That of $\mathcal N(0, 1)$ in nats is `most` above. Stretching a density by a factor adds the
# logarithm of the factor.)


# %%
def gaussian_bits(std):
    """Entropy of a Gaussian of this standard deviation, in bits."""
    return ...


check("01.2", gaussian_bits)

# %% [markdown]
# **01.3** There are 1,000 equally likely pictures. After a look at $x_t$, 8 of them are equally
# likely and the others impossible. How many bits did $x_t$ tell?

# %%
answer = ...

check("01.3", answer)

# %% [markdown]
# **01.4** So far every picture was as likely as any other. Let the pictures `data` $(K, D)$ have
# the probabilities `prior` $(K,)$ before looking. Write a function that returns the posterior
# $p(k \mid x_t)$, $(K,)$, for one `xt` $(D,)$ at a `Level`. What becomes of it at $\alpha = 0$?


# %%
def posterior_with_prior(xt, data, prior, level):
    """p(k | x_t) of K pictures that are not equally likely."""
    return ...


check("01.4", posterior_with_prior)

# %% [markdown]
# Solutions: [solutions/01_noise.ipynb](solutions/01_noise.ipynb).
