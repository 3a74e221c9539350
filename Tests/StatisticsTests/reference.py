"""Writes the values that GaussianProcessTests, NormalScoresTests and EstimatesTests are checked against: python3 reference.py"""
import numpy as np
from scipy.stats import binom, norm, rankdata

x = np.array([0.0, 0.4, 1.0, 1.7, 2.5, 4.0])
y = np.array([0.3, 0.9, 1.4, 0.2, -0.8, 0.1])
noise = np.array([0.1, 0.1, 0.05, 0.1, 0.1, 0.2])


def kernel(a, b):
    return np.exp(-np.abs(a[:, None] - b[None, :]))


def process(x, y, noise, mean=None, scale=None):
    matrix = kernel(x, x) + np.diag(noise)
    inverse = np.linalg.inv(matrix)
    ones = np.ones(len(x))
    mean = ones @ inverse @ y / (ones @ inverse @ ones) if mean is None else mean
    rest = y - mean
    scale = rest @ inverse @ rest / len(x) if scale is None else scale
    likelihood = -0.5 * (rest @ inverse @ rest / scale + np.linalg.slogdet(scale * matrix)[1]
                         + len(x) * np.log(2 * np.pi))
    return mean, scale, likelihood, inverse


def posterior(at, x, y, noise, mean=None, scale=None):
    mean, scale, _, inverse = process(x, y, noise, mean, scale)
    k = kernel(np.array([at]), x)[0]
    return mean + k @ inverse @ (y - mean), scale * (1 - k @ inverse @ k)


mean, scale, likelihood, _ = process(x, y, noise)
print("mean, scale, log likelihood", float(mean), float(scale), float(likelihood))
for at in (0.7, 3.0, 9.0):
    print("posterior at", at, *posterior(at, x, y, noise))
# As if 3.0 had been observed, with noise 0.1, at its posterior mean: the same mean and scale, one more observation.
believed = posterior(3.0, x, y, noise)[0]
print(
    "posterior at 2.7 then",
    *posterior(2.7, np.append(x, 3.0), np.append(y, believed), np.append(noise, 0.1), mean, scale))
values = np.array([3.0, -1.0, 3.0, 10.0, 0.5])
print("normal scores", *norm.ppf((rankdata(values) - 0.375) / (len(values) + 0.25)))
print("quantiles", *norm.ppf([1e-10, 0.01, 0.3, 0.975]))
# The ranks of the ends of a 95 % interval of the median: fewer than the lower one are below it in 2.5 % of cases at most.
for n in (5, 6, 10, 33, 100, 1000, 20000):
    low = int(binom.ppf(0.025, n, 0.5))
    print("median of", n, "from rank", low, "to", n + 1 - low)
sample = np.array([1.0, 2.0, 4.0, 9.0])
print("mean and its standard error", sample.mean(), sample.std(ddof=1) / len(sample) ** 0.5)
