"""Exercises of lesson 4: the posterior mean, the names of a prediction, what an error grows to."""

import torch
from torch import Tensor

from explorer import ideal
from explorer.convergence import level_at
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import called, close, normal, number
from explorer.denoisers import v_hat
from explorer.schedules import Level
from explorer.training.plane_recipe import leverage

X = torch.linspace(-2, 2, 9, dtype=torch.float64)
LEVELS = [level_at(angle) for angle in (0.4, 0.9, 1.4)]
LIKELY = torch.tensor([0.25, 0.5, 0.25])


def _points(values: list[float], weights: list[float], x: Tensor, level: Level) -> Tensor:
    """E[x_0 | x_t] of data that are a few numbers, for x (N,)."""
    data, share = torch.tensor(values).double(), torch.tensor(weights).double()
    alpha, sigma = level
    logits = share.log() - (x[:, None] - alpha * data).square() / (2 * sigma**2)
    return (logits.softmax(1) * data).sum(1)


@exercise("04.a")
def three_points(answer: object) -> None:
    """answer(x (N,), alpha, sigma): the posterior mean of -1, 0, 1 with weights 1/4, 1/2, 1/4."""
    for level in LEVELS:
        found = called(answer, X, *level, shape=X.shape)
        if close(found, _points([-1, 0, 1], [0.25, 0.5, 0.25], X, level)):
            continue
        if close(found, _points([-1, 0, 1], [1, 1, 1], X, level)):
            raise Wrong(
                "you treat the three numbers as equally likely: 0 is twice as likely as each of "
                "the others, and the logits need the logarithm of that."
            )
        if close(3 * found, _points([-1, 0, 1], [0.25, 0.5, 0.25], X, level)):
            raise Wrong("you divide by three: the shares sum to one, so add up, and take no mean.")
        if close(found, _points([-1, 0, 1], LIKELY.exp().tolist(), X, level)):
            raise Wrong("you add the weights to the exponent; there it is their logarithm.")
        if (found.abs() > 1 + 1e-9).any():
            raise Wrong(
                "your mean leaves [-1, 1], where all data lie: a mean of them cannot. Do the "
                "shares sum to one, and do you multiply them by the data?"
            )
        at = int((found - _points([-1, 0, 1], [0.25, 0.5, 0.25], X, level)).abs().argmax())
        raise Wrong(
            f"at x = {X[at]:.1f}, alpha = {level.alpha:.2f} you say {found[at]:.3f}. The noise has "
            "the variance sigma², so the exponent is -(x - alpha * point)² / (2 * sigma²)."
        )


@exercise("04.b")
def v_of_a_gaussian(answer: object) -> None:
    """answer(x (N,), alpha, sigma): the best v_hat of data from N(0.5, 0.4²)."""
    denoise = ideal.gaussian(0.5, 0.4)
    for level in LEVELS:
        alpha, sigma = level
        found = called(answer, X, alpha, sigma, shape=X.shape)
        x0_hat = denoise(X, level)
        v = v_hat(X, x0_hat, level)
        if close(found, v):
            continue
        if close(found, -v):
            raise Wrong("the sign is flipped: v is alpha * eps - sigma * x_0.")
        if close(found, x0_hat):
            raise Wrong("that is x0_hat. What is the noise that it leaves, and what is v then?")
        if close(found, (X - alpha * x0_hat) / sigma):
            raise Wrong("that is eps_hat: mix it with x0_hat into v.")
        variance = Level(alpha, sigma)
        raise Wrong(
            f"at alpha = {variance.alpha:.2f} it is off by {(found - v).abs().max():.2f} at most. "
            "x0_hat is 0.5 plus the share alpha * 0.4² / (alpha² * 0.4² + sigma²) of what x is "
            "away from alpha * 0.5."
        )


