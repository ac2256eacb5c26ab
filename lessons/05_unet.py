# %% [markdown]
# # 5 · A U-Net from its parts
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/denoising-explorer/denoising-explorer/blob/main/lessons/05_unet.ipynb)
#
# You need lesson 4 (what the network predicts) and to have seen a convolution. 40 minutes. In the
# app: *U-Net*, where every block can be opened.
#
# **The question.** Which part of the network could you take away without anyone noticing?

# %%
# Colab has no explorer yet, so this cell installs it there. At home it installs nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    url = "git+https://github.com/denoising-explorer/denoising-explorer"
    package = f"denoising-explorer @ {url}"  # Colab has what draws the figures
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", package], check=True)

# %%
import torch
from torch.nn import functional as F

from explorer.convergence import level_at
from explorer.course import animation, check, compare
from explorer.data import gallery
from explorer.denoisers import from_network, to_x0
from explorer.figures.bars import Bars, bars
from explorer.figures.plates import pictures
from explorer.forward import noised
from explorer.models import ablate, zoo
from explorer.models.anatomy import anatomy
from explorer.models.attention import record_attention
from explorer.models.features import IN, OUT, record_features
from explorer.samplers import ddim
from explorer.schedules import levels, linear

torch.set_grad_enabled(False)  # nothing is trained here
net = zoo.load("mnist")  # a U-Net for digits: 28 × 28 pixels, told a label

# %% [markdown]
# ## First, a guess
#
# The network `mnist` is a U-Net. It looks at a noisy picture at three resolutions, 28 × 28, 14 × 14
# and 7 × 7, going down (the encoder) and up again (the decoder). At each resolution a *skip
# connection* hands what the encoder saw to the decoder. We shall take away one part at a time, let
# the network draw the same digits from the same noise, and measure how much the pictures change.
# Whose removal changes them least?
#
# *a)* the skip connection at 28 × 28 · *b)* the skip connection at 7 × 7 · *c)* the residual block
# in the middle · *d)* all self-attention · *e)* being told the noise level

# %%
my_guess = "a"  # write down yours before you go on

# %% [markdown]
# ## The map
#
# `anatomy` lists the blocks of a network in the order in which they are called, with the shape that
# comes out of each (channels, height, width), its parameters, and its arithmetic for one picture. A
# multiplication with its addition counts as two operations (FLOP).

# %%
body = anatomy(net)
blocks = {block.name: block for block in body.blocks}
print(f"{body.parameters:,} parameters, {body.flops / 1e6:.0f} MFLOP a picture")
print(f"{'block':18} {'comes out':15} {'parameters':>10} {'MFLOP':>7}")
for block in body.blocks:
    shape = " × ".join(str(size) for size in block.given)
    print(f"{block.name:18} {shape:15} {block.parameters:10,} {block.flops / 1e6:7.1f}")

# %%
large = [block for block in body.blocks if block.kind in ("residual", "attention")]
share = [
    Bars([100 * b.parameters / body.parameters for b in large], "of the parameters", "signal"),
    Bars([100 * b.flops / body.flops for b in large], "of the arithmetic", "noise"),
]
bars(
    [block.name for block in large],
    share,
    "share of the whole network, %",
    "Parameters sit deep down; work is done at every size",
    size=(6.0, 4.0),
)

# %% [markdown]
# The two do not go together. A convolution keeps one set of weights however large the picture is,
# but it works at every pixel. So the blocks at 7 × 7 (down.2, middle, up.0) hold 69 % of the
# parameters and do 30 % of the work; those at 28 × 28 do 28 % of it with 5 % of the parameters.
#
# We go through one noisy digit, and look into the parts with it.

# %%
digits = torch.from_numpy(gallery.digits().copy())[:, None] / 127.5 - 1  # (20, 1, 28, 28)
rng = torch.Generator().manual_seed(0)
level = level_at(0.8)  # alpha = cos 0.8 = 0.70, sigma = sin 0.8 = 0.72
xt = noised(digits[3:4], level, torch.randn(1, 1, 28, 28, generator=rng))
angle, context = torch.tensor([0.8]), net.embed(torch.tensor([3]))  # the label: one token

