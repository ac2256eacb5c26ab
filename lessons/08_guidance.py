# %% [markdown]
# # 8 · Conditioning, cross-attention and guidance
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/08_guidance.ipynb)
#
# You need lesson 4 (score and $\hat x_0$) and one sampler from lesson 6. Time: about 40 minutes.
# The tabs Guidance, Attention and Ground truth of the app show the same.

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
# A network is told to draw a seven. *Guidance* with scale $s$ multiplies by $s$ what being told
# changes in its prediction; scale 1 is the network's plain answer. Six sevens are drawn from six
# noises, once with scale 1 and once with scale 8.
#
# How far apart are two sevens of scale 8, as a share of the distance of two sevens of scale 1?
# 1.0 means equally varied, 2.0 twice as varied, 0.5 half as varied. Write your guess down, then
# go on.

# %%
my_guess = 1.0

# %%
import json

import torch
from torch.nn import functional as F

from explorer import worlds
from explorer.course import animation, check, compare
from explorer.denoisers import from_network, guided, halves, paired, score_hat
from explorer.figures.bars import Bars, bars
from explorer.figures.planes import Cloud, plane
from explorer.figures.plates import Line, curves, pictures
from explorer.figures.sheets import grids
from explorer.guidance import rescaled, within
from explorer.metrics import diversity, sliced_wasserstein
from explorer.models import zoo
from explorer.models.attention import record_attention
from explorer.models.intervene import changed, in_turn, silence_word
from explorer.samplers import ddim, dpmpp_2m
from explorer.schedules import Level, levels, linear

torch.set_grad_enabled(False)
digits, scenes, vae = zoo.load("mnist"), zoo.load("scenes"), zoo.load("scenes-vae")
judge = zoo.load("digit-classifier")


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# %% [markdown]
# ## How a network is told: a label
#
# The network of digits, `mnist`, has three inputs: the noisy picture $x_t$, the angle that stands
# for the noise level, and a *context*, a list of vectors called tokens. A label is a context of
# one token: row 7 of a table that was learnt. The table has an eleventh row, *null*, "nobody told
# me". In training the null row took the label's place one time in ten, so one network learnt two
# things: $\mathrm E[x_0 \mid x_t, c]$ with a label $c$, and $\mathrm E[x_0 \mid x_t]$ without.
#
# The token goes two ways. First, the mean of all tokens is added to the embedding of the noise
# level, the vector that every residual block is told. Here it is by hand, beside what arrives:

# %%
angle, seven, null = torch.tensor([1.2]), digits.embed(torch.tensor([7])), digits.null_context(1)
print("the label's context:", tuple(seven.shape), " the null context:", tuple(null.shape))

arrived = {}
block = digits.middle.residual.scale_shift  # a layer that is told the embedding
hook = block.register_forward_pre_hook(lambda layer, inputs: arrived.update(told=inputs[0]))
with record_attention(digits) as maps:
    digits(noise(0, 1, 1, 28, 28), angle, seven)
hook.remove()

mine = F.silu(digits.angle(angle) + digits.pooled(seven.mean(1)))
compare("what a residual block is told", mine, arrived["told"])

# %% [markdown]
# Second, cross-attention: each place of the picture asks, and shares out its attention among the
# tokens. With a single token there is nothing to choose. The shares of a place must sum to one,
# so each place gives all of it to the label. This way a label says *what*, never *where*:

# %%
shares = maps["middle.attention.cross_attention"][0]
print("heads, places, tokens:", tuple(shares.shape[1:]), " smallest share:", shares.min().item())

# %% [markdown]
# ## Words: cross-attention
#
# The network `scenes` is told a sentence. It draws a code of 4 × 16 × 16 numbers, a *latent*, and
# `vae.decode` makes the picture of 64 × 64 pixels of it (lesson 9). A text encoder turns its
# words into 24 tokens, the unused ones all zeros (padding), and each place of the picture attends
# to them. With a query vector for each place (the rows of $Q$) and a key vector for each word
# (the rows of $K$), both of $d$ numbers,
#
# $$P = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right)$$
#
# (Vaswani et al. 2017, eq. 1; what is gathered is $PV$). Row $i$ of $P$ holds the shares in which
# place $i$ looks at the words and sums to one. The square root is there because a product of $d$
# numbers of unit variance has variance $d$: without it, the softmax of long vectors would be all
# or nothing. We compute the first head of the last layer by hand and compare it with the
# recorder.

