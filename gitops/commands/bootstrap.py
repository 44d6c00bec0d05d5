"""`gitops bootstrap`: prepare an AWS account, once, with an administrator's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.model import AccountConfig
from constructs_lib.config.naming import (
    GITHUB_AD_HOC_APPROVAL,
    GITHUB_APPROVALS,
    GITHUB_COMMIT,
    GITHUB_ENVIRONMENTS,
    HOSTED_ZONE_OUTPUT,
    NAME_SERVERS_OUTPUT,
    role_output,
    role_variable,
)
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.deploy import conclude
from gitops.commands.selection import show_problems
from gitops.deploy import bootstrapping
from gitops.deploy.run import deploy_environments
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment, Environments
    from gitops.aws.target import TargetName

RULES = {
    "plan": "no rules: pull requests of the repository's own branches plan with it",
    "deploy": "deployment branches: main only",
    "production": "deployment branches: main only; no reviewers",
    "destroy": "deployment branches: main only; no reviewers",
    "publish": "deployment branches and tags: main and v* only",
}
"""The rules to set on each GitHub environment with a role; the roles rely on them."""

COMMIT_RULES = "deployment branches and tags: main and v* only; has the key of the GitHub App that commits"

APPROVAL_RULES = "deployment branches: main only; required reviewers, two or a team; no variables, no secrets"

AD_HOC_APPROVAL_RULES = "only where destroying ad hoc apps needs reviewers; no variables, no secrets"


def bootstrap(*, folder: Path, account: str | None, requested_target: TargetName | None, today: date) -> int:
    """Deploy the stacks of an account, set up the CDK and services in it, and print what is left to do.

    `account` is the name of a file in environments/accounts/; it can be left out when there is one AWS account only.
    The same command again brings everything up to date. Returns 1 when a stack failed.

    Raises:
        DeclarationError: the account's own files are wrong.
        UserError: which account is meant is not clear, or `cdk bootstrap` failed.
    """
    declared = read(folder, today=today)
    show_problems(declared)
    environments = declared.require([environment.name for environment in _files_of_account(declared, account)])
    results = deploy_environments(
        folder, environments, everything=False, requested_target=requested_target, today=today
    )
    if conclude(results):
        return 1
    aws = target.resolve(requested_target)
    account_id = environments[0].account_id
    places = sorted(place for place in declared.places() if place.account == account_id)
    bootstrapping.bootstrap(aws, places)
    session = Session(aws)
    bootstrapping.let_deployments_read_parameters(session, places)
    bootstrapping.make_service_linked_roles(session, environments[0].place)
    regions = Regions(session, [environment.place for environment in environments])
    for environment in environments:
        stack = regions[environment.place].stack(environment.name.stack)
        outputs = stack.outputs if stack else {}
        lines = [*_what_to_set(environment, outputs), *_what_to_delegate(environment, outputs)]
        if lines:
            print("\n".join(lines))
    return 0


def _files_of_account(declared: Environments, name: str | None) -> Sequence[Environment]:
    """Return the declarations of one AWS account, of which there may be one for each of several regions."""
    accounts = [environment for environment in declared.well_formed.values() if environment.name.is_account]
    if name is None:
        ids = {environment.account_id for environment in accounts}
    else:
        wanted = name.removeprefix("accounts/").removesuffix(".yaml")
        ids = {environment.account_id for environment in accounts if environment.name.file == wanted}
    if len(ids) != 1:
        known = ", ".join(environment.name.file for environment in accounts) or "none"
        problem = f"the account {name} is not declared" if name else "name an account"
        raise UserError(f"{problem}; declared are: {known}")
    return [environment for environment in accounts if environment.account_id in ids]


def _what_to_set(environment: Environment, outputs: Mapping[str, str]) -> list[str]:
    """Return the settings for GitHub, a line each. None is a secret."""
    config = environment.config
    if not isinstance(config, AccountConfig) or config.github is None:
        return []
    variable = role_variable(environment.name.file)
    lines = [f"On https://github.com/{config.github.repository}/settings/environments, no secrets:"]
    for name in GITHUB_ENVIRONMENTS:
        lines += [
            f"  environment {name} ({RULES[name]})",
            f"    variable {variable} = {outputs.get(role_output(name), '(the stack has no such role)')}",
        ]
    lines += [f"  environment {name} ({APPROVAL_RULES})" for name in GITHUB_APPROVALS]
    lines.append(f"  environment {GITHUB_AD_HOC_APPROVAL} ({AD_HOC_APPROVAL_RULES})")
    lines.append(f"  environment {GITHUB_COMMIT} ({COMMIT_RULES})")
    return lines


def _what_to_delegate(environment: Environment, outputs: Mapping[str, str]) -> list[str]:
    """Return how the domain of a hosted zone that the account's stack made is delegated to it, a line each.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html
    """
    config = environment.config
    if not isinstance(config, AccountConfig) or NAME_SERVERS_OUTPUT not in outputs:
        return []
    return [
        f"The hosted zone of {config.domain} is {outputs[HOSTED_ZONE_OUTPUT]}: `hosted_zone_id` of its bases.",
        f"Delegate {config.domain} to these name servers before a base is deployed: its certificate waits for that.",
        "They belong into NS records in the zone of the parent domain, or to the registrar:",
        *(f"  {server}" for server in outputs[NAME_SERVERS_OUTPUT].split()),
    ]
