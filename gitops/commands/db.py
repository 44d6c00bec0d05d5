"""`gitops db`: the database of an environment, as if it were on this machine."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from constructs_lib.config.naming import DATABASE_PASSWORD_SECRET, BaseOutput
from gitops.access import programs
from gitops.access.bastion import POSTGRESQL_PORT, Bastion, forward_command, forwarded, local_port, run_psql
from gitops.access.deployed import base_of, find_app
from gitops.aws import embedded
from gitops.aws import target as targets
from gitops.aws.secrets_manager import SecretsManager
from gitops.commands.selection import select
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.access.deployed import Deployed
    from gitops.aws.target import TargetName

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 # a type of resource
PASSWORD_ID = re.compile(rf"\w+{DATABASE_PASSWORD_SECRET}[0-9A-F]{{8}}")
"""Logical id of the secret: the CDK ends it with a hash of the construct's path."""


def db(
    *,
    folder: Path,
    name: str,
    host: str | None,
    port: int | None,
    psql: bool,
    print_only: bool,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Forward a port to the database of the app `name`: in place of this process, or with `psql` while that runs.

    `host` is another PostgreSQL server of the base's VPC, such as an instance that a snapshot was restored to.
    `print_only` prints the commands instead. Databases of the embedded AWS are on this machine already.
    """
    if not print_only and targets.resolve(requested_target).embedded is None:
        programs.require(programs.AWS_CLI, programs.PLUGIN, *([programs.PSQL] if psql else []))
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    base = base_of(app)
    if app.target.embedded is not None:
        return _without_bastion(app, host or base.output(BaseOutput.DATABASE_HOST), psql=psql, print_only=print_only)
    bastion = Bastion(base)
    bastion.require_running()
    local = local_port(port)
    server = host or base.output(BaseOutput.DATABASE_HOST)
    forward = forward_command(app.where, bastion.instance_id, server, local)
    database = app.environment.name.database
    url = f"postgresql://{database}@localhost:{local}/{database}"
    if not print_only and psql:
        password = SecretsManager(app.session, app.where).value(_password_secret(app))
        with forwarded(forward, app.target.environ(app.where), local):
            return run_psql(url, password)
    if not print_only:
        print(url)
        say(f"the password: {_how_to_read_password(app)}")
        programs.become(app.target, app.where, forward)
    print(programs.shown(app.target, app.where, forward))
    if psql:
        print(shlex.join([programs.PSQL, url]))
    return 0


def _without_bastion(app: Deployed, host: str, *, psql: bool, print_only: bool) -> int:
    """Connect to a database of the embedded AWS, which is on this machine, or print its URL."""
    database = app.environment.name.database
    command = embedded.psql(f"postgresql://{database}@{host}/{database}")
    if not psql:
        print(f"postgresql://{database}@{host}:{POSTGRESQL_PORT}/{database}?sslmode=require")
        say(f"the password: {_how_to_read_password(app)}")
        return 0
    if not print_only:
        os.environ["PGPASSWORD"] = SecretsManager(app.session, app.where).value(_password_secret(app))
        programs.become(app.target, app.where, command)
    print(shlex.join(command))
    return 0


def _how_to_read_password(app: Deployed) -> str:
    """Return the command that prints the password of the app's database role."""
    secret = _password_secret(app)
    read = [programs.AWS_CLI, "secretsmanager", "get-secret-value", "--region", app.where.region, "--secret-id", secret]
    return programs.shown(app.target, app.where, [*read, "--query", "SecretString", "--output", "text"])


def _password_secret(app: Deployed) -> str:
    """Return the ARN of the secret with the password of the app's database role.

    The stack tells it, not a container: a service with an image of its own does not know it, and none does where the
    declaration has `default_variables: false`.
    """
    for resource in app.resources:
        if resource.type == SECRET and resource.physical_id and PASSWORD_ID.fullmatch(resource.logical_id):
            return resource.physical_id
    raise UserError(
        f"the stack {app.stack.name} has no database password yet. See how its deployment goes: gitops status"
    )
