"""Stacks against declarations: what is missing, what is too much, what is another template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws import stack_status
from gitops.drift.observation import Finding, Partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from constructs_lib.config.environments import Environment
    from gitops.aws.cloudformation import DeployedStack
    from gitops.cdk.assembly import SynthesisedStack

SHOWN = 10
"""Most resources that are named of one stack."""


def pair(
    environments: Iterable[Environment], stacks: Iterable[DeployedStack]
) -> tuple[list[tuple[Environment, DeployedStack]], Partial]:
    """Return the environments whose stacks can be compared, with these, and what is to be said of all others."""
    left = {(stack.where, stack.environment): stack for stack in stacks if stack.environment}
    comparable: list[tuple[Environment, DeployedStack]] = []
    findings: list[Finding] = []
    passed_over: list[str] = []
    for environment in environments:
        name = str(environment.name)
        stack = left.pop((environment.place, name), None)
        if stack is None:
            findings.append(Finding(environment=name, what="not deployed"))
        elif stack_status.is_moving(stack.status):
            passed_over.append(f"{name}: CloudFormation works on it ({stack.status})")
        elif stack_status.is_operational(stack.status):
            comparable.append((environment, stack))
        else:
            findings.append(Finding(environment=name, what="failed", details=(stack.status,)))
    for stack in left.values():
        if stack.status == "DELETE_IN_PROGRESS":
            passed_over.append(f"{stack.environment}: it is being destroyed")
        else:
            where = f"{stack.status} in {stack.where}"
            findings.append(Finding(environment=str(stack.environment), what="not declared", details=(where,)))
    return comparable, Partial(findings=tuple(findings), passed_over=tuple(passed_over))


def differences(wanted: SynthesisedStack, stack: DeployedStack, template: object) -> tuple[str, ...]:
    """Return how a stack differs from what its declaration is synthesised to; nothing when it does not."""
    lines = []
    if dict(stack.tags) != dict(wanted.tags):
        lines.append("tags of the stack differ")
    if stack.protected != wanted.protected:
        lines.append(f"termination protection is {'on' if stack.protected else 'off'}")
    if template != wanted.template:
        lines += _of_templates(wanted.template, template if isinstance(template, dict) else {})
    return tuple(lines)


def _of_templates(wanted: Mapping[str, object], deployed: Mapping[str, object]) -> list[str]:
    new, old = _resources(wanted), _resources(deployed)
    lines = [f"{name} is declared and not deployed" for name in sorted(new.keys() - old.keys())]
    lines += [f"{name} is deployed and not declared" for name in sorted(old.keys() - new.keys())]
    lines += [f"{name} is declared otherwise" for name in sorted(new.keys() & old.keys()) if new[name] != old[name]]
    if not lines:
        return ["parts of the template other than its resources differ"]
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], f"and {more} more"] if more > 0 else lines


def _resources(template: Mapping[str, object]) -> Mapping[str, object]:
    resources = template.get("Resources")
    return resources if isinstance(resources, dict) else {}
