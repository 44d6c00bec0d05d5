"""Entries of job matrices: `${{ matrix.… }}` in the workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from constructs_lib.config.model import CONFIG_OF_KIND, AccountConfig, AdHocAppConfig
from constructs_lib.config.naming import GITHUB_AD_HOC_APPROVAL, GITHUB_DESTROY_APPROVAL, EnvironmentName, role_variable

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment, Environments


class JobAccount(TypedDict):
    """An account: `role_variable` is the variable of a GitHub environment with the ARN of its role."""

    account: str
    role_variable: str
    region: str


class JobEnvironment(JobAccount):
    """An environment; `slug` is its name where no slash may be."""

    environment: str
    slug: str


class JobRemoval(JobEnvironment):
    """An environment that is destroyed; `approval` is the environment of GitHub whose reviewers approve it."""

    approval: str


def approval_of(kind: str) -> str:
    """Return the environment of GitHub whose reviewers approve the destruction of an environment of a kind.

    One of no known kind needs the approval that production needs.
    """
    return GITHUB_AD_HOC_APPROVAL if CONFIG_OF_KIND.get(kind) is AdHocAppConfig else GITHUB_DESTROY_APPROVAL


def account_entry(name: str, config: AccountConfig) -> JobAccount:
    """Return the entry of the account that accounts/`name`.yaml declares."""
    return JobAccount(account=name, role_variable=role_variable(name), region=config.region)


def entry(environment: Environment, declared: Environments) -> JobEnvironment:
    """Return the entry of an environment among those that are declared with it."""
    name = environment.account
    return entry_in(environment.name, name, declared.accounts[name])


def entry_in(name: EnvironmentName, account: str, config: AccountConfig) -> JobEnvironment:
    """Return the entry of an environment, declared or not, in the account of a name."""
    return JobEnvironment(environment=str(name), slug=name.stack, **account_entry(account, config))
