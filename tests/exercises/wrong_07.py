"""Wrong answers to lesson 7, and what they must be told."""

import math

from explorer.convergence import level_at
from explorer.denoisers import v_hat


def _slope(denoise, x, angle):
    level = level_at(angle)
    return v_hat(x, denoise(x, level), level)


def _adams(extrapolated):
    def solve(denoise, x, start, stop, n):
        before, h = None, (stop - start) / n
        for k in range(n):
            v = _slope(denoise, x, start + k * h)
            x = x + h * (v if before is None else extrapolated(v, before))
            before = v
        return x

    return solve


def _unfilled(denoise, x, start, stop, n):
    for _ in range(n):
        _slope(denoise, x, start)
        x = ...
    return x


def _midpoint(denoise, x, start, stop, n):
    h = (stop - start) / n
    for k in range(n):
        a = start + k * h
        half_way = x + h / 2 * _slope(denoise, x, a)
        x = x + h * _slope(denoise, half_way, a + h / 2)
    return x


def _away(denoise, x, start, stop, n):
    return _midpoint(denoise, x, stop, start, n)


def _steps(n, e, p, wanted):
    return n * (e / wanted) ** (1 / p)


WRONG = {
    "07.a": [
        (_unfilled, "nothing is filled in yet"),
        (_adams(lambda v, before: ...), "dots are still there"),
        (_adams(lambda v, before: v - (v - before) / 2), "order 2 makes it about 4"),
        (_adams(lambda v, before: v), "order 2 makes it about 4"),
        (_adams(lambda v, before: v + (v - before)), "order 2 makes it about 4"),
        (_midpoint, "asked the denoiser 128 times"),
        (lambda denoise, x, start, stop, n: None, "returns nothing"),
        (lambda denoise, x, start, stop, n: x * float("nan"), "the error is inf"),
    ],
    "07.b": [
        (_midpoint, "order 4 makes it about 16"),
        (_away, "order 4 makes it about 16"),
        (lambda denoise, x, start, stop, n: x[0], "shape"),
    ],
    "07.1": [
        (12, "one more step fits"),
        (25, "twice a step"),
        (14, "does not give 25"),
        ("13", "a single number"),
    ],
    "07.2": [
        (0.5, "a function is asked for"),
        (lambda n1, e1, n2, e2: math.log(e2 / e1) / math.log(n2 / n1), "sign"),
        (lambda n1, e1, n2, e2: math.log(n2 / n1) / math.log(e1 / e2), "upside down"),
        (lambda n1, e1, n2, e2: math.log2(e1 / e2), "doubled"),
        (lambda n1, e1, n2, e2: e1 / e2, "should give"),
    ],
    "07.3": [
        (lambda high, low, n: ..., "nothing is filled in yet"),
        (lambda high, low, n: [high, low], "and 2 came"),
        (lambda high, low, n: [low * (high / low) ** (i / (n - 1)) for i in range(n)], "they rise"),
        (
            lambda high, low, n: [high + i / (n - 1) * (low - high) for i in range(n)],
            "even in the values",
        ),
        (lambda high, low, n: [high * (low / high) ** (i / n) for i in range(n)], "divided by"),
    ],
    "07.4": [
        (_steps, "steps are whole"),
        (lambda *given: math.floor(_steps(*given)), "one off"),
        (lambda *given: round(_steps(*given)), "one off"),
        (lambda n, e, p, wanted: math.ceil(n * e / wanted), "which factor"),
        (lambda n, e, p, wanted: math.ceil(n * (wanted / e) ** (1 / p)), "which factor"),
    ],
    "07.5": [
        (0.5, "a list of eight"),
        ([157, 1], "these are 2"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "must fall"),
        ([1, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05], "claims"),
        ([157, 10, 5, 3, 2, 1, 0.6, 0.3], "go lower"),
        ([157, 137, 117, 97, 77, 57, 37, 0.1], "Above 10"),
        ([157, 10, 9, 8, 7, 6, 5, 0.1], "where x̂₀ changes"),
        ([1e9, 10, 9, 8, 7, 6, 5, 0.1], "at most"),
    ],
}
