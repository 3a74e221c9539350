"""Writes the values that PowerLawTests and ParametricLossTests are checked against: python3 reference_fits.py

The global optimum of each fit is the best end of many starts of a minimiser of scipy, polished by two others.
"""
import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

DELTA = 1e-3


def huber(residual):
    size = np.abs(residual)
    return np.where(size <= DELTA, residual ** 2 / 2, DELTA * (size - DELTA / 2)).sum()


def best(objective, starts):
    """The objective is scaled for the stopping rules; polished until nothing is gained."""
    scaled = lambda point: objective(point) / DELTA ** 2  # noqa: E731
    ends = sorted((minimize(scaled, start, method="L-BFGS-B", options={"maxiter": 300}) for start in starts),
                  key=lambda end: end.fun)[:5]
    found = None
    for end in ends:
        for _ in range(20):
            before = end.fun
            for method, options in (("Nelder-Mead", {"xatol": 1e-11, "fatol": 1e-11, "maxfev": 4000}),
                                    ("BFGS", {"gtol": 1e-9, "maxiter": 300})):
                other = minimize(scaled, end.x, method=method, options=options)
                end = other if other.fun < end.fun else end
            if end.fun > before * (1 - 1e-9):
                break
        found = end if found is None or end.fun < found.fun else found
    return found.x, found.fun * DELTA ** 2


def power_law(compute, losses):
    x, y = np.log(compute), np.log(losses)
    center = x.mean()

    def objective(point):
        e, a, alpha = point
        return huber(logsumexp(np.stack([np.full_like(x, e), a - alpha * (x - center)]), axis=0) - y)

    starts = [(np.log(share * losses.min()), np.log(max(np.median(losses) - share * losses.min(), 0.01)), alpha)
              for share in (0.01, 0.3, 0.6, 0.9, 0.99) for alpha in (0.03, 0.1, 0.2, 0.4, 0.8)]
    (e, a, alpha), value = best(objective, starts)
    return "E", np.exp(e), "A", np.exp(a + alpha * center), "alpha", alpha, "objective", value


def parametric(parameters, tokens, losses):
    n, d, y = np.log(parameters), np.log(tokens), np.log(losses)
    cn, cd = n.mean(), d.mean()

    def objective(point):
        e, a, alpha, b, beta = point
        return huber(logsumexp(np.stack([np.full_like(n, e), a - alpha * (n - cn), b - beta * (d - cd)]), axis=0) - y)

    starts = [(np.log(share * losses.min()), np.log(rest * part), alpha, np.log(rest * (1 - part)), beta)
              for share in (0.1, 0.5, 0.8, 0.95) for rest in [max(np.median(losses) - share * losses.min(), 0.01)]
              for part in (0.2, 0.5, 0.8) for alpha in (0.1, 0.3, 0.8) for beta in (0.1, 0.3, 0.8)]
    (e, a, alpha, b, beta), value = best(objective, starts)
    return ("E", np.exp(e), "A", np.exp(a + alpha * cn), "alpha", alpha, "B", np.exp(b + beta * cd), "beta", beta,
            "objective", value)


# Without a random generator, so that other languages have the same.
def noise(count, size):
    return np.exp(size * np.sin(np.arange(count) ** 2 * 0.7))


def outliers(losses):
    spoilt = losses.copy()
    spoilt[4::9] *= 1.4
    return spoilt


compute = 10 ** np.linspace(17, 22, 12)
losses = (1.7 + 400 * compute ** -0.13) * noise(12, 0.01)
print("power law, noise", *power_law(compute, losses))
print("power law, outliers", *power_law(compute, outliers(losses)))
parameters, tokens = [v.ravel() for v in np.meshgrid(10 ** np.linspace(7, 10, 6), 10 ** np.linspace(9, 11.5, 6))]
clean = 1.69 + 406.4 * parameters ** -0.34 + 410.7 * tokens ** -0.28
print("parametric, noise", *parametric(parameters, tokens, clean * noise(36, 0.01)))
print("parametric, outliers", *parametric(parameters, tokens, outliers(clean * noise(36, 0.01))))
