"""A command of a job imports no package that its job does not install."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from typing import TYPE_CHECKING

import pytest

from tests.sample import ROOT
from tests.workflows.definitions import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = {"comment": (), "observe": ("aws",)}
"""The extras of the sets of packages that jobs without the CDK install, as Makefile has them."""

IMPORT_WITHOUT = """\
import sys
from importlib import import_module

missing = set(sys.argv[2].split(","))

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import_module(sys.argv[1])
"""


def name_in(requirement: str) -> str:
    """Return the normalised name of a requirement's package: https://peps.python.org/pep-0503/#normalized-names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def closure(wanted: Iterable[str]) -> set[str]:
    """Return the names of these packages and of all that they require, but for extras."""
    found: set[str] = set()
    left = [name_in(one) for one in wanted]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):  # what another system or Python needs
                left += [name_in(one) for one in requires(name) or () if "extra ==" not in one]
    return found


def missing_modules(extras: Iterable[str]) -> set[str]:
    """Return the modules that are here and belong to packages that the project and these extras do not require."""
    wanted = [*PROJECT["dependencies"], *(one for extra in extras for one in PROJECT["optional-dependencies"][extra])]
    installed = closure(wanted)
    return {
        module
        for module, packages in packages_distributions().items()
        if not {name_in(package) for package in packages} & (installed | {PROJECT["name"]})
        and module not in {"gitops", "constructs_lib", "local_aws", "tests"}
    }


def commands() -> set[tuple[str, str]]:
    """Return the set of packages and the verb of each command of a job."""
    found = set()
    for job in jobs():
        (packages,) = {step["with"]["for"] for step in job.steps if "for" in step.get("with", {})} or {None}
        for step in job.steps:
            for verb in re.findall(r"python -m gitops ([a-z]+)", step.get("run", "")):
                if packages in EXTRAS:
                    found.add((packages, verb))
    return found


def imported(verb: str, without: set[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", IMPORT_WITHOUT, f"gitops.commands.{verb}", ",".join(sorted(without))]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("packages", "verb"), sorted(commands()))
def test_a_command_needs_no_more_than_its_job_installs(packages: str, verb: str) -> None:
    done = imported(verb, missing_modules(EXTRAS[packages]))

    assert done.returncode == 0, done.stderr


def test_what_is_not_installed_is_missed() -> None:
    assert {"boto3", "botocore", "aws_cdk", "pytest"} <= missing_modules(())
    assert not {"boto3", "botocore", "httpx", "yaml"} & missing_modules(("aws",))

    done = imported("deploy", missing_modules(()))

    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'boto" in done.stderr


def test_there_are_commands_of_each_set() -> None:
    verbs = {packages: {verb for other, verb in commands() if other == packages} for packages in EXTRAS}

    assert {"approval", "command", "report", "request", "validate"} <= verbs["comment"]
    assert verbs["observe"]
