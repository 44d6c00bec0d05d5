"""The removal of an environment: first its file from the default branch, then its stack from AWS.

A removal by pull request, `/confirm` in a comment and an expiry all end here, so that git and AWS never disagree. A
removal that fails half-way is finished by running it again: completed steps are recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.model import is_production_kind
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.destroy import deletion as destruction
from gitops.errors import LockedError, UserError
from gitops.github import default_branch
from gitops.github.default_branch import Proposed
from gitops.github.deployments import deactivate
from gitops.github.newest import newest_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import StackEvent
    from gitops.destroy.destroy_target import DestroyTarget
    from gitops.github.repository import Repository
    from gitops.output.outcome import RemovalOutcome
    from gitops.output.progress import Reporter


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What became of an environment. `commit` removed its file now; None when it was gone before, or is not to go.

    `proposed` is set when the default branch is protected: a pull request waits, and nothing was destroyed. `kept` are
    events of resources that AWS keeps.
    """

    name: EnvironmentName
    outcome: RemovalOutcome
    commit: str | None = None
    proposed: Proposed | None = None
    kept: tuple[StackEvent, ...] = ()


def remove_environment(
    target: DestroyTarget,
    repository: Repository,
    *,
    path: str,
    message: str,
    run_url: str,
    report: Reporter,
    expired_on: date | None = None,
) -> Removal:
    """Remove an environment's file from the default branch, delete its stack, and tell GitHub that it is gone.

    `path` is that of its file, `message` the commit's. With `expired_on`, an environment that is still declared and
    whose `expires` is not before that day is refused. Consent of the person who asks was obtained before.

    Nothing is done to an environment that is not declared in this checkout, and is on the default branch: since its
    file was removed, a newer commit has declared it again.

    Raises:
        LockedError: it is locked.
        UserError: it is not expired, or production without consent in its file: nothing was done. Or CloudFormation
            could not delete all of it: its file was removed, and the same command finishes it.
        GitHubError: its file could not be removed; nothing was destroyed.
        AwsError: AWS failed after its file was removed; the same command finishes it.
    """
    newest = newest_data(repository, path)
    if target.source is None and newest is not None:
        return Removal(name=target.name, outcome="superseded")
    # A file that only this checkout has still counts.
    data = target.source.data if newest is None and target.source else newest
    require_removable(target, data, expired_on=expired_on)
    removed = default_branch.commit_removal(repository, path, message)
    if isinstance(removed, Proposed):
        return Removal(name=target.name, outcome="proposed", proposed=removed)
    try:
        kept = _delete(target, report)
    except UserError as error:
        raise UserError(
            f"{error}\n{path} was removed from the default branch but its stack still exists. Run the same command "
            "again to finish; until then it is reported as drift."
        ) from error
    deactivate(repository, str(target.name), run_url=run_url)
    return Removal(
        name=target.name,
        outcome="destroyed" if target.stack else "not deployed",
        commit=removed.sha if removed else None,
        kept=kept,
    )


def require_removable(
    target: DestroyTarget, data: Mapping[str, object] | None, *, expired_on: date | None = None
) -> None:
    """Raise UserError when an environment's file, if it still exists, forbids its removal, LockedError for a lock.

    A file that is gone was removed with consent.
    """
    if data is None:
        return
    name = target.name
    file = UncheckedDeclaration(data)
    if file.lock:
        raise LockedError(f"{name} is {file.lock}. Nothing was destroyed. Take `lock` out of its file first")
    production = file.is_production or (target.stack is not None and is_production_kind(target.stack.kind))
    if production and not file.destroy_by_comment:
        raise UserError(
            f"{name} is production, and its file does not say that it may go. Nothing was destroyed. Let an earlier "
            "change write `destroy_by_comment: true` into its file"
        )
    expires = file.text("expires")
    if expired_on is not None and not expires < expired_on.isoformat():
        raise UserError(f"{name} has not expired: its file says {expires or 'no day'} now. Nothing was destroyed")


def _delete(target: DestroyTarget, report: Reporter) -> tuple[StackEvent, ...]:
    if target.stack is None or target.cloudformation is None or target.logs is None:
        return ()
    kept = destruction.delete(target.cloudformation, target.logs, target.stack, interval=target.interval, report=report)
    report.finish(str(target.name), "destroyed")
    return tuple(kept)
