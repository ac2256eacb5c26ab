# %% [markdown]
# # 1 · Noise and the arrow of entropy: solutions
#
# Try first: [01_noise.ipynb](../01_noise.ipynb) says what is wrong with an answer.

# %%
import math

import torch

from explorer.course import check
from explorer.data import gallery

digits = torch.tensor(gallery.digits()).double()[:, None] / 127.5 - 1  # (20, 1, 28, 28)

# %% [markdown]
# **Half filled.** How many bits does $x_t$ tell about which of $K$ equally likely pictures it was?


# %%
def bits_told(shares):
    """Bits that x_t tells about which of K equally likely pictures it was."""
    at_first = math.log2(shares.shape[1])
    left = -torch.xlogy(shares, shares).sum(1).mean() / math.log(2)
    return at_first - left


check("01.a", bits_told)

# %% [markdown]
# The entropy is taken of each row by itself and then averaged. The entropy of the averaged rows
# would be another number: it says how often each picture was suspected, not how sure the observer
# was each time.
#
# **Your turn.** At which $\alpha$ are the first 4 and the first 9 told apart in 90 of 100 cases?

# %%
z = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(0.9)).item()  # Φ(z) = 0.9
ratio = 2 * z / (digits[4] - digits[9]).norm().item()  # α / σ
answer = ratio / math.sqrt(1 + ratio**2)  # because α² + σ² = 1
print(f"α = {answer:.3f}")

check("01.b", answer)

# %% [markdown]
# Setting the formula of the worked example to 0.9 gives
# $\alpha/\sigma = 2\,\Phi^{-1}(0.9)/\lVert a - b\rVert$. From the ratio,
# $\alpha = r/\sqrt{1 + r^2}$.
#
# **01.1** The standard deviation of three noises of 0.3, 0.4 and 1.2 together.

# %%
answer = math.sqrt(0.3**2 + 0.4**2 + 1.2**2)
print(f"{answer:.2f}")

check("01.1", answer)

# %% [markdown]
# The variances add: $0.09 + 0.16 + 1.44 = 1.69$. The largest noise rules: without the other two it
# would be 1.2.
#
# **01.2** The entropy of a Gaussian in bits.


# %%
def gaussian_bits(std):
    """Entropy of a Gaussian of this standard deviation, in bits."""
    return math.log2(2 * math.pi * math.e) / 2 + math.log2(std)


check("01.2", gaussian_bits)

# %% [markdown]
# Each doubling of the width costs one bit. For a narrow Gaussian the number is negative: the
# entropy of a density, unlike that of probabilities, depends on the unit of $x$ and may lie below
# 0.
#
# **01.3** Of 1,000 equally likely pictures 8 are left.

# %%
answer = math.log2(1000) - math.log2(8)
print(f"{answer:.2f} bits")

check("01.3", answer)

# %% [markdown]
# Before looking there are $\log_2 1000$ bits to know, afterwards $\log_2 8 = 3$; $x_t$ told the
# rest, $\log_2 125$.
#
# **01.4** The posterior of pictures that are not equally likely.


# %%
def posterior_with_prior(xt, data, prior, level):
    """p(k | x_t) of K pictures that are not equally likely."""
    distance = (xt - level.alpha * data).square().sum(1)  # (K,)
    return torch.softmax(prior.log() - distance / (2 * level.sigma**2), dim=0)


check("01.4", posterior_with_prior)

# %% [markdown]
# Bayes' rule multiplies likelihood and prior, so inside the softmax their logarithms add. At
# $\alpha = 0$ all distances are equal and the prior alone remains: pure noise teaches nothing.
