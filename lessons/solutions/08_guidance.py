# %% [markdown]
# # Solutions to lesson 8: conditioning, cross-attention and guidance

# %%
import torch

from explorer.course import check
from explorer.denoisers import guided
from explorer.figures.plates import Line, curves
from explorer.ideal import gaussian
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, linear

# %% [markdown]
# **08.a** Guidance in an interval of noise levels.


# %%
def in_interval(conditional, unconditional, scale, low, high):
    def denoise(x, level):
        told = conditional(x, level)
        if not low < level.ratio <= high:
            return told
        reference = unconditional(x, level)
        return reference + scale * (told - reference)

    return denoise


check("08.a", in_interval)

# %% [markdown]
# Outside, the scale is 1 and not 0: the prompt still holds. The return comes before the reference
# is asked, which is where the saving is.
#
# **08.b** Rescaling a guided prediction.


# %%
def answer(guided, conditional, phi):
    dims = (1, 2, 3)
    ratio = conditional.std(dims, keepdim=True) / guided.std(dims, keepdim=True)
    return phi * ratio * guided + (1 - phi) * guided


check("08.b", answer)

# %% [markdown]
# `keepdim=True` keeps one number a picture in a shape that multiplies the batch. The library
# applies this to $\hat v$, as the paper does: on $\hat x_0$ the factor would fade the background
# too.
#
# **08.1** Which scale is the paper's $w = 0.5$?

# %%
answer = 1 + 0.5

check("08.1", answer)

# %% [markdown]
# $(1+w)\hat\varepsilon(c) - w\hat\varepsilon(\varnothing)$ is $\hat\varepsilon(\varnothing) +
# (1+w)(\hat\varepsilon(c) - \hat\varepsilon(\varnothing))$, so the scale is $1 + w$.
#
# **08.2** Network evaluations of a run that is guided in an interval.

# %%
asked = levels(linear(), 20, "karras")[:-1]
answer = sum(2 if 0.5 < level.ratio <= 4 else 1 for level in asked)
print(answer)

check("08.2", answer)

# %% [markdown]
# One evaluation a step for the prompt, and one more in the steps whose Level lies in the
# interval. At every step it would have been 40.
#
# **08.3** Attention probabilities with padding.


# %%
def answer(q, k, absent):
    products = q @ k.T / q.shape[-1] ** 0.5
    return products.masked_fill(absent, -torch.inf).softmax(-1)


check("08.3", answer)

# %% [markdown]
# Minus infinity before the softmax is a share of exactly 0 after it, and the others share the
# whole. Set to 0 afterwards, the row would no longer sum to one.
#
# **08.4** The tilted density of two normal ones.


# %%
def answer(mean, std, scale):
    precision = scale / std**2 + (1 - scale)  # 1 / variance: exponents add
    return scale * mean / std**2 / precision, precision**-0.5


check("08.4", answer)

# %% [markdown]
# Precisions add in the exponent, $p(x\mid c)$ counted $s$ times and $p(x)$ counted $1-s$ times.
# And what does a guided sampler end in? Here it is measured beside the formula: its mean runs
# ahead, and its spread nearly vanishes.

# %%
noise = torch.randn(2000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
one, everything = gaussian(0.8, 0.5), gaussian(0.0, 1.0)
scales, ends = [1.0, 2.0, 4.0, 8.0], []
for scale in scales:
    run = list(dpmpp_2m(guided(one, everything, scale), noise, levels(linear(), 40, "karras")))
    ends.append(run[-1].x.mean().item())
    spread, formula = run[-1].x.std().item(), answer(0.8, 0.5, scale)[1]
    print(f"scale {scale:g}: standard deviation {spread:.2f}, of the tilted density {formula:.2f}")
curves(
    [
        Line(scales, ends, "guided samples", "prediction"),
        Line(scales, [answer(0.8, 0.5, s)[0] for s in scales], "tilted density", "signal", "--"),
    ],
    "guidance scale",
    "mean of x",
    "A guided sampler does not sample the tilted density",
)
