# %% [markdown]
# # 2 · The forward process: solutions
#
# Try first: [02_forward_process.ipynb](../02_forward_process.ipynb) says what is wrong with an
# answer.

# %%
import math

import torch

from explorer.course import check
from explorer.forward import transition
from explorer.schedules import cosine, linear

# %% [markdown]
# **Half filled.** The leap between two Levels.


# %%
def leap_between(s, t):
    """(scale, beta) of the leap from the Level s to the noisier Level t."""
    scale = t.alpha / s.alpha
    beta = t.sigma**2 - scale**2 * s.sigma**2
    return scale, beta


check("02.a", leap_between)

# %% [markdown]
# What the leap must add is the variance that is wanted less what is left of the old noise, which
# has shrunk by scale². This is `explorer.forward.transition`.
#
# **Your turn.** From which $t$ on is more new than left of $x_{300}$?

# %%
schedule = cosine()


def more_is_new(t):
    """Whether a leap from 300 to t adds more than it keeps."""
    scale, beta = transition(schedule(300), schedule(t))
    return beta > scale**2


answer = next(t for t in range(301, 1001) if more_is_new(t))
print(f"t = {answer}")

check("02.b", answer)

# %% [markdown]
# As both Levels preserve variance, beta is $1 - \text{scale}^2$; so it happens where scale² falls
# below a half, that is where $\bar\alpha_t$ is half of $\bar\alpha_{300}$.
#
# **02.1** $\alpha$ after three steps with $\beta = 0.19$.

# %%
answer = math.sqrt(1 - 0.19) ** 3
print(f"α = {answer:.3f}")

check("02.1", answer)

# %% [markdown]
# Each step multiplies the signal by $\sqrt{0.81} = 0.9$, and $0.9^3 = 0.729$. It is $\bar\alpha$
# that is multiplied by 0.81.
#
# **02.2** $(\alpha_T, \sigma_T)$ from a list of betas.


# %%
def after(betas):
    """(alpha, sigma) after one step for each of the betas."""
    alpha_bar = math.prod(1 - beta for beta in betas)
    return math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)


check("02.2", after)

# %% [markdown]
# The product gives $\bar\alpha = \alpha^2$, and since variance is preserved, $\sigma^2$ is what is
# missing to 1.
#
# **02.3** Steps with $\beta = 0.02$ until $\alpha < 0.01$.

# %%
answer = math.ceil(2 * math.log(0.01) / math.log(1 - 0.02))
print(f"{answer} steps")

check("02.3", answer)

# %% [markdown]
# $\alpha = 0.98^{n/2} < 0.01$ gives $n > 2 \ln 0.01 / \ln 0.98 = 455.9$; the logarithm of 0.98 is
# negative, so the sign turns round.
#
# **02.4** The posterior mean from the noise.


# %%
def mean_from_noise(xt, eps, beta, sigma):
    """The posterior mean of x_{t-1}, from x_t and its noise."""
    return (xt - beta / sigma * eps) / math.sqrt(1 - beta)


check("02.4", mean_from_noise)

# %% [markdown]
# Only the part $\beta/\sigma$ of the noise is taken out: what this one step brought, on average. It
# is not the whole noise $\sigma\varepsilon$, which would lead to $x_0$ at once.
#
# **02.5** The share of each step in the noise of $x_T$.


# %%
def shares_of_noise(betas):
    """The share of the variance of x_T's noise that each step brought, (T,)."""
    alpha_bar = torch.cumprod(1 - betas, 0)  # (T,), after each step
    left = betas * alpha_bar[-1] / alpha_bar  # (T,), of each noise at the end
    return left / left.sum()


check("02.5", shares_of_noise)
late = shares_of_noise(linear().beta[1:])[-200:].sum()
print(f"the last 200 of 1,000 linear steps bring {late:.0%} of the noise")

# %% [markdown]
# The sum that is divided by is $\sigma_T^2$ itself. The chain forgets: late steps replace the noise
# of early ones.
