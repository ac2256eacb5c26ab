# %% [markdown]
# # 10 · Train your own, and where the field went
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/10_your_own.ipynb)
#
# You need lessons 4 to 7 (predictions, the network, samplers). 40 minutes. In the app: *Train*,
# where a network learns while you look.
#
# **The question.** How little training is enough for a model that draws?

# %%
# Colab has no explorer yet, so this cell installs it there. At home it installs nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    url = "git+https://github.com/denoising-explorer/denoising-explorer"
    package = f"denoising-explorer @ {url}"  # Colab has what draws the figures
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", package], check=True)

# %%
from dataclasses import replace
from itertools import pairwise

import torch
from torch.nn import functional as F

from explorer import ideal, worlds
from explorer.convergence import converged, level_at
from explorer.course import animation, check, compare
from explorer.denoisers import eps_hat, paired, to_x0
from explorer.figures.planes import Cloud, Paths, plane
from explorer.figures.plates import Line, curves, pictures
from explorer.metrics import sliced_wasserstein
from explorer.models import zoo
from explorer.samplers import ddim, euler, heun
from explorer.schedules import Level, cosine, levels

# %% [markdown]
# ## First, a guess
#
# A small U-Net that knows nothing is trained for 320 steps on batches of 32 tiny digits, a few
# seconds on one processor core. Then it draws each of the ten digits twice. A classifier, which was
# trained on real handwriting, reads them. How many of the 20 does it read as what was asked for?
# (Blind chance would give 2.)

# %%
my_guess = 2  # write down yours before you go on

# %% [markdown]
# ## Train your own
#
# No data set ships with this project, so the network learns from what does: the digits of the
# gallery, each shifted, turned and scaled a little in 100 ways. The tab *Train* does so with all 20
# where there is no MNIST. To save your time we take one of each class and halve the pictures, to 16
# × 16.

# %%
from explorer.data.images import Images
from explorer.training.variants import variants

full = variants(seed=0)  # 2,000 pictures of 28 × 28, as bytes, with labels
kept = torch.arange(len(full)) % 20 < 10  # the gallery's first row: one digit of each class
halved = F.avg_pool2d(F.pad(full.pixels[kept].float(), (2, 2, 2, 2)), 2).round().byte()
images = Images(halved, full.labels[kept], full.classes, "small digits")
shown = torch.arange(10).repeat_interleave(2) + torch.tensor([0, 10]).repeat(10)
pictures(images.floats(shown), columns=10, inches=0.6)

# %% [markdown]
# A *recipe* says everything that decides a run: data, network, batch size, learning rate.
# `timed.recipe` makes one for a run of seconds. `train` is the loop of lesson 4 with what a real
# one adds: the batch's noise levels spread evenly (less scatter from step to step), labels left out
# for one picture in ten (what guidance needs, lesson 8), gradients cut at a largest norm, a
# learning rate that rises and then falls, and an average of the weights over the last steps. The
# average draws better than the weights themselves.
#
# Watch the ten samples below, always of the same noise, after 10, 25, 50 ... 320 steps: noise, then
# blots in the middle, then strokes.

# %%
from explorer.training import timed
from explorer.training.loop import start, train
from explorer.training.session import averaged

