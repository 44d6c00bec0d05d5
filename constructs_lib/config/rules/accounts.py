"""Rules on accounts."""

from collections.abc import Iterator
from dataclasses import replace

from constructs_lib.config.build import Account
from constructs_lib.config.environment import ApplicationConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.naming import ACCOUNTS_FOLDER
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath


def one_file_names_the_repository(declarations: Declarations) -> Iterator[Problem]:
    """Roles and their permissions boundary are one for all regions of an account, so one of its files makes them."""
    files: dict[str, list[tuple[str, Account]]] = {}
    for name, account in declarations.accounts.items():
        files.setdefault(account.config.id, []).append((name, account))
    for account_id, declared in files.items():
        named = [(name, account) for name, account in declared if account.config.github]
        if not named and declarations.names is not None:
            message = f"is missing: no file of account {account_id} names the repository whose jobs may deploy to it"
            yield declared[0][1].source.problem(("github",), message)
        for _name, account in named[1:]:
            message = f"is already in {ACCOUNTS_FOLDER}/{named[0][0]}.yaml, which makes the roles for all regions"
            yield account.source.problem(("github",), f"{message}; remove it here")


def accounts_have_something(declarations: Declarations) -> Iterator[Problem]:
    """CloudFormation has no empty stacks."""
    for account in declarations.accounts.values():
        config = account.config
        if not (config.github or config.repositories or config.domain or config.monthly_budget_usd):
            message = "declares nothing to make: add repositories, or remove the file and give its bases a `region`"
            yield account.source.problem((), message)


def budget_has_email(declarations: Declarations) -> Iterator[Problem]:
    """A budget without an address has no effect, nor has an address without a budget."""
    for account in declarations.accounts.values():
        budget, email = account.config.monthly_budget_usd, account.config.alarm_email
        if budget is not None and email is None:
            yield account.source.problem(("monthly_budget_usd",), "has no address to notify: add alarm_email")
        if email is not None and budget is None:
            yield account.source.problem(("alarm_email",), "is only used for budget alerts: add monthly_budget_usd")


def production_has_its_own_account(declarations: Declarations) -> Iterator[Problem]:
    """Within an account a deployment may change everything but identities, so ad hoc bases are better in another."""
    if declarations.names is None:
        return  # the other bases may not have been read
    ad_hoc: dict[str, Environment] = {}
    for base, _config in declarations.bases:
        if not base.is_production:
            ad_hoc.setdefault(base.account_id, base)
    for base, _config in declarations.bases:
        other = ad_hoc.get(base.account_id)
        if base.is_production and base.account_id and other:
            message = f"{base.account_id} is also the account of {other.name}, whose deployments may change this base"
            problem = base.problem(("account",), f"{message}; give production an account of its own")
            yield replace(problem, severity="warning")


def repositories_are_declared(declarations: Declarations) -> Iterator[Problem]:
    """An image comes from the registry of its base's account and region, whose repositories an account file makes."""
    if declarations.names is None:
        return  # the file of another region may not have been read
    places = {
        (account.config.id, account.config.region): (name, account.config.repositories)
        for name, account in reversed(list(declarations.accounts.items()))
    }
    for app, config in declarations.apps:
        if not app.account_id:
            continue  # its base names no account that is declared
        file, declared = places.get((app.account_id, app.region), ("", ()))
        for path, repository in _repositories(config):
            if repository in declared:
                continue
            remedy = (
                f"add it to `repositories` of {ACCOUNTS_FOLDER}/{file}.yaml"
                if file
                else f"add a file to {ACCOUNTS_FOLDER}/ with that id, that region and `repositories: [{repository}]`"
            )
            message = f"{repository} is not declared for account {app.account_id} in {app.region}"
            yield app.problem(path, f"{message}, where its tasks pull it from: {remedy}")


def _repositories(config: ApplicationConfig) -> Iterator[tuple[FieldPath, str]]:
    """Yield the repositories that an app takes images from, with the field that names each."""
    own = {name: service.repository for name, service in config.services.items() if service.repository}
    if config.runs_commands or len(own) < len(config.services):
        yield ("repository",), config.repository
    for name, repository in own.items():
        yield ("services", name, "repository"), repository