# %%
PROMPT = "a red one left of a blue seven on black"
LAYER = "up.2.attention.cross_attention"
walk = levels(linear(), 10, "karras")
told, untold = scenes.told(PROMPT), scenes.null_context(1)
look = scenes.get_submodule(LAYER)

hook = look.register_forward_pre_hook(lambda layer, inputs: arrived.update(places=inputs[0]))
with record_attention(scenes) as maps:
    scenes(noise(2, 1, 4, 16, 16), torch.tensor([walk[0].angle]), told)  # nothing but noise yet
hook.remove()

d = look.q.out_features // look.heads  # numbers in a query of one head
Q = look.q(arrived["places"])[0, :, :d]  # (256, d): 16 x 16 places
K = look.kv(told)[0, :, :d]  # (24, d); the keys come first, then the values
products = Q @ K.T / d**0.5
products[:, (told[0] == 0).all(-1)] = -torch.inf  # at padding nobody looks
P = products.softmax(-1)
compare("attention of the first head", P, maps[LAYER][0][0, 0], within=1e-5)
compare("the shares of each place", P.sum(-1), torch.ones(256))

# %% [markdown]
# A *column* of $P$ is one word's map over the picture. Here are the maps of the words, the mean
# of both heads, at the very first step, where $x_t$ is pure noise; last the picture that the run
# ends in. Look at "red" and "blue": before there is any digit, the places where it will be ask
# for its colour. The background looks at "black", and also at "of", which means nothing there: a
# place whose shares must sum to one has to look somewhere.

# %%
words = PROMPT.split()
seen = maps[LAYER][0][0].mean(0)[:, : len(words)].T.reshape(-1, 16, 16)
grids(seen, words, "share of attention", columns=5)

# %%
run = list(dpmpp_2m(paired(scenes, told, untold, 3.0), noise(2, 1, 4, 16, 16), walk))
pictures(vae.decode(run[-1].x), ["10 steps, scale 3"], inches=1.1)

# %% [markdown]
# ## A map is not an explanation
#
# One picture proves little. For 200 prompts the project measured how much of a word's map lies in
# the box around its digit, divided by the box's share of the picture (`scenes.trust.json`). 1
# means that attention is even, and about 8 would mean that all of it lies inside.

# %%
trust = json.loads((zoo.MODELS / "scenes.trust.json").read_text("utf-8"))
kinds, layers = trust["kinds"], list(trust["sides"])
names = [layer.removesuffix(".attention.cross_attention") for layer in layers]
greys = ("#444444", "#AAAAAA")
ratios = [
    Bars([kinds[kind]["by_layer"][layer]["ratio"] for layer in layers], f"{kind} word", grey)
    for kind, grey in zip(kinds, greys, strict=True)
]
bars(
    names,
    ratios,
    "times even attention",
    "The outer layers look there, the inner ones nowhere in particular",
    even=1,
)

# %% [markdown]
# So maps of the outer layers, above all the last, mean something on average, and those of the
# inner layers nothing. In the first and the last layer a number's word says less than a colour's,
# in the last but one a little more. Even so, a map shows where information *may* flow. Whether
# the word *caused* anything is another question, and an experiment answers it: draw the same
# noise again, but let no place look at one word, in any layer or step.

# %%
silenced = ["red", "of", "seven"]
rows = 1 + len(silenced)  # the intact run first; guidance asks not told, then told, in one batch
changes = [silence_word(words.index(w), [rows + 1 + k]) for k, w in enumerate(silenced)]
contexts = (context.expand(rows, -1, -1) for context in (told, untold))
with changed(scenes, in_turn(changes)):
    starts = noise(2, 1, 4, 16, 16).expand(rows, -1, -1, -1)
    last = list(dpmpp_2m(paired(scenes, *contexts, 3.0), starts, walk))[-1]
pictures(vae.decode(last.x), ["intact", *(f"without “{word}”" for word in silenced)])

