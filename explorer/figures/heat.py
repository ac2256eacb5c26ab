"""The colours of a probability: one hue, from dark to light, equal steps equally far apart."""

import numpy as np

HUE = 318.0  # degrees in OKLCH: a violet that no role has
_FROM_LAB = np.array(  # Ottosson 2020, "A perceptual color space for image processing"
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def ramp(count: int = 256) -> np.ndarray:
    """uint8 (count, 3) in sRGB. Lightness rises linearly in OKLab; colour fades at both ends."""
    share = np.linspace(0, 1, count)
    lightness = 0.17 + 0.78 * share
    chroma = 0.02 + 0.19 * np.sin(np.pi * share**0.9) ** 1.2
    angle = np.deg2rad(HUE)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], 1)
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _TO_RGB.T, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * srgb).astype(np.uint8)
