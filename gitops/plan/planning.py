"""The plan of a change, made offline: from the templates of both sides, without asking AWS."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.images import kept, short
from constructs_lib.config.model import AccountConfig, AdHocAppConfig, AppConfig
from gitops.affected.comparison import compare
from gitops.cost import prices
from gitops.cost.budget import budget_of, over_budget
from gitops.cost.estimate import estimate
from gitops.destroy.decisions import without_a_source
from gitops.plan.document import INLINE_TEMPLATE_BYTES, Cost, Plan, PlannedEnvironment
from gitops.templates import changes as templates
from gitops.templates import database_changes, permissions, replacement
from gitops.templates.differences import ResourceChange
from gitops.templates.returned import as_returned
from gitops.templates.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.environment import AffectedEnvironment
    from gitops.affected.tree import Tree
    from gitops.cdk.assembly import SynthesisedStack
    from gitops.cost.estimate import Estimate


def make_plan(old: Tree | None, new: Tree, today: date) -> Plan:
    """Return what the change from `old` to `new` would do; consents to replacements are judged on the day `today`.

    Raises:
        UserError: the new side cannot be synthesised.
    """
    comparison = compare(old, new)
    return Plan(
        environments=tuple(
            _planned(environment, comparison.environments.get(environment.name), old, today)
            for environment in comparison.affected
        ),
        unchanged=comparison.unchanged,
    )


def _planned(
    affected: AffectedEnvironment, declared: Environment | None, old: Tree | None, today: date
) -> PlannedEnvironment:
    before, after = affected.before, affected.after
    stack = after or before
    known = not affected.incomparable and stack is not None
    cost_after = _estimate(after, declared.awake_share if declared else 1) if after else None
    declared_before = _declared_before(old, affected.name) if before else None
    cost_before = _estimate(before, declared_before.awake_share if declared_before else 1) if before else None
    changes = _changes(before, after) if known else []
    config = declared.config if declared else None
    return PlannedEnvironment(
        environment=str(affected.name),
        kind=affected.kind,
        action=affected.action,
        wave=affected.wave,
        reason=affected.reason,
        account=affected.job["account"] if affected.job else "",
        account_id=stack.where.account if stack else "",
        region=stack.where.region if stack else "",
        renamed_from=str(affected.renamed_from) if affected.renamed_from else None,
        renamed_to=str(affected.renamed_to) if affected.renamed_to else None,
        refusals=tuple(cut(refusal, 4_000) for refusal in _refusals(affected, declared, cost_after, today)),
        warnings=tuple(_warnings(affected, declared, declared_before)),
        incomparable=affected.incomparable if affected.action == "update" else "",
        url=cut(after.url) if after else "",
        expires=config.expires if isinstance(config, AdHocAppConfig) else "",
        cost_before=_cost(cost_before),
        cost_after=_cost(cost_after),
        changes=tuple(changes),
        other=tuple(_other(before, after)) if known else (),
        grants=tuple(permissions.widened(_template(before), after.template)) if known and after else (),
        consents=_consents(declared, today),
        tags=dict(stack.tags) if stack else {},
        template=_inline(after),
        template_before=template_hash(before.template) if before else None,
    )


def template_hash(template: object) -> str:
    """Return a hash of a template, the same for a synthesised one and for what CloudFormation returns of it.

    It does not depend on the order of keys.
    """
    return hashlib.sha256(json.dumps(as_returned(template), sort_keys=True).encode()).hexdigest()


def _changes(before: SynthesisedStack | None, after: SynthesisedStack | None) -> list[ResourceChange]:
    """Return what becomes of the resources; a stack that moves is a new one, and the old one stays."""
    if before and after and before.where != after.where:
        return templates.resource_changes(None, after.template)
    return templates.resource_changes(_template(before), _template(after))


def _other(before: SynthesisedStack | None, after: SynthesisedStack | None) -> Iterator[str]:
    if before is None or after is None:
        return
    yield from templates.other_changes(before.template, after.template)
    if before.protected != after.protected:
        yield f"termination protection {'on' if after.protected else 'off'}"
    yield from (
        f"tag {key}" for key in sorted({*before.tags, *after.tags}) if before.tags.get(key) != after.tags.get(key)
    )


def _refusals(
    affected: AffectedEnvironment, declared: Environment | None, cost: Estimate | None, today: date
) -> Iterator[str]:
    """Yield the reasons to refuse the change."""
    if affected.refused:
        yield affected.refused
    if declared is None:
        return
    if affected.before and affected.after:
        before, after, consents = affected.before, affected.after, declared.config.allow_replacement
        if before.where == after.where:
            found = replacement.find(before.template, after.template)
        else:
            found = replacement.find_left(before.template, before.where, after.where)
        for message in replacement.refusals(found, consents, today):
            yield f"would replace a resource that holds data without consent: {message}"
        if before.where == after.where:
            yield from database_changes.refusals(before.template, after.template, consents, today)
    budget = budget_of(declared)
    if cost is not None and over_budget(cost, budget):
        yield (f"would cost about {cost.most_usd:.2f} USD a month; its base allows {budget} (policy.max_monthly_usd)")


def _warnings(
    affected: AffectedEnvironment, declared: Environment | None, declared_before: Environment | None
) -> Iterator[str]:
    """Yield warnings: nothing forbids the change."""
    before, after = affected.before, affected.after
    if before and after and before.where != after.where:
        region = f" --region {before.where.region}" if before.where.account == after.where.account else ""
        yield (
            f"moves to {after.where}: a new stack is created there, and the stack in {before.where} remains until "
            f"`gitops destroy {affected.name}{region}`"
        )
    if declared and not isinstance(declared.config, AccountConfig) and (lock := declared.config.lock):
        yield f"is locked by {lock.by} ({lock.reason}) and is not deployed until it is unlocked"
    if declared and declared_before:
        yield from _kept_images(declared_before, declared)
    if affected.seeds:
        yield without_a_source(affected.name, affected.seeds)
    if affected.wave == "account" and affected.action != "destroy":
        yield f"has to be deployed by an administrator: gitops bootstrap {affected.name.file}"


def _kept_images(before: Environment, after: Environment) -> Iterator[str]:
    """Say which services another `image` leaves as they are."""
    was, becomes = before.config, after.config
    if not isinstance(was, AppConfig) or not isinstance(becomes, AppConfig) or was.image == becomes.image:
        return
    if unchanged := kept(becomes.pinned_images):
        yield cut(f"image changes from {short(was.image)} to {short(becomes.image)}; {unchanged}", 4_000)


def _consents(declared: Environment | None, today: date) -> tuple[str, ...]:
    """Return the resources to whose replacement consent holds today."""
    consents = declared.config.allow_replacement if declared else ()
    return tuple(consent.resource for consent in consents if str(today) <= consent.until)


def _estimate(stack: SynthesisedStack, awake_share: float) -> Estimate:
    return estimate(stack.template, stack.where.region, prices.load(), awake_share=awake_share)


def _cost(found: Estimate | None) -> Cost | None:
    if found is None:
        return None
    return Cost(
        least_usd=round(found.least_usd, 2),
        most_usd=round(found.most_usd, 2),
        unpriced=len(found.unpriced) + sum(found.unknown.values()),
    )


def _declared_before(old: Tree | None, name: EnvironmentName) -> Environment | None:
    """Return what an environment was declared as, or None where that cannot be read any more."""
    if old is None:
        return None
    try:
        return read(old.folder, only=[name])[name]
    except (DeclarationError, KeyError):
        return None


def _template(stack: SynthesisedStack | None) -> Mapping[str, object] | None:
    return None if stack is None else stack.template


def _inline(stack: SynthesisedStack | None) -> str | None:
    """Return a template as short as it can be written, or None where CloudFormation would not take it inline."""
    if stack is None:
        return None
    text = json.dumps(stack.template, separators=(",", ":"), ensure_ascii=False)
    return text if len(text.encode()) <= INLINE_TEMPLATE_BYTES else None
