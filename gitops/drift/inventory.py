"""The environments that are declared or deployed, and the report of them: `gitops status` and `/status`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig, AppConfig
from constructs_lib.config.naming import URL_OUTPUT
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.aws import stack_status
from gitops.drift.running import NOT_RUNNING, Running
from gitops.output.report import Report, Table, code, link, word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from constructs_lib.config.environments import AccountRegion, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.output.report import Inline


_VALIDATE = code("gitops validate")

HEADINGS = ("environment", "kind", "declared", "state", "tasks", "updated (UTC)", "owner", "expires", "lock", "URL")


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentStatus:
    """One environment, declared, deployed or both. A text is empty where it is not known or does not apply.

    `wrong` says that its declaration is.
    """

    name: str
    kind: str
    declared: bool
    wrong: bool = False
    state: str
    changed: datetime | None
    owner: str = ""
    expires: str = ""
    lock: str = ""
    url: str = ""
    running: Running = NOT_RUNNING


def list_environments(
    declared: Environments,
    places: Collection[AccountRegion],
    stacks: Iterable[DeployedStack],
    running: Mapping[tuple[AccountRegion, str], Running] | None = None,
) -> list[EnvironmentStatus]:
    """Return the status of each environment that is declared or deployed in `places`, sorted by name.

    A stack counts as a declared environment where that is declared to be, right or wrong; the same environment in
    another place is listed on its own, as deployed and not declared. A declaration whose place cannot be read counts
    wherever it is deployed. `running` are the services of apps, by place and name.
    """
    services = running or {}
    deployed = {(stack.where, stack.environment): stack for stack in stacks if stack.environment}
    entries = []
    for name in declared.names:
        where = declared.place_of(name) or next((at for at, tag in deployed if tag == str(name)), None)
        if where is None or where in places:
            entry = _declared(name, declared, deployed.pop((where, str(name)), None) if where else None)
            entries.append(replace(entry, running=services.get((where, entry.name), NOT_RUNNING)) if where else entry)
    undeclared = [
        EnvironmentStatus(
            name=stack.environment or "",
            kind=stack.kind,
            declared=False,
            state=f"{stack_status.in_words(stack.status)} in {stack.where}",
            changed=stack.changed,
            url=stack.outputs.get(URL_OUTPUT, ""),
            running=services.get((stack.where, stack.environment or ""), NOT_RUNNING),
        )
        for stack in deployed.values()
    ]
    return sorted([*entries, *undeclared], key=lambda entry: (entry.name, not entry.declared))


def _declared(name: EnvironmentName, declared: Environments, stack: DeployedStack | None) -> EnvironmentStatus:
    """Return the status of a declared environment; of one that is not well-formed, what its file says."""
    file = declared.unchecked(name) or UncheckedDeclaration({})
    environment = declared.well_formed.get(name)
    config = environment.config if environment else None
    return EnvironmentStatus(
        name=str(name),
        kind=environment.kind if environment else (stack.kind if stack else file.kind),
        declared=True,
        wrong=name in declared.wrong,
        state=stack_status.in_words(stack.status) if stack else "not deployed",
        changed=stack.changed if stack else None,
        owner=config.owner if isinstance(config, AppConfig) else "",
        expires=config.expires if isinstance(config, AdHocAppConfig) else "",
        lock=str((environment.lock if environment else file.lock) or ""),
        url=stack.outputs.get(URL_OUTPUT, "") if stack else "",
    )


def status_report(statuses: Sequence[EnvironmentStatus]) -> Report:
    """Return the report of environments, for the terminal and for a comment."""
    undeclared = [status.name for status in statuses if not status.declared]
    notes: list[Inline] = []
    if undeclared:
        names = tuple(part for name in undeclared for part in (code(name), word(", ")))[:-1]
        notes.append(
            (word("deployed but not declared: "), *names, word(". To destroy one: "), code("gitops destroy NAME"))
        )
    if wrong := [status.name for status in statuses if status.wrong]:
        names = tuple(part for name in wrong for part in (code(name), word(", ")))[:-1]
        notes.append((word("wrong, so not deployed until they are right: "), *names, word(". Why: "), _VALIDATE))
    notes += trouble_notes(statuses)
    return Report(
        title=f"{len(statuses)} environment{'' if len(statuses) == 1 else 's'}",
        table=Table(headings=HEADINGS, rows=[_row(status) for status in statuses]),
        notes=notes,
    )


def trouble_notes(statuses: Iterable[EnvironmentStatus]) -> list[Inline]:
    """Return a line for each service of which tasks are missing or have failed."""
    return [(code(status.name), ": ", trouble) for status in statuses for trouble in status.running.troubles]


def _tasks(running: Running) -> str:
    if not running.simulated:
        return running.tasks
    if not running.answers:
        return f"{running.tasks}, simulated"
    return f"{running.tasks}, simulated: {' '.join(running.simulated)}"


def _row(status: EnvironmentStatus) -> tuple[Inline, ...]:
    return (
        code(status.name),
        status.kind,
        word("WRONG") if status.wrong else word("yes") if status.declared else word("NO"),
        status.state,
        _tasks(status.running),
        word(status.changed.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if status.changed else ""),
        status.owner,
        status.expires,
        status.lock,
        "" if not status.url else link(status.url) if status.running.answers else word("simulated"),
    )
