"""What is declared and what is deployed, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig, AppConfig
from constructs_lib.config.naming import URL_OUTPUT
from gitops.aws import stack_status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from constructs_lib.config.environments import Environment
    from gitops.aws.cloudformation import DeployedStack


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One environment, declared, deployed or both. Empty text is what is not known or does not apply."""

    name: str
    kind: str
    declared: bool
    state: str
    changed: datetime | None
    owner: str = ""
    expires: str = ""
    url: str = ""


def take(declared: Iterable[Environment], stacks: Iterable[DeployedStack]) -> list[Entry]:
    """Return an entry for each environment that is declared or deployed, sorted by name.

    A stack counts as a declared environment where that is declared to be; the same environment in another place is
    an entry of its own, deployed and not declared.
    """
    deployed = {(stack.where, stack.environment): stack for stack in stacks if stack.environment}
    entries = []
    for environment in declared:
        stack = deployed.pop((environment.place, str(environment.name)), None)
        config = environment.config
        entries.append(
            Entry(
                name=str(environment.name),
                kind=environment.kind,
                declared=True,
                state=stack_status.in_words(stack.status) if stack else "not deployed",
                changed=stack.changed if stack else None,
                owner=config.owner if isinstance(config, AppConfig) else "",
                expires=config.expires if isinstance(config, AdHocAppConfig) else "",
                url=stack.outputs.get(URL_OUTPUT, "") if stack else "",
            )
        )
    strangers = [
        Entry(
            name=stack.environment or "",
            kind=stack.kind,
            declared=False,
            state=f"{stack_status.in_words(stack.status)} in {stack.where}",
            changed=stack.changed,
            url=stack.outputs.get(URL_OUTPUT, ""),
        )
        for stack in deployed.values()
    ]
    return sorted([*entries, *strangers], key=lambda entry: (entry.name, not entry.declared))
