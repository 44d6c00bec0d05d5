"""What differs between the declarations and what runs, in one account."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from gitops.handoff import AccountDocument, Document, LongText, ShortText

What = Literal["not deployed", "not declared", "failed", "template differs", "changed by hand", "image differs"]

Lines = Annotated[tuple[LongText, ...], Meta(max_length=10_000)]


class Finding(Document, frozen=True, kw_only=True):
    """One difference of one environment. `details` are in plain words, a line each."""

    environment: ShortText
    what: What
    details: Lines = ()


class Observation(AccountDocument, frozen=True, kw_only=True):
    """All of one account.

    `passed_over` is what was left out for a reason that is no fault. `unknown` is what should have been looked at and
    could not be: while there is any, nothing can be called clean.
    """

    findings: Annotated[tuple[Finding, ...], Meta(max_length=10_000)]
    passed_over: Lines
    unknown: Lines


class Partial(Document, frozen=True, kw_only=True):
    """A part of an observation."""

    findings: tuple[Finding, ...] = ()
    passed_over: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def together(account: str, parts: list[Partial]) -> Observation:
    """Return an observation made of its parts, in an order that is always the same."""
    return Observation(
        account=account,
        findings=tuple(sorted({f for part in parts for f in part.findings}, key=lambda f: (f.environment, f.what))),
        passed_over=tuple(sorted({line for part in parts for line in part.passed_over})),
        unknown=tuple(sorted({line for part in parts for line in part.unknown})),
    )
