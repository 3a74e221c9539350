"""Writes the values that CorrelationTests and BootstrapTests are checked against: python3 reference_correlation.py"""
import numpy as np
from scipy import stats
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
