"""The formulas of the glossary, computed as they stand and compared with the code they name."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from explorer import denoisers, forward, guidance, illposed, level, metrics, samplers, schedules
from explorer.training import loop, plane_recipe
from explorer.words import glossary

from .formulas import computed, sides

TERMS = {term.id: term for term in glossary.load()}
RNG = torch.Generator().manual_seed(0)
X0, EPS, OTHER, X = torch.randn(4, 1, 3, 4, 4, generator=RNG, dtype=torch.float64)
T, S = schedules.cosine()(600), schedules.cosine()(400)  # from more noise to less
XT = forward.noised(X0, T, EPS)
HAT = OTHER  # what some denoiser says, far from right
BETA = 1 - (T.alpha / S.alpha) ** 2
LEVEL = {"α": T.alpha, "σ": T.sigma}
STEP = {"α_t": T.alpha, "σ_t": T.sigma, "α_s": S.alpha, "σ_s": S.sigma, "x_t": XT, "x̂₀": HAT}
STEP |= {"ε̂": denoisers.eps_hat(XT, HAT, T), "β": BETA, "β̃": BETA * S.sigma**2 / T.sigma**2}
STEP["q"] = (S.sigma / S.alpha) / (T.sigma / T.alpha)


def drawn(*shape: int) -> torch.Tensor:
    """The first noise that a sampler with the seed 1 draws."""
    return forward.noise_like(torch.empty(shape, dtype=torch.float64), seed())


def seed() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def stepped(name: str, walk=(T, S), **options) -> torch.Tensor:
    """Where one step leads a sampler whose denoiser always says HAT."""
    rng = {} if name in ("euler", "heun", "dpmpp_2m") else {"rng": seed()}
    return list(samplers.SAMPLERS[name](lambda x, at: HAT, XT, walk, **rng, **options))[-1].x


def value(term: str, values: dict, equation: int = 0, side: int = -1):
    """A side of an equation of a term, the last one if not said, computed."""
    return computed(sides(TERMS[term].formula, equation)[side], values)


def close(a, b, within: float = 1e-12) -> None:
    """Equal but for rounding."""
    a, b = (torch.as_tensor(v, dtype=torch.float64) for v in (a, b))
    assert (a - b).abs().max() <= within


@pytest.mark.parametrize(
    "term, found",
    [
        ("snr", T.snr),
        ("log-snr", T.log_snr),
        ("angle", T.angle),
        ("sigma-over-alpha", T.ratio),
        ("alpha", T.alpha),
        ("sigma", T.sigma),
        ("variance-preserving", T.alpha**2 + T.sigma**2),
        ("error-amplification", illposed.factor(T, "eps", "x0")),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_formulas_of_a_level(term, found):
    values = {"ᾱ": T.alpha**2, "error": 1.0, "of": 1.0, "ε̂": 1.0}
    close(value(term, LEVEL | values), found, 1e-9)


def test_formulas_of_the_forward_process():
    close(value("closed-form", LEVEL | {"x₀": X0, "ε": EPS}), forward.noised(X0, T, EPS))
    schedule = schedules.linear(T=2)
    first = next(forward.chain(X0, schedule, seed()))
    step = {"x_{t−1}": X0, "β_t": schedule.beta[1], "ε": drawn(*X0.shape)}
    close(value("markov-chain", step), first)
    bars = schedules.cosine().alpha ** 2
    for t in (1, 500, 1000):
        near = {"ᾱ_t": bars[t], "ᾱ_{t−1}": bars[t - 1]}
        close(value("beta", near), schedules.cosine().beta[t])
    mean, variance = forward.bridge(X0, XT, S, T)
    said, spread = TERMS["posterior"].formula.split(", ")
    close(computed(said.removeprefix("mean "), STEP | {"x₀": X0}), mean)
    close(computed(spread.split("= ")[1], STEP), variance)


@pytest.mark.parametrize("t", [1, 300, 1000])
def test_formulas_of_the_schedules(t):
    at = {"t": t, "T": 1000}
    close(value("linear-schedule", at), schedules.linear().beta[t])
    close(value("scaled-linear-schedule", at), schedules.scaled_linear().beta[t] ** 0.5)
    karras = schedules.karras()
    ends = {"r_1": karras(1).ratio, "r_T": karras(1000).ratio}
    close(value("karras-schedule", at | ends), karras(t).ratio ** (1 / 7), 1e-9)
    if t < 1000:  # there beta is clipped
        right = TERMS["cosine-schedule"].formula.split("f(t) = ")[1].replace("cos²", "cos")
        f = [computed(right, at | {"t": u, "s": 0.008, "π": math.pi}) ** 2 for u in (t, 0)]
        close(f[0] / f[1], schedules.cosine()(t).alpha ** 2)


def test_formulas_of_the_spacings():
    trailing, leading = (schedules.timesteps(1000, 10, name) for name in ("trailing", "leading"))
    for i in range(10):
        close(value("trailing", {"T": 1000, "n": 10, "i": i}), trailing[i])
        close(value("leading", {"T": 1000, "n": 10, "i": i}), leading[9 - i])
    walk = schedules.levels(schedules.linear(), 10, "karras")
    ends = {"r_0": walk[0].ratio, "r_{n−1}": walk[9].ratio, "n": 10, "i": 4}
    close(value("karras-spacing", ends), walk[4].ratio ** (1 / 7), 1e-9)


def test_formulas_of_predictions():
    v = denoisers.target(X0, EPS, T, "v")
    known = LEVEL | {"x_t": XT, "x₀": X0, "ε": EPS, "x̂₀": X0, "v": v}
    close(value("v-prediction", known), v)
    close(value("velocity", known), denoisers.target(X0, EPS, T, "velocity"))
    close(value("eps-prediction", known), denoisers.eps_hat(XT, X0, T))
    close(value("parameterisation", known, side=1), denoisers.to_x0(EPS, XT, T, "eps"))
    close(value("parameterisation", known, side=2), denoisers.to_x0(v, XT, T, "v"))
    score = denoisers.score_hat(XT, X0, T)
    close(value("score", known), score)
    formula = TERMS["tweedie"].formula.split("= ")[1].replace("∇ log p(x_t)", "g")
    close(computed(formula, known | {"g": score}), X0)
    error = {"SNR": T.snr, "x̂₀": HAT, "x₀": X0}
    ours = computed("SNR (x̂₀ − x₀)²", error)
    assert TERMS["loss-weighting"].formula.split("= ")[1] == "SNR |x̂₀ − x₀|²"
    close(ours, (denoisers.eps_hat(XT, HAT, T) - EPS) ** 2)


def test_formulas_of_samplers():
    noise = {"ε": drawn(*XT.shape)}
    close(value("ddim", STEP), stepped("ddim"))
    close(value("euler", STEP), stepped("euler"))
    close(value("ddpm", STEP | noise), stepped("ddpm"))
    close(value("euler-ancestral", STEP | noise), stepped("euler_ancestral"))
    close(value("euler-ancestral", STEP, equation=1), STEP["q"])
    fresh = value("eta", STEP | {"η": 0.5})
    kept = (S.sigma**2 - fresh**2) ** 0.5
    ours = S.alpha * HAT + kept * STEP["ε̂"] + fresh * noise["ε"]
    close(ours, stepped("ddim", eta=0.5))


def test_formulas_of_second_order_samplers():
    after = denoisers.eps_hat(S.alpha * HAT + S.sigma * STEP["ε̂"], HAT, S)
    both = STEP | {"r_s": S.ratio, "r_t": T.ratio, "ε̂_t": STEP["ε̂"], "ε̂_s": after}
    close(value("heun", both) * S.alpha, stepped("heun"))
    middle, said = schedules.cosine()(500), iter((X, HAT))
    walk = (T, middle, S)
    records = list(samplers.dpmpp_2m(lambda x, at: next(said), XT, walk))
    h, before = (math.log(b.ratio / a.ratio) for a, b in ((S, middle), (middle, T)))
    known = {"α_s": S.alpha, "σ_s": S.sigma, "σ_t": middle.sigma, "x_t": records[1].x, "h": h}
    known |= {"x̂₀": HAT, "x̂₀′": X, "h′": before, "e": math.e}
    known["D"] = value("dpmpp-2m", known, equation=1)
    close(value("dpmpp-2m", known), records[2].x)


@pytest.mark.parametrize("n", [1, 7])
def test_formulas_of_cost_and_order(n):
    assert TERMS["nfe"].formula == "NFE = n, and 2n − 1 for Heun"
    assert [samplers.evaluations(name, n) for name in ("ddim", "heun")] == [n, 2 * n - 1]
    right = TERMS["order-of-convergence"].formula.split("~ ")[1]
    errors = [computed(right, {"n": steps, "p": 2}) for steps in (10, 20, 40)]
    close(metrics.convergence_order((10, 20, 40), errors), 2)


def test_formulas_of_guidance():
    known = {"x̂_uncond": X0, "x̂_neg": X0, "x̂_cond": EPS, "s": 3.0}
    guided = denoisers.guide(X0, EPS, 3.0)
    close(value("classifier-free-guidance", known), guided)
    close(value("negative-prompt", known), guided)
    rescaled = {"φ": 0.7, "v̂_s": X0, "v̂_cond": EPS}
    close(value("guidance-rescale", rescaled), guidance.rescale(X0[None], EPS[None], 0.7)[0])


def test_formulas_of_layers():
    a = torch.linspace(-3, 3, 9, dtype=torch.float64)
    close(value("silu", {"a": a, "e": math.e}), F.silu(a))
    norm = nn.GroupNorm(1, 3).double()
    formula = TERMS["groupnorm"].formula.split("= ")[1].replace("10⁻⁵", "0.00001")
    known = {"h": X0, "mean": X0.mean(), "var": X0.var(correction=0), "γ": 1, "β": 0}
    close(computed(formula, known), norm(X0))


def test_formulas_of_training_and_quality():
    known = {"SNR": T.snr, "γ": plane_recipe.GAMMA}
    snr = torch.tensor([T.snr], dtype=torch.float64)
    close(value("min-snr", known), plane_recipe.WEIGHTS["min_snr"](snr))
    assert value("min-snr", {}, equation=1) == plane_recipe.GAMMA
    net, ema = nn.Linear(2, 2), {"weight": torch.zeros(2, 2), "bias": torch.zeros(2)}
    loop.average(ema, net, 0.9, step=10_000)
    known = {"θ_avg": torch.zeros(2, 2), "d": 0.9, "θ": net.weight}
    right = TERMS["ema"].formula.split("← ")[1]
    close(computed(right, known).detach(), ema["weight"], 1e-7)
    mse = (X0 - EPS).square().mean()
    close(value("psnr", {"MSE": mse}), metrics.psnr(X0, EPS))
    a, b = torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0], [7.0]])
    known = {"A": 2.0, "B": 18.0}  # variances; the means are 1 and 4
    formula = TERMS["frechet-distance"].formula.replace("|μ_a − μ_b|²", "9")
    close(computed(formula, known), metrics.frechet_distance(a, b))
    line = level.straight(T)
    known = {"t": line.sigma, "x₀": X0, "ε": EPS}
    close(value("flow-matching", known), forward.noised(X0, line, EPS))


def test_the_kl_divergence_is_that_of_two_gaussians():
    two = [torch.distributions.Normal(*pair) for pair in ((0.7, 0.4), (0.0, 1.0))]
    known = {"μ": 0.7, "s": 0.4}
    right = sides(TERMS["kl-divergence"].formula)[1].replace("log s²", "log(s²)")
    close(computed(right, known), torch.distributions.kl_divergence(*two), 1e-6)
