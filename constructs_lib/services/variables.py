"""The variables of containers: what every container gets, and what declarations make of references."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.config import references
from constructs_lib.config.references import Reference
from constructs_lib.data.composed_secret import ComposedSecret


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretValue:
    """A secret as a variable of its own, and as a text with dynamic references, for a secret that contains it."""

    variable: ecs.Secret
    text: str


class ReferenceValues(Construct):
    """The values of the references of one application, and the secrets that are made for values with secrets in them.

    One secret is made for each such value. Its construct id is made from the value: another value is another secret,
    whose ARN makes another task definition, so that tasks take the change over.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plain: Mapping[str, str],
        secret: Mapping[str, SecretValue],
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._plain = plain
        self._secret = secret
        self._removal_policy = removal_policy
        self._composed: dict[str, ComposedSecret] = {}

    def of(self, value: str) -> str | ecs.Secret:
        """Return what a declared value stands for: a secret where it holds one, and a plain text otherwise."""
        parts = references.expanded(value)
        match parts:
            case []:  # the empty text, of which there is nothing to join
                return ""
            case [Reference(name)] if name in self._secret:
                return self._secret[name].variable
        text = cdk.Fn.join("", [self._text(part) for part in parts])
        holds_secret = any(isinstance(part, Reference) and part.name in self._secret for part in parts)
        return self._compose(value, text) if holds_secret else text

    def _compose(self, value: str, text: str) -> ecs.Secret:
        if value not in self._composed:
            self._composed[value] = ComposedSecret(
                self,
                f"Value{hashlib.sha256(value.encode()).hexdigest()[:8]}",
                description="An environment variable that contains other secrets",
                text=text,
                removal_policy=self._removal_policy,
            )
        return self._composed[value].variable

    def _text(self, part: str | Reference) -> str:
        if isinstance(part, str):
            return part
        return self._secret[part.name].text if part.name in self._secret else self._plain[part.name]
