"""Documents on disk: written whole, and read with suspicion, since code of a pull request may have written them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import cattrs
import jsonschema

from gitops.errors import UserError
from gitops.plan import schema
from gitops.plan.document import VERSION, ChangeSets, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLAN_FILE = "plan.json"
CHANGES_PREFIX = "changes-"

MAX_BYTES = 64 * 1024 * 1024
"""Largest document that is read; each of its environments may have a template of 50 KiB."""

_CONVERTER = cattrs.Converter(detailed_validation=False)
_Document = TypeVar("_Document", Plan, ChangeSets)


def write(folder: Path, document: Plan | ChangeSets) -> Path:
    """Write a document to its file in `folder` and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = PLAN_FILE if isinstance(document, Plan) else f"{CHANGES_PREFIX}{document.account}.json"
    file = folder / name
    file.write_text(json.dumps(asdict(document), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def read_plan(folder: Path) -> Plan:
    """Read the plan in `folder`. Raises UserError when there is none, or not one that can be trusted in its shape."""
    return _read(folder / PLAN_FILE, schema.PLAN, Plan)


def read_change_sets(folder: Path) -> list[ChangeSets]:
    """Read what CloudFormation said of each account; a plan for a fork has none. Raises UserError as `read_plan`."""
    files = sorted(folder.glob(f"{CHANGES_PREFIX}*.json"))
    return [_read(file, schema.CHANGE_SETS, ChangeSets) for file in files]


def _read(file: Path, shape: Mapping[str, Any], document: type[_Document]) -> _Document:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise UserError(f"{file} has {size:,} bytes; at most {MAX_BYTES:,} are read")
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is no JSON that can be read") from error
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(shape).iter_errors(data))
    if wrong is not None:
        # The message would quote what is wrong, and that may be anything.
        raise UserError(f"{file} is not a document of version {VERSION}: {wrong.json_path[:200]!r} is wrong")
    return _CONVERTER.structure(data, document)