points = [(name, OUT) for name in blocks] + [
    ("down.1.residual", IN),
    ("down.1.residual.norm_in", OUT),
    ("down.1.residual.conv_in", IN),
    ("down.1.residual.conv_in", OUT),
    ("down.1.residual.scale_shift", IN),
    ("down.1.attention.self_attention", IN),
    ("down.1.attention.self_attention", OUT),
]
with record_features(net, points) as seen, record_attention(net) as maps:
    v = net(xt, angle, context)
pictures(torch.cat([digits[3:4], xt, to_x0(v, xt, level, "v")]), ["x₀", "x_t", "x̂₀"])

# %% [markdown]
# `record_features` keeps what enters and leaves modules, and `record_attention` keeps attention
# maps. Both only look: the prediction is the same to the last bit.
#
# ## A norm, a bend, a convolution
#
# Three operations make up most of a U-Net.
#
# **GroupNorm** (Wu and He 2018) parts the channels into groups and makes each group of each picture
# have mean 0 and variance 1. Then each channel gets a learnt scale and shift. **SiLU** is
# $h \cdot \text{sigmoid}(h)$: nearly the identity for large numbers, nearly 0 for very negative
# ones. A **convolution** of 3 × 3 multiplies the channels of each neighbour by a matrix and adds
# up: nine matrix products.


# %%
def group_norm(h, norm):
    parts = h.reshape(len(h), norm.num_groups, -1)  # (B, groups, numbers)
    mean = parts.mean(-1, keepdim=True)
    variance = (parts - mean).square().mean(-1, keepdim=True)
    normed = ((parts - mean) / (variance + norm.eps).sqrt()).reshape(h.shape)
    return normed * norm.weight[:, None, None] + norm.bias[:, None, None]


def silu(h):
    return h / (1 + (-h).exp())


def convolution(h, layer):
    rows, columns = h.shape[2:]
    padded = F.pad(h, (1, 1, 1, 1))  # zeros around the picture
    out = layer.bias[:, None, None]
    for y in range(3):
        for x in range(3):
            neighbour = padded[:, :, y : y + rows, x : x + columns]  # (B, C_in, H, W)
            out = out + torch.einsum("oc,bchw->bohw", layer.weight[:, :, y, x], neighbour)
    return out


block = net.down[1].residual
h = seen["down.1.residual", IN]  # (1, 32, 14, 14)
normed = group_norm(h, block.norm_in)
bent = silu(normed)
compare("GroupNorm", normed, seen["down.1.residual.norm_in", OUT], within=1e-4)
compare("SiLU", bent, seen["down.1.residual.conv_in", IN], within=1e-4)
filtered = convolution(bent, block.conv_in)
compare("convolution", filtered, seen["down.1.residual.conv_in", OUT], within=1e-4)
print(f"{h.shape[1]} channels in {block.norm_in.num_groups} groups")

# %% [markdown]
# The weights are those of the trained network; differences are rounding, as it computes in single
# precision.
#
# ## The residual block, and how it is told the noise level
#
# A residual block computes a correction and adds it to its input: $h + f(h)$. Where the number of
# channels changes, the input passes a 1 × 1 convolution first. So a block that has nothing to say
# may say nothing, and gradients have a straight way down.
#
# The same $x_t$ needs another treatment at $\sigma = 0.1$ than at $\sigma = 0.9$, so every block
# must know the noise level. The network is told the angle of the level,
# $\text{atan2}(\sigma, \alpha)$, as sines and cosines of several frequencies; a small network makes
# a vector of them, and the label's token is added. In each block a linear layer turns this vector
# into a scale and a shift a channel, applied after the second norm. That is **AdaGN** (Dhariwal and
# Nichol 2021, section 3.1, whose $y_s$ is our $1 + \text{scale}$):
#
# $$\text{AdaGN}(h) = (1 + \text{scale}) \cdot \text{GroupNorm}(h) + \text{shift}.$$


# %%
def residual_block(h, emb, block):
    out = convolution(silu(group_norm(h, block.norm_in)), block.conv_in)
    scale_shift = emb @ block.scale_shift.weight.T + block.scale_shift.bias
    scale, shift = scale_shift[:, :, None, None].chunk(2, 1)  # (B, C, 1, 1) each
    out = (1 + scale) * group_norm(out, block.norm_out) + shift  # AdaGN
    out = convolution(silu(out), block.conv_out)
    return block.shortcut(h) + out


