"""`gitops local`: the embedded AWS of this checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from constructs_lib.config.environments import AccountRegion, read
from gitops.aws import embedded
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.aws.embedded import EmbeddedEndpoint, Permissions

Action = Literal["up", "prepare", "down", "status"]


def local(*, folder: Path, action: Action) -> int:
    """Start the embedded AWS, stop it and discard what it holds, or tell whether it runs.

    While it runs, `up` and `status` print the variables with which other tools reach it. `prepare` makes placeholders
    of the hosted zones, images and secrets that declarations name.
    """
    if action == "down":
        stopped = embedded.down()
        say("the embedded AWS is stopped and what it held is gone" if stopped else "no embedded AWS runs here")
        return 0
    if action == "prepare":
        _prepare(folder)
        return 0
    home = _home(folder)
    if action == "up":
        aws, started = embedded.up(home.account, home.region)
        say(f"embedded AWS {'started' if started else 'runs already'} at {aws.endpoint}")
        _tell(aws, home)
        return 0
    running = embedded.find()
    if running is None:
        say("no embedded AWS runs here; start it with: gitops local up")
        return 0
    say(f"embedded AWS at {running.endpoint} since {running.started:%Y-%m-%d %H:%M} (process {running.pid})")
    _tell(running, home)
    return 0


def _prepare(folder: Path) -> None:
    from gitops.aws import target  # noqa: PLC0415 - boto3 takes 0.2 s to import, and the other actions need none
    from gitops.aws.session import Session  # noqa: PLC0415
    from gitops.deploy.preflight.prerequisites import prepare  # noqa: PLC0415

    prepare(Session(target.resolve("local")), read(folder))


def _home(folder: Path) -> AccountRegion:
    """Return the first declared account with its home region."""
    accounts = read(folder).accounts
    if not accounts:
        raise UserError(f"no account is declared in {folder / 'accounts'}, and the embedded AWS is one of them")
    account = accounts[min(accounts)]
    return AccountRegion(account.id, account.region)


def _tell(aws: EmbeddedEndpoint, home: AccountRegion) -> None:
    """Say where environments answer, and print the variables."""
    images = embedded.images()
    if images:
        say(f"environments answer at {aws.url('FOLDER/NAME')}; gitops open FOLDER/NAME opens one")
        say(f"tasks of these images run as processes: {', '.join(images)}; others are simulated")
    else:
        say("tasks are simulated: no folder stands for an image")
    _tell_permissions(embedded.permissions())
    for name, value in aws.environment(home.account, home.region).items():
        print(f"export {name}={value}")


def _tell_permissions(permissions: Permissions) -> None:
    """Say how many permissions were authorised and denied, and what was denied."""
    say(f"permissions: {permissions.authorised} authorised, {permissions.denied} denied")
    for denial in permissions.denials:
        say(f"  {denial}")
