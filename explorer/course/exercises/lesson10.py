"""Exercises of lesson 10: preconditioning, one-step maps, and flow matching."""

import torch

from explorer import ideal
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import called, close, normal, number
from explorer.schedules import Level

X = torch.linspace(-2, 2, 9, dtype=torch.float64)
MEAN, STD = 0.5, 0.4


def _spread(t: float) -> float:
    """The standard deviation of x_t = (1 - t) x_0 + t eps, x_0 from N(MEAN, STD²)."""
    return ((1 - t) ** 2 * STD**2 + t**2) ** 0.5


@exercise("10.a")
def velocity(answer: object) -> None:
    """answer(x (N,), t): E[eps - x_0 | x_t] of N(0.5, 0.4²) on the straight line."""
    for t in (0.5, 0.9, 1.0, 0.1):
        x0_hat = ideal.gaussian(MEAN, STD)(X, Level(1 - t, t))
        eps_hat = (X - (1 - t) * x0_hat) / t
        found = called(answer, X, t, shape=X.shape)
        if close(found, eps_hat - x0_hat):
            continue
        if close(found, x0_hat - eps_hat):
            raise Wrong(
                "the sign is flipped: here t grows from data to noise, so the velocity is "
                "eps_hat - x0_hat. (Papers whose t runs to the data have the other sign.)"
            )
        if not found.isfinite().all():
            raise Wrong(f"at t = {t} your answer is not finite.")
        careless = MEAN + (1 - t) * STD**2 / _spread(t) ** 2 * X
        if close(found, (X - (1 - t) * careless) / t - careless):
            raise Wrong("in x0_hat, take alpha times the mean off x before you weigh it.")
        raise Wrong(
            f"at t = {t} it is off by {(found - eps_hat + x0_hat).abs().max():.2g} at most. "
            "alpha is 1 - t and sigma is t, and their squares do not add up to 1."
        )


@exercise("10.b")
def flow_map(answer: object) -> None:
    """answer(x (N,), t, s): where the flow of N(0.5, 0.4²) carries x from t to s, straight line."""
    for t, s in ((1.0, 0.0), (0.8, 0.3), (0.3, 0.8)):
        right = (1 - s) * MEAN + _spread(s) / _spread(t) * (X - (1 - t) * MEAN)
        found = called(answer, X, t, s, shape=X.shape)
        if close(found, right):
            continue
        if close(found, (1 - s) * MEAN + _spread(t) / _spread(s) * (X - (1 - t) * MEAN)):
            raise Wrong("the ratio of the deviations is upside down.")
        x0_hat = ideal.gaussian(MEAN, STD)(X, Level(1 - t, t))
        eps_hat = (X - (1 - t) * x0_hat) / t
        if close(found, X + (s - t) * (eps_hat - x0_hat)):
            raise Wrong(
                "that is one step of Euler, which to s = 0 ends in the posterior mean: where the "
                "flow itself leads is asked for."
            )
        raise Wrong(
            f"from t = {t} to s = {s} it is off by {(found - right).abs().max():.2f} at most. "
            "x_t has the mean (1 - t) * 0.5 and the variance (1 - t)² * 0.4² + t²; the flow keeps "
            "how many deviations a point is away from the mean."
        )


@exercise("10.1")
def skip(answer: object) -> None:
    """c_skip at sigma = sigma_data = 0.5."""
    said = number(answer)
    if close(said, 0.5, 0.001):
        return
    hints = {
        1.0: "at 1 the network would have to find all of the noise, at 0 all of the data.",
        0.25: "0.25 is sigma_data²: divide it by sigma² + sigma_data².",
        0.3536: "that is c_out, in which the root stands.",
        1.4142: "that is c_in.",
    }
    for value, hint in hints.items():
        if close(said, value, 0.001):
            raise Wrong(f"{said:.4g} is not it: {hint}")
    raise Wrong(f"{said:.4g} is not it: c_skip is sigma_data² / (sigma² + sigma_data²).")


@exercise("10.2")
def one_step(answer: object) -> None:
    """Deviation of the results of one exact DDIM step from pure noise to clean data."""
    said = number(answer)
    if said == 0:
        return
    if close(said, 0.4, 0.001):
        raise Wrong(
            "0.4 is the data's deviation, which the flow itself reaches. One step of DDIM ends in "
            "x0_hat: what is that at alpha = 0?"
        )
    if close(said, 1, 0.001):
        raise Wrong("1 is the deviation of the noise that the step begins with.")
    raise Wrong(f"{said:.3g} is not it: how much does x0_hat depend on x_t at alpha = 0?")


@exercise("10.3")
def x0_of_velocity(answer: object) -> None:
    """answer(x, u, t): x0_hat from the velocity on the straight line."""
    x0, eps = normal(2, 20)
    for t in (0.3, 1.0, 0.0):
        x, u = (1 - t) * x0 + t * eps, eps - x0
        found = called(answer, x, u, t, shape=x.shape)
        if close(found, x0):
            continue
        if not found.isfinite().all():
            raise Wrong(f"at t = {t} it is not finite: find a form that divides by nothing.")
        if close(found, x + t * u):
            raise Wrong("the sign is flipped: u points from the data to the noise.")
        if close(found, x + (1 - t) * u):
            raise Wrong("that is the noise, the other end of the line.")
        if close(found, x - u):
            raise Wrong("that goes back by 1 in t, however near the data already are.")
        raise Wrong(f"at t = {t} it is not the x_0 that went in: how far is t from 0?")


@exercise("10.4")
def signs(answer: object) -> None:
    """answer(x (N,), alpha, sigma): where the flow of data -1, 1 ends, x not 0."""
    x = torch.tensor([-2.0, -0.3, -0.01, 0.02, 0.4, 1.5], dtype=torch.float64)
    for alpha, sigma in ((0.8, 0.6), (0.0, 1.0), (0.28, 0.96)):
        found = called(answer, x, alpha, sigma, shape=x.shape)
        if close(found, x.sign()):
            continue
        if close(found, torch.tanh(alpha * x / sigma**2)):
            raise Wrong(
                "tanh is the posterior mean, which lies between the data. The flow ends on them: "
                "on which one?"
            )
        if (found.abs() - 1).abs().max() > 1e-6:
            raise Wrong("the flow ends on the data, and they are -1 and 1.")
        raise Wrong(
            "paths on a line cannot cross, so the lower half of all points goes to -1: look at "
            "the sign of x."
        )