emb = seen["down.1.residual.scale_shift", IN]
mine = residual_block(h, emb, block)
compare("residual block", mine, seen["down.1.residual", OUT], within=1e-3)
pictures(
    torch.stack([h[0, 4], filtered[0, 4], mine[0, 4]])[:, None].clamp(-2, 2) / 2,
    ["h", "after conv_in", "the block's result"],
)

# %% [markdown]
# Channel 4 of what goes in, of what the first convolution makes of it, and of what comes out, on
# one grey scale from $-2$ to $2$.
#
# ## Attention
#
# A convolution sees its neighbours. In **self-attention** every pixel looks at every other,
# wherever it is. Each pixel asks with a query $q$, offers a key $k$ and a value $v$ (not the $v$ of
# lesson 4), and gets a mean of all values, weighted by how well the keys fit its query (Vaswani et
# al. 2017, equation 1):
#
# $$\text{softmax}\!\left(\frac{q k^\top}{\sqrt{d}}\right) v .$$
#
# Several heads do that side by side, each with its own $d = 32$ numbers a pixel.


# %%
def attention(x, source, layer):
    q = x @ layer.q.weight.T  # (Q, C)
    k, v = (source @ layer.kv.weight.T).chunk(2, 1)  # (K, C) each
    looks, gathered = [], []
    for head in range(layer.heads):
        mine = slice(32 * head, 32 * (head + 1))
        scores = q[:, mine] @ k[:, mine].T / 32**0.5  # (Q, K)
        looks.append(scores.softmax(1))
        gathered.append(looks[-1] @ v[:, mine])
    out = torch.cat(gathered, 1) @ layer.out.weight.T + layer.out.bias
    return torch.stack(looks), out


name = "down.1.attention.self_attention"
pixels = seen[name, IN][0]  # (196, 64): 14 × 14 pixels
looks, gathered = attention(pixels, pixels, net.down[1].attention.self_attention)
compare("attention map", looks, maps[name][0][0], within=1e-5)
compare("what is gathered", gathered, seen[name, OUT][0], within=1e-4)

asking = [(3, 7), (7, 9), (10, 5), (1, 1)]
shown = looks[0].reshape(14, 14, 14, 14)  # of the first head
shown = torch.stack([shown[y, x] / shown[y, x].max() for y, x in asking])[:, None]
where = xt[:, :, ::2, ::2].clamp(-1, 1)
titles = ["x_t, halved", *(f"row {y}, column {x} looks" for y, x in asking)]
pictures(torch.cat([where, 2 * shown - 1]), titles, inches=1.5)

# %% [markdown]
# Bright is where a pixel of 14 × 14 looks, in the first head: pixels of the digit do not look where
# the empty corner (row 1, column 1) looks.
#
# In **cross-attention** the queries come from the picture and the keys and values from the
# condition. Here the condition is one token, the label. A softmax over one key is 1, whatever the
# scores are:

# %%
cross = maps["down.1.attention.cross_attention"][0]  # (1, heads, 196, 1)
print("smallest and largest probability:", cross.min().item(), cross.max().item())

# %% [markdown]
# So a single token is added to all pixels alike. With the words of a prompt, in lesson 8, the same
# layer has something to choose between.
#
# ## Down, up, and the skips
#
# On the way down the picture is halved twice, so that a 3 × 3 filter sees more of it. What is small
# there is lost: a 7 × 7 map cannot hold where each stroke begins. On the way up, therefore, each
# stage is given the running picture *and* what the encoder had at the same resolution, side by side
# as more channels. That is the skip connection, and the U in the name (Ronneberger et al. 2015).

# %%
stages = ["enter", "down.0.residual", "down.1.attention", "down.2.attention"]
stages += ["middle.attention", "up.0.attention", "up.1.attention", "up.2.residual"]
tiles, titles = [], []
for stage in stages:
    maps_of = seen[stage, OUT][0]  # (C, H, W)
    lively = maps_of.flatten(1).var(1).argsort(descending=True)[:3]
    for rank, channel in enumerate(lively):
        one = (maps_of[channel] - maps_of[channel].mean()) / (2.5 * maps_of[channel].std())
        tiles.append(F.interpolate(one[None, None], (28, 28))[0])
        titles.append(stage.rpartition(".")[0] or stage if rank == 0 else "")
