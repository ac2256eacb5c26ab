"""What the parts of a network are called, and the formula of each operation inside them."""

KINDS = {
    "residual": "residual block",
    "attention": "attention",
    "convolution": "convolution",
    "norm": "GroupNorm",
    "angle": "noise level",
    "labels": "label",
    "linear": "mean token",
    "text": "text encoder",
}
SHORT = {"angle": "level", "labels": "label", "linear": "token", "text": "words"}
WHOLE = {  # blocks that there is one of
    "enter": "enter: convolution",
    "norm": "last GroupNorm",
    "leave": "leave: convolution",
    "angle": "noise level: embedding",
    "labels": "label: embedding",
    "pooled": "mean token: linear layer",
    "text": "text encoder",
    "middle.residual": "middle: residual block",
    "middle.attention": "middle: attention",
}
DOES = {
    "enter": "Makes the picture's first feature maps.",
    "shrink": "Halves the resolution: a 3 × 3 convolution at every second pixel.",
    "grow": "Mixes the channels down to fewer, before the resolution is doubled by copying.",
    "norm": "Brings each group of channels to mean 0 and variance 1, a last time.",
    "leave": "Makes the prediction v̂ out of the last feature maps.",
    "angle": "Sines and cosines of the angle of the noise level, then two linear layers.",
    "labels": "A learnt vector for each label: the one token of the condition.",
    "pooled": "Adds the mean token of the condition to the embedding of the noise level.",
    "text": "Makes each word of the prompt a vector that has seen the others; once a prompt.",
    "residual": "Two convolutions beside a shortcut; AdaGN tells it the noise level.",
    "attention": "Places look at each other, or at the condition's tokens, or both.",
}
CONV = "out = b + Σ w · in, over all channels and the kernel’s places"
GROUP_NORM = "GN(h) = γ (h − mean) / √(var + 10⁻⁵) + β, over a group of channels and all places"
SILU = "silu(a) = a / (1 + e⁻ᵃ)"
STEPS = {  # key of explorer.models.features.Step -> title, formula
    "input": ("input", "h"),
    "norm_in": ("GroupNorm", GROUP_NORM),
    "act_in": ("SiLU", SILU),
    "conv_in": ("conv 3 × 3", CONV),
    "norm_out": ("GroupNorm", GROUP_NORM),
    "adagn": ("AdaGN", "(1 + scale) · GN(h) + shift; (scale, shift) = W · silu(embedding) + b"),
    "act_out": ("SiLU", SILU),
    "conv_out": ("conv 3 × 3", CONV),
    "shortcut": ("shortcut", "h, or W · h + b at each place where the channels differ"),
    "sum": ("sum", "h + conv(h): the shortcut and what the second convolution found"),
    "norm_self": ("GroupNorm", GROUP_NORM),
    "self_attention": ("self-attention", "softmax(q kᵀ / √d) v: places look at places"),
    "sum_self": ("sum", "h + self-attention"),
    "norm_cross": ("GroupNorm", GROUP_NORM),
    "place": ("place", "each place is told where it is: + W · waves(x, y)"),
    "cross_attention": ("cross-attention", "softmax(q kᵀ / √d) v: places look at tokens"),
    "sum_cross": ("sum", "h + cross-attention"),
    "output": ("output", ""),
}
OUTPUTS = {  # kind of a block without steps -> the formula of what leaves it
    "convolution": CONV,
    "norm": GROUP_NORM,
    "angle": "W₂ · silu(W₁ · [sin(f · angle), cos(f · angle)] + b₁) + b₂",
    "labels": "the label's row of a table of vectors",
    "linear": "W · mean token + b",
    "text": "a row a token; zeros where there is no word",
}


def title(name: str, kind: str) -> str:
    """A block as a reader says it: "down.1.residual" -> "down 2: residual block"."""
    if name in WHOLE:
        return WHOLE[name]
    part, *number = name.split(".")
    count = f" {int(number[0]) + 1}" if number and number[0].isdigit() else ""
    return f"{part}{count}: {KINDS.get(kind, kind)}"


def step(key: str, kind: str) -> tuple[str, str]:
    """Title and formula of an operation inside a block of a kind."""
    title, formula = STEPS[key]
    return title, formula or OUTPUTS.get(kind, "what leaves the block")


def does(name: str, kind: str) -> str:
    """What a block is for, in a sentence."""
    return DOES.get(name.split(".")[0]) or DOES.get(kind, "")
