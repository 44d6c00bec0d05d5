"""What has expired in one account, and what will soon: by the declarations, by AWS and by the history of git."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from constructs_lib.config import loader
from constructs_lib.config.environments import parse_name
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AdHocAppConfig
from constructs_lib.config.naming import ENVIRONMENT_TAG
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.errors import UserError
from gitops.handoff import AccountDocument, Date, Document, EnvironmentId, LongText, Region, ShortText, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.git import History

AD_HOC_APP = "ad-hoc-app"

NOTICE_HOURS = (4, 48)
"""Hours before the end of the last day at which owners are warned, the nearest first."""

_MOST = Meta(max_length=10_000)


class ExpiredEnvironment(Document, frozen=True, kw_only=True):
    """An environment that is to be destroyed. `region` is where it is deployed."""

    environment: EnvironmentId
    region: Region
    reason: Text


class ExpiringEnvironment(Document, frozen=True, kw_only=True):
    """An environment that expires in less than `hours`, one of `NOTICE_HOURS`."""

    environment: EnvironmentId
    expires: Date
    hours: Annotated[int, Meta(ge=1, le=1_000)]


class KeptEnvironment(Document, frozen=True, kw_only=True):
    """An environment that is kept though it has expired or is not declared. Its name may be that of any tag."""

    environment: ShortText
    reason: LongText


class AccountExpiry(AccountDocument, frozen=True, kw_only=True):
    """The state of one account at a `moment`."""

    moment: Annotated[datetime, Meta(tz=True)]
    expired: Annotated[tuple[ExpiredEnvironment, ...], _MOST]
    expiring: Annotated[tuple[ExpiringEnvironment, ...], _MOST]
    kept: Annotated[tuple[KeptEnvironment, ...], _MOST]


def deadline(expires: str) -> datetime:
    """Return the end of the day `expires`, YYYY-MM-DD, in UTC: the moment at which an environment expires."""
    return datetime.combine(date.fromisoformat(expires) + timedelta(days=1), time(), tzinfo=UTC)


def require_declarations(declared: Environments) -> None:
    """Raise UserError when nothing is declared: that is an accident rather than the wish to destroy everything."""
    if all(name.is_account for name in declared.names):
        raise UserError(
            "no environment is declared, which looks like an accident, so nothing was changed. Check that the checkout "
            "has the files"
        )


def find_expired(
    account: str, declared: Environments, stacks: Collection[DeployedStack], history: History, now: datetime
) -> AccountExpiry:
    """Return what has expired in an account, by all of its stacks, and what expires soon.

    A deployed environment without a declaration has expired only when a commit removed its file. One whose declaration
    is wrong expires like others where it is well-formed; where it is not, it is kept.
    """
    here = [environment for environment in declared.well_formed.values() if environment.account == account]
    found = [
        *_of_declared(here, now),
        *_of_unreadable(account, declared),
        *_of_undeclared(declared, stacks, history),
    ]
    return AccountExpiry(
        account=account,
        moment=now.replace(microsecond=0),
        expired=tuple(item for item in found if isinstance(item, ExpiredEnvironment)),
        expiring=tuple(item for item in found if isinstance(item, ExpiringEnvironment)),
        kept=tuple(item for item in found if isinstance(item, KeptEnvironment)),
    )


def _of_declared(
    environments: Iterable[Environment], now: datetime
) -> Iterator[ExpiredEnvironment | ExpiringEnvironment | KeptEnvironment]:
    """Yield the declared environments that have expired or expire soon, deployed or not."""
    for environment in environments:
        config = environment.config
        if not isinstance(config, AdHocAppConfig):
            continue
        name = str(environment.name)
        remaining = deadline(config.expires) - now
        lock = environment.lock
        if remaining > timedelta(0):
            near = [hours for hours in NOTICE_HOURS if remaining <= timedelta(hours=hours)]
            if near and not lock:
                yield ExpiringEnvironment(environment=name, expires=config.expires, hours=near[0])
        elif lock:
            yield KeptEnvironment(environment=name, reason=f"expired on {config.expires}, but is {lock}")
        else:
            yield ExpiredEnvironment(environment=name, region=environment.region, reason=f"expired on {config.expires}")


def _of_unreadable(account: str, declared: Environments) -> Iterator[KeptEnvironment]:
    """Yield the apps of an account, or of an unknown one, whose declarations do not say when they expire."""
    for name in sorted(declared.names - declared.well_formed.keys()):
        if not (name.is_account or name.is_base) and declared.account_of(name) in {account, None}:
            why = "; ".join(map(str, declared.wrong[name]))
            yield KeptEnvironment(environment=str(name), reason=f"its declaration is wrong: {why}")


def _of_undeclared(
    declared: Environments, stacks: Iterable[DeployedStack], history: History
) -> Iterator[ExpiredEnvironment | KeptEnvironment]:
    """Yield the ad hoc environments that are deployed where they are not declared.

    A file that declares nothing because of its name may be meant as the declaration of any of them: then all are kept.
    """
    for stack in stacks:
        if stack.kind != AD_HOC_APP or stack.environment is None:
            continue
        try:
            name = parse_name(stack.environment)
        except ValueError:
            reason = f"the tag {ENVIRONMENT_TAG} of the stack {stack.name} is not the name of an environment"
            yield KeptEnvironment(environment=stack.environment, reason=reason)
            continue
        place = declared.place_of(name)
        if name not in declared.names and declared.is_whole:
            yield _by_history(name, stack, history)
        elif name not in declared.names:
            reason = "is not declared, and a file that is wrong may be meant as its declaration: gitops validate"
            yield KeptEnvironment(environment=str(name), reason=reason)
        elif place is not None and place != stack.where:
            reason = f"is deployed in {stack.where} and declared in {place}"
            yield KeptEnvironment(environment=str(name), reason=reason)


def _by_history(name: EnvironmentName, stack: DeployedStack, history: History) -> ExpiredEnvironment | KeptEnvironment:
    """Judge an environment that is deployed and not declared by its file at the time it was removed."""
    commit = history.removed(name)
    if commit is None:
        return KeptEnvironment(environment=str(name), reason="is not declared, and no commit has removed its file")
    try:
        data = loader.parse(history.before(commit, name), str(name)).data
    except DeclarationError:
        return KeptEnvironment(
            environment=str(name), reason=f"its file cannot be read as it was before {commit[:7]} removed it"
        )
    file = UncheckedDeclaration(data)
    if file.lock:
        return KeptEnvironment(environment=str(name), reason=f"was {file.lock}, when {commit[:7]} removed its file")
    if file.kind != AD_HOC_APP:
        return KeptEnvironment(
            environment=str(name), reason=f"was not an {AD_HOC_APP} when {commit[:7]} removed its file"
        )
    return ExpiredEnvironment(
        environment=str(name), region=stack.where.region, reason=f"its file was removed by {commit[:7]}"
    )