STEPS = 320
recipe = replace(timed.recipe(images, "mine"), steps=STEPS, lr=5e-3)
run = start(recipe, "fp32", "cpu")
labels = torch.arange(10).repeat(2)
noise = torch.randn(20, 1, 16, 16, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def draw(net):
    """The 20 digits, by DDIM in 10 steps with guidance, always from the same noise."""
    denoise = paired(net, net.embed(labels), net.null_context(20), 2.0)
    *_, last = ddim(denoise, noise, levels(cosine(), 10))
    return last.x


losses, frames = [], []
for progress in train(run, images, lambda recipe, step: timed.rate(recipe, step, step / STEPS)):
    losses.append(progress.loss)
    if progress.step in (10, 25, 50, 75, 100, 150, 200, 250, STEPS):
        frames.append(draw(averaged(run)))
net = averaged(run)
parameters = sum(p.numel() for p in net.parameters())
print(f"{parameters:,} parameters, {STEPS} steps, {STEPS * recipe.batch:,} pictures seen")
animation([frame[:10] for frame in frames], "Digits after 10 to 320 steps of training", shades=32)

# %%
smooth = torch.tensor(losses).unfold(0, 10, 10).mean(1)
curves(
    [Line(torch.arange(len(smooth)) * 10 + 5, smooth, "", "prediction")],
    "step of training",
    "squared error of v̂, mean of 10 steps",
    "Most of the fall is over while the samples are still blots",
)

# %%
judge = zoo.load("digit-classifier")
with torch.no_grad():
    large = F.interpolate(frames[-1], scale_factor=2, mode="bilinear")[:, :, 2:30, 2:30]
    read = judge(large.clamp(-1, 1)).argmax(1)
print(f"{int((read == labels).sum())} of 20 are read as asked; you guessed {my_guess}")
titles = [
    f"{label}, read {said}" for label, said in zip(labels.tolist(), read.tolist(), strict=True)
]
pictures(frames[-1], titles, columns=10, inches=0.75)

# %% [markdown]
# The loss falls fast while the network learns that most of a picture is black. What makes a digit
# of a blot is a small part of the error and comes later. So a loss that hardly falls any more is no
# reason to stop. The network `mnist`, which ships, was trained for 6,000 steps of 128 pictures.
#
# Mind what it has learnt: variants of ten digits. It can come to know no other handwriting.
#
# ### Your own pictures
#
# At home, put pictures of 28 to 64 pixels a side, all of one size, into a folder, a sub-folder a
# class, or all in one folder without classes. Then, on the command line,
#
# ```
# explorer train --data my-pictures --name mine
# explorer app --model runs/mine/mine.safetensors
# ```
#
# trains a network that fits them and opens the app with it. Their size and colours choose the
# network:

# %%
from explorer.training import own

for colours, side in ((1, 28), (3, 32), (3, 64)):
    config = own.network(colours, side)
    sides = [config.side(level) for level in range(len(config.channels))]
    looks = [s for s, looks in zip(sides, config.attention, strict=True) if looks]
    print(f"{colours} × {side} × {side}: channels {config.channels} at {sides}, attention {looks}")

# %% [markdown]
# ## EDM: what should a network see, and say?
#
# The rest of this lesson is where the field went from here. All of it can be tried in the plane,
# where the exact answer is known.
#
# Karras et al. (2022) write states as $x = x_0 + \sigma n$ with standard normal $n$; their $\sigma$
# is our $\sigma/\alpha$. They wrap the network $F$ so that its task has the same size at each noise
# level (their equation 7):
#
# $$\hat x_0 = c_\text{skip}\, x + c_\text{out}\, F(c_\text{in}\, x).$$
#
# With $\sigma_d$, the deviation of the data, three wishes fix the three factors. The input shall
# have variance 1, so $c_\text{in} = 1/\sqrt{\sigma^2 + \sigma_d^2}$. What $F$ is to say,
# $(x_0 - c_\text{skip}x)/c_\text{out}$, shall have variance 1, so
#
# $$c_\text{out}^2 = (1 - c_\text{skip})^2 \sigma_d^2 + c_\text{skip}^2 \sigma^2 .$$
#
# And $c_\text{out}$ shall be as small as possible, since it multiplies the network's errors. The
# derivative is zero at $c_\text{skip} = \sigma_d^2/(\sigma^2 + \sigma_d^2)$, and then
# $c_\text{out} = \sigma\sigma_d/\sqrt{\sigma^2 + \sigma_d^2}$.
#
# Two things are worth seeing. For Gaussian data of mean 0, $c_\text{skip}x$ *is* the best denoiser,
# and $F$ has nothing left to say. And for $\sigma_d = 1$ the whole construction is an old friend.


# %%
def precondition(sigma, sigma_data):
    total = sigma**2 + sigma_data**2
    return sigma_data**2 / total, sigma * sigma_data / total**0.5, 1 / total**0.5


rng = torch.Generator().manual_seed(0)
x0, eps = torch.randn(2, 1000, generator=rng, dtype=torch.float64)
for angle in (0.2, 1.4):
    level = level_at(angle)
    sigma = level.ratio  # Karras' sigma
    trials = torch.linspace(0, 1, 100_001, dtype=torch.float64)
    c_out = ((1 - trials) ** 2 * 0.5**2 + trials**2 * sigma**2).sqrt()
    c_skip, smallest, _ = precondition(sigma, 0.5)
    found = c_out.min(), trials[c_out.argmin()]
    print(f"σ = {sigma:.2f}: least c_out {found[0]:.4f} at c_skip {found[1]:.4f}", end=", ")
    print(f"by the formulas {smallest:.4f} at {c_skip:.4f}")
    x = 0.5 * x0 + sigma * eps
    best = ideal.gaussian(0.0, 0.5)(level.alpha * x, level)  # the library's states are alpha * x
    compare("c_skip x for Gaussian data", c_skip * x, best, within=1e-12)

    c_skip, c_out, c_in = precondition(sigma, 1.0)
    x = x0 + sigma * eps
    says = -(level.alpha * eps - level.sigma * x0)  # minus v
    compare("c_in x is x_t", c_in * x, level.alpha * x0 + level.sigma * eps, within=1e-12)
    theirs = to_x0(-says, c_in * x, level, "v")
    compare("F is -v", c_skip * x + c_out * says, theirs, within=1e-12)

# %% [markdown]
# So with $\sigma_d = 1$ EDM's network sees $x_t$ and says $-v$. It is the wish for a task of the
# same size at all levels that leads to it (the plot): $c_\text{skip}$ takes over where noise is
# small, and the network where it is large.

# %%
sigma = torch.logspace(-2, 2, 100, dtype=torch.float64)
c_skip, c_out, c_in = precondition(sigma, 0.5)
curves(
    [
        Line(sigma, c_skip, "c_skip: share of the input in x̂₀", "signal"),
        Line(sigma, c_out, "c_out: what an error of F becomes", "noise", "--"),
        Line(sigma, c_in, "c_in: what the input is multiplied by", "#444444", ":"),
    ],
    "Karras' σ (our σ/α)",
    "factor",
    "EDM's preconditioning, σ_data = 0.5",
    log="x",
)

# %% [markdown]
# ## Flow matching: the straight way
#
# Liu et al. (2023) and Lipman et al. (2023) draw a straight line from each $x_0$ to its noise and
# let a network learn the velocity along it:
#
# $$x_t = (1 - t)\,x_0 + t\,\varepsilon, \qquad
# u = \frac{dx_t}{dt} = \varepsilon - x_0,
# \qquad \hat u(x_t) = \mathbb{E}[\varepsilon - x_0 \mid x_t] = \hat\varepsilon - \hat x_0 .$$
#
# Here $t$ runs from data (0) to noise (1), as everywhere in this project. In both papers it runs
# the other way, and the velocity has the other sign.
#
# In our words it is a level with $\alpha = 1 - t$, $\sigma = t$, and a fifth name for the same
# prediction. Sampling is Euler's method, $x_s = x_t + (s - t)\,\hat u$, and that is the sampler of
# lesson 6 on these levels:

# %%
world = worlds.moons()
denoise = world.denoiser()  # exact


def velocity(x, t):
    level = Level(1 - t, t)
    x0_hat = denoise(x, level)
    return eps_hat(x, x0_hat, level) - x0_hat


start_noise = torch.randn(600, 2, generator=rng, dtype=torch.float64)
ts = torch.linspace(1, 0, 13, dtype=torch.float64).tolist()
x, way = start_noise, [start_noise]
for t, s in pairwise(ts):
    x = x + (s - t) * velocity(x, t)
    way.append(x)
*_, last = euler(denoise, start_noise, [Level(1 - t, t) for t in ts])
compare("Euler's method on the velocity", x, last.x, within=1e-10)

# %%
pairs = world.sample(60, rng)
lines = torch.stack([start_noise[:60], pairs])  # what training draws: any noise with any data
plane(
    [
        ("pairs, as drawn", [Paths(lines, "#999999"), Cloud(pairs, "signal", "x₀", 14)]),
        (
            "the flow of the exact velocity",
            [Paths(torch.stack(way)[:, :60], "#999999"), Cloud(x[:60], "prediction", "ends", 14)],
        ),
    ],
    span=2.6,
    inches=3.2,
)

# %% [markdown]
# Left, the lines that training draws are straight and cross. Right, the flow of their *mean*
# velocity does not cross itself: where two lines met, the flow goes on with the mean, and turns. So
# the lines are straight and the flow is not. Liu et al. train again on the pairs that the flow
# itself makes, of each noise and where it ends; that straightens it.
#
# The network learns it as it learnt v in lesson 4. `Run` is the library's loop in the plane.

# %%
from explorer.training.plane_recipe import Recipe
from explorer.training.plane_run import Run

learning = Run(world, Recipe(predicts="velocity", levels="straight", width=64, steps=300))
before = learning.error()
found = learning.advance(300)
level = Level(0.5, 0.5)
middle = 0.5 * world.sample(500, rng) + 0.5 * torch.randn(500, 2, generator=rng).double()
with torch.no_grad():
    said = learning.net(middle.float(), torch.full((500,), level.angle)).double()
away = (said - velocity(middle, 0.5)).norm(dim=1)
print(f"x̂₀ is {before:.2f} from the exact one before training, {learning.error():.2f} after")
print(f"velocity at t = 0.5: {velocity(middle, 0.5).norm(dim=1).mean():.2f} long, off by", end=" ")
print(
    f"{away.mean():.2f} in the mean; loss {sum(found[-50:]) / 50:.2f}, floor {learning.floor:.2f}"
)

# %% [markdown]
# ## Fewer steps: distillation and consistency
#
# Sampling takes many calls because each step follows the flow only a little way. But the flow is a
# map: each noise ends in one certain place. Why not learn the map?
#
# **Distillation.** A teacher walks from noise to data in many steps, and a student learns to be
# there in one. We take 4,000 noises, carry them with the exact denoiser of two Gaussians by Heun's
# method, and train a network on the pairs (Luhman and Luhman 2021; Salimans and Ho 2022 halve the
# number of steps again and again instead).

# %%
from explorer.models.planar import Planar, PlanarConfig

world = worlds.two()
denoise = world.denoiser()
noises = torch.randn(4000, 2, generator=rng, dtype=torch.float64)
walk = [level_at(angle) for angle in torch.linspace(1.56, 0.02, 20).tolist()] + [Level(1.0, 0.0)]
*_, taught = heun(denoise, noises, walk)
torch.manual_seed(0)
student = Planar(PlanarConfig(width=64))
optimizer = torch.optim.Adam(student.parameters(), lr=5e-3)
for step in range(400):
    optimizer.param_groups[0]["lr"] = 5e-3 * (1 - step / 400)
    rows = torch.randint(4000, (512,), generator=rng)
    said = student(noises[rows].float(), torch.full((512,), 1.56))
    loss = (said - taught.x[rows].float()).square().sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% [markdown]
# We draw with new noises, and count two things: the distance of the points to as many of the data,
# and how many points lie where the data almost never do (where only 1 % of them have so low a
# density).

# %%
fresh = torch.randn(800, 2, generator=rng, dtype=torch.float64)
*_, many = heun(denoise, fresh, walk)
*_, one = ddim(denoise, fresh, [walk[0], walk[-1]])
with torch.no_grad():
    jumped = student(fresh.float(), torch.full((800,), 1.56)).double()

data, clean = world.sample(20_000, rng), Level(1.0, 0.0)
rare = world.log_density(data, clean).quantile(0.01)
ends = {f"teacher, NFE {many.nfe}": many.x, "teacher, NFE 1": one.x, "student, NFE 1": jumped}
for name, points in ({"data": data[800:1600]} | ends).items():
    apart = sliced_wasserstein(points, data[:800])
    lost = (world.log_density(points, clean) < rare).double().mean()
    print(f"{name:15}: {apart:.3f} from the data, {100 * lost:3.0f} % where they almost never are")
plane([(name, [Cloud(points, "prediction")]) for name, points in ends.items()])

# %% [markdown]
# In one step the teacher ends in the mean of all data, between the two: at the start x̂₀ is almost
# the same for every noise. The student, asked for the *end of the path* and not for a mean, finds
# both Gaussians in one call. It pays with a bridge between them: where neighbouring noises end far
# apart, a smooth network goes through all places between. (No count sees everything: the teacher's
# lone dot lies where the wide Gaussian still reaches, so none of it counts as lost.)
#
# **Consistency.** A consistency model (Song et al. 2023) learns the map from *every* level at once,
# $f(x_t, t)$ = where the path through $x_t$ ends. It needs no teacher's samples: along one path $f$
# is the same everywhere, so the network is asked to agree with itself at neighbouring levels, and
# to be $x$ itself where there is no noise.
#
# ## A worked example
#
# For Gaussian data, $\mathcal N(m, s^2)$, that function is known. $x_t$ is normal with mean
# $\alpha m$ and variance $\alpha^2s^2 + \sigma^2$ at each level. The flow carries one normal
# distribution into the next, and on a line paths cannot cross, so a point stays as many deviations
# away from the mean as it was. At the end the deviation is $s$:
#
# $$f(x_t) = m + \frac{s}{\sqrt{\alpha^2 s^2 + \sigma^2}}\,(x_t - \alpha m).$$
#
# We compare it with 300 steps of an accurate solver, and with x̂₀.

# %%
mean, std = 0.5, 0.4
exact = ideal.gaussian(mean, std)
x = torch.linspace(-2, 2, 41, dtype=torch.float64)
lines = []
for angle, style in ((0.1, "-"), (1.2, "--")):
    alpha, sigma = level = level_at(angle)
    ends = mean + std / (alpha**2 * std**2 + sigma**2) ** 0.5 * (x - alpha * mean)
    compare(f"f at σ = {sigma:.2f}", ends, converged(exact, x[:, None], level)[:, 0], within=1e-6)
    lines.append(Line(x, ends, f"where the path ends, σ = {sigma:.2f}", "signal", style))
    lines.append(Line(x, exact(x, level), f"x̂₀, σ = {sigma:.2f}", "prediction", style))
curves(lines, "x_t", "x₀", "The end of the path is not the mean")

# %% [markdown]
# Both agree with little noise. With much noise (dashed) x̂₀ is nearly flat, the mean of what could
# have been, while the end of the path keeps the spread of the data. That is why a network trained
# to denoise needs steps, and one trained to be consistent does not.
#
# ## Half filled
#
# The exact velocity of flow matching for data from $\mathcal N(0.5, 0.4^2)$, at $0 < t \le 1$. Fill
# in the two places. (Lesson 4 has x̂₀ of a Gaussian: mean plus gain times residual.)


# %%
def gaussian_velocity(x, t):
    alpha, sigma = 1 - t, t
    gain = alpha * 0.4**2 / (alpha**2 * 0.4**2 + sigma**2)
    x0_hat = ...
    noise_hat = ...
    return noise_hat - x0_hat


check("10.a", gaussian_velocity)

# %% [markdown]
# ## Your turn
#
# The flow also leads from any $t$ to any $s$. Write `flow_map(x, t, s)` for data from
# $\mathcal N(0.5, 0.4^2)$ on the straight line, $\alpha = 1 - t$, $\sigma = t$.

# %%
answer = ...

check("10.b", answer)

# %% [markdown]
# ## Summary
#
# - Some seconds of training make pictures that a classifier can read more often than not. The loss
#   has fallen long before that.
# - Pictures of your own need a folder and one command.
# - EDM's factors give the network a task of one size at all levels. With $\sigma_d = 1$ they are
#   v-prediction.
# - Flow matching is the level $\alpha = 1 - t$, $\sigma = t$ and the velocity $\varepsilon - x_0$.
#   The lines are straight, the flow of their mean is not.
# - Distillation and consistency learn where a path ends, not the mean, and so need one call.
# - Elsewhere the U-Net gave way to transformers on patches of latents (Peebles and Xie 2023), and
#   Stable Diffusion 3 is such a transformer trained by flow matching (Esser et al. 2024). The
#   levels, the prediction and the sampler are those that you know.
#
# ## Exercises
#
# **10.1** What is $c_\text{skip}$ at Karras' $\sigma = 0.5$ for data with $\sigma_d = 0.5$? (A
# number.)

# %%
answer = ...

check("10.1", answer)

# %% [markdown]
# **10.2** Data from $\mathcal N(0.5, 0.4^2)$ and the exact denoiser: many noises are taken from
# $\alpha = 0$ to clean data in one step of DDIM. What is the standard deviation of the results? (A
# number.)

# %%
answer = ...

check("10.2", answer)

# %% [markdown]
# **10.3** Write `x0_of(x, u, t)`: x̂₀ from the velocity on the straight line, for $0 \le t \le 1$.

# %%
answer = ...

check("10.3", answer)

# %% [markdown]
# **10.4** The data are the numbers $-1$ and $1$, equally likely. Write `ends(x, alpha, sigma)`,
# where the path through $x$ ends, for a tensor x without zeros. Paths on a line cannot cross.

# %%
answer = ...

check("10.4", answer)

# %% [markdown]
# Solutions: [solutions/10_your_own.ipynb](solutions/10_your_own.ipynb).
