"""What noise means (a Schedule) and where a sampler steps (a spacing): two separate choices.

Paper indexing throughout: t = 0 is data, t = T is the noisiest. Every schedule is variance
preserving, alpha² + sigma² = 1, and its tables are float64.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import overload

import torch
from torch import Tensor

from explorer.level import Level, at_ratio

# --- schedules ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Schedule:
    """t in [0, T] -> Level, by two tables.

    Raises ValueError where a table leaves less signal than float64 can tell from none.
    """

    name: str
    alpha: Tensor  # (T + 1,) float64; alpha[0] == 1.0
    sigma: Tensor  # (T + 1,) float64; sigma[0] == 0.0

    def __post_init__(self) -> None:
        if not ((self.alpha**2).diff() < 0).all():
            raise ValueError(
                f"A schedule must lose signal at every t, but alpha_bar of {self.name} does not "
                f"(it underflows to 0): choose less noise, or T less than {self.T}."
            )

    @property
    def T(self) -> int:  # noqa: N802
        """The noisiest t."""
        return len(self.alpha) - 1

    @property
    def beta(self) -> Tensor:
        """Forward variances (T + 1,), so that beta[t] is the paper's beta_t; beta[0] is 0."""
        ratio = self.alpha[1:] / self.alpha[:-1]
        return torch.cat([self.alpha.new_zeros(1), 1 - ratio**2])

    @overload
    def __call__(self, t: float) -> Level[float]: ...
    @overload
    def __call__(self, t: Tensor) -> Level[Tensor]: ...
    def __call__(self, t: float | Tensor) -> Level:
        """The Level at t, exact at integers; between them alpha² is interpolated linearly.

        A number gives floats. A tensor gives float64 tensors of its shape, on the CPU.
        Raises ValueError for t outside [0, T].
        """
        if not isinstance(t, Tensor):
            _check_number("t", t, 0, self.T)
            return Level(*(v.item() for v in self(torch.tensor(t, dtype=torch.float64))))
        t = t.to("cpu", torch.float64)
        if not ((t >= 0) & (t <= self.T)).all():
            raise ValueError(f"t must hold numbers from 0 to {self.T}, got {t}.")
        i = t.long().clamp(max=self.T - 1)

        # alpha² and sigma² interpolated alike still add up to 1. Vectorised roots are not rounded
        # alike on all processors: at an integer the table itself is taken.
        def at(table: Tensor) -> Tensor:
            between = torch.lerp(table[i] ** 2, table[i + 1] ** 2, t - i).sqrt()
            return torch.where(t == t.round(), table[t.round().long()], between)

        return Level(at(self.alpha), at(self.sigma))


def time_of(schedule: Schedule, level: Level) -> float:
    """The t in [0, T] at which a variance preserving Level lies on a schedule, whole or not.

    The inverse of calling the schedule. Raises ValueError where it never gets that noisy.
    """
    share = level.alpha**2 / (level.alpha**2 + level.sigma**2)
    squares = schedule.alpha**2
    if share < squares[-1] * (1 - 1e-9):  # less is rounding, and means the end
        raise ValueError(f"alpha must be at least {schedule.alpha[-1]:.3g} on {schedule.name}.")
    i = int(torch.searchsorted(-squares, -share, right=True).clamp(1, schedule.T)) - 1
    return i + min(1.0, ((squares[i] - share) / (squares[i] - squares[i + 1])).item())


def linear(T: int = 1000, beta_start: float = 1e-4, beta_end: float = 0.02) -> Schedule:
    """beta_t rises linearly (Ho et al. 2020, section 4). Ends at alpha = 0.0064, not 0."""
    _check_integer("T", T, 2, 10_000)
    _check_betas(beta_start, beta_end)
    return _from_betas("linear", torch.linspace(beta_start, beta_end, T, dtype=torch.float64))


def scaled_linear(T: int = 1000, beta_start: float = 0.00085, beta_end: float = 0.012) -> Schedule:
    """sqrt(beta_t) rises linearly: Stable Diffusion's own (Rombach et al. 2022, their code).

    Ends at alpha = 0.068, enough for a picture's mean brightness to show through the noise
    (Lin et al. 2023, section 3.1).
    """
    _check_integer("T", T, 2, 10_000)
    _check_betas(beta_start, beta_end)
    root = torch.linspace(beta_start**0.5, beta_end**0.5, T, dtype=torch.float64)
    return _from_betas("scaled_linear", root**2)


def cosine(T: int = 1000, s: float = 0.008) -> Schedule:
    """alpha_bar is a squared cosine (Nichol and Dhariwal 2021, eq. 17).

    beta is clipped at 0.999 as they do, so alpha(T) is tiny (4.9e-5 at T = 1000) but not 0.
    """
    _check_integer("T", T, 2, 10_000)
    _check_number("s", s, 0, 1)
    t = torch.arange(T + 1, dtype=torch.float64)
    f = torch.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2
    return _from_betas("cosine", (1 - f[1:] / f[:-1]).clamp(max=0.999))


