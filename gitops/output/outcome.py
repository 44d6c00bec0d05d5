"""Outcomes of deploying or destroying an environment, and the words for them in every place that shows one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DeploymentOutcome = Literal["created", "updated", "unchanged", "superseded", "locked", "skipped", "failed"]
"""Outcome of a deployment. It is superseded when a newer commit deploys the environment."""

RemovalOutcome = Literal["destroyed", "not deployed", "proposed", "superseded"]
"""Outcome of a removal: the stack is deleted, there was none, a pull request has to be merged first, or a newer commit
declares the environment again, and nothing was done."""

Outcome = Literal[
    "created",
    "updated",
    "unchanged",
    "superseded",
    "locked",
    "skipped",
    "failed",
    "destroyed",
    "not deployed",
    "proposed",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """How an outcome is shown.

    `label` stands in tables, `github` in the description of a deployment on GitHub. `next_step` says what to do next:
    `{deploy}` and `{unlock}` are commands, `{url}` is the address of a pull request, `{name}` the environment.
    """

    label: str
    github: str
    next_step: str = ""
    failed: bool = False


WORDING: Mapping[Outcome, Wording] = {
    "created": Wording(label="created", github="created"),
    "updated": Wording(label="updated", github="updated"),
    "unchanged": Wording(label="unchanged", github="unchanged"),
    "superseded": Wording(label="superseded", github="superseded by a newer commit"),
    "locked": Wording(
        label="locked",
        github="not deployed: the environment is locked",
        next_step="Unlock it, by removing `lock` from its file or with the comment {unlock}, then deploy it: {deploy}",
        failed=True,
    ),
    "skipped": Wording(
        label="skipped",
        github="not deployed: its base was not deployed",
        next_step="Once its base is deployed, deploy it: {deploy}",
        failed=True,
    ),
    "failed": Wording(
        label="failed",
        github="the deployment failed",
        next_step="Fix it in a pull request, or retry without a change: {deploy}",
        failed=True,
    ),
    "destroyed": Wording(label="destroyed", github="destroyed"),
    "not deployed": Wording(label="not deployed", github="not deployed"),
    "proposed": Wording(
        label="not destroyed yet",
        github="not destroyed yet",
        next_step="The default branch is protected: merge {url}. The deployment of that merge destroys {name}",
    ),
}
"""The words for each outcome."""

FAILURES = frozenset(outcome for outcome, wording in WORDING.items() if wording.failed)
"""Outcomes after which an environment is not as declared. A locked one did not fail, and what stands on it waits."""


def summarize(outcomes: Iterable[Outcome]) -> str:
    """Return the result of a whole run in one line."""
    counts = Counter(outcomes)
    total = sum(counts.values())
    environments = f"{total} environment{'' if total == 1 else 's'}"
    failed = sum(counts[outcome] for outcome in FAILURES - {"locked"})
    if not total:
        return "no environment to deploy or destroy"
    if failed:
        return f"{failed} of {environments} failed"
    if set(counts) == {"unchanged"}:
        return f"nothing changed in {environments}"
    labels = (f"{counts[outcome]} {wording.label}" for outcome, wording in WORDING.items() if counts[outcome])
    return f"{environments}: {', '.join(labels)}"
