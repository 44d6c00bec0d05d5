"""The shape and the limits of the documents that jobs hand to each other, as JSON Schema.

The limits are far above what declarations come to: they keep what a pull request's code has written from being endless.
"""

from __future__ import annotations

from typing import Any

from gitops.plan.document import INLINE_TEMPLATE_BYTES, VERSION

Schema = dict[str, Any]


def _text_like(pattern: str) -> Schema:
    """Return the schema of a text that is, from its first to its last character, of a pattern."""
    # Python's $ matches before a line break at the end too.
    return {"type": "string", "pattern": rf"^{pattern}$(?!\n)"}


NAME = _text_like("[a-z][a-z0-9-]{0,19}[a-z0-9]/[a-z][a-z0-9-]{0,19}[a-z0-9]")
"""An environment: also the name of its stack is made from it."""

_SHORT = {"type": "string", "maxLength": 300}
_TEXT = {"type": "string", "maxLength": 4_000}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 100_000}
_DOLLARS = {"type": "number", "minimum": 0, "maximum": 1_000_000_000}


def _object(**properties: Schema) -> Schema:
    """Return the schema of an object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_DETAIL = _object(path=_SHORT, before=_or_null(_SHORT), after=_or_null(_SHORT))

_CHANGE = _object(
    action={"enum": ["destroy", "replace", "update", "create"]},
    logical_id=_SHORT,
    type=_SHORT,
    cause=_TEXT,
    details=_list(_DETAIL, 100),
)

_GRANT = _object(
    kind={"enum": ["policy", "trust", "managed_policy", "boundary", "deny_removed", "identity", "ingress", "egress"]},
    who=_SHORT,
    what=_TEXT,
    on=_TEXT,
    when=_TEXT,
)

_COST = _object(least_usd=_DOLLARS, most_usd=_DOLLARS, unpriced=_COUNT)

_CHANGES = _list(_CHANGE, 1_000)

_ENVIRONMENT = _object(
    environment=NAME,
    kind={"enum": ["", "account", "ad-hoc-base", "ad-hoc-app", "prod-base", "prod-app"]},
    action={"enum": ["create", "update", "destroy"]},
    wave={"enum": ["account", "bases", "apps", "production"]},
    reason=_TEXT,
    account=_text_like("([a-z][a-z0-9-]{0,19}[a-z0-9])?"),
    account_id=_text_like("([0-9]{12})?"),
    region=_text_like("([a-z]{2}(-[a-z]+)+-[0-9])?"),
    renamed_from=_or_null(NAME),
    renamed_to=_or_null(NAME),
    refusals=_list(_TEXT, 1_000),
    warnings=_list(_TEXT, 100),
    incomparable=_TEXT,
    url=_SHORT,
    expires=_text_like("([0-9]{4}-[0-9]{2}-[0-9]{2})?"),
    cost_before=_or_null(_COST),
    cost_after=_or_null(_COST),
    changes=_CHANGES,
    other=_list(_SHORT, 1_000),
    grants=_list(_GRANT, 5_000),
    consents=_list(_SHORT, 1_000),
    tags={"type": "object", "additionalProperties": _SHORT, "maxProperties": 50},
    template=_or_null({"type": "string", "maxLength": INLINE_TEMPLATE_BYTES}),
    template_before=_or_null(_text_like("[0-9a-f]{64}")),
)

PLAN = _object(
    version={"const": VERSION},
    environments=_list(_ENVIRONMENT, 2_000),
    unchanged=_COUNT,
)

CHANGE_SETS = _object(
    version={"const": VERSION},
    account=_text_like("[a-z][a-z0-9-]{0,19}[a-z0-9]"),
    results=_list(
        _object(
            environment=NAME,
            changes=_or_null(_CHANGES),
            note=_TEXT,
            drifted={"type": "boolean"},
            refusals=_list(_TEXT, 1_000),
        ),
        2_000,
    ),
)