# %% [markdown]
# Nobody looks at "red", and the one is red as before: other words have read "red" in the text
# encoder, and the mean of all tokens still holds it. Half the picture looked at "of", and nothing
# is missing without it. "Seven", whose map was nearly dark, is what made the seven: without it a
# slanted stroke is left. So maps are a good place to start asking and a bad place to stop.
#
# ## Guidance, derived
#
# Being told is often not enough: at scale 1 many pictures only half follow the prompt. Write
# $p(x_t \mid c)$ for noisy pictures given the condition. Bayes' rule, as gradients of logarithms
# in $x_t$ (scores; $p(c)$ does not depend on $x_t$ and drops out), says
#
# $$\nabla \log p(c \mid x_t) = \nabla \log p(x_t \mid c) - \nabla \log p(x_t).$$
#
# The left side points where a classifier grows surer of $c$. Classifier-free guidance (Ho and
# Salimans 2022) takes that step $s$ times instead of once, with no classifier:
#
# $$\tilde\nabla = \nabla \log p(x_t) + s\,(\nabla \log p(x_t\mid c) - \nabla \log p(x_t)).$$
#
# Tweedie's formula makes $\hat x_0$ of a score, $\hat x_0 = (x_t + \sigma^2\nabla)/\alpha$, with
# $x_t = \alpha x_0 + \sigma\varepsilon$. It is linear in the score and its other term is the same
# in all, so the rule holds for $\hat x_0$ word for word, and for $\hat\varepsilon$ and $\hat v$
# too:
#
# $$\tilde x_0 = \hat x_0(\varnothing) + s\,\bigl(\hat x_0(c) - \hat x_0(\varnothing)\bigr).$$
#
# Scale 0 is unconditional, 1 conditional. Ho and Salimans write $(1+w)\hat\varepsilon(c) -
# w\hat\varepsilon(\varnothing)$ in their eq. 6: their $w$ is $s - 1$, and papers differ. We check
# in a plane where two classes overlap and every denoiser is exact.

# %%
world = worlds.classes()
conditional, unconditional = world.denoiser(1), world.denoiser()  # told class 1, and not told


def my_guided(x, level, scale):
    """Guidance on scores, then Tweedie's formula."""
    score = score_hat(x, unconditional(x, level), level)
    score_told = score_hat(x, conditional(x, level), level)
    mixed = score + scale * (score_told - score)
    return (x + level.sigma**2 * mixed) / level.alpha


x, level = noise(1, 500, 2).double(), Level(0.6, 0.8)
two, four = (guided(conditional, unconditional, s)(x, level) for s in (2.0, 4.0))
compare("guidance with scale 4", my_guided(x, level, 4.0), four, within=1e-12)
halfway = (unconditional(x, level) + four) / 2
compare("halfway between the scales 0 and 4", halfway, two, within=1e-12)
itself = guided(conditional, unconditional, 1.0) is conditional
print("scale 1 is the conditional one itself:", itself)

# %% [markdown]
# The difference of the two scores should be the gradient of a classifier, which we can write down
# here: $\log p(c \mid x_t) = \log p(x_t \mid c) + \log p(c) - \log p(x_t)$.

# %%
with torch.enable_grad():
    point = x.clone().requires_grad_()
    log_sure = world.only(1).log_density(point, level) - world.log_density(point, level)
    (gradient,) = torch.autograd.grad(log_sure.sum(), point)
told_score, score = (score_hat(x, d(x, level), level) for d in (conditional, unconditional))
compare("the classifier that nobody trained", told_score - score, gradient, within=1e-12)

# %% [markdown]
# ## What guidance does not do
#
# It is tempting to read the formula as "sample from $p(x \mid c)$, only more so". Two precise
# readings: guided samples come from $p(x_0\mid c)$; or from the *tilted* density, proportional to
# $p(x_0)\,p(c\mid x_0)^s$, whose score at $t = 0$ is exactly the guided one. In the plane both
# can be sampled, so we look. Grey: data of the class; sand: of the other. Only scale 1 covers grey.

# %%
rng = torch.Generator().manual_seed(0)
data, again = world.only(1).sample(800, rng), world.only(1).sample(800, rng)
clean = Level(1.0, 0.0)


def tilted(scale, n):
    """n points of p(x) p(c|x)^scale, from a fine grid."""
    line = torch.linspace(-2.5, 2.5, 301, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)
    one, all_ = world.only(1).log_density(grid, clean), world.log_density(grid, clean)
    weights = (scale * one + (1 - scale) * all_).softmax(0)
    return grid[torch.multinomial(weights, n, replacement=True, generator=rng)]


