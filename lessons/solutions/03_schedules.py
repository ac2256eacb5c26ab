# %% [markdown]
# # 3 · Schedules and SNR: solutions
#
# Try first: [03_schedules.ipynb](../03_schedules.ipynb) says what is wrong with an answer.

# %%
import math

from explorer.course import check
from explorer.schedules import linear

# %% [markdown]
# **Half filled.** The pair with a given SNR.


# %%
def pair_at(snr):
    """(alpha, sigma) of the variance preserving Level with this SNR."""
    alpha = math.sqrt(snr / (1 + snr))
    sigma = math.sqrt(1 / (1 + snr))
    return alpha, sigma


check("03.a", pair_at)

# %% [markdown]
# $\alpha^2 = \mathrm{SNR}\,(1 - \alpha^2)$ gives $\alpha^2 = \mathrm{SNR}/(1 + \mathrm{SNR})$. With
# log SNR in place of SNR this is the logistic function.
#
# **Your turn.** From which $t$ of linear on does a brightness of 0.5 drown in the mean of 64 × 64
# pixels?

# %%
schedule = linear()
drowned = 0.5 * schedule.alpha < schedule.sigma / 64  # the mean of 64² noises
answer = int(drowned[1:].nonzero()[0]) + 1  # at t = 0 there is no noise
print(f"t = {answer}")

check("03.b", answer)

# %% [markdown]
# So for the last 170 of its 1000 steps linear hides even the brightness. Stable Diffusion's
# schedule never does for pictures of this size: at its end $0.068 \cdot 0.5 = 0.034$ is twice the
# noise, $1/64 = 0.016$.
#
# **03.1** $\alpha$ at SNR = 0.25.

# %%
answer = math.sqrt(0.25 / 1.25)
print(f"α = {answer:.3f}")

check("03.1", answer)

# %% [markdown]
# $\alpha^2 = 0.25/1.25 = 0.2$ and $\sigma^2 = 0.8$: a quarter, as it should be.
#
# **03.2** The angle from log SNR.


# %%
def angle_at(log_snr):
    """The angle in [0, pi/2] of the Level with this log SNR."""
    ratio = math.exp(-log_snr / 2)  # sigma / alpha
    return math.atan(ratio)


check("03.2", angle_at)

# %% [markdown]
# The half turns squares into the values themselves, and the minus turns $\alpha/\sigma$ round. The
# angle squeezes an infinite scale into $[0, \pi/2]$.
#
# **03.3** The least side at which a brightness of 0.5 stands out.

# %%
answer = math.ceil(3 * 0.9977 / (0.0683 * 0.5))
print(f"{answer} pixels a side")

check("03.3", answer)

# %% [markdown]
# With $n$ pixels a side the noise in the mean is $\sigma/n$; $0.5\,\alpha \ge 3\sigma/n$ gives
# $n \ge 3\sigma/(0.5\,\alpha) = 87.6$.
#
# **03.4** The times of "trailing".


# %%
def trailing(T, n):
    """The n times that a sampler visits, noisiest first."""
    return [round(T - i * T / n) for i in range(n)]


check("03.4", trailing)

# %% [markdown]
# The last of them is $T/n$ and not 1: from there the sampler goes to clean data in a single step.
#
# **03.5** The level for larger pictures.


# %%
def for_larger(level, k):
    """(alpha, sigma) for pictures k times as large."""
    size = math.hypot(level.alpha, k * level.sigma)
    return level.alpha / size, k * level.sigma / size


check("03.5", for_larger)

# %% [markdown]
# The ratio $\sigma/\alpha$ grows by $k$, and dividing both by their length makes
# $\alpha^2 + \sigma^2 = 1$ again. Written so, nothing is divided by $\alpha$, and pure noise stays
# what it is.
