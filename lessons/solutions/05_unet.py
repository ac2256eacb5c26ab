# %% [markdown]
# # 5 · A U-Net from its parts: solutions
#
# The lesson: [05_unet.ipynb](../05_unet.ipynb).

# %%
from explorer.course import check
from explorer.models import ablate

# %% [markdown]
# **Half filled.** The operations of one self-attention of $C$ channels at $N$ pixels.


# %%
def self_attention_flops(channels, pixels):
    projections = 4 * 2 * pixels * channels * channels
    products = 2 * 2 * pixels * pixels * channels
    return projections + products


check("05.a", self_attention_flops)

# %% [markdown]
# The heads share the channels among them: each makes a map of its own from its part of the
# channels, so that together they cost as much as one head with all of them.
#
# **Your turn.** The side from which self-attention with 64 channels is dearer than a 3 × 3
# convolution.

# %%
channels = 64
side = next(
    s for s in range(1, 100) if self_attention_flops(channels, s**2) > 18 * s**2 * channels**2
)
check("05.b", side)

# %% [markdown]
# $8NC^2 + 4N^2C > 18NC^2$ means $N > 2.5\,C = 160$ pixels, and $13^2 = 169$ is the first square
# above. At 14 × 14 they cost about the same; at 28 × 28 attention would cost three times as much.
#
# **1.** The parameters of a 3 × 3 convolution from 64 to 96 channels.

# %%
check("05.1", 3 * 3 * 64 * 96 + 96)

# %% [markdown]
# A weight for each place, each channel in and each channel out, and a bias for each channel out.
#
# **2.** The probability of the only token.

# %%
check("05.2", 1)

# %% [markdown]
# Each row of the map is a softmax over the keys. There is one key, so it gets everything.
#
# **3.** One head of attention.


# %%
def attend(q, k, v):
    scores = q @ k.T / q.shape[1] ** 0.5
    return scores.softmax(1) @ v


check("05.3", attend)

# %% [markdown]
# The root of the width keeps the scores at the size of one, if queries and keys have numbers of
# that size: otherwise the softmax would hardly ever hesitate.
#
# **4.** GroupNorm without weight and bias.


# %%
def norm(h, groups):
    parts = h.reshape(len(h), groups, -1)
    mean = parts.mean(-1, keepdim=True)
    variance = (parts - mean).square().mean(-1, keepdim=True)
    return ((parts - mean) / (variance + 1e-5).sqrt()).reshape(h.shape)


check("05.4", norm)

# %% [markdown]
# A group is some channels with all their pixels. With one group it is layer norm over the whole
# picture, with a group a channel it is instance norm.
#
# **5.** The prediction without the skip at 28 × 28.


# %%
def blind(net, x, angle, context):
    with ablate.ablated(net, ablate.cut_skip(0, range(len(x)))):
        return net(x, angle, context)


check("05.5", blind)

# %% [markdown]
# The change holds inside the block only: afterwards the network is as it was.