def karras(
    T: int = 1000, sigma_min: float = 0.002, sigma_max: float = 80.0, rho: float = 7.0
) -> Schedule:
    """sigma/alpha runs from sigma_max at t = T to sigma_min at t = 1 (EDM eq. 5 with N = T)."""
    _check_integer("T", T, 2, 10_000)
    _check_number("sigma_min", sigma_min, 1e-6, 1e6)
    _check_number("sigma_max", sigma_max, 1e-6, 1e6)
    _check_number("rho", rho, 1, 100)
    if sigma_min >= sigma_max:
        raise ValueError(f"sigma_min must be below sigma_max, got {sigma_min} >= {sigma_max}.")
    ratios = _ramp(sigma_max, sigma_min, T, rho)
    path = [Level(1.0, 0.0), *(at_ratio(ratio) for ratio in reversed(ratios))]
    alpha, sigma = torch.tensor([tuple(level) for level in path], dtype=torch.float64).T
    return Schedule("karras", alpha, sigma)


def zero_snr(schedule: Schedule) -> Schedule:
    """Rescale any schedule to end in pure noise (Lin et al. 2023, Algorithm 1).

    alpha = sqrt(alpha_bar) is shifted so that alpha(T) == 0.0, then scaled so that alpha(1) is
    unchanged. t = 0, which the paper does not have, stays clean data.
    """
    first, last = schedule.alpha[1], schedule.alpha[-1]
    alpha = (schedule.alpha - last) / (first - last) * first
    alpha[0] = 1.0
    return Schedule("zero_snr", alpha, ((1 - alpha) * (1 + alpha)).sqrt())


SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "linear": linear,
    "cosine": cosine,
    "karras": karras,
    "zero_snr": lambda: zero_snr(linear()),
    "scaled_linear": scaled_linear,
}


def _from_betas(name: str, beta: Tensor) -> Schedule:
    """alpha_bar is the running product of 1 - beta; in logarithms, sigma(1) loses no digits."""
    log_alpha_bar = torch.cat([beta.new_zeros(1), torch.log1p(-beta).cumsum(0)])  # (T + 1,)
    return Schedule(name, (log_alpha_bar / 2).exp(), (-log_alpha_bar.expm1()).sqrt())


def _ramp(high: float, low: float, n: int, rho: float) -> list[float]:
    """n values from high down to low, evenly spaced in their 1/rho-th powers (EDM eq. 5)."""
    a, b = high ** (1 / rho), low ** (1 / rho)
    return [(a + i / max(n - 1, 1) * (b - a)) ** rho for i in range(n)]


# --- spacing -----------------------------------------------------------------------------------

SPACINGS = ("linspace", "leading", "trailing", "karras")


def timesteps(T: int, n: int, spacing: str) -> list[int]:
    """The n distinct integers in [1, T] that a sampler visits, noisiest first.

    Lin et al. 2023, Table 2. "linspace" holds both 1 and T (T alone for n = 1), "trailing"
    holds T, and "leading" starts short of T: the flaw the paper points out.
    """
    _check_integer("n", n, 1, T)
    if spacing == "linspace":
        return [round(T - i * (T - 1) / max(n - 1, 1)) for i in range(n)]
    if spacing == "leading":
        return [1 + i * (T // n) for i in reversed(range(n))]
    if spacing == "trailing":
        return [round(T - i * T / n) for i in range(n)]
    raise ValueError(f"spacing must be linspace, leading or trailing, got {spacing!r}.")


def levels(schedule: Schedule, n: int, spacing: str = "trailing") -> list[Level[float]]:
    """The n + 1 Levels that a sampler walks in n steps: noisiest first, ending clean.

    "karras" steps evenly in (sigma/alpha)^(1/7) between the schedule's own ends, t = T and
    t = 1 (EDM eq. 5). Where alpha(T) == 0 that ramp has no beginning, so pure noise is the first
    Level and the ramp follows in the other n - 1, from the largest finite ratio but at most 80.
    """
    if spacing not in SPACINGS:
        raise ValueError(f"spacing must be one of {', '.join(SPACINGS)}, got {spacing!r}.")
    _check_integer("n", n, 1, schedule.T)
    start, end = schedule(schedule.T), schedule(1)
    if spacing != "karras":
        noisy = [schedule(t) for t in timesteps(schedule.T, n, spacing)]
    elif start.alpha:
        noisy = [at_ratio(r) for r in _ramp(start.ratio, end.ratio, n, 7.0)]
    else:
        high = min(schedule(schedule.T - 1).ratio, 80.0)
        noisy = [start, *map(at_ratio, _ramp(high, end.ratio, n - 1, 7.0))]
    return [*noisy, Level(1.0, 0.0)]


def levels_from(schedule: Schedule, t: float, n: int) -> list[Level[float]]:
    """The n + 1 Levels from any t in (0, T] down to clean data, evenly spaced in t."""
    _check_number("t", t, 0, schedule.T)
    _check_integer("n", n, 1, schedule.T)
    if t == 0:
        raise ValueError("t must be above 0: at t = 0 there is no noise to remove.")
    return [schedule(t * (n - i) / n) for i in range(n + 1)]


# --- bad input, by name ------------------------------------------------------------------------


def _check_integer(field: str, value: float, low: int, high: int) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{field} must be an integer from {low} to {high}, got {value!r}.")


def _check_betas(beta_start: float, beta_end: float) -> None:
    _check_number("beta_start", beta_start, 1e-8, 0.999)
    _check_number("beta_end", beta_end, 1e-8, 0.999)
    if beta_start > beta_end:
        raise ValueError(f"beta_start must not exceed beta_end, got {beta_start} > {beta_end}.")


def _check_number(field: str, value: float, low: float, high: float) -> None:
    if not isinstance(value, Real) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{field} must be a number from {low} to {high}, got {value!r}.")
