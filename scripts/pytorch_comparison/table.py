"""The comparison's results: medians over repetitions, the table, JSON and CSV."""

from __future__ import annotations

import csv
import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .options import SETTINGS
from .runs import Measurement


@dataclass
class Series:
    """The repeated measurements of one contestant."""

    measurements: list[Measurement] = field(default_factory=list)

    @property
    def failure(self) -> str | None:
        """Why there is no result; one failure spoils a series."""
        return next((m.failure for m in self.measurements if m.failure), None)

    @property
    def valid(self) -> bool:
        return bool(self.measurements) and self.failure is None

    def median(self, quantity: str) -> float | None:
        """The median of a quantity of `Measurement`."""
        values = [value for m in self.measurements if (value := getattr(m, quantity)) is not None]
        return statistics.median(values) if self.valid and values else None

    @property
    def tokens_per_second(self) -> float | None:
        return self.median("tokens_per_second")

    @property
    def peak_memory(self) -> float | None:
        """The median peak, `None` if it is not known."""
        return self.median("peak_memory_bytes") or None

    def record(self) -> dict[str, Any]:
        """For JSON."""
        if not self.measurements:
            return {"skipped": True}
        if self.failure:
            return {"failure": self.failure}
        record = {
            "tokensPerSecond": self.tokens_per_second, "msPerStep": self.median("ms_per_step"),
            "peakMemoryBytes": self.peak_memory, "gflops": self.median("gflops"),
            "peakShare": self.median("peak_share"),
            "samples": [m.tokens_per_second for m in self.measurements]}
        return {key: value for key, value in record.items() if value is not None}


@dataclass
class Row:
    """One primitive at one setting."""

    primitive: str
    setting: str
    ours: Series
    pytorch: dict[str, Series]

    @property
    def best(self) -> str | None:
        """PyTorch's fastest arrangement."""
        speeds = {name: series.tokens_per_second for name, series in self.pytorch.items()}
        valid = {name: speed for name, speed in speeds.items() if speed is not None}
        return max(valid, key=lambda name: valid[name]) if valid else None

    @property
    def ratio(self) -> float | None:
        """Our tokens per second over those of PyTorch's best arrangement."""
        if self.best is None:
            return None
        return quotient(self.ours.tokens_per_second, self.pytorch[self.best].tokens_per_second)

    @property
    def memory_ratio(self) -> float | None:
        """Peak memory of PyTorch's best arrangement over ours."""
        return quotient(self.pytorch[self.best].peak_memory, self.ours.peak_memory) if self.best else None

    def record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "primitive": self.primitive, "setting": self.setting, "mode": SETTINGS[self.setting].mode,
            "ours": self.ours.record(), "pytorch": {name: series.record() for name, series in self.pytorch.items()},
            "best": self.best, "ratio": self.ratio, "memoryRatio": self.memory_ratio}


def quotient(a: float | None, b: float | None) -> float | None:
    return a / b if a is not None and b else None


def geometric_means(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Geometric means of speed and memory ratios, per setting and, if there are several settings, over `all`."""
    settings = list(dict.fromkeys(row.setting for row in rows))
    groups = {setting: [row for row in rows if row.setting == setting] for setting in settings}
    if len(settings) > 1:
        groups["all"] = list(rows)
    means: dict[str, dict[str, float]] = {}
    for name, group in groups.items():
        ratios = [row.ratio for row in group if row.ratio]
        memory = [row.memory_ratio for row in group if row.memory_ratio]
        if ratios:
            means[name] = {"ratio": statistics.geometric_mean(ratios), "rows": len(ratios)}
            if memory:
                means[name]["memoryRatio"] = statistics.geometric_mean(memory)
    return means


def failure_word(series: Series) -> str:
    if not series.measurements:
        return "-"
    return "time-out" if "within" in (series.failure or "") else "failed"


def speed_text(series: Series) -> str:
    return f"{speed:,.0f}" if (speed := series.tokens_per_second) is not None else failure_word(series)


def ratio_text(ratio: float | None) -> str:
    return f"{ratio:.2f}" if ratio is not None else "-"


def table(rows: Sequence[Row], arrangements: Sequence[str]) -> str:
    """The comparison as text: tokens per second, `*` marks PyTorch's best arrangement."""
    lines = [["primitive", "setting", "ours", *arrangements, "ratio", "memory"]]
    for row in rows:
        speeds = [speed_text(row.pytorch[name]) + ("*" if name == row.best else " ") for name in arrangements]
        lines.append([row.primitive, row.setting, speed_text(row.ours), *speeds,
                      ratio_text(row.ratio), ratio_text(row.memory_ratio)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = ["  ".join(cell.ljust(width) if column < 2 else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    for name, mean in geometric_means(rows).items():
        memory = f", memory {mean['memoryRatio']:.2f}" if "memoryRatio" in mean else ""
        text.append(f"geometric mean, {name} ({mean['rows']:.0f} rows): ratio {mean['ratio']:.2f}{memory}")
    text.append("tokens per second; ratio = ours / PyTorch's best (*); memory = PyTorch's best / ours, peak")
    for row in rows:
        for name, series in {"ours": row.ours, **row.pytorch}.items():
            if series.failure:
                text.append(f"{row.primitive}, {row.setting}, {name}: {series.failure}")
    return "\n".join(text)


def write_json(path: Path, rows: Sequence[Row], facts: dict[str, Any]) -> None:
    """Everything, with the single samples."""
    document = {**facts, "rows": [row.record() for row in rows], "geometricMeans": geometric_means(rows)}
    replace(path, json.dumps(document, indent=2) + "\n")


def write_csv(path: Path, rows: Sequence[Row], arrangements: Sequence[str]) -> None:
    """One line per row of the table; a failed arrangement is an empty field."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["primitive", "setting", "mode", "ours_tokens_per_second",
                         *(f"{name}_tokens_per_second" for name in arrangements), "best_arrangement", "ratio",
                         "ours_peak_memory_bytes", "pytorch_peak_memory_bytes", "memory_ratio"])
        for row in rows:
            best = row.pytorch[row.best].peak_memory if row.best else None
            writer.writerow([row.primitive, row.setting, SETTINGS[row.setting].mode, row.ours.tokens_per_second,
                             *(row.pytorch[name].tokens_per_second for name in arrangements), row.best, row.ratio,
                             row.ours.peak_memory, best, row.memory_ratio])
    os.replace(temporary, path)


def replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text)
    os.replace(temporary, path)
