"""Findings of drift, and those that stacks and templates show: not deployed, not declared, failed, another template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from gitops.aws import stack_status
from gitops.handoff import AccountDocument, Document, LongText, ShortText
from gitops.templates.returned import as_returned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs_lib.config.environments import Environment
    from gitops.aws.cloudformation import DeployedStack
    from gitops.cdk.assembly import SynthesisedStack

SHOWN = 10
"""Most resources of one stack that are named."""

Difference = Literal["not deployed", "not declared", "failed", "template differs", "changed by hand", "image differs"]

Lines = Annotated[tuple[LongText, ...], Meta(max_length=10_000)]


class DriftFinding(Document, frozen=True, kw_only=True):
    """One difference of one environment, whose name may be that of any tag. `details` are lines of text."""

    environment: ShortText
    difference: Difference
    details: Lines = ()


class Findings(Document, frozen=True, kw_only=True):
    """Findings of a part of an account.

    `not_compared` is what is left out on purpose. `unknown` is what could not be compared though it should have been:
    with any of it, an account cannot be called free of drift.
    """

    findings: tuple[DriftFinding, ...] = ()
    not_compared: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class AccountDrift(AccountDocument, frozen=True, kw_only=True):
    """The drift of one account; its fields mean what those of `Findings` do."""

    findings: Annotated[tuple[DriftFinding, ...], Meta(max_length=10_000)]
    not_compared: Lines
    unknown: Lines


def combine(account: str, parts: Sequence[Findings]) -> AccountDrift:
    """Return the drift of an account from its parts, in an order that is always the same."""
    findings = {finding for part in parts for finding in part.findings}
    return AccountDrift(
        account=account,
        findings=tuple(sorted(findings, key=lambda finding: (finding.environment, finding.difference))),
        not_compared=tuple(sorted({line for part in parts for line in part.not_compared})),
        unknown=tuple(sorted({line for part in parts for line in part.unknown})),
    )


def pair_with_stacks(
    environments: Iterable[Environment], stacks: Iterable[DeployedStack]
) -> tuple[list[tuple[Environment, DeployedStack]], Findings]:
    """Return the environments whose stacks can be compared, each with its stack, and the findings of all others."""
    left = {(stack.where, stack.environment): stack for stack in stacks if stack.environment}
    comparable: list[tuple[Environment, DeployedStack]] = []
    findings: list[DriftFinding] = []
    not_compared: list[str] = []
    for environment in environments:
        name = str(environment.name)
        stack = left.pop((environment.place, name), None)
        if stack is None:
            findings.append(DriftFinding(environment=name, difference="not deployed"))
        elif stack_status.is_moving(stack.status):
            not_compared.append(f"{name}: an operation of CloudFormation is in progress ({stack.status})")
        elif stack_status.is_operational(stack.status):
            comparable.append((environment, stack))
        else:
            findings.append(DriftFinding(environment=name, difference="failed", details=(stack.status,)))
    for stack in left.values():
        if stack.status == stack_status.DELETING:
            not_compared.append(f"{stack.environment}: is being destroyed")
        else:
            where = f"{stack.status} in {stack.where}"
            name = str(stack.environment)
            findings.append(DriftFinding(environment=name, difference="not declared", details=(where,)))
    return comparable, Findings(findings=tuple(findings), not_compared=tuple(not_compared))


def template_differences(wanted: SynthesisedStack, stack: DeployedStack, template: object) -> tuple[str, ...]:
    """Return how a stack and its `template` differ from what its declaration is synthesised to, a line each.

    Where characters outside of ASCII differ and nothing else does, CloudFormation does not let us see it.
    """
    lines = []
    if dict(stack.tags) != dict(wanted.tags):
        lines.append("tags of the stack differ")
    if stack.protected != wanted.protected:
        lines.append(f"termination protection is {'on' if stack.protected else 'off'}")
    new, old = as_returned(wanted.template), as_returned(template)
    if new != old:
        lines += _between_templates(new if isinstance(new, dict) else {}, old if isinstance(old, dict) else {})
    return tuple(lines)


def _between_templates(wanted: Mapping[str, object], deployed: Mapping[str, object]) -> list[str]:
    new, old = _resources(wanted), _resources(deployed)
    lines = [f"{name} is declared and not deployed" for name in sorted(new.keys() - old.keys())]
    lines += [f"{name} is deployed and not declared" for name in sorted(old.keys() - new.keys())]
    lines += [f"{name} differs" for name in sorted(new.keys() & old.keys()) if new[name] != old[name]]
    if not lines:
        return ["parts of the template other than its resources differ"]
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], f"and {more} more"] if more > 0 else lines


def _resources(template: Mapping[str, object]) -> Mapping[str, object]:
    resources = template.get("Resources")
    return resources if isinstance(resources, dict) else {}
