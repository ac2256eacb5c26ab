"""What lesson 3 asks: SNR, schedules, what is left at their end."""

import math

from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, TYPED, close, filled, number, pair
from explorer.schedules import Level, linear, scaled_linear, timesteps


@exercise("03.a")
def pair_at(answer) -> None:
    """A function (snr) -> (alpha, sigma)."""
    alpha, sigma = pair(answer, 4.0, names="alpha and sigma")
    if close(alpha**2, 0.2, 1e-4) and close(sigma**2, 0.8, 1e-4):
        raise Wrong("at SNR = 4 your noise is stronger than your signal: they are swapped.")
    if close(alpha, 0.8, 1e-4):
        raise Wrong("at SNR = 4 your alpha is 0.8, which is alpha squared.")
    total = alpha**2 + sigma**2
    if abs(total - 1) > EXACT:
        raise Wrong(f"at SNR = 4 your alpha² + sigma² is {total:.4g}, and it must be 1.")
    if abs((alpha / sigma) ** 2 - 4) > EXACT:
        raise Wrong(f"asked for SNR = 4, your pair has {(alpha / sigma) ** 2:.4g}.")
    low, _ = pair(answer, 0.01, names="alpha and sigma")
    if abs(low**2 - 0.01 / 1.01) > EXACT:
        raise Wrong(f"at SNR = 4 it is right, but not at 0.01, where your alpha is {low:.4g}.")


@exercise("03.b")
def brightness_drowns(answer) -> None:
    """The t of linear where alpha * 0.5 equals sigma / 64."""
    value = number(answer)
    if not 0 < value <= 1000:
        raise Wrong(f"t lies between 0 and 1000, and this is {value:.6g}.")

    def stands_out(t: float) -> float:
        level = linear()(t)
        return 0.5 * level.alpha * 64 / level.sigma

    if value != int(value):
        raise Wrong(f"a whole t is asked for, and this is {value:.6g}.")
    if stands_out(value) > 1:
        raise Wrong(f"at t = {value:.6g} the signal in the mean is still {stands_out(value):.4g} "
                    "times the noise there: the noise of a pixel divided by 64.")  # fmt: skip
    if stands_out(value - 1) < 1:
        raise Wrong(f"at t = {value:.6g} it is smaller, but it was so before: at {value - 1:.6g} "
                    f"it is already {stands_out(value - 1):.4g} times the noise.")  # fmt: skip


@exercise("03.1")
def alpha_at_a_quarter(answer) -> None:
    """alpha where SNR = 0.25."""
    value = number(answer)
    if close(value, 0.2, 0.001):
        raise Wrong("0.2 is alpha squared.")
    if close(value, 0.5, 0.001):
        raise Wrong("0.5 is alpha / sigma, the root of the SNR; alpha² + sigma² = 1 is needed too.")
    if close(value, math.sqrt(0.8), 0.001):
        raise Wrong("that is sigma: at SNR below 1 the noise is the larger one.")
    if not close(value, math.sqrt(0.2), TYPED):
        raise Wrong(f"alpha = {value:.4g} has the SNR alpha² / (1 - alpha²), which is not 0.25.")


@exercise("03.2")
def angle_at(answer) -> None:
    """A function (log_snr) -> angle."""
    if not close(number(filled(answer, 0.0)), math.pi / 4, EXACT):
        raise Wrong(
            "at log SNR = 0 signal and noise are equal, and the angle is pi/4 = 0.785; you say "
            f"{number(answer(0.0)):.4g}."
        )
    value = number(answer(2.0))
    if close(value, math.pi / 2 - math.atan(math.exp(-1)), 1e-4):
        raise Wrong("more signal must make the angle smaller: it is atan2(sigma, alpha).")
    if close(value, math.atan(math.exp(-2)), 1e-4):
        raise Wrong("you take exp(-log SNR) for sigma / alpha; it is that ratio squared.")
    if not close(value, math.atan(math.exp(-1)), EXACT):
        raise Wrong(f"at log SNR = 2 the ratio sigma / alpha is 1/e; your angle is {value:.4g}.")
    ends = [number(answer(end)) for end in (math.inf, -math.inf)]
    if abs(ends[0]) > EXACT or abs(ends[1] - math.pi / 2) > EXACT:
        raise Wrong(f"at the ends, log SNR +inf and -inf, it should be 0 and pi/2; yours are "
                    f"{ends[0]:.4g} and {ends[1]:.4g}.")  # fmt: skip


