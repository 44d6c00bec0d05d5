"""Workflows with a fault in their text, to see that it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.workflows.definitions import GITHUB, as_written, read

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_fault(workflow: str, right: str, wrong: str) -> Mapping[str, Mapping[str, Any]]:
    """Return all workflows, one of them with each occurrence of a text replaced."""
    text = (GITHUB / "workflows" / f"{workflow}.yml").read_text()
    assert right in text, f"{workflow}.yml has no {right!r}"
    return {**as_written(), workflow: read(text.replace(right, wrong))}
