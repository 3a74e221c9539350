"""One PyTorch process of a timing: `python -m pytorch_comparison.worker SPECIFICATION`, a JSON object.

It builds the model, warms up, prints `{"event": "ready"}`, waits for a line on standard input, times training steps,
prints `{"event": "result", …}` and keeps training until standard input ends, so that processes timed side by side
disturb each other to the end.
"""

from __future__ import annotations

import json
import resource
import select
import sys
import time
from typing import Any

import torch
from torch import Tensor

from .model import LanguageModel, cross_entropy, make_optimizer

#: Batches drawn beforehand and trained on in turn.
BATCHES = 4
#: Page faults in a step below which the memory counts as settled, and the most steps to wait for that.
SETTLED_FAULTS = 1000
MOST_WARMUP_STEPS = 10


class Trainer:
    """A model in training on random tokens."""

    def __init__(self, specification: dict[str, Any]):
        torch.manual_seed(specification["seed"])
        shape = (BATCHES, specification["batch"], specification["length"])
        vocabulary = specification["vocabulary"]
        layers = [(name, options) for name, options in specification["layers"]]
        self.model = LanguageModel(layers, specification["dim"], vocabulary, specification["length"])
        self.optimizer = make_optimizer(self.model)
        self.ids, self.targets = torch.randint(vocabulary, shape), torch.randint(vocabulary, shape)
        self.steps = 0
        self.loss_of = torch.compile(self.loss) if specification["compiled"] else self.loss

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(self.model(ids), targets)

    def step(self) -> float:
        """One training step; its time in seconds."""
        batch = self.steps % BATCHES
        start = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss_of(self.ids[batch], self.targets[batch])
        loss.backward()
        self.optimizer.step()
        elapsed = time.perf_counter() - start
        self.steps += 1
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} after {self.steps} steps")
        return elapsed


def page_faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def warm_up(trainer: Trainer, least: int) -> None:
    """Trains until the process no longer asks the system for memory."""
    for step in range(max(least, MOST_WARMUP_STEPS)):
        before = page_faults()
        trainer.step()
        if step + 1 >= least and page_faults() - before < SETTLED_FAULTS:
            return


def report(event: str, **values: Any) -> None:
    print(json.dumps({"event": event, **values}), flush=True)


def main() -> None:
    specification = json.loads(sys.argv[1])
    torch.set_num_threads(specification["threads"])
    torch.set_flush_denormal(True)
    trainer = Trainer(specification)
    warm_up(trainer, specification["warmup"])
    report("ready")
    sys.stdin.readline()
    times: list[float] = []
    while len(times) < specification["steps"] or sum(times) < specification["seconds"]:
        times.append(trainer.step())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    report("result", seconds=times, peakMemoryBytes=peak)
    while not select.select([sys.stdin], [], [], 0)[0]:
        trainer.step()


if __name__ == "__main__":
    main()