start, ends = noise(3, 800, 2).double(), {}
for scale in (1.0, 4.0, 8.0):
    denoise = guided(conditional, unconditional, scale)
    ends[scale] = list(dpmpp_2m(denoise, start, levels(linear(), 40, "karras")))[-1].x
others = Cloud(world.only(0).sample(800, torch.Generator().manual_seed(1)), "#EBD3B0", size=2)
behind = [others, Cloud(data, "#BBBBBB", size=2)]
panels = [
    (f"guided, scale {s:g}", [*behind, Cloud(z, "prediction", size=3)]) for s, z in ends.items()
]
panels.append(("tilted, s = 8", [*behind, Cloud(tilted(8, 800), "signal", size=3)]))
plane(panels, inches=1.9)

# %%
print(f"two sets of data lie {sliced_wasserstein(data, again):.2f} apart, which is chance")
for scale, z in ends.items():
    apart, other = sliced_wasserstein(z, data), sliced_wasserstein(z, tilted(scale, 800))
    print(f"scale {scale:g}: {apart:.2f} from the data of the class, {other:.2f} from the tilted")

# %% [markdown]
# At scale 1, where the tilted density is that of the class, the distances are hardly more than
# chance. At scale 8 the points have left the class on the side away from the other class, and
# they are not the tilted density either. The reason: guidance tilts at every noise level, and a
# tilted density, once noised, is not the tilt of the noised density. The guided scores belong to
# no single distribution of $x_0$ noised step by step (Bradley and Nakkiran 2024 take this apart).
# Guidance is a useful exaggeration, not a law of probability.
#
# ## What a scale buys and pays
#
# Now the guess. Six sevens from the same six noises at five scales, in one batch (a scale for
# each row). How many of them the classifier reads as sevens is *fidelity*; the mean distance of
# two of them in its features is *diversity*. Look down a column, one noise at five scales: bolder
# and bolder. Then compare rows: the larger the scale, the more a row's six are alike.

# %%
SCALES, EACH = (0.0, 1.0, 2.0, 4.0, 8.0), 6
rows = torch.tensor(SCALES).repeat_interleave(EACH)
context, nobody = digits.embed(torch.full((30,), 7)), digits.null_context(30)
start = noise(0, EACH, 1, 28, 28)
starts = start.repeat(len(SCALES), 1, 1, 1)
run = list(ddim(paired(digits, context, nobody, rows), starts, levels(linear(), 8, "trailing")))
sevens = run[-1].x
titles = [f"scale {s:g}" if k == 0 else "" for s in SCALES for k in range(EACH)]
pictures(sevens, titles, columns=EACH, inches=0.75)

# %%
spread = {}
for scale, some in zip(SCALES, sevens.split(EACH), strict=True):
    spread[scale] = diversity(judge.features(some), torch.zeros(EACH))
    said = (judge(some).argmax(1) == 7).sum().item()
    print(f"scale {scale:g}: {said} of {EACH} read as 7, mean distance {spread[scale]:.1f}")
print(f"scale 8 beside scale 1: {spread[8.0] / spread[1.0]:.2f}, your guess was {my_guess}")

# %% [markdown]
# Six pictures of one class are few: six others move the distances by nearly 1. The model's card
# has 500 a scale over all classes. Scale 1 is the most varied that still is right nearly always;
# the Fréchet distance, which punishes too little variety as well as bad pictures, is best there
# too. For these digits guidance buys little and costs much.

# %%
card = zoo.load("mnist").card.metrics["rows"]
table = [row for row in card if (row["sampler"], row["steps"], row["n"]) == ("ddim", 25, 500)]
print("scale  named as asked  Fréchet distance  diversity")
for row in sorted(table, key=lambda row: row["scale"]):
    measures = f"{row['accuracy']:14.1%}  {row['frechet']:16.1f}  {row['diversity']:9.1f}"
    print(f"{row['scale']:5g}  {measures}")
print(f" real  {'':14}  {row['frechet_real']:16.1f}  {row['diversity_real']:9.1f}")

# %% [markdown]
# A prompt is harder to follow than a digit, and there guidance earns its price. "True" below
# means that all digits, colours, places and the ground are as the caption says (125 captions a
# group).