pictures(torch.stack(tiles), titles, columns=6, inches=0.9)

# %% [markdown]
# The three channels that vary most after each stage, each on its own grey scale. Going down, the
# noise fades and pixels get large; in the middle there is no picture any more, but coarse places;
# going up, the digit is there and sharp.
#
# ## Taking parts away
#
# Now the guess. `ablated` changes a network while it is called, for some rows of the batch only:
# the intact network and all damaged ones run side by side, on the same noise. A skip is cut by
# giving zeros to the decoder, a residual block is silenced by leaving its shortcut alone, an
# attention by adding nothing.


# %%
parts = {"intact": None}
for i, side in enumerate((28, 14, 7)):
    parts[f"skip {side} × {side}"] = lambda rows, i=i: ablate.cut_skip(i, rows)
for name in ablate.residuals(net):
    short = name.removesuffix(".residual")
    parts[f"block {short}"] = lambda rows, name=name: ablate.silence(name, rows)
parts["self-attention"] = lambda rows: ablate.look_away("self_attention", rows)
parts["cross-attention"] = lambda rows: ablate.look_away("cross_attention", rows)
parts["told the level"] = ablate.untold

labels = torch.tensor([2, 5, 8])
count = len(labels)
noise = torch.randn(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))
changes = [make(range(k * count, (k + 1) * count)) for k, make in enumerate(parts.values()) if make]
told = net.embed(labels.repeat(len(parts)))
denoise = from_network(net, context=told)
with ablate.ablated(net, *changes):
    run = list(ddim(denoise, noise.repeat(len(parts), 1, 1, 1), levels(linear(), 8)))
drawn = run[-1].x.clamp(-1, 1).unflatten(0, (len(parts), count))  # (parts, 3, 1, 28, 28)
titles = [name if k == 0 else "" for name in parts for k in range(count)]
pictures(drawn.flatten(0, 1), titles, columns=2 * count, inches=0.9)

# %%
change = (drawn[1:] - drawn[0]).square().mean((1, 2, 3, 4)).sqrt().tolist()
names = list(parts)[1:]
order = sorted(range(len(names)), key=lambda k: change[k])
print(f"least: {names[order[0]]}, {change[order[0]]:.2f}; you guessed {my_guess}")
bars(
    [names[k] for k in order],
    [Bars([change[k] for k in order], ink="prediction")],
    "root mean square change of a pixel of [-1, 1], DDIM, 8 NFE",
    "What removing each part changes",
    size=(6.0, 3.6),
)

# %% [markdown]
# Nobody would notice the skip at 7 × 7: between it and the decoder lies only the middle block at
# the same resolution, which carries the same. The skip at 28 × 28 is the other extreme, and
# instructive. The digits are still the right ones, and can be read, but the noise stays in them:
# which digit it is comes from below, *where the noise is*, pixel by pixel, comes through the skip.
# Without the cross-attention some digits become others, and without the noise level there are
# blots.
#
# A measure is not a judgement: the digits without self-attention have changed more than those
# without the skip at 7 × 7, and are fine digits too, though not the same. Here is how the pictures
# come about, x̂₀ step by step, of one digit: intact, without the skip at 28 × 28, without the skip
# at 7 × 7, without self-attention, without the noise level.

# %%
kept = [0, 1, 3, names.index("self-attention") + 1, len(parts) - 1]
frames = [step.x0_hat.unflatten(0, (len(parts), count))[kept, 2].clamp(-1, 1) for step in run]
alt = "x̂₀ of an 8, intact and without each of four parts; the second stays noisy"
animation(frames, alt, zoom=3, shades=32)

# %% [markdown]
# ## A worked example
#
# What does a residual block cost? A 3 × 3 convolution from $C_\text{in}$ to $C_\text{out}$ channels
# has $9\,C_\text{in} C_\text{out}$ weights and $C_\text{out}$ biases. Each weight is used once at
# every pixel, for one multiplication and one addition:
# $2 \cdot 9\,C_\text{in} C_\text{out} \cdot H W$ operations. (Biases, norms and SiLU are not
# counted, they are few.) A block has two convolutions, two norms with two numbers a channel, the
# linear layer of AdaGN, from 128 numbers to $2\,C_\text{out}$, and the shortcut where the channels
# change.


