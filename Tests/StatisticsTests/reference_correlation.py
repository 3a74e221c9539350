"""Writes the values that CorrelationTests, BootstrapTests, PartWeightsTests, PartEffectTests and AttenuationTests are
checked against: python3 Tests/StatisticsTests/reference_correlation.py (numpy and scipy)"""
import numpy as np
from scipy import stats
from scipy.optimize import nnls
from scipy.stats import rankdata

x = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.5])
y = np.array([2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0, 2.0, 8.0])
z = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 4.0, 7.0, 6.0, 6.0])
print("correlations", stats.pearsonr(x, y)[0], stats.spearmanr(x, y)[0], stats.kendalltau(x, y)[0])
print("correlations", stats.pearsonr(x, z)[0], stats.spearmanr(x, z)[0], stats.kendalltau(x, z)[0])


def partial(x, y, *others):
    design = np.column_stack([np.ones(len(x)), *others])
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (x, y)]
    return stats.pearsonr(*left)[0]


w = np.array([2.0, 1.0, 0.5, 3.0, 1.0, 2.0, 4.0, 4.0, 3.0, 1.0])
print("partial", partial(x, y, z), partial(x, y, z, w),
      partial(*[rankdata(v) for v in (x, y, z, w)]))

# Two measurements of 24 things, made without a random generator so that other languages have the same.
index = np.arange(24)
score = np.sin(index * 1.7) + 0.1 * index
loss = -0.5 * score + np.cos(index * index * 0.9)
print("of 24", stats.pearsonr(score, loss)[0], stats.spearmanr(score, loss)[0], stats.kendalltau(score, loss)[0])
for name, statistic in (("pearson", lambda a, b: stats.pearsonr(a, b)[0]),
                        ("kendall", lambda a, b: stats.kendalltau(a, b)[0])):
    interval = stats.bootstrap((score, loss), statistic, paired=True, vectorized=False, n_resamples=50000,
                               method="BCa", random_state=1).confidence_interval
    percentile = stats.bootstrap((score, loss), statistic, paired=True, vectorized=False, n_resamples=50000,
                                 method="percentile", random_state=1).confidence_interval
    print(name, "BCa", interval.low, interval.high, "percentile", percentile.low, percentile.high)
for pair in ((x[:7], y[:7]), (x[:7], z[:7])):
    for name, statistic in (("pearson", lambda v: stats.pearsonr(v, pair[1])[0]),
                            ("kendall", lambda v: stats.kendalltau(v, pair[1])[0])):
        test = stats.permutation_test((pair[0],), statistic, permutation_type="pairings", n_resamples=np.inf,
                                      vectorized=False)
        # scipy doubles the smaller tail; ours counts both.
        null = np.abs(test.null_distribution)
        print("permutation", name, np.mean(null >= abs(test.statistic) * (1 - 1e-12)), test.pvalue)

# PartWeightsTests: four parts of the 24 things, and a loss that depends on two of them.
parts = np.stack([np.sin(index * 1.7), 2 + 0.5 * np.cos(index * 0.8), np.sin(index * index * 0.6) / 3,
                  0.1 * (index * 7 % 11)], axis=1)
part_loss = -parts[:, 0] - 0.5 * parts[:, 3] + 0.8 * np.cos(index * index * 0.9)


def fit(parts, better, shrinkage):
    """Non-negative coefficients, as least squares with a row more for each part; means of parts and target."""
    means, mean = parts.mean(axis=0), better.mean()
    count, size = parts.shape
    spread = np.mean(parts.var(axis=0))
    if np.isinf(shrinkage):
        total = (parts - means).sum(axis=1)
        return np.full(size, max(0, total @ (better - mean) / (total @ total))), means, mean
    away = np.sqrt(count * shrinkage * spread) * (np.eye(size) - 1 / size)
    design = np.vstack([parts - means, away])
    return nnls(design, np.append(better - mean, np.zeros(size)))[0], means, mean


def choose(parts, better, folds):
    errors = []
    for shrinkage in (0.01, 0.1, 1, 10, np.inf):
        error = 0
        for fold in range(10):
            held = folds == fold
            coefficients, means, mean = fit(parts[~held], better[~held], shrinkage)
            error += np.sum((better[held] - mean - (parts[held] - means) @ coefficients) ** 2)
        errors.append((error, -shrinkage))
    return -min(errors)[1]


def weights(coefficients):
    total = coefficients.sum()
    return coefficients / total if total > 0 else np.full(len(coefficients), 1 / len(coefficients))


for shrinkage in (0.01, 1, np.inf):
    print("weights", shrinkage, weights(fit(parts, -part_loss, shrinkage)[0]).tolist())
shrinkage = choose(parts, -part_loss, index % 10)
print("chosen", shrinkage, weights(fit(parts, -part_loss, shrinkage)[0]).tolist())
held_out = []
for left in index:
    kept = index != left
    chosen = choose(parts[kept], -part_loss[kept], index[kept] % 10)
    held_out.append((parts[left] - parts.mean(axis=0)) @ weights(fit(parts[kept], -part_loss[kept], chosen)[0]))
for name, predictor in (("held out", np.array(held_out)), ("mean", parts.mean(axis=1)),
                        ("equal spread", (parts / parts.std(axis=0, ddof=1)).mean(axis=1))):
    print(name, stats.pearsonr(predictor, part_loss)[0], stats.spearmanr(predictor, part_loss)[0],
          stats.kendalltau(predictor, part_loss)[0])
for part in range(4):
    others = np.delete(parts, part, axis=1).mean(axis=1)
    print("without", part, stats.kendalltau(others, part_loss)[0], stats.kendalltau(parts[:, part], part_loss)[0])


def without(a, b):
    others, mean = (a[0] + a[1] + a[3]) / 3, sum(a) / 4
    return abs(stats.pearsonr(others, b)[0]) - abs(stats.pearsonr(mean, b)[0])


difference = stats.bootstrap((*parts.T, part_loss), lambda *v: without(v[:4], v[4]), paired=True, vectorized=False,
                             n_resamples=20000, method="BCa", random_state=1)
print("without the third", without(parts.T, part_loss), difference.confidence_interval)

# AttenuationTests: three replicates of the 24 scores, two of the losses.
scores = np.stack([score + 0.6 * np.sin(index * (2.3 + seed) + seed) for seed in range(3)], axis=1)
losses = np.stack([loss + 0.5 * np.cos(index * (1.3 + seed) + seed) for seed in range(2)], axis=1)


def reliability(values):
    count, size = values.shape
    between = size * values.mean(axis=1).var(ddof=1)
    return 1 - values.var(axis=1, ddof=1).mean() / between


def corrected(values, other):
    return stats.pearsonr(values.mean(axis=1), other.mean(axis=1))[0] / np.sqrt(
        reliability(values) * reliability(other))


print("reliability", reliability(scores), reliability(losses), "corrected", corrected(scores, losses),
      stats.spearmanr(scores.mean(axis=1), losses.mean(axis=1))[0] / np.sqrt(
          reliability(scores) * reliability(losses)))
estimate = stats.bootstrap(
    (index,), lambda drawn: corrected(scores[drawn], losses[drawn]), vectorized=False, n_resamples=20000,
    method="BCa", random_state=1)
print("corrected", estimate.confidence_interval)
