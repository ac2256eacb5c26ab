"""Wrong answers to the exercises of lesson 3, and what each must be told."""

import math


def hypot(alpha, sigma):
    size = math.hypot(alpha, sigma)
    return alpha / size, sigma / size


WRONG = {
    "03.a": [
        (lambda snr: ..., "nothing is filled in yet"),
        (lambda snr: math.sqrt(snr / (1 + snr)), "two numbers, alpha and sigma"),
        (lambda snr: (math.sqrt(1 / (1 + snr)), math.sqrt(snr / (1 + snr))), "swapped"),
        (lambda snr: (snr / (1 + snr), 1 / (1 + snr)), "alpha squared"),
        (lambda snr: (math.sqrt(snr), 1.0), "it must be 1"),
        (lambda snr: hypot(snr, 1), "your pair has 16"),
        (lambda snr: (math.sqrt(0.8), math.sqrt(0.2)), "but not at 0.01"),
    ],
    "03.b": [
        (600, "still"),
        (1000, "it was so before"),
        (1200, "between 0 and 1000"),
        (990, "it was so before"),
        (827, "still 1.00"),
        (829, "it was so before"),
        (827.5, "a whole t"),
    ],
    "03.1": [
        (0.2, "alpha squared"),
        (0.5, "the root of the SNR"),
        (0.894, "that is sigma"),
        (0.1, "which is not 0.25"),
    ],
    "03.2": [
        (lambda log_snr: ..., "nothing is filled in yet"),
        (lambda log_snr: math.atan(math.exp(log_snr / 2)), "make the angle smaller"),
        (lambda log_snr: math.atan(math.exp(-log_snr)), "ratio squared"),
        (lambda log_snr: math.exp(-log_snr / 2), "pi/4 = 0.785"),
        (lambda log_snr: math.pi / 4, "ratio sigma / alpha is 1/e"),
        (lambda log_snr: math.atan(math.exp(-min(log_snr, 9) / 2)), "at the ends"),
        (lambda log_snr: math.atan(math.exp(-log_snr / 2)) * 180 / math.pi, "you say 45"),
    ],
    "03.3": [
        (7690, "number of all pixels"),
        (30, "one standard deviation"),
        (44, "stands out by 1.51"),
        (87, "first whole number"),
    ],
    "03.4": [
        (lambda T, n: ..., "nothing is filled in yet"),
        (lambda T, n: 3, "a list of whole numbers"),
        (lambda T, n: [round(T - i * T / n) for i in range(n + 1)], "visits t = 0"),
        (lambda T, n: [round((i + 1) * T / n) for i in range(n)], "cleanest"),
        (lambda T, n: [1 + i * (T // n) for i in reversed(range(n))], "flaw of leading"),
        (lambda T, n: [round(T - i * T / (n + 1)) for i in range(n + 1)], "four steps"),
        (lambda T, n: [T - i * (T // n) for i in range(n)], "each time is rounded at the end"),
    ],
    "03.5": [
        (lambda level, k: ..., "nothing is filled in yet"),
        (lambda level, k: (level.alpha, k * level.sigma), "alpha² + sigma² is"),
        (lambda level, k: hypot(k * level.alpha, level.sigma), "you give them less"),
        (lambda level, k: hypot(level.alpha, k * k * level.sigma), "the root of that"),
        (lambda level, k: hypot(level.alpha, k**0.5 * level.sigma), "not by its root"),
        (lambda level, k: (level.alpha, level.sigma), "must be 1.333 again"),
        (lambda level, k: hypot(level.alpha + 1e-9, k * level.sigma), "stays pure noise"),
    ],
}
