"""Runs one measurement: of ours by `madsearch benchmark`, of PyTorch in processes of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .options import ARRANGEMENTS, Options, Setting, layer_names

#: glibc keeps freed memory instead of returning it to the system, which costs PyTorch up to half of its time.
ALLOCATOR_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "-1",
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TOP_PAD_": str(256 << 20),
}


@dataclass(frozen=True)
class Measurement:
    """Throughput over all processes, or the reason why there is none."""

    tokens_per_second: float = 0.0
    ms_per_step: float = 0.0
    #: Sum over the processes.
    peak_memory_bytes: int = 0
    failure: str | None = None
    gflops: float | None = None
    peak_share: float | None = None


@dataclass(frozen=True)
class Effort:
    """How long a PyTorch measurement takes."""

    warmup: int
    steps: int
    seconds: float
    #: The longest time for one measurement, compilation included, in seconds.
    limit: float


class WorkerFailed(Exception):
    """A PyTorch process ended without a result."""


def measure_ours(
    madsearch: Path, primitive: str, setting_name: str, setting: Setting, cores: int, limit: float
) -> Measurement:
    """One run of `madsearch benchmark`; the number of threads is passed on if it is not that of the machine."""
    command = [str(madsearch), "benchmark", "--setting", setting_name, "--mode", setting.mode,
               "--primitive", primitive, "--json"]
    if cores != len(os.sched_getaffinity(0)):
        command += ["--threads", str(cores)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return Measurement(failure=f"no result within {limit:g} s")
    if run.returncode != 0:
        return Measurement(failure=last_line(run.stderr) or f"exit code {run.returncode}")
    try:
        rows = json.loads(run.stdout)["rows"]
        row = next(row for row in rows if row["primitive"] == primitive and row["setting"] == setting_name)
        return Measurement(
            tokens_per_second=float(row["tokensPerSecond"]), ms_per_step=float(row["msPerStep"]),
            peak_memory_bytes=int(row["peakMemoryBytes"]), gflops=row.get("gflops"),
            peak_share=row.get("peakShare"))
    except (ValueError, KeyError, TypeError, StopIteration):
        return Measurement(failure="its output has no such row")


def list_primitives(madsearch: Path) -> list[dict[str, Any]] | None:
    """What `madsearch list primitives --json` says, or nothing if it cannot."""
    try:
        run = subprocess.run(
            [str(madsearch), "list", "primitives", "--json"], capture_output=True, text=True, timeout=60)
        listing = json.loads(run.stdout) if run.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return listing if isinstance(listing, list) else None


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


class PyTorchRunner:
    """Runs PyTorch's arrangements; compiled code is kept in `cache` between repetitions."""

    def __init__(self, defaults: dict[str, Options], cores: int, effort: Effort, cache: Path):
        self.defaults, self.cores, self.effort, self.cache = defaults, cores, effort, cache

    def measure(self, primitive: str, setting: Setting, arrangement_name: str) -> Measurement:
        """One measurement of one arrangement."""
        return asyncio.run(self._measure(primitive, setting, arrangement_name))

    def _specification(self, primitive: str, setting: Setting, arrangement_name: str, seed: int) -> str:
        arrangement = ARRANGEMENTS[arrangement_name]
        layers = [(name, self.defaults[name]) for name in layer_names(primitive, setting.layers)]
        return json.dumps({
            "dim": setting.dim, "vocabulary": setting.vocabulary, "batch": setting.batch, "length": setting.length,
            "layers": layers, "compiled": arrangement.compiled, "threads": arrangement.threads(self.cores),
            "warmup": self.effort.warmup, "steps": self.effort.steps, "seconds": self.effort.seconds, "seed": seed})

    def _environment(self, arrangement_name: str) -> dict[str, str]:
        threads = str(ARRANGEMENTS[arrangement_name].threads(self.cores))
        return {
            **os.environ, **ALLOCATOR_ENVIRONMENT,
            "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads,
            "TORCHINDUCTOR_CACHE_DIR": str(self.cache / f"threads-{threads}"),
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }

    async def _measure(self, primitive: str, setting: Setting, arrangement_name: str) -> Measurement:
        count = ARRANGEMENTS[arrangement_name].processes(self.cores)
        environment = self._environment(arrangement_name)
        workers: list[asyncio.subprocess.Process] = []
        with tempfile.TemporaryFile() as errors:
            try:
                async with asyncio.timeout(self.effort.limit):
                    for seed in range(count):
                        workers.append(await asyncio.create_subprocess_exec(
                            sys.executable, "-m", "pytorch_comparison.worker",
                            self._specification(primitive, setting, arrangement_name, seed),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
                            start_new_session=True, limit=1 << 20))
                    await asyncio.gather(*(receive(worker, "ready") for worker in workers))
                    for worker in workers:
                        assert worker.stdin is not None
                        worker.stdin.write(b"go\n")
                    results = await asyncio.gather(*(receive(worker, "result") for worker in workers))
            except TimeoutError:
                return Measurement(failure=f"no result within {self.effort.limit:g} s")
            except WorkerFailed:
                errors.seek(0)
                message = last_line(errors.read().decode(errors="replace"))
                return Measurement(failure=message or "a process ended without a word")
            finally:
                await stop(workers)
        steps = [statistics.median(result["seconds"]) for result in results]
        return Measurement(
            tokens_per_second=sum(setting.tokens / step for step in steps),
            ms_per_step=1000 * statistics.median(steps),
            peak_memory_bytes=sum(result["peakMemoryBytes"] for result in results))


async def receive(worker: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """The next message of a worker, which must be `event`; other output is passed over."""
    assert worker.stdout is not None
    while line := await worker.stdout.readline():
        if not line.startswith(b'{"event"'):
            continue
        message = json.loads(line)
        if message["event"] == event:
            return message
    raise WorkerFailed


async def stop(workers: list[asyncio.subprocess.Process]) -> None:
    """Ends the workers and what they started (a compiler, for instance)."""
    for worker in workers:
        try:
            os.killpg(worker.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for worker in workers:
        await worker.wait()
