"""`python -m tests.mutated_declarations`: valid declarations with random changes, many. Exit code 1 for a fault."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from gitops.cdk import cli as cdk

os.environ |= {"CDK_VALIDATION": "false", "JSII_NODE": str(cdk.node())}

from tests.mutated_declarations.trial import Findings, run_chunk  # aws_cdk reads the variables when imported

CHUNK = 1000
"""Trials in one process: the CDK keeps what it has made in memory."""


def main() -> int:
    """Make the trials, print each fault and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="mutated trees")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same trees")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--lint", type=int, default=100, metavar="N", help="give so many templates to cfn-lint")
    options = parser.parse_args()
    start, found = time.monotonic(), Findings()
    with tempfile.TemporaryDirectory() as work:
        chunks = [range(first, min(first + CHUNK, options.count)) for first in range(0, options.count, CHUNK)]
        with ProcessPoolExecutor(options.processes, max_tasks_per_child=1) as pool:
            for one in pool.map(partial(run_chunk, Path(work), options.seed), chunks):
                found.add(one)
                for fault in one.faults:
                    print(fault, end="\n\n", flush=True)
                print(f"{found.trials:,} trials, {len(found.faults)} faults", file=sys.stderr, flush=True)
        sample = Random(options.seed).sample(found.lintable, min(options.lint, len(found.lintable)))  # noqa: S311 # no secret
        lint = _lint(sample)
    print(lint, end="")
    print(
        f"{found.trials:,} mutated trees: {found.refused:,} refused with their places, {found.valid:,} valid; "
        f"{found.synthesised:,} different stacks synthesised, {len(sample)} of them given to cfn-lint; "
        f"the slowest was read in {found.slowest:.2f} s; {len(found.faults)} faults, {time.monotonic() - start:.0f} s"
    )
    return 1 if found.faults or lint else 0


def _lint(templates: list[Path]) -> str:
    """Return what cfn-lint finds, with the checks of `make templates`."""
    if not templates:
        return ""
    command = ["cfn-lint", "--ignore-checks", "W", "--template", *map(str, templates)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    return run.stdout + run.stderr


if __name__ == "__main__":
    sys.exit(main())
