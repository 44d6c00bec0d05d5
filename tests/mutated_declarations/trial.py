"""One mutated tree of declarations: it is read, its messages are looked at, and what is right in it synthesises."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import yaml

import app as table_of_contents
from constructs_lib.config.environments import read
from constructs_lib.config.schema import SCHEMA_FILE
from constructs_lib.feature_flags import FEATURE_FLAGS
from gitops.commands import validate
from tests.mutated_declarations.lint import Template
from tests.mutated_declarations.mutations import mutate, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.errors import Problem

ROOT = Path(__file__).parents[2]
VALID = (ROOT / "environments", *sorted((ROOT / "tests/fixtures/environments/valid").glob("*/environments")))
TODAY = date(2026, 11, 23)
"""The day of the fixtures."""

LONGEST = 20
"""Seconds of this process's time on a processor that the reading of a tree may take: it takes some milliseconds.

Time on the clock is none of it: an interrupt in the middle of a call of the CDK would leave the rest of its answers in
the wrong order, so on a busy machine one slow trial would make faults of all that follow.
"""

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class TooSlowError(Exception):
    """A trial has taken longer than it may."""


@dataclass
class Findings:
    """What trials have shown. `faults` have the seed of the trial that showed them; `templates` are all different."""

    trials: int = 0
    valid: int = 0
    refused: int = 0
    synthesised: int = 0
    slowest: float = 0
    faults: list[str] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Count what another one has found."""
        self.trials += other.trials
        self.valid += other.valid
        self.refused += other.refused
        self.synthesised += other.synthesised
        self.slowest = max(self.slowest, other.slowest)
        self.faults += other.faults
        self.templates += other.templates


class Trials:
    """Trials in this process, below a folder of its own. Every different template is kept in `templates`.

    Several processes may share that folder: each keeps what none has kept before.
    """

    def __init__(self, work: Path, templates: Path) -> None:
        self._work = work
        self._templates = templates
        self._seen: set[str] = set()
        self._known = _known_values()
        self.findings = Findings()

    def run(self, seed: int, numbers: Sequence[int]) -> Findings:
        """Make the trials of these numbers."""
        for number in numbers:
            self._try(f"{seed}-{number}")
            self.findings.trials += 1
        return self.findings

    def _try(self, seed: str) -> None:
        random = Random(seed)  # noqa: S311 # no secret
        original = random.choice(VALID)
        files = sorted(original.glob("*/*.yaml"))
        place = random.choice(files).relative_to(original)
        folder = self._work / "environments"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(original, folder)
        changed = folder / place
        content = mutate(random, changed.read_bytes(), self._known)
        changed.write_bytes(content)
        try:
            start = time.process_time()
            with at_most(LONGEST):
                declared = read(folder, today=TODAY)
            self.findings.slowest = max(self.findings.slowest, time.process_time() - start)
            faults = [*faults_of(declared.problems, str(place), content)]
            self.findings.refused += bool(declared.errors)
            self.findings.valid += not declared.errors
            with at_most(LONGEST * 3):
                self._synthesise(declared, seed)
        except Exception:  # noqa: BLE001 - whatever it is, it is a fault
            faults = [traceback.format_exc()]
        for fault in faults:
            where = f"{original.relative_to(ROOT)}: {place}"
            self.findings.faults.append(f"{seed}, {where}: {fault}\n{content[:1500]!r}")

    def _synthesise(self, declared: Environments, seed: str) -> None:
        """Make the stacks of all that is right and was not made before from the same declarations."""
        new = []
        for environment in declared:
            base = environment.base and environment.base.config
            key = repr((environment.name, environment.config, base, environment.place))
            if key not in self._seen:
                self._seen.add(key)
                new.append(environment)
        if not new:
            return
        outdir = self._work / "assembly"
        shutil.rmtree(outdir, ignore_errors=True)
        app = cdk.App(context=FEATURE_FLAGS, outdir=str(outdir), tree_metadata=False, stack_traces=False)
        for environment in new:
            table_of_contents.build(app, environment)
        app.synth()
        self.findings.synthesised += len(new)
        for environment in new:
            template = (outdir / f"{environment.name.stack}.template.json").read_bytes()
            self._keep(template, environment.region, f"{seed}, {environment.name}")

    def _keep(self, template: bytes, region: str, origin: str) -> None:
        """Keep a template of a region unless the same one is kept already."""
        path = self._templates / f"{region}-{hashlib.sha256(template).hexdigest()}.json"
        try:
            with path.open("xb") as file:
                file.write(template)
        except FileExistsError:
            return
        self.findings.templates.append(Template(path, region, origin))


def run_chunk(work: Path, seed: int, numbers: range) -> Findings:
    """Make the trials of these numbers, and keep the templates that no other process has kept below `work`."""
    folder, templates = work / str(numbers.start), work / "templates"
    folder.mkdir()
    templates.mkdir(exist_ok=True)
    return Trials(folder, templates).run(seed, numbers)


def faults_of(problems: Sequence[Problem], place: str, content: bytes) -> Iterator[str]:
    """Yield what is wrong with messages: a place that is not in the file, or text that is not one line."""
    lines = [len(line) for line in _LINE_BREAK.split(content.decode("utf-8", "replace"))]
    for problem in problems:
        if not problem.path.startswith("environments/") or not problem.message.strip():
            yield f"a message says no file or nothing: {problem!r}"
        if problem.line < 1 or problem.column < 1:
            yield f"a message has no place: {problem!r}"
        if problem.path == f"environments/{place}" and problem.line > len(lines) + 1:
            yield f"a message is about a line that is not there: {problem!r}"
        if not str(problem).isprintable():
            yield f"a message is not one printable line: {str(problem)!r}"
        if len(str(problem)) > 2000:  # several lines of a terminal
            yield f"a message is too long: {str(problem)[:300]!r}"
    for name, written in validate._FORMATS.items():  # what the command prints
        if name != "json" and written(problems).count("\n") != len(problems):
            yield f"the format {name} has not one line for each problem"
        written(problems).encode()


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise TooSlowError when the block takes more seconds of this process's time on a processor."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"took more than {seconds} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _known_values() -> Mapping[str, tuple[Any, ...]]:
    """Return the values that valid declarations have for each key, and those that the schema lists."""
    known: dict[str, list[Any]] = {}
    for file in sorted(file for folder in VALID for file in folder.glob("*/*.yaml")):
        for holder, key in values(yaml.safe_load(file.read_bytes())):
            if isinstance(key, str):
                known.setdefault(key, []).append(holder[key])
    for holder, key in values(yaml.safe_load(SCHEMA_FILE.read_bytes())):
        if key == "properties" and isinstance(holder[key], dict):
            for name, part in holder[key].items():
                known.setdefault(name, []).extend(part.get("enum", ()))
                known[name] += [part[limit] for limit in ("minimum", "maximum", "default") if limit in part]
    return {key: tuple(found) for key, found in known.items() if found}
