# %% [markdown]
# # 4 · Learning to denoise: solutions
#
# The lesson: [04_denoising.ipynb](../04_denoising.ipynb).

# %%
import torch

from explorer.course import check

# %% [markdown]
# **Half filled.** The posterior mean of $0$ (probability ½) and $\pm 1$ (¼ each).


# %%
def three(x, alpha, sigma):
    data = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    weight = torch.tensor([0.25, 0.5, 0.25], dtype=torch.float64)
    logits = weight.log() - (x[:, None] - alpha * data).square() / (2 * sigma**2)
    mean = (logits.softmax(1) * data).sum(1)
    return mean


check("04.a", three)

# %% [markdown]
# Bayes' rule multiplies the weight of each number by the density of the noise that leads from it to
# $x_t$. Softmax takes the logarithm of that product and makes the shares sum to one.
#
# **Your turn.** The best v̂ of data from $\mathcal N(0.5, 0.4^2)$.


# %%
def best_v(x, alpha, sigma):
    mean, std = 0.5, 0.4
    residual = (x - alpha * mean) / (alpha**2 * std**2 + sigma**2)
    x0_hat = mean + alpha * std**2 * residual
    return alpha * sigma * residual - sigma * x0_hat


check("04.b", best_v)

# %% [markdown]
# The worked formula of one Gaussian gives x̂₀. The noise that it leaves is
# $(x - \alpha\hat x_0)/\sigma$, which simplifies to $\sigma$ times the residual, so nothing is
# divided by $\sigma$.
#
# **1.** The factor by which an error of ε̂ is larger in x̂₀ at $\alpha = 0.28$, $\sigma = 0.96$.

# %%
check("04.1", 0.96 / 0.28)

# %% [markdown]
# $\hat x_0 = (x_t - \sigma\hat\varepsilon)/\alpha$: an error is multiplied by
# $\sigma/\alpha = 3.43$.
#
# **2.** The noise from $x_t$ and v.


# %%
def eps_from_v(x, v, alpha, sigma):
    return sigma * x + alpha * v


check("04.2", eps_from_v)

# %% [markdown]
# Put both in: $\sigma x_t + \alpha v$ is $(\sigma\alpha - \alpha\sigma)\,x_0$ plus
# $(\sigma^2 + \alpha^2)\,\varepsilon$. It is the second row of the rotation back, and divides by
# nothing.
#
# **3.** The least squared error of x̂₀ for data from $\mathcal N(0, 0.5^2)$ at $\alpha = 0.6$,
# $\sigma = 0.8$.

# %%
s, alpha, sigma = 0.5, 0.6, 0.8
check("04.3", s**2 * sigma**2 / (alpha**2 * s**2 + sigma**2))

# %% [markdown]
# That is the variance of $x_0$ given $x_t$, 0.219. Who looks at $x_t$ does little better than who
# always says 0 and pays 0.25: at this level most of $x_0$ is lost.
#
# **4.** The squared error of each prediction for a squared error of 1 of x̂₀.


# %%
def weight(alpha, sigma, predicts):
    change = {
        "x0": 1,
        "eps": alpha / sigma,
        "v": 1 / sigma,
        "velocity": (alpha + sigma) / sigma,
    }
    return change[predicts] ** 2


check("04.4", weight)

# %% [markdown]
# With $x_t$ fixed, ε̂ $= (x_t - \alpha\hat x_0)/\sigma$ changes by $-\alpha/\sigma$ when x̂₀
# changes by 1. Then v̂ changes by $-\alpha^2/\sigma - \sigma = -1/\sigma$, and
# $\hat\varepsilon - \hat x_0$ by $-\alpha/\sigma - 1$.
