"""What schedules, spacings and samplers are called. Nothing is imported here: the page is built
from these names before torch is loaded."""

SCHEDULES = {
    "linear": "linear",
    "cosine": "cosine",
    "karras": "Karras",
    "zero_snr": "zero SNR",
    "scaled_linear": "scaled linear",
}

SPACINGS = {
    "linspace": "linspace",
    "leading": "leading",
    "trailing": "trailing",
    "karras": "Karras",
}

SAMPLERS = {  # in the order in which they are shown
    "ddim": "DDIM",
    "euler": "Euler",
    "heun": "Heun",
    "dpmpp_2m": "DPM++ 2M",
    "ddpm": "DDPM",
    "euler_ancestral": "Euler ancestral",
}

STOCHASTIC = ("ddpm", "euler_ancestral")  # samplers that draw noise on their way