@exercise("03.3")
def pixels_a_side(answer) -> None:
    """The least side in pixels."""
    value = number(answer)
    ratio = scaled_linear()(1000).ratio  # sigma / alpha
    least = math.ceil(3 * ratio / 0.5)
    if value == math.ceil((3 * ratio / 0.5) ** 2) or value > 5000:
        raise Wrong("that is the number of all pixels; its root is the side.")
    if value == math.ceil(ratio / 0.5):
        raise Wrong("that is enough for one standard deviation, and three are asked for.")
    if value != least:
        far = 0.5 * value / ratio
        raise Wrong(f"with {value:.6g} pixels a side the brightness stands out by {far:.3g} "
                    "standard deviations; find the first whole number that gives 3.")  # fmt: skip


@exercise("03.4")
def trailing(answer) -> None:
    """A function (T, n) -> list of times."""
    found = filled(answer, 1000, 4)
    try:
        times = [int(t) for t in found]
    except TypeError:
        raise Wrong("your function should return a list of whole numbers.") from None
    if 0 in times:
        raise Wrong(f"{times} visits t = 0, where the data are clean and nothing is to be done.")
    if times == sorted(times) and len(times) > 1:
        raise Wrong(f"{times} begins with the cleanest; a sampler walks from noise to data.")
    if times[0] != 1000:
        raise Wrong(f"{times} begins at {times[0]} and not at T: this is the flaw of leading.")
    if len(times) != 4:
        raise Wrong(f"four steps were asked for, and {times} has {len(times)}.")
    for T, n in ((1000, 4), (1000, 7), (10, 10), (1000, 1)):
        wanted = timesteps(T, n, "trailing")
        if [int(t) for t in answer(T, n)] != wanted:
            raise Wrong(f"for T = {T} and n = {n} you return {list(answer(T, n))}. The distance "
                        "is T / n, not rounded; each time is rounded at the end.")  # fmt: skip


@exercise("03.5")
def for_larger(answer) -> None:
    """A function (level, k) -> (alpha, sigma)."""
    level = Level(0.6, 0.8)
    alpha, sigma = pair(answer, level, 4, names="alpha and sigma")
    ratio, total = sigma / alpha, alpha**2 + sigma**2
    if abs(ratio - 4 * level.ratio) < EXACT and abs(total - 1) > EXACT:
        raise Wrong(f"the ratio sigma / alpha is right, but alpha² + sigma² is {total:.4g}.")
    if close(ratio, level.ratio / 4, 1e-4):
        raise Wrong("larger pictures need more noise to lose as much, and you give them less.")
    if close(ratio, 16 * level.ratio, 1e-4):
        raise Wrong("k² pixels are averaged, and their noise falls by the root of that, k.")
    if close(ratio, 2 * level.ratio, 1e-4):
        raise Wrong("the noise itself falls by k when k × k pixels are averaged, not by its root.")
    if abs(ratio - 4 * level.ratio) > EXACT or abs(total - 1) > EXACT:
        raise Wrong(f"for alpha = 0.6 and k = 4 your sigma / alpha is {ratio:.4g}. After averaging "
                    f"it must be {level.ratio:.4g} again.")  # fmt: skip
    alpha, sigma = pair(answer, Level(0.0, 1.0), 4, names="alpha and sigma")
    if alpha != 0 or abs(sigma - 1) > EXACT:
        raise Wrong("pure noise stays pure noise at every size: alpha 0, sigma 1.")
