"""One run of a workflow with act: started in an environment of its own, and read from its log."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitops.cdk import cli as cdk
from tests.workflows.definitions import PINNED, files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STUBS = Path(__file__).with_name("stubs")
ROOT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 480  # of a run; only one that hangs takes as long, on a busy machine too


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What became of a run. A job that is not in `jobs` was skipped, or never came to its turn."""

    workflow: str
    jobs: Mapping[str, str]
    """Results by job: `report`, or with what its matrix gave it, `apps dev/alpha`."""
    log: str
    """What the steps wrote, one line each after the job that wrote it, as GitHub would show it: masked."""
    failed_steps: list[str] = field(default_factory=list)
    """Steps that failed, as `job: step`."""
    annotations: list[str] = field(default_factory=list)
    """Errors that GitHub would show on lines of files, as `file:line`."""
    roles: tuple[tuple[str, str], ...] = ()
    """The roles that jobs took, by the environment of GitHub that they are of."""

    @property
    def succeeded(self) -> bool:
        """Whether something ran, and GitHub would show it green."""
        return {"success"} <= set(self.jobs.values()) <= {"success", "skipped"}

    def __str__(self) -> str:
        """Return what a failing test shows."""
        return f"{self.workflow}: {dict(self.jobs)}, failed {self.failed_steps}\n{self.log}"

    def log_of(self, job: str) -> str:
        """Return what one job wrote."""
        return "\n".join(line.partition("| ")[2] for line in self.log.splitlines() if line.startswith(f"{job}| "))


def run(
    workflow: Path,
    event: str,
    payload: Path,
    *,
    checkout: Path,
    state: Path,
    environ: Mapping[str, str],
    variables: Mapping[str, str],
    actor: str,
    secrets: Mapping[str, str],
    job: str | None = None,
) -> Run:
    """Run a workflow, or one `job` of it, for an event.

    `checkout` is a clone at the commit of the event, `state` a folder for what act keeps, `environ` what every step
    sees, `variables` and `secrets` those of the repository, `actor` who caused the event.
    """
    command = [
        str(_act()),
        event,
        *("--workflows", str(workflow), "--eventpath", str(payload), "--directory", str(checkout)),
        *("--platform", "ubuntu-latest=-self-hosted", "--no-skip-checkout", "--no-cache-server", "--rm"),
        *("--action-cache-path", str(state), "--action-offline-mode", "--json", "--verbose"),
        *("--defaultbranch", "main", "--actor", actor),
        *_options("--secret", secrets),
        *_options("--env", environ),
        *_options("--var", variables),
        *_options("--local-repository", _stubs()),
        *(("--job", job) if job else ()),
    ]
    done = subprocess.run(
        command,
        cwd=checkout,
        env={"PATH": _path(), "HOME": str(state), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    shutil.rmtree(state, ignore_errors=True)
    return _read(workflow.stem, done)


def _read(workflow: str, done: subprocess.CompletedProcess[str]) -> Run:
    jobs: dict[str, str] = {}
    log: list[str] = []
    failed: list[str] = []
    annotations: list[str] = []
    broken: set[str] = set()
    for entry in _entries(done.stdout):
        name = _name(entry)
        if entry.get("raw_output"):
            log += [f"{name}| {line}" for line in entry["msg"].splitlines()]
        if entry.get("command") == "error":
            annotations.append(f"{entry['kvPairs'].get('file')}:{entry['kvPairs'].get('line')}")
        if "jobResult" in entry:
            jobs[name] = entry["jobResult"]
        if entry.get("stepResult") == "failure":
            broken.add(name)
            if entry.get("stage") == "Main" and len(entry["stepID"]) == 1:
                failed.append(f"{name}: {entry['step']}")
    assert jobs or done.returncode == 0, f"act did not run {workflow}:\n{done.stdout[-3000:]}"
    # In act a job that ends after another of its matrix has failed counts as failed, whatever its steps say.
    jobs = {name: "success" if result == "failure" and name not in broken else result for name, result in jobs.items()}
    return Run(workflow=workflow, jobs=jobs, log="\n".join(log), failed_steps=failed, annotations=annotations)


def _entries(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and "jobID" in entry:
            yield entry


def _name(entry: Mapping[str, Any]) -> str:
    matrix = entry.get("matrix") or {}
    which = matrix.get("environment") or matrix.get("account")
    return f"{entry['jobID']} {which}" if which else str(entry["jobID"])


def _options(option: str, values: Mapping[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in (option, f"{name}={value}")]


def _stubs() -> dict[str, str]:
    """Return the stand-ins for actions; what uses another does not run here."""
    pins = {match[0]: match["action"] for file in files() for match in PINNED.finditer(file.read_text())}
    found = {pin: STUBS / action.rpartition("/")[2] for pin, action in pins.items()}
    return {pin: str(stub) for pin, stub in found.items() if stub.is_dir()}


@cache
def uv_cache() -> str:
    """Return the folder of uv's cache on this machine: jobs have a home of their own, and install what is here."""
    uv = ROOT / ".venv" / "uv" / "bin" / "uv"
    return subprocess.run([str(uv), "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()


def _act() -> Path:
    return ROOT / ".venv" / "bin" / "act"


def _path() -> str:
    """Return where programs are: those of the machine, and Node, which act asks for hashes of files."""
    return os.pathsep.join([str(cdk.node().parent), "/usr/local/bin", "/usr/bin", "/bin"])
