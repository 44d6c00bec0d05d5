"""`python -m tests.mutated_declarations`: valid declarations with random changes, many. Exit code 1 for a fault."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from gitops.cdk import cli as cdk

os.environ |= {"CDK_VALIDATION": "false", "JSII_NODE": str(cdk.node())}

from tests.mutated_declarations.lint import lint
from tests.mutated_declarations.trial import Findings, run_chunk  # aws_cdk reads the variables when imported

CHUNK = 1000
"""Trials in one process: the CDK keeps what it has made in memory."""

BATCH = 50
"""Templates that one process gives to cfn-lint."""


def main() -> int:
    """Make the trials, print each fault and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="mutated trees")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same trees")
    parser.add_argument("--processes", type=int, default=2)
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
            batches = [found.templates[first : first + BATCH] for first in range(0, len(found.templates), BATCH)]
            linted, refused = 0, 0
            for batch, findings in zip(batches, pool.map(lint, batches), strict=True):
                linted, refused = linted + len(batch), refused + len(findings)
                for finding in findings:
                    print(finding, flush=True)
                print(f"{linted:,} templates linted, {refused} findings", file=sys.stderr, flush=True)
    print(
        f"{found.trials:,} mutated trees: {found.refused:,} refused with their places, {found.valid:,} valid; "
        f"{found.synthesised:,} stacks synthesised, of which {len(found.templates):,} templates differ; cfn-lint finds "
        f"{refused} things in all of them; the slowest tree took {found.slowest:.2f} s of a processor to be read; "
        f"{len(found.faults)} faults, {time.monotonic() - start:.0f} s"
    )
    return 1 if found.faults or refused else 0


if __name__ == "__main__":
    sys.exit(main())