# %%
measured = sorted(scenes.card.metrics["rows"], key=lambda row: row["scale"])
scale_axis = [row["scale"] for row in measured]
true = {g: [100 * row[g]["all"] for row in measured] for g in ("one digit", "two digits")}
curves(
    [
        Line(scale_axis, true["one digit"], "one digit", "prediction"),
        Line(scale_axis, true["two digits"], "two digits", "prediction", "--"),
    ],
    "guidance scale",
    "captions that come true, %",
    "Scale 2 to 3 buys most of what there is (DPM++ 2M, 20 NFE)",
)

# %% [markdown]
# The same in pictures: one noise, and scales 1, 4 and 8 from left to right. The animation shows
# the decoded guess $\hat x_0$ at each of 10 steps. Watch the first frames: the larger the scale,
# the bolder the guess, with hard colours and glowing edges. Below it are all five results:
# unguided this noise becomes something else altogether, and from scale 4 on the seven is a seven.

# %%
five = torch.tensor(SCALES)
denoise = paired(scenes, told.expand(5, -1, -1), scenes.null_context(5), five)
run = list(dpmpp_2m(denoise, noise(1, 1, 4, 16, 16).expand(5, -1, -1, -1), walk))
animation(
    [vae.decode(step.x0_hat[[1, 3, 4]]) for step in run],
    "Guesses of the clean picture at scales 1, 4 and 8: from the first on a red one and a blue "
    "seven, the larger the scale the bolder.",
    zoom=2,
    shades=16,
)

# %%
pictures(vae.decode(run[-1].x), [f"scale {s:g}" for s in SCALES], inches=0.95)

# %% [markdown]
# ## A worked example
#
# *Task: write a Denoiser for a negative prompt: draw "a large three on black", but nothing blue.*
#
# A Denoiser is a function `(x, level) -> x0_hat`. We bind what it needs and return it. The only
# idea: guidance walks away from its reference, and nothing forces the reference to be the null
# context. In its place we put the prediction for the words that are not wanted.


# %%
def away_from(wanted, unwanted, scale):
    """A Denoiser that goes from the unwanted prediction through the wanted one, and beyond."""

    def denoise(x, level):
        reference = unwanted(x, level)  # what to get away from, not what is usual
        return reference + scale * (wanted(x, level) - reference)

    return denoise


wanted, unwanted = scenes.told("a large three on black"), scenes.told("blue")
three, blue = (from_network(scenes, context=c) for c in (wanted, unwanted))
negative, usual = away_from(three, blue, 4.0), paired(scenes, wanted, untold, 4.0)

z = noise(0, 1, 4, 16, 16)
library = paired(scenes, wanted, unwanted, 4.0)
compare("a negative prompt", negative(z, walk[0]), library(z, walk[0]), within=1e-4)
both = [list(dpmpp_2m(denoise, z, walk))[-1].x for denoise in (usual, negative)]
pictures(vae.decode(torch.cat(both)), ["away from null", "away from “blue”"], inches=1.2)

# %% [markdown]
# This noise leads to a blue three. Told to stay away from "blue" it becomes yellow, blue's
# opposite: the network was not asked for "any other colour" but pushed along a direction. The
# shape suffers, as the reference no longer knows anything of threes. Nothing was trained for
# this.
#
# ## Half filled
#
# *Task: guide only in an interval of noise levels (Kynkäänniemi et al. 2024).* At the noisiest
# levels a large scale throws variety away, and near the end both predictions agree. So guide only
# where `low < level.ratio <= high` (the ratio is $\sigma/\alpha$) and be plainly conditional
# elsewhere, without even asking the reference: that saves evaluations. Fill in the two places.


# %%
def in_interval(conditional, unconditional, scale, low, high):
    def denoise(x, level):
        if not low < level.ratio <= high:
            return ...  # outside the interval
        return ...  # inside it

    return denoise


check("08.a", in_interval)

# %% [markdown]
# ## Your turn
#
# *Task: take back the contrast that a large scale adds (Lin et al. 2023, eqs. 15 and 16).* Write
# `answer(guided, conditional, phi)` for two predictions of the shape (B, C, H, W):
#
# 1. For each picture of the batch, multiply `guided` by the standard deviation of `conditional`
#    over that of `guided`, both over all values of that picture.
# 2. Return `phi` times the result plus `1 - phi` times the untouched `guided`.

# %%
answer = ...

check("08.b", answer)

