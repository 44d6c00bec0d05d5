"""A team's first day: `gitops init` in a clone, its application on one machine, and what people do with it."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local_aws import lifecycle
from tests.embedded import WATCH
from tests.environments.world import Environment, World
from tests.gitops.checkouts import CommandLine, wait_until
from tests.sample import ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ACCOUNT = "333333333333"
REGION = "us-east-1"
NAME = "dev/first"
ANSWERS = {
    "source": "shop",
    "account_id": ACCOUNT,
    "region": REGION,
    "domain": "dev.acme.example",
    "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
    "repository": "acme/deployments",
    "owner_id": "11",
    "repository_id": "22",
    "image_repository": "shop",
    "owner": "monalisa",
}
IDENTITY = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com"]
PASSWORD = "a lighthouse"  # noqa: S105


def commit(top: Path) -> None:
    for arguments in (["add", "--all"], ["commit", "--quiet", "--message", "change"]):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=top, check=True)


def done(clone: CommandLine, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that has to succeed."""
    result = clone.gitops(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def application(source: Path, parent: Path, virtual_environment: Path) -> Path:
    """Return a copy of an application's source, with the packages of a virtual environment."""
    folder = parent / "shop"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(virtual_environment)
    return folder


def initialised(shop: Path, more: Mapping[str, str]) -> CommandLine:
    """Return a clone with the sample's declarations in it, which `gitops init` has replaced.

    `more` is appended to files, by their paths below `environments/`.
    """
    root = shop.with_name("deployments")
    root.mkdir()
    clone = CommandLine.make(root)
    shutil.copytree(ENVIRONMENTS, root / "environments", dirs_exist_ok=True)
    (root / ".gitignore").write_text(".gitops/\n")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    commit(root)
    (shop.parent / "answers.yaml").write_text("".join(f'{name}: "{value}"\n' for name, value in ANSWERS.items()))
    written = done(clone, "init", "--answers", str(shop.parent / "answers.yaml"), "--yes")
    assert f"gitops local image shop {shop}" in written.stderr
    assert "need these variables too" not in written.stderr
    for path, text in more.items():
        with (root / "environments" / path).open("a") as file:
            file.write(text)
    done(clone, "validate")
    commit(root)
    return clone


@contextmanager
def deployed(clone: CommandLine, shop: Path) -> Iterator[World]:
    """Yield the clone with its embedded AWS, in which everything is deployed by the steps of your-application.md."""
    try:
        done(clone, "local", "up")
        state_dir = clone.root / ".gitops" / "local"
        aws = lifecycle.find(state_dir)
        assert aws is not None
        WATCH.add(state_dir)
        done(clone, "local", "image", "shop", str(shop))
        done(clone, "bootstrap", "main", "--target", "local")
        done(clone, "local", "prepare")
        said = World(clone.root, ACCOUNT, aws).relayed("deploy", "--all", "--target", "local")
        assert said.returncode == 0, said.stdout + said.stderr
        url = aws.environment_url.format(folder="dev", name="first")
        assert f"{NAME} answers on this machine at {url}" in said.stderr
        yield World(clone.root, ACCOUNT, aws)
        WATCH.remove(state_dir)
    finally:
        done(clone, "local", "down")


def page(app: Environment, path: str = "/") -> tuple[int, str]:
    with app.visitor() as visitor:
        answer = visitor.get(path)
    return answer.status_code, answer.text


def superuser(app: Environment) -> str:
    """Make a superuser, mona, who signs in to the admin; return the page that she sees."""
    made = app.run(
        "env",
        f"DJANGO_SUPERUSER_PASSWORD={PASSWORD}",
        "python",
        "manage.py",
        "createsuperuser",
        "--no-input",
        "--username=mona",
        "--email=mona@example.com",
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with app.visitor() as visitor:
        form = visitor.get("/admin/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": "mona", "password": PASSWORD, "next": "/admin/"}
        return visitor.post("/admin/login/", data=fields, headers={"Origin": app.url, "Referer": str(form.url)}).text


def run_job_on_schedule(app: Environment, declared: str) -> list[str]:
    """Let the job with a schedule, as AWS writes it, run once; return how its runs ended."""
    scheduler, states = app.world.client("scheduler"), app.world.client("stepfunctions")
    (schedule,) = (
        found
        for one in scheduler.list_schedules()["Schedules"]
        if (found := scheduler.get_schedule(Name=one["Name"]))["ScheduleExpression"] == declared
    )
    same = {"Name": schedule["Name"], "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": schedule["Target"]}
    arn = schedule["Target"]["Arn"]

    def runs() -> list[str]:
        return [run["status"] for run in states.list_executions(stateMachineArn=arn)["executions"]]

    assert runs() == []
    # The embedded AWS starts no schedule of `at()` that has had another expression before.
    scheduler.update_schedule(ScheduleExpression="cron(* * * * ? *)", **same)
    wait_until(runs)
    scheduler.update_schedule(ScheduleExpression=declared, **same)
    wait_until(lambda: "RUNNING" not in runs())
    return runs()


def sleep_and_wake(app: Environment, clone: CommandLine) -> None:
    """Let an environment sleep until its page is gone, then wake until it is back."""
    done(clone, "sleep", app.name)
    wait_until(lambda: page(app)[0] != 200)
    done(clone, "wake", app.name)
    wait_until(lambda: page(app)[0] == 200)


def destroyed(app: Environment, clone: CommandLine) -> set[str]:
    """Destroy an environment; return the names of the stacks that are left."""
    done(clone, "destroy", app.name, "--yes", "--target", "local")
    return {stack for stack, status in app.world.statuses().items() if status != "DELETE_COMPLETE"}
