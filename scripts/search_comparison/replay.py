"""Searches of a table with Optuna's samplers."""

from __future__ import annotations

import warnings
from typing import Any

from .hypervolume import dominates, hypervolume
from .tables import Table

SAMPLERS = {
    "random": "RandomSampler",
    "tpe": "TPESampler, as it is for several objectives: each parameter on its own",
    "tpe-multivariate": "TPESampler(multivariate=True)",
    "tpe-group": "TPESampler(multivariate=True, group=True), meant for conditional parameters",
    "nsga2": "NSGAIISampler, with the population that is asked for",
}


def sampler(name: str, seed: int, population: int) -> Any:
    from optuna import samplers

    match name:
        case "random": return samplers.RandomSampler(seed=seed)
        case "tpe": return samplers.TPESampler(seed=seed)
        case "tpe-multivariate":
            return samplers.TPESampler(seed=seed, multivariate=True, warn_independent_sampling=False)
        case "tpe-group":
            return samplers.TPESampler(seed=seed, multivariate=True, group=True, warn_independent_sampling=False)
        case _: return samplers.NSGAIISampler(seed=seed, population_size=population)


def replay(
    table: Table, name: str, seed: int, *, evaluations: int, trials: int, population: int
) -> dict[str, list[float]]:
    """One search, up to so many different architectures or so many trials, whichever is first; at least `evaluations` trials.
    After each trial: how many different architectures it has seen, share of the true hypervolume, regret."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    truths = [table.truth(architecture) for architecture in table.rows]
    whole = hypervolume(truths, table.reference)
    best = min(truth[0] for truth in truths)
    study = optuna.create_study(
        directions=["minimize"] * len(table.reference), sampler=sampler(name, seed, population))
    seen: set[str] = set()
    front: list[tuple[Any, Any]] = []
    share, regret = 0.0, float("inf")
    found: dict[str, list[float]] = {"distinct": [], "share": [], "regret": []}
    for number in range(trials):
        if number >= evaluations and len(seen) >= min(evaluations, len(table.rows)):
            break
        trial = study.ask()
        architecture = table.suggest(trial)
        measured = table.measured(architecture, seed)
        study.tell(trial, measured)
        if architecture not in seen:
            seen.add(architecture)
            if not any(dominates(other, measured) for other, _ in front):
                front = [(other, truth) for other, truth in front if not dominates(measured, other)]
                front.append((measured, table.truth(architecture)))
                share = hypervolume([truth for _, truth in front], table.reference) / whole
                regret = min(front, key=lambda member: member[0][0])[1][0] - best
        found["distinct"].append(len(seen))
        found["share"].append(share)
        found["regret"].append(regret)
    return found


def histories(found: dict[str, list[float]], evaluations: int) -> tuple[list[Any], list[Any]]:
    """(evaluations, share, regret) after each: once with every trial as an evaluation, and once, as with a cache, with
    every new architecture as one. What a search with a cache has when its trials end counts from then on."""
    points = list(zip(found["distinct"], found["share"], found["regret"]))
    plain = [(number + 1, share, regret) for number, (_, share, regret) in enumerate(points[:evaluations])]
    cached: list[Any] = []
    for distinct, share, regret in points:
        if distinct <= evaluations and (not cached or distinct > cached[-1][0]):
            cached.append((distinct, share, regret))
    cached += [(count, *cached[-1][1:]) for count in range(cached[-1][0] + 1, evaluations + 1)]
    return plain, cached