# %% [markdown]
# Both changes are in the library, `within` and `rescaled`. Here they are at scale 8 for the
# sevens from before, beside plain guidance, which costs two network evaluations a picture and
# step: guidance only where σ/α lies between 0.3 and 2.5, and rescaling with φ = 0.7. "Cut" is the
# share of values more than 0.02 outside $[-1, 1]$, too bright or too dark for any screen.

# %%
walk_of_digits = levels(linear(), 8, "trailing")
start, context, nobody = start[:EACH], context[:EACH], nobody[:EACH]
pair, alone = halves(digits, context, nobody), from_network(digits, context=context)
plain = rescaled(pair, 8.0, 0.0)  # phi = 0: nothing is rescaled
variants = {
    "plain": plain,
    "interval": within(plain, alone, 0.3, 2.5),
    "rescaled": rescaled(pair, 8.0, 0.7),
}
ends = {name: list(ddim(d, start, walk_of_digits))[-1].x for name, d in variants.items()}
for name, x in ends.items():
    varied = diversity(judge.features(x), torch.zeros(EACH))
    print(f"{name:8}  mean distance {varied:.1f}, {(x.abs() > 1.02).double().mean():.0%} cut")
inside = sum(0.3 < level.ratio <= 2.5 for level in walk_of_digits[:-1])
print(
    f"σ/α from 0.3 to 2.5 holds {inside} of 8 steps: {8 + inside} network evaluations instead of 16"
)
titles = [name if k == 0 else "" for name in ends for k in range(EACH)]
pictures(torch.cat(list(ends.values())), titles, columns=EACH, inches=0.8)

# %% [markdown]
# The interval leaves the noisiest steps alone, where it is decided what kind of seven this will
# be, and some of the variety is back. Rescaling changes the variety less; it takes the
# contrast back.
#
# ## Summary
#
# - A label is one token: it is added to the embedding of the noise level, and cross-attention can
#   only give all of itself to it. Words are many tokens, and each place divides its attention
#   among them: $\mathrm{softmax}(QK^\top/\sqrt d)$.
# - Maps of the outer layers lie on the right digit more than chance would have it, those of the
#   inner layers do not, and silencing a word often changes less than its map promises.
# - Guidance takes the step from unconditional to conditional $s$ times. It is linear in $s$; 0 is
#   unconditional, 1 conditional, and a paper's $w$ is often $s - 1$.
# - It costs a second network evaluation in every step, though one NFE is counted.
# - It samples neither $p(x\mid c)$ nor the tilted density: it exaggerates.
# - A larger scale buys fidelity and pays with diversity; for prompts that is worth it up to about
#   3, for digits hardly.
# - A negative prompt moves the reference, an interval saves evaluations, rescaling takes back
#   contrast.
#
# ## Exercises
#
# **08.1** A paper writes $(1+w)\hat\varepsilon(c) - w\hat\varepsilon(\varnothing)$ and recommends
# $w = 0.5$. Which `scale` is that here?

# %%
answer = ...

check("08.1", answer)

# %% [markdown]
# **08.2** DPM++ 2M takes 20 steps, `levels(linear(), 20, "karras")`, and guides only where $0.5 <
# \sigma/\alpha \le 4$; elsewhere it is plainly conditional. How many *network* evaluations is
# that for one picture? (At the last Level, clean data, nothing is asked.)

# %%
answer = ...

check("08.2", answer)

# %% [markdown]
# **08.3** Write `answer(q, k, absent)`: attention probabilities (Q, K) of one head from queries
# `q` (Q, d) and keys `k` (K, d); `absent` (K,) is True at padding, which gets exactly 0 while the
# others still sum to one.

# %%
answer = ...

check("08.3", answer)

# %% [markdown]
# **08.4** In one dimension let $p(x)$ be normal with mean 0 and standard deviation 1, and
# $p(x\mid c)$ normal with `mean` and `std` ≤ 1. The tilted density is then proportional to
# $p(x\mid c)^s\,p(x)^{1-s}$, and normal too. Write `answer(mean, std, scale)` that returns its
# mean and its standard deviation. (Add the exponents. What does scale 1 have to give?)

# %%
answer = ...

check("08.4", answer)

# %% [markdown]
# Solutions: [solutions/08_guidance.ipynb](solutions/08_guidance.ipynb).
