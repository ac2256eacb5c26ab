"""What the exercises of lesson 7 ask: order of convergence, NFE, spacing."""

import math
from itertools import pairwise

from torch import Tensor

from explorer import worlds
from explorer.convergence import carried, converged, end, level_at, median_error
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, called, close, filled, normal, number
from explorer.samplers import evaluations
from explorer.schedules import Level, levels, linear

START, STOP = 1.45, 0.1


def _order(solve, wanted: int, evaluations_a_step: int | None = None) -> None:
    """Wrong unless solve(denoise, x, start, stop, n) has the order and the cost that are wanted."""
    x, calls = normal(50, 2), []
    exact = worlds.gaussian().denoiser()

    def counted(x, level):
        calls.append(level)
        return exact(x, level)

    answer, found = carried(exact, x, START, STOP, 300), []
    for n in (32, 64):
        calls.clear()
        found.append(_largest(called(solve, counted, x, START, STOP, n, shape=x.shape) - answer))
    order = math.log2(found[0] / found[1]) if min(found) > 0 else math.inf
    if not order > wanted - 0.3 or found[1] > 0.05:
        raise Wrong(
            f"with 64 steps the error is {found[1]:.1e}, {found[0] / found[1]:.1f} times smaller "
            f"than with 32; order {wanted} makes it about {2**wanted} times smaller."
        )
    if evaluations_a_step and len(calls) != 64 * evaluations_a_step:
        raise Wrong(f"64 steps asked the denoiser {len(calls)} times, and 64 are enough.")


def _largest(difference: Tensor) -> float:
    """Infinite where it is not a number anywhere."""
    return difference.abs().nan_to_num(nan=math.inf).max().item()


@exercise("07.a")
def two_steps_of_adams(solve) -> None:
    _order(solve, 2, 1)


@exercise("07.b")
def a_solver_of_order_four(solve) -> None:
    _order(solve, 4)


@exercise("07.1")
def heun_for_a_budget(answer) -> None:
    answer = number(answer)
    if answer in (12, 12.5):
        raise Wrong("the last step, to clean data, costs one evaluation only: one more step fits.")
    if answer == 25:
        raise Wrong("Heun asks twice a step: that many steps are far beyond the budget.")
    if answer != int(answer) or evaluations("heun", max(1, int(answer))) != 25:
        raise Wrong(f"a run of n steps costs 2n - 1 evaluations, and {answer:g} does not give 25.")


@exercise("07.2")
def order_from_two_runs(order) -> None:
    for n1, n2, p in ((10, 20, 1.0), (16, 64, 2.0), (30, 10, 1.5)):
        answer = called(order, n1, 0.4 * n1**-p, n2, 0.4 * n2**-p, shape=())
        if close(answer, p, EXACT):
            continue
        if close(answer, -p, EXACT):
            raise Wrong("the sign is wrong: an error that falls has a positive order.")
        if close(answer, 1 / p, EXACT):
            raise Wrong("it is upside down: how much the error falls, by how much the steps grow.")
        if close(answer, p * math.log2(n2 / n1), EXACT):
            raise Wrong("that is right only if the steps are doubled: divide by the log of n2/n1.")
        raise Wrong(f"errors like n^-{p:g} at {n1} and {n2} steps should give {p:g}.")


@exercise("07.3")
def even_in_the_logarithm(geometric) -> None:
    right = [50.0, 10.0, 2.0, 0.4]
    found = [float(value) for value in filled(geometric, 50.0, 0.4, 4)]
    if len(found) != len(right):
        raise Wrong(f"4 values were asked for, both ends among them, and {len(found)} came.")
    if _same(found, right[::-1]):
        raise Wrong("they rise; a sampler goes from high to low.")
    if _same(found, [50.0 + i / 3 * (0.4 - 50.0) for i in range(4)]):
        raise Wrong("those are even in the values themselves; their logarithms should be even.")
    if not _same(found, right):
        raise Wrong(
            "from 50 to 0.4 in 4 values each should be the one before, divided by one and the "
            "same number."
        )


def _same(a: list[float], b: list[float]) -> bool:
    return all(abs(x - y) <= 1e-6 * max(1, abs(y)) for x, y in zip(a, b, strict=True))


@exercise("07.4")
def steps_for_an_error(enough) -> None:
    runs = ((10, 0.08, 1, 0.02, 40), (10, 0.08, 2, 0.02, 20), (20, 0.05, 2, 0.0031, 81))
    for n, e, p, wanted, right in runs:
        case = f"for n = {n}, e = {e}, p = {p}, wanted = {wanted}"
        answer = number(filled(enough, n, e, p, wanted))
        off = abs(answer - right)
        if off == 0:
            continue
        if off < 1:
            raise Wrong(f"{case}: steps are whole, so round, and up, as {answer:.2f} do not do.")
        if off == 1:
            raise Wrong(f"{case}: one off; the smallest whole number that is enough is asked for.")
        raise Wrong(
            f"{case} it is not {answer:g}: which factor must the error fall by, and which n?"
        )


@exercise("07.5")
def eight_sigmas(answer) -> None:
    try:
        ratios = [float(value) for value in answer]
    except (TypeError, ValueError):
        raise Wrong("a list of eight numbers is asked for.") from None
    if len(ratios) != 8:
        raise Wrong(f"eight values are asked for, and these are {len(ratios)}.")
    if not all(a > b for a, b in pairwise([*ratios, 0.0])):
        raise Wrong("they must fall, and stay above 0: clean data is added at the end.")
    if ratios[0] > 1e6:
        raise Wrong("begin at 1,000,000 at most: the linear schedule itself begins at 157.")
    x, denoise, noisiest = normal(100, 2), worlds.moons().denoiser(), linear()(1000)
    walk = [*(level_at(math.atan(ratio)) for ratio in ratios), Level(1.0, 0.0)]
    truth = converged(denoise, x, noisiest)
    error = median_error(end("dpmpp_2m", denoise, x, walk), truth)
    if not error < 0.03:
        karras = median_error(end("dpmpp_2m", denoise, x, levels(linear(), 8, "karras")), truth)
        raise Wrong(
            f"your error is {error:.3f}, that of Karras' eight values {karras:.3f}. {_hint(ratios)}"
        )


def _hint(ratios: list[float]) -> str:
    if ratios[0] < 3:
        return f"The state is pure noise, and σ/α = {ratios[0]:g} claims that it holds signal."
    if ratios[-1] > 0.15:
        return f"The last step jumps from {ratios[-1]:g} to clean data: go lower first."
    if sum(ratio > 10 for ratio in ratios) > 2:
        return "Above 10 x̂₀ hardly changes: how many of your steps are there?"
    return "Look at the curve of the lesson: steps belong where x̂₀ changes."
