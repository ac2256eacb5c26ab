# %% [markdown]
# # 6 · Samplers I: solutions
#
# Try first. `check` is the one of the lesson.

# %%
import math
from itertools import pairwise

from explorer.course import check
from explorer.denoisers import eps_hat
from explorer.forward import noise_like
from explorer.schedules import linear, timesteps

# %% [markdown]
# ## Half filled
#
# One step of DDIM with any $\eta$.


# %%
def eta_step(x, x0_hat, t, s, eta, z):
    eps = eps_hat(x, x0_hat, t)
    k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
    fresh = eta * s.sigma * math.sqrt(1 - k**2)  # DDIM eq. 16
    kept = math.sqrt(s.sigma**2 - fresh**2)
    return s.alpha * x0_hat + kept * eps + fresh * z  # DDIM eq. 12


check("06.a", eta_step)

# %% [markdown]
# The old and the fresh noise are independent, so their *variances* add up, to $\sigma_s^2$. That
# fixes `kept` once `fresh` is chosen.
#
# ## Your turn
#
# A whole sampler with $\eta$, from `alpha == 0` too.


# %%
def sample(denoise, x, walk, eta, rng):
    for t, s in pairwise(walk):
        x0_hat = denoise(x, t)
        k = (s.sigma * t.alpha) / (t.sigma * s.alpha)
        fresh = eta * s.sigma * math.sqrt(1 - k**2)
        x = s.alpha * x0_hat + math.sqrt(s.sigma**2 - fresh**2) * eps_hat(x, x0_hat, t)
        if fresh:
            x = x + fresh * noise_like(x, rng)
    return x


check("06.b", sample)

# %% [markdown]
# Multiplied out, $k$ is 0 from pure noise: at $\eta = 1$ nothing of the noise is kept. To
# clean data `fresh` is 0, and no noise may be drawn, or the last picture would be noisy.
#
# ## 1
#
# The alpha that "leading" claims for pure noise, with 10 steps of the linear schedule.

# %%
first = timesteps(1000, 10, "leading")[0]
alpha = linear()(first).alpha
print(f"t = {first}, alpha = {alpha:.4f}")
check("06.1", alpha)

# %% [markdown]
# It starts at $t = 901$ and not at 1000. The network is told of a little signal where there is none
# and looks for it. Lin et al. 2023 call it a flaw, beside that of schedules that do not end in pure
# noise.
#
# ## 2
#
# The share of the noise's variance that DDPM draws anew.


# %%
def share(t, s):
    k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
    return 1 - k**2


check("06.2", share)

# %% [markdown]
# $f^2 / \sigma_s^2$ with $f = \sigma_s \sqrt{1 - k^2}$. A long step (small $k$) draws nearly all
# the noise anew: with few steps DDPM forgets almost everything between two of them but $\hat x_0$.
#
# ## 3
#
# From a picture to its noise.


# %%
def invert(denoise, x, walk):
    for s, t in pairwise(walk):
        x0_hat = denoise(x, s)
        x = t.alpha * x0_hat + t.sigma * eps_hat(x, x0_hat, s)
    return x


check("06.3", invert)

# %% [markdown]
# The ODE can be walked both ways, so the rule of a step is the same. Sampling from the result
# returns to the picture only as the steps get short: on the way down the slope is taken at the
# other end of each step.
#
# ## 4
#
# Euler in time.


# %%
def euler_in_t(x, x0_hat, t, beta):
    score = -eps_hat(x, x0_hat, t) / t.sigma
    return x + beta / 2 * (x + score)


check("06.4", euler_in_t)

# %% [markdown]
# $dx = -\tfrac12\beta (x + \text{score})\,dt$ with $dt = -1$. Here $x$ and the score are held
# constant over the step, in DDIM $\hat x_0$ and $\hat\varepsilon$ are. Both have order 1; DDIM is
# exact if $\hat x_0$ does not change, however long the step.
