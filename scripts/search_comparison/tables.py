"""Tables of architectures that were all trained, in the two forms of `madsearch benchmark search`, as an Optuna user
would search them: parameters that a trial suggests, conditional ones where the depth or a choice is."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any, Protocol

from .hypervolume import Point


class TableError(Exception):
    """What is wrong with a table."""


class Trial(Protocol):
    def suggest_int(self, name: str, low: int, high: int) -> int: ...
    def suggest_categorical(self, name: str, choices: list[Any]) -> Any: ...


class Table:
    """Losses of several trainings and exact costs, by architecture."""

    def __init__(self, rows: dict[str, tuple[list[float], list[float]]], reference: list[float]) -> None:
        self.rows = rows
        self.reference = reference

    def suggest(self, trial: Trial) -> str:
        raise NotImplementedError

    def truth(self, architecture: str) -> Point:
        losses, costs = self.rows[architecture]
        return [sum(losses) / len(losses), *costs]

    def measured(self, architecture: str, seed: int) -> Point:
        """One training, always the same for a seed."""
        losses, costs = self.rows[architecture]
        return [losses[random.Random(f"{seed} {architecture}").randrange(len(losses))], *costs]


class StackTable(Table):
    """Stacks of symbols; accuracy in per cent and FLOPs."""

    def __init__(self, value: dict[str, Any], floor: float) -> None:
        rows = {
            stack: ([-accuracy for accuracy in row["test_acc"]], [float(row["flops"])]) for stack, row in value.items()}
        super().__init__(rows, [-floor, max(costs[0] for _, costs in rows.values())])
        self.alphabets = [sorted(set(symbols)) for symbols in zip(*rows)]

    def suggest(self, trial: Trial) -> str:
        return "".join(
            trial.suggest_categorical(f"layer {depth + 1}", alphabet) for depth, alphabet in enumerate(self.alphabets))


class LayoutTable(Table):
    """Layouts of a space; the objectives of the space, costs as decimal logarithms."""

    def __init__(self, value: dict[str, Any]) -> None:
        objectives = [name for name in value["space"].get("objectives", ["quality", "state", "flops"]) if name != "quality"]

        def costs(of: dict[str, Any]) -> list[float]:
            return [math.log10(max(of[name], 1)) for name in objectives]

        rows = {row["layout"]: ([-score for score in row["scores"]], costs(row)) for row in value["layouts"]}
        super().__init__(rows, [-value["chance"], *costs(value["limits"])])
        grammar = value["space"]["grammar"]
        self.rules, self.start = grammar["rules"], grammar["start"]

    def suggest(self, trial: Trial) -> str:
        layout = " ".join(self.layers(self.start, self.start, trial))
        if layout not in self.rows:
            raise TableError(f"the layout '{layout}' is not in the table; only complete tables can be replayed")
        return layout

    def layers(self, rule: Any, path: str, trial: Trial) -> list[str]:
        """The layers that a rule derives; what is open is suggested, under the name of its place."""
        if isinstance(rule, str):
            if rule not in self.rules:
                return rule.split()
            return self.layers(self.rules[rule], path if path == rule else f"{path}/{rule}", trial)
        if "depth" in rule:
            raise TableError(f"the rule at {path} is recursive, which no fixed set of parameters describes")
        if "empty" in rule:
            return []
        if "sequence" in rule:
            parts = [self.layers(part, f"{path}.{index + 1}", trial) for index, part in enumerate(rule["sequence"])]
            return [layer for part in parts for layer in part]
        if "repeat" in rule:
            times = rule["times"]
            if isinstance(times, list):
                times = trial.suggest_int(f"{path} times", times[0], times[1])
            parts = [self.layers(rule["repeat"], f"{path}.{index + 1}", trial) for index in range(times)]
            return [layer for part in parts for layer in part]
        if "choice" in rule:
            weights = rule.get("weights", [1] * len(rule["choice"]))
            open_places = [place for place, weight in enumerate(weights) if weight > 0]
            place = open_places[0] if len(open_places) == 1 else trial.suggest_categorical(path, open_places)
            return self.layers(rule["choice"][place], f"{path}={place}", trial)
        if "primitive" in rule:
            options = []
            for name, values in rule.get("options", {}).items():
                value = trial.suggest_categorical(f"{path} {name}", values) if isinstance(values, list) else values
                if value is not None:
                    options.append(f"{name}={value}")
            return [rule["primitive"] + (f"({','.join(options)})" if options else "")]
        members = [layer for part in rule["parallel"] for layer in self.layers(part, f"{path}|", trial)]
        return ["|".join(sorted(members))] if members else []


def read(path: Path, floor: float) -> Table:
    """A table in either form.
    :raises TableError: if it is neither; `madsearch benchmark search` says more exactly where.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        table = LayoutTable(value) if "layouts" in value else StackTable(value, floor)
    except OSError as error:
        raise TableError(error.strerror or str(error)) from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise TableError(f"it is not a table ({type(error).__name__}: {error}); madsearch benchmark search says where") from error
    if len(table.rows) < 2:
        raise TableError("at least 2 architectures are expected")
    return table
