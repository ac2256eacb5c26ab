"""Three names of one prediction, and how an error grows when one name is turned into another.

At a variance preserving level, alpha² + sigma² = 1, any two of x_t, x0_hat, eps_hat and v_hat give
the others (Salimans and Ho 2022, section 4 and appendix D).
"""

from torch import Tensor

from explorer.denoisers import eps_hat, to_x0
from explorer.schedules import Level

NAMES = ("v", "eps", "x0")


def named(xt: Tensor, v_hat: Tensor, level: Level) -> dict[str, Tensor]:
    """The prediction (B, ...) under its three names, in float64: "v", "eps" and "x0".

    Raises ValueError at sigma == 0, where there is no noise to name.
    """
    xt, v_hat = xt.double(), v_hat.double()
    x0_hat = to_x0(v_hat, xt, level, "v")
    return {"v": v_hat, "eps": eps_hat(xt, x0_hat, level), "x0": x0_hat}


def renamed(prediction: Tensor, xt: Tensor, level: Level, name: str, wanted: str) -> Tensor:
    """A prediction of one name as x0_hat or eps_hat (wanted: "x0" or "eps"), float64.

    Raises ValueError where it is undefined: x0_hat from eps at alpha == 0, eps_hat at sigma == 0.
    """
    if name == wanted:
        return prediction
    xt = xt.double()
    x0_hat = to_x0(prediction, xt, level, name)  # type: ignore[arg-type]  # it checks the name
    return x0_hat if wanted == "x0" else eps_hat(xt, x0_hat, level)


def factor(level: Level, name: str, wanted: str) -> float | None:
    """By how much an error in the one becomes an error in the other; None where it is undefined."""
    alpha, sigma = level
    top, bottom = {
        ("v", "x0"): (sigma, 1.0),
        ("v", "eps"): (alpha, 1.0),
        ("eps", "x0"): (sigma, alpha),
        ("x0", "eps"): (alpha, sigma),
    }.get((name, wanted), (1.0, 1.0))
    return None if bottom == 0 else top / bottom


def half(prediction: Tensor, noise: Tensor) -> Tensor:
    """The prediction rounded to float16, as a network of that precision would return it."""
    return prediction.half().double()


def hundredth(prediction: Tensor, noise: Tensor) -> Tensor:
    """The prediction with an error of 1 % of its root mean square, of noise's direction."""
    size = prediction.square().mean().sqrt() / noise.square().mean().sqrt()
    return prediction + 0.01 * size * noise


ERRORS = {"hundredth": hundredth, "half": half}


def grown(
    names: dict[str, Tensor], xt: Tensor, level: Level, wanted: str, error: str, noise: Tensor
) -> dict[str, Tensor | None]:
    """x0_hat or eps_hat (1, ...) as it comes out of each name that has an error of this kind.

    noise (1, ...): the direction of a 1 % error. None where a name does not tell it at all.
    """
    noise = noise.double()
    found: dict[str, Tensor | None] = {}
    for name, prediction in names.items():
        if factor(level, name, wanted) is None:
            found[name] = None
            continue
        found[name] = renamed(ERRORS[error](prediction, noise), xt, level, name, wanted)
    return found
