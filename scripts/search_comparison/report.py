"""The tables of `madsearch benchmark search`, of other searchers."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

TARGETS = [0.9, 0.95, 0.99]
SHARES = ["strategy", "evaluations", "hypervolumeShare", "standardError", "seeds", "regret", "regretStandardError"]
NEEDED = [
    "strategy", "hypervolumeShare", "seeds", "reached", "mean", "standardError", "median", "medianLow", "medianHigh"]

History = list[tuple[int, float, float]]
Rows = list[dict[str, Any]]


def mean_and_error(values: list[float]) -> tuple[float, float | None]:
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, None
    return mean, math.sqrt(sum((x - mean) ** 2 for x in values) / (len(values) - 1) / len(values))


def median_and_interval(values: list[float]) -> tuple[float, float | None, float | None]:
    """With an interval of 95 % by order statistics and the binomial distribution (Conover 1999, section 3.2)."""
    values = sorted(values)
    count, rank, below = len(values), 0, 0
    while rank < count:
        below += math.comb(count, rank)
        if below > 0.025 * 2**count:
            break
        rank += 1
    median = (values[(count - 1) // 2] + values[count // 2]) / 2
    return (median, values[rank - 1], values[count - rank]) if rank else (median, None, None)


def finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def shares(searches: dict[str, list[History]], checkpoints: list[int]) -> Rows:
    rows = []
    for strategy, histories in searches.items():
        for checkpoint in checkpoints:
            points = [point for history in histories for point in history if point[0] == checkpoint]
            if points:
                share, error = mean_and_error([point[1] for point in points])
                regret, regret_error = mean_and_error([point[2] for point in points])
                rows.append(dict(zip(SHARES, [strategy, checkpoint, share, error, len(points), regret, regret_error])))
    return rows


def needed(searches: dict[str, list[History]]) -> Rows:
    rows = []
    for strategy, histories in searches.items():
        for target in TARGETS:
            counts = [next((point[0] for point in history if point[1] >= target), math.inf) for history in histories]
            reached = sum(math.isfinite(count) for count in counts)
            mean, error = mean_and_error(counts) if reached == len(counts) else (None, None)
            median = [finite(number) for number in median_and_interval(counts)]
            rows.append(dict(zip(NEEDED, [strategy, target, len(counts), reached, mean, error, *median])))
    return rows


def history(searches: dict[str, list[History]], seeds: list[int]) -> Rows:
    return [
        {"strategy": strategy, "seed": seed, "evaluations": count, "hypervolumeShare": share, "regret": regret}
        for strategy, histories in searches.items() for seed, points in zip(seeds, histories)
        for count, share, regret in points]


def csv_text(rows: Rows) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def text(rows: Rows, titles: list[str], decimals: dict[str, int]) -> str:
    """Aligned columns, numbers to the right."""
    def cell(key: str, value: Any) -> str:
        if value is None:
            return ""
        return f"{value:.{decimals.get(key, 4)}f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value

    lines = [titles] + [[cell(key, value) for key, value in row.items()] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    numeric = [any(isinstance(value, (int, float)) for value in column) for column in zip(*(row.values() for row in rows))]
    return "".join("  ".join(
        value.rjust(width) if right else value.ljust(width) for value, width, right in zip(line, widths, numeric)).rstrip() + "\n"
        for line in lines)


def report(searches: dict[str, list[History]], checkpoints: list[int]) -> str:
    return text(
        shares(searches, checkpoints),
        ["strategy", "evaluations", "hypervolume", "std. error", "seeds", "regret", "std. error"], {}) + "\n" + text(
        needed(searches),
        ["strategy", "hypervolume", "seeds", "reached", "mean evaluations", "std. error", "median", "95 % from", "to"],
        {"hypervolumeShare": 2, "mean": 1, "standardError": 1, "median": 1, "medianLow": 1, "medianHigh": 1})
