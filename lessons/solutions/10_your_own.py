# %% [markdown]
# # 10 · Train your own, and where the field went: solutions
#
# The lesson: [10_your_own.ipynb](../10_your_own.ipynb).

# %%
from explorer.course import check

# %% [markdown]
# **Half filled.** The exact velocity of data from $\mathcal N(0.5, 0.4^2)$ on the straight line.


# %%
def gaussian_velocity(x, t):
    alpha, sigma = 1 - t, t
    gain = alpha * 0.4**2 / (alpha**2 * 0.4**2 + sigma**2)
    x0_hat = 0.5 + gain * (x - alpha * 0.5)
    noise_hat = (x - alpha * x0_hat) / sigma
    return noise_hat - x0_hat


check("10.a", gaussian_velocity)

# %% [markdown]
# The posterior mean holds for any level, whether or not $\alpha^2 + \sigma^2 = 1$. What it leaves
# of $x$ is the noise.
#
# **Your turn.** The flow of that data from any $t$ to any $s$.


# %%
def flow_map(x, t, s):
    def deviation(t):
        return ((1 - t) ** 2 * 0.4**2 + t**2) ** 0.5

    return (1 - s) * 0.5 + deviation(s) / deviation(t) * (x - (1 - t) * 0.5)


check("10.b", flow_map)

# %% [markdown]
# A point keeps its number of deviations from the mean. With $s = 0$ it is the consistency function,
# and going from $t$ to $s$ and on is the same as going at once.
#
# **1.** $c_\text{skip}$ at $\sigma = \sigma_d = 0.5$.

# %%
check("10.1", 0.5**2 / (0.5**2 + 0.5**2))

# %% [markdown]
# Noise and data are equally strong there, so half of the input is kept.
#
# **2.** The deviation of the results of one step of DDIM from $\alpha = 0$.

# %%
check("10.2", 0.0)

# %% [markdown]
# A step to clean data ends in x̂₀, and at $\alpha = 0$ x̂₀ is the mean of the data for every noise.
# All results are 0.5.
#
# **3.** x̂₀ from the velocity.


# %%
def x0_of(x, u, t):
    return x - t * u


check("10.3", x0_of)

# %% [markdown]
# The line is straight: go back by $t$ along it. Nothing is divided, so it holds at both ends.
#
# **4.** Where the paths of the data $-1$ and $1$ end.


# %%
def ends(x, alpha, sigma):
    return x.sign()


check("10.4", ends)

# %% [markdown]
# By symmetry a path that starts at 0 stays there, and none can cross it. So what is above 0 ends at
# 1, at any level. x̂₀ is $\tanh(\alpha x/\sigma^2)$, which hesitates; the path does not.
