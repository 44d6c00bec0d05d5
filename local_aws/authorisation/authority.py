"""Whether a caller may do what a call takes, and how AWS words it when not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.authorisation import exceptions, iam_data
from local_aws.authorisation.engine import Decision, EngineError, Question
from local_aws.authorisation.mapping import ANY, Place, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from local_aws.authorisation.callers import Caller
    from local_aws.authorisation.engine import Engine
    from local_aws.authorisation.questions import Questions
    from local_aws.authorisation.records import Records

    class Attributes(Protocol):
        """What is known of resources that exist."""

        def tags(self, arn: str) -> Mapping[str, str]:
            """Return the tags of a resource."""

        def policy(self, prefix: str, arn: str) -> str | None:
            """Return the policy of a resource itself, or None."""


_NOT_KNOWN_YET = "not-known-yet"
"""Stands for a part of an ARN that a call does not name: statements for all of them match it, others do not.

A `*` would be understood as a question for some resource.
"""

_KINDS = {
    "identity": "identity-based policy",
    "pb": "permissions boundary",
    "resource": "resource-based policy",
    "session": "session policy",
}


@dataclass(frozen=True, slots=True)
class Denial:
    """A permission that a caller lacks, in AWS's words.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """

    message: str


class Authority:
    """Decides on calls, and keeps records of the decisions."""

    def __init__(
        self, engine: Engine, attributes: Attributes, records: Records, questions: Questions | None = None
    ) -> None:
        self._engine = engine
        self._attributes = attributes
        self._records = records
        self._questions = questions

    def judge(
        self, caller: Caller, requirements: Iterable[Requirement], place: Place, *, via: str | None = None
    ) -> Denial | None:
        """Return the first permission that a caller lacks, or None. `via` is the service that calls for the caller."""
        for requirement in requirements:
            question = self._question(caller, requirement, place, via)
            try:
                decision = self._engine.decide(question)
            except EngineError as error:
                self.refused(caller.owner, requirement.action.name, requirement.resource, str(error))
                return Denial(f"User: {caller.arn}: the embedded AWS cannot tell whether this is allowed: {error}")
            self._records.add(caller, requirement, decision)
            if self._questions and not caller.is_administrator:
                self._questions.add(question, decision)
            if not decision.allowed:
                return Denial(_wording(caller, requirement, decision))
        return None

    def admitted(self, action: str, role_arn: str) -> None:
        """Keep a question on which the trust policy of a role has decided without the engine: a log-in with a token."""
        if self._questions:
            account = role_arn.split(":")[4]
            policy = self._attributes.policy("sts", role_arn)
            question = Question(
                principal="*", action=action, resource=role_arn, account=account, resource_policy=policy
            )
            self._questions.add(question, Decision(effect="Allowed"))

    def refused(self, principal: str, action: str, resource: str, why: str) -> None:
        """Record a call that is refused without a decision."""
        self._records.add_refusal(principal, action, resource, why)

    def _question(self, caller: Caller, requirement: Requirement, place: Place, via: str | None) -> Question:
        prefix = requirement.action.name.partition(":")[0]
        policy = self._attributes.policy(prefix, requirement.resource)
        if prefix == "kms" and policy is None:
            policy = exceptions.KEY_POLICY % requirement.account
        context = {
            **dict(requirement.context),
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalArn": caller.owner,
            "aws:PrincipalType": "AssumedRole" if ":assumed-role/" in caller.arn else "User",
            "aws:RequestedRegion": place.region,
            "aws:ResourceAccount": requirement.account,
            "aws:SecureTransport": "true",  # On AWS it would be; here clients use http.
            "aws:SourceIp": "127.0.0.1",
            "aws:ViaAWSService": "true" if via else "false",
            **{f"aws:PrincipalTag/{key}": value for key, value in caller.tags},
        }
        if via:
            context |= {"aws:CalledVia": (via,), "aws:CalledViaFirst": via, "aws:CalledViaLast": via}
        if prefix in {"kms", "s3"}:
            context |= {f"{prefix}:ResourceAccount": requirement.account, f"{prefix}:CallerAccount": caller.account}
        texts = _mentioned(caller, policy)
        if "resourcetag/" in texts:
            tags = self._attributes.tags(requirement.resource)
            context |= {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
            context |= {f"{prefix}:ResourceTag/{key}": value for key, value in tags.items()}
        return Question(
            principal=caller.arn,
            action=requirement.action.name,
            resource=_concrete(requirement),
            account=requirement.account,
            # What no policy mentions decides nothing, and without it more calls are alike.
            context=tuple(sorted((key, value) for key, value in context.items() if key.lower() in texts)),
            policies=caller.policies,
            resource_policy=policy,
        )


def _mentioned(caller: Caller, policy: str | None) -> str:
    """Return the texts of all policies, in which condition keys are looked for."""
    policies = caller.policies
    texts = [one.text for one in policies.identity]
    texts += [policies.boundary.text] if policies.boundary else []
    return "\n".join([*texts, policies.session or "", policy or ""]).lower()


def _concrete(requirement: Requirement) -> str:
    """Return the resource as one that the engine takes for a particular one, if the action knows resources."""
    types = requirement.action.resource_types
    if not types:
        return ANY
    if requirement.resource != ANY:
        return requirement.resource.replace(ANY, _NOT_KNOWN_YET)
    return iam_data.VARIABLE.sub(lambda found: "aws" if found[1] == "Partition" else _NOT_KNOWN_YET, types[0].arn)


def _wording(caller: Caller, requirement: Requirement, decision: Decision) -> str:
    action = requirement.action.name
    denial = f"User: {caller.arn} is not authorized to perform: {action} on resource: {requirement.resource}"
    if decision.effect == "ExplicitlyDenied":
        kind = decision.statements[0].kind if decision.statements else "identity"
        article = "an" if kind == "identity" else "a"
        return f"{denial} with an explicit deny in {article} {_KINDS.get(kind, kind)}"
    kind = next(iter(sorted(decision.blocked_by)), "identity")
    return f"{denial} because no {_KINDS.get(kind, kind)} allows the {action} action"
