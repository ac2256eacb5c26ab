# %% [markdown]
# # 7 · Samplers II: solutions
#
# Try first. `check` is the one of the lesson.

# %%
import math

from explorer.convergence import level_at
from explorer.course import check
from explorer.denoisers import v_hat


def slope(denoise, x, angle):
    level = level_at(angle)
    return v_hat(x, denoise(x, level), level)


# %% [markdown]
# ## Half filled
#
# Order 2 with one evaluation a step.


# %%
def adams(denoise, x, start, stop, n):
    before = None
    h = (stop - start) / n
    for k in range(n):
        v = slope(denoise, x, start + k * h)
        middle = v if before is None else v + (v - before) / 2
        x = x + h * middle
        before = v
    return x


check("07.a", adams)

# %% [markdown]
# From one step to the next the slope changes by `v - before`, so half a step on it has changed by
# half of that. The first step has no past and is Euler's; one step of first order costs no order.
#
# ## Your turn
#
# A solver of order 4.


# %%
def runge_kutta(denoise, x, start, stop, n):
    h = (stop - start) / n
    for k in range(n):
        a = start + k * h
        k1 = slope(denoise, x, a)
        k2 = slope(denoise, x + h / 2 * k1, a + h / 2)
        k3 = slope(denoise, x + h / 2 * k2, a + h / 2)
        k4 = slope(denoise, x + h * k3, a + h)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return x


check("07.b", runge_kutta)

# %% [markdown]
# It pays four evaluations a step: a bargain for six digits, a waste for two, and a picture needs
# two.
#
# ## 1
#
# Heun for 25 evaluations.

# %%
steps = (25 + 1) // 2
check("07.1", steps)

# %% [markdown]
# $2n - 1 = 25$: every step costs two evaluations but the last, which goes to clean data.
#
# ## 2
#
# The order that two runs tell.


# %%
def order(n1, e1, n2, e2):
    return math.log(e1 / e2) / math.log(n2 / n1)


check("07.2", order)

# %% [markdown]
# From $e_1/e_2 = (n_2/n_1)^p$, by taking logarithms.
#
# ## 3
#
# Even in the logarithm.


# %%
def geometric(high, low, n):
    return [high * (low / high) ** (i / (n - 1)) for i in range(n)]


check("07.3", geometric)

# %% [markdown]
# Even steps of the logarithm are equal *factors*. In $\lambda = -\log(\sigma/\alpha)$ all steps
# then have one length $h$, the natural choice for DPM++ 2M.
#
# ## 4
#
# Steps for an error.


# %%
def enough(n, e, p, wanted):
    return math.ceil(n * (e / wanted) ** (1 / p))


check("07.4", enough)

# %% [markdown]
# The error has to fall by $e/\text{wanted}$, so the steps must grow by the $p$-th root of it. That
# root is what higher order buys.
#
# ## 5
#
# Eight values of one's own.

# %%
check("07.5", [157, 10, 3, 1.2, 0.6, 0.3, 0.15, 0.07])

# %% [markdown]
# One long step from 157 to 10, where $\hat x_0$ stays near the mean of the data, and then factors
# of two to three through the region where it changes. Its error is six times smaller than that of
# Karras' eight values, for the same price.
