"""`gitops local`: the embedded AWS of this checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from constructs_lib.config.environments import AccountRegion, read
from constructs_lib.config.errors import suggestion
from gitops.aws import embedded
from gitops.errors import UserError
from gitops.image_folders import dockerfiles, mapping, virtual_environment
from gitops.output.progress import say

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.aws.embedded import EmbeddedEndpoint, Permissions

Action = Literal["up", "prepare", "down", "status", "image"]


def local(
    *,
    folder: Path,
    action: Action,
    image: str | None = None,
    source: Path | None = None,
    dockerfile: str | None = None,
    remove: bool = False,
) -> int:
    """Start the embedded AWS, stop it and discard what it holds, or tell whether it runs.

    While it runs, `up` and `status` print the variables with which other tools reach it. `prepare` makes placeholders
    of the hosted zones, images, secrets and identities of SES that declarations need. `image` lets the folder `source`
    stand for an image, with the Dockerfile at the path `dockerfile` below it, removes that, or lists the folders.
    """
    if action == "image":
        _image(folder, image, source, dockerfile, remove=remove)
        return 0
    if action == "down":
        stopped = embedded.down()
        say("the embedded AWS is stopped and what it held is gone" if stopped else "no embedded AWS runs here")
        return 0
    if action == "prepare":
        _prepare(folder)
        return 0
    home = _home(folder)
    if action == "up":
        _ensure_environments()
        aws, started = embedded.up(home.account, home.region, mapping.FILE)
        say(f"embedded AWS {'started' if started else 'runs already'} at {aws.endpoint}")
        _tell(aws, home)
        if started:
            accounts = (f"gitops bootstrap {name}" for name in sorted(read(folder).accounts))
            say(f"next: {', '.join(accounts)}, gitops local prepare, gitops deploy --all")
        return 0
    running = embedded.find()
    if running is None:
        say("no embedded AWS runs here; start it with: gitops local up")
        return 0
    say(f"embedded AWS at {running.endpoint} since {running.started:%Y-%m-%d %H:%M} (process {running.pid})")
    _tell(running, home)
    return 0


def _image(declarations: Path, image: str | None, source: Path | None, dockerfile: str | None, *, remove: bool) -> None:
    if remove:
        if image is None or source is not None:
            raise UserError("--remove takes the name of an image and no folder: gitops local image --remove shop")
        mapping.remove(image)
        say(f"tasks of {image} that start from now on {_otherwise(embedded.engine())}")
    elif image is None:
        _list_images()
    elif source is None:
        raise UserError(f"which folder stands for {image}? Run: gitops local image {image} FOLDER")
    else:
        _map(declarations, image, source, dockerfile)


def _list_images() -> None:
    """Print the images and their folders, separated by a tab."""
    rows = mapping.rows()
    for name, row in sorted(rows.items()):
        print(f"{name}\t{row.folder}")
        if not row.folder.is_dir():
            say(f"{row.folder} does not exist: tasks of {name} {_otherwise(embedded.engine())}")
    if not rows:
        how = _otherwise(embedded.engine())
        say(f"no folder stands for an image, so tasks {how}; map one with: gitops local image NAME FOLDER")


def _otherwise(engine: str | None) -> str:
    """Return what happens to tasks of an image without a folder."""
    return f"run as containers of the engine at {engine}" if engine else "are simulated"


def _map(declarations: Path, image: str, source: Path, dockerfile: str | None) -> None:
    folder = mapping.checked(image, source)
    found = dockerfiles.find(folder, dockerfile)
    packages = virtual_environment.ensure(image, folder)
    mapping.add(image, mapping.Row(folder, found) if found else mapping.Row(folder))
    elsewhere = f", as its {found} says" if found and found.parent.parts else ""
    say(f"tasks of {image} that start from now on run from {folder}, with {packages}{elsewhere}")
    declared = {name for account in read(declarations).accounts.values() for name in account.repositories}
    repository = image.partition(":")[0]
    if declared and repository not in declared | {name.rpartition("/")[2] for name in declared}:
        say(f"no account declares the repository {repository}{suggestion(repository, declared)}")
    if found and "collectstatic" in (folder / found).read_text(errors="replace"):
        say(f"its Dockerfile collects static files, which is not done here: run `manage.py collectstatic` in {folder}")


def _ensure_environments() -> None:
    """Make the virtual environments that folders of images lack, and write the first row.

    Raises:
        UserError: one cannot be made; it says how to do without.
    """
    rows = mapping.rows()
    for name, row in rows.items():
        if row.folder.is_dir() and virtual_environment.is_missing(row.folder):
            try:
                virtual_environment.ensure(name, row.folder)
            except UserError as error:
                raise UserError(f"{error}\nTo do without its folder: gitops local image --remove {name}") from None
    mapping.write(rows)


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
        engine = embedded.engine()
        names = ", ".join(name for name in images if name != embedded.EVERY_OTHER_IMAGE)
        say(f"tasks of these images run as processes: {names}; others {_otherwise(engine)}")
        if not mapping.rows() and not engine:
            say("to run an application: gitops local image REPOSITORY FOLDER")
    else:
        say("tasks are simulated: this needs Linux")
    _tell_permissions(embedded.permissions())
    for name, value in aws.environment(home.account, home.region).items():
        print(f"export {name}={value}")


def _tell_permissions(permissions: Permissions) -> None:
    """Say how many permissions were authorised and denied, and what was denied."""
    say(f"permissions: {permissions.authorised} authorised, {permissions.denied} denied")
    for denial in permissions.denials:
        say(f"  {denial}")
