"""One colour language for all of the project (Okabe and Ito 2008, safe for colour-blind eyes).

Each role has a colour for light and one for dark backgrounds; each schedule and each sampler
keeps one colour and one line style everywhere.
"""

from dataclasses import dataclass

BLUE, SKY, VERMILLION, ORANGE = "#0072B2", "#56B4E9", "#D55E00", "#E69F00"
GREEN, PINK, YELLOW, BLACK, GREY = "#009E73", "#CC79A7", "#F0E442", "#000000", "#767676"


# Line styles as SVG dash arrays
DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "8 3 2 3", "longdash": "12 4"}


@dataclass(frozen=True)
class Ink:
    """A colour on light and on dark ground, and a line style, one of DASHES."""

    light: str
    dark: str
    dash: str = "solid"


ROLES = {
    "signal": Ink(BLUE, SKY),  # x0, alpha
    "noise": Ink("#B84E00", "#FF8A3D"),  # eps, sigma: vermillion, darkened to read as text
    "prediction": Ink("#007A59", "#2BD4A4"),  # x0_hat: bluish green, likewise
}

# Inks on light ground as a projector shows them: of the same hue, with a contrast of 7 or more
STRONG = {
    BLUE: "#004F8F",
    "#B84E00": "#8A3A00",
    "#007A59": "#005C43",
    "#A8447F": "#7D2C74",
    "#8A6500": "#664B00",
}

# Signed numbers: below 0, 0, above 0 (ColorBrewer's PuOr, told apart by colour-blind eyes too)
DIVERGING = ("#542788", "#F7F7F7", "#B35806")

SCHEDULES = {
    "linear": Ink(BLUE, SKY, "solid"),
    "cosine": Ink("#B84E00", "#FF8A3D", "dash"),
    "karras": Ink("#007A59", "#2BD4A4", "dot"),
    "zero_snr": Ink("#A8447F", "#E59CC4", "dashdot"),
    "scaled_linear": Ink("#8A6500", ORANGE, "longdash"),
}

SAMPLERS = {
    "ddpm": Ink("#B84E00", "#FF8A3D", "dot"),
    "ddim": Ink(BLUE, SKY, "solid"),
    "euler": Ink("#8A6500", ORANGE, "dash"),
    "euler_ancestral": Ink("#A8447F", "#E59CC4", "dot"),
    "heun": Ink("#007A59", "#2BD4A4", "dashdot"),
    "dpmpp_2m": Ink("#444444", "#DDDDDD", "longdash"),
}
