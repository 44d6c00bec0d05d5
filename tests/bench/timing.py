"""Whole processes, timed in turn and compared by ratio: a machine's mood touches both sides alike."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall seconds, and the peak memory in MiB of its largest process."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Command:
    """What is timed. `prepare` runs before each run and is not timed."""

    argv: Sequence[str | Path]
    env: Mapping[str, str]
    prepare: Callable[[], object] = lambda: None
    cwd: Path = ROOT

    def run(self) -> Run:
        """Run to the end. Raises RuntimeError, with the output, when the exit status is not 0."""
        self.prepare()
        started = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, self.argv)),
            cwd=self.cwd,
            env={**os.environ, **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, self.argv))} exited with {process.returncode}:\n{output[-2000:]}")
        return Run(seconds, usage.ru_maxrss / 1024)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians of two commands run in turn, and the median of their ratios, pair by pair."""

    first: Run
    second: Run
    ratio: float


def measure(command: Command, runs: int = 5) -> Run:
    """Return the medians of a command after one warm-up."""
    command.run()
    return _medians([command.run() for _ in range(runs)])


def compare(first: Command, second: Command, runs: int = 5) -> Comparison:
    """Run two commands in turn, after one warm-up each."""
    first.run()
    second.run()
    pairs = [(first.run(), second.run()) for _ in range(runs)]
    return Comparison(
        _medians([one for one, _ in pairs]),
        _medians([other for _, other in pairs]),
        median(one.seconds / other.seconds for one, other in pairs),
    )


def _medians(runs: Sequence[Run]) -> Run:
    return Run(median(run.seconds for run in runs), median(run.peak_mib for run in runs))
