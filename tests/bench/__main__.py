"""`make bench`: every figure as a ratio of two commands in the same run, with the machine named."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from gitops.cdk import cli as cdk
from gitops.deploy.preflight.quotas import ON_DEMAND_QUOTA, SPOT_QUOTA
from local_aws import lifecycle
from local_aws.loopback import ANY_PORT
from tests.bench import declarations
from tests.bench.authorisation import authorisation
from tests.bench.environments import environments
from tests.bench.setup import setup
from tests.bench.structure import structure
from tests.bench.timing import ROOT, Command, compare, measure

PYTHON = sys.executable
FLOOR = "import aws_cdk; aws_cdk.App().synth()"
ACCOUNT = "111111111111"
REGION = "us-east-1"
VCPUS = 100
"""More than twenty environments of four services run; an account of AWS would ask for it, too."""

progress = Console(stderr=True)


def validation(table: Table, work: Path) -> None:
    """1,000 apps on 40 bases: every rule of ours against the schema alone."""
    folder = work / "validation"
    declarations.write(folder, bases=40, apps_per_base=25)
    files = sorted(folder.glob("*/*.yaml"))
    ours = Command(
        [PYTHON, "-m", "gitops", "--environments", folder, "validate", "--today", declarations.TODAY], env={}
    )
    schema_alone = Command(
        [Path(PYTHON).with_name("check-jsonschema"), "--schemafile", folder / "schema.json", *files], env={}
    )
    result = compare(ours, schema_alone)
    table.add_row(
        "validate, 1,000 apps on 40 bases",
        f"{result.first.seconds:.2f} s",
        f"check-jsonschema: {result.second.seconds:.2f} s",
        f"{result.ratio:.2f}",
        "at most 1",
    )


def synthesis(table: Table, work: Path) -> None:
    """One app alone, against the least that any CDK app takes; then many."""
    folder = work / "one"
    (name,) = declarations.write(folder, bases=1, apps_per_base=1)
    floor = Command([PYTHON, "-c", FLOOR], env=_synthesis_environment(folder, work / "floor.out"))
    one = _synthesis(folder, work / "one.out", environment=name)
    result = compare(one, floor)
    table.add_row(
        "synthesise one app",
        f"{result.first.seconds:.2f} s",
        f"empty CDK app: {result.second.seconds:.2f} s",
        f"{result.ratio:.2f}",
        "at most 2",
    )
    per_app: float | None = None
    for bases, apps in ((1, 10), (1, 50), (4, 50)):
        folder = work / f"many-{bases * apps}"
        declarations.write(folder, bases=bases, apps_per_base=apps)
        many = measure(_synthesis(folder, folder.with_suffix(".out")), runs=3)
        cost = (many.seconds - result.second.seconds) / (bases * apps)
        table.add_row(
            f"synthesise {bases * apps} apps and {bases} {'base' if bases == 1 else 'bases'}",
            f"{many.seconds:.2f} s, {many.peak_mib:.0f} MiB",
            f"{1000 * cost:.0f} ms an app above an empty CDK app",
            "" if per_app is None else f"{cost / per_app:.2f}",
            "" if per_app is None else "an app no dearer than before: at most 1; under 512 MiB",
        )
        per_app = cost


def nothing_changed(table: Table, work: Path) -> None:
    """A second `synth` and a second `deploy --all` start neither CDK nor Node."""
    start = Command([PYTHON, "-c", "pass"], env={})
    with checkout(work / "unchanged", apps=4) as (root, _):
        _set_up(root)
        for verb, arguments in (("synth", ["synth"]), ("deploy --all", ["deploy", "--all"])):
            command = _gitops(root, *arguments)
            command.run()
            result = compare(command, start)
            table.add_row(
                f"second {verb}, nothing changed",
                f"{result.first.seconds:.2f} s",
                f"starting Python: {result.second.seconds:.2f} s",
                f"{result.ratio:.0f}",
                "under 0.5 s",
            )


def deployment(table: Table, work: Path) -> None:
    """A base and 20 apps at once, against the same deployments one after the other."""
    seconds = {}
    for label in ("at once", "one after the other"):
        with checkout(work / label, apps=20) as (root, names):
            batches = [["--all"]] if label == "at once" else [["base00"], *([name] for name in names)]
            _set_up(root)
            seconds[label] = sum(_gitops(root, "deploy", *batch).run().seconds for batch in batches)
    table.add_row(
        "deploy a base and 20 apps at once",
        f"{seconds['at once']:.1f} s",
        f"one after the other: {seconds['one after the other']:.1f} s",
        f"{seconds['one after the other'] / seconds['at once']:.1f}",
        "at least 3 times faster",
    )


def planning(table: Table, work: Path) -> None:
    """The plan of a change of one file among 500 declared environments, against the same among 10."""
    many, few = (
        _planning(work / f"planning-{bases * apps}", bases=bases, apps=apps) for bases, apps in ((10, 50), (1, 10))
    )
    result = compare(many, few)
    table.add_row(
        "plan a change of one of 500 apps",
        f"{result.first.seconds:.2f} s",
        f"of one of 10 apps: {result.second.seconds:.2f} s",
        f"{result.ratio:.2f}",
        "at most 1.3",
    )


def _planning(root: Path, *, bases: int, apps: int) -> Command:
    """Return the plan of a change of one app, in a repository of as many; nothing of it is known from before."""
    link_code(root)
    names = declarations.write(root / "environments", bases=bases, apps_per_base=apps)
    (root / ".gitignore").write_text(".gitops\nnode_modules\n")
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    for arguments in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["commit", "--quiet", "-m", "all"],
    ):
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True)
    file = root / "environments" / f"{names[0]}.yaml"
    file.write_text(file.read_text().replace("v1.4.2", "v1.4.3"))
    return Command(
        [PYTHON, "-m", "gitops", "plan", "--base", "main"],
        env={},
        prepare=lambda: shutil.rmtree(root / ".gitops" / "assemblies", ignore_errors=True),
        cwd=root,
    )


def link_code(root: Path) -> None:
    """Make a checkout with the code of this one."""
    root.mkdir()
    for name in ("app.py", "cdk.json", "constructs_lib", "gitops", "local_aws", "node_modules", "uv.lock"):
        (root / name).symlink_to(ROOT / name)


@contextmanager
def checkout(root: Path, *, apps: int) -> Iterator[tuple[Path, list[str]]]:
    """A checkout with a base and `apps` apps, and its embedded AWS, which is stopped at the end."""
    link_code(root)
    names = declarations.write(root / "environments", bases=1, apps_per_base=apps)
    state = root / ".gitops" / "local"
    state.mkdir(parents=True)
    lifecycle.up(state, port=ANY_PORT, account=ACCOUNT)
    try:
        yield root, names
    finally:
        lifecycle.down(state)


def _synthesis_environment(folder: Path, outdir: Path, **context: str) -> dict[str, str]:
    return {
        "JSII_NODE": str(cdk.node()),
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({"environments": str(folder), **context}),
    }


def _synthesis(folder: Path, outdir: Path, **context: str) -> Command:
    return Command(
        [PYTHON, "app.py"],
        env=_synthesis_environment(folder, outdir, **context),
        prepare=lambda: shutil.rmtree(outdir, ignore_errors=True),
    )


def _set_up(root: Path) -> None:
    """Give the embedded AWS what an account has before its first deployment, and room for twenty environments."""
    for arguments in (["bootstrap"], ["local", "prepare"]):
        _gitops(root, *arguments).run()
    aws = lifecycle.find(root / ".gitops" / "local")
    assert aws is not None
    quotas = boto3.client(
        "service-quotas",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=aws.secret_access_key,
    )
    for service, code in (ON_DEMAND_QUOTA, SPOT_QUOTA):
        quotas.request_service_quota_increase(ServiceCode=service, QuotaCode=code, DesiredValue=VCPUS)


def _gitops(root: Path, *arguments: str) -> Command:
    return Command([PYTHON, "-m", "gitops", *arguments], env={}, cwd=root)


def main() -> int:
    """Print the table."""
    table = Table("what", "took", "compared with", "ratio", "wanted", title=_machine())
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / ".gitops") as name:
        work = Path(name)
        for measurement in (
            structure,
            authorisation,
            setup,
            validation,
            synthesis,
            planning,
            nothing_changed,
            deployment,
            environments,
        ):
            progress.print(f"measuring: {measurement.__doc__}")
            measurement(table, work)
    Console(width=140).print(table)
    return 0


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