@exercise("04.1")
def growth(answer: object) -> None:
    """By what an error in eps_hat grows in x0_hat at alpha = 0.28, sigma = 0.96."""
    said, ratio = number(answer), 0.96 / 0.28
    if close(said, ratio, 0.01):
        return
    if close(said, 1 / ratio, 0.01):
        raise Wrong(
            f"{said:.2f} is the way from x0_hat to eps_hat. Solve x = alpha * x0 + sigma * eps for "
            "x0: which coefficient stands before eps?"
        )
    if close(said, ratio**2, 0.01):
        raise Wrong(f"{said:.2f} is what the squared error grows by; the error itself grows less.")
    raise Wrong(
        f"{said:.3g} is not it. Solve x = alpha * x0 + sigma * eps for x0, and look at the "
        "coefficient of eps."
    )


@exercise("04.2")
def eps_from_v(answer: object) -> None:
    """answer(x, v, alpha, sigma): the noise."""
    x0, eps = normal(2, 20)
    for alpha, sigma in [(0.8, 0.6), (0.0, 1.0), (1.0, 0.0)]:
        x, v = alpha * x0 + sigma * eps, alpha * eps - sigma * x0
        found = called(answer, x, v, alpha, sigma, shape=x.shape)
        if close(found, eps):
            continue
        if not found.isfinite().all():
            raise Wrong(
                f"at alpha = {alpha}, sigma = {sigma} your answer is not finite: find a form that "
                "divides by nothing."
            )
        if close(found, sigma * x - alpha * v):
            raise Wrong("one sign is flipped: put x and v as x_0 and eps give them into it.")
        if close(found, alpha * x - sigma * v):
            raise Wrong("that is x_0. The noise is the other row of the rotation.")
        raise Wrong(
            f"at alpha = {alpha}, sigma = {sigma} it is not the noise that went in. Multiply x by "
            "sigma and v by alpha, and use alpha² + sigma² = 1."
        )


@exercise("04.3")
def least_loss(answer: object) -> None:
    """The mean squared error of the best x0_hat of N(0, 0.5²) at alpha = 0.6, sigma = 0.8."""
    said, best = number(answer), 0.25 * 0.64 / (0.36 * 0.25 + 0.64)
    if close(said, best, 0.005):
        return
    if said == 0:
        raise Wrong(
            "not 0: many x_0 lead to the same x_t, and the best guess, their mean, hits few of "
            "them. How far do they spread around it?"
        )
    if close(said, 0.25, 0.005):
        raise Wrong("0.25 is the error of who does not look at x_t and always says the mean, 0.")
    if close(said, best**0.5, 0.005):
        raise Wrong(f"{said:.3f} is the root of it: a squared error was asked for.")
    if close(said, best / 0.64, 0.005):
        raise Wrong(f"{said:.3f} is the loss of v, which is x0_hat's divided by sigma².")
    raise Wrong(
        f"{said:.3g} is not it. Given x_t, x_0 is normal with variance "
        "s² * sigma² / (alpha² * s² + sigma²)."
    )


@exercise("04.4")
def weights(answer: object) -> None:
    """answer(alpha, sigma, predicts): squared error of the prediction for 1 of x0_hat's."""
    for predicts in ("x0", "eps", "v", "velocity"):
        for alpha, sigma in [(0.8, 0.6), (0.28, 0.96)]:
            level = Level(torch.tensor(alpha).double(), torch.tensor(sigma).double())
            factor = leverage(level, predicts).item()
            found = called(answer, alpha, sigma, predicts, shape=()).item()
            if close(found, 1 / factor):
                continue
            if close(found, factor):
                raise Wrong(
                    f"for {predicts} it is the other way round: how much the prediction's error "
                    "is for 1 of x0_hat's was asked for."
                )
            if close(found, factor**-0.5):
                raise Wrong(f"for {predicts} you have the factor of the error; a loss squares it.")
            raise Wrong(
                f"for {predicts} at alpha = {alpha}, sigma = {sigma} you say {found:.3f}. With x "
                "fixed, by how much does the prediction change when x0_hat changes by 1?"
            )
