"""cfn-lint in this process, for the region that each template is for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

IGNORED = ("W3005", "W3010")
"""DependsOn beside references that imply it, which the CDK writes; and names of zones, which bases may declare."""


class Template(NamedTuple):
    """A template that a trial has made; `origin` says which one, by its seed."""

    path: Path
    region: str
    origin: str


def lint(templates: Sequence[Template]) -> list[str]:
    """Return a line for each thing that cfn-lint finds, warnings too. Rules are read once for each region."""
    return [
        finding
        for region, group in groupby(sorted(templates, key=lambda one: one.region), key=lambda one: one.region)
        for finding in _lint(region, list(group))
    ]


def _lint(region: str, templates: Sequence[Template]) -> Iterator[str]:
    runner = Runner(ConfigMixIn(regions=[region], ignore_checks=list(IGNORED)))
    for template in templates:
        parsed, errors = decode_str(template.path.read_text())
        found = errors or list(runner.validate_template(parsed))
        for match in found:
            where = "/".join(map(str, match.path or ()))
            yield f"{template.origin}: {match.rule.id} {match.message} ({region}, {where})"