# %%
def residual_cost(c_in, c_out, side, emb=128):
    weights = 9 * c_in * c_out + 9 * c_out * c_out  # the two convolutions
    if c_in != c_out:
        weights += c_in * c_out  # the shortcut
    biases = (3 if c_in != c_out else 2) * c_out
    adagn = emb * 2 * c_out
    parameters = weights + biases + 2 * c_in + 2 * c_out + adagn + 2 * c_out
    return parameters, 2 * weights * side**2 + 2 * adagn


costs, library = [], []
for block in body.blocks:
    if block.kind == "residual":
        c_in, side, _ = block.taken[0]
        costs.append(residual_cost(c_in, block.given[0], side))
        library.append((block.parameters, block.flops))
compare("parameters and FLOP of all 7 residual blocks", costs, library, within=0)
print(f"up.2 at 28 × 28: {costs[-1][1] / 1e6:.1f} MFLOP")

# %% [markdown]
# ## Half filled
#
# Now one self-attention, of $C$ channels at $N$ pixels. Queries, keys, values and the way out are
# four linear layers from $C$ to $C$ channels at each pixel; then there are the two products with
# the map: $qk^\top$, which makes it, and the mean of the values. How many heads there are does not
# matter. (A product of an $(A, B)$ and a $(B, D)$ matrix is $2ABD$ operations.)


# %%
def self_attention_flops(channels, pixels):
    projections = ...  # four times (pixels, channels) by (channels, channels)
    products = ...  # (pixels, channels) by (channels, pixels), and (pixels, pixels) by ...
    return projections + products


check("05.a", self_attention_flops)

# %% [markdown]
# ## Your turn
#
# At how many pixels a side, at least, does one self-attention with 64 channels need more
# arithmetic than one 3 × 3 convolution from 64 to 64 channels? (A whole number.) At 14 × 14 the
# two cost about the same, at 28 × 28 attention three times as much: so it stands at the two lower
# resolutions only.

# %%
answer = ...

check("05.b", answer)

# %% [markdown]
# ## Summary
#
# - A U-Net is convolutions, norms and SiLU in residual blocks, with attention at low resolution,
#   and each of these is a few lines of arithmetic.
# - Parameters sit where there are many channels, deep down. They work hardest where there are many
#   pixels: at the top, 5 % of them do 28 % of the arithmetic.
# - AdaGN tells every block the noise level, as a scale and a shift a channel. Without it there are
#   blots.
# - Self-attention costs the square of the number of pixels. Cross-attention to one token adds the
#   same to every pixel.
# - The skip at full resolution carries where the noise is; the coarsest could be missed.
# - Cutting a part shows what the *trained* network does with it, not what a network trained without
#   it would do.
#
# ## Exercises
#
# **05.1** How many parameters has a 3 × 3 convolution from 64 to 96 channels, with biases? (A
# number.)

# %%
answer = ...

check("05.1", answer)

# %% [markdown]
# **05.2** A condition of one token: which probability does each of the 7 × 7 pixels give it in
# cross-attention? (A number.)

# %%
answer = ...

check("05.2", answer)

# %% [markdown]
# **05.3** Write `attend(q, k, v)` for one head: q is (Q, D), k is (K, D), v is (K, E); the result
# is (Q, E).

# %%
answer = ...

check("05.3", answer)

# %% [markdown]
# **05.4** Write `norm(h, groups)`, GroupNorm without weight and bias, for h of (B, C, H, W).

# %%
answer = ...

check("05.4", answer)

# %% [markdown]
# **05.5** Write `blind(net, x, angle, context)`: the prediction of `net` for a batch of any size,
# all of it without the skip at 28 × 28. `ablate.ablated` and `ablate.cut_skip` are all you need.

# %%
answer = ...

check("05.5", answer)

# %% [markdown]
# Solutions: [solutions/05_unet.ipynb](solutions/05_unet.ipynb).
