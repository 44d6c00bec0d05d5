"""The questions that calls raised, with their decisions: whole, so that they can be decided again with other policies.

They are kept for a mutation run over the statements of policies, and only where `settings.QUESTIONS` names a folder.
Each server writes a file of JSON lines of its own there: documents of policies by their hash, each once, and questions
that refer to them. Of questions that differ in the name of the caller's session alone, the first is kept.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO, cast

from local_aws.authorisation.engine import Decision, Policies, Policy, Question, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with the decision on it."""

    question: Question
    decision: Decision


class Questions:
    """The file of a running server."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._file: TextIO = (folder / f"{uuid.uuid4()}.jsonl").open("w", buffering=1)
        self._documents: set[str] = set()
        self._questions: set[Question] = set()

    def add(self, question: Question, decision: Decision) -> None:
        """Keep a question, if it is a new one."""
        alike = replace(question, principal=question.principal.rsplit("/", 1)[0])
        with self._lock:
            if alike in self._questions:
                return
            self._questions.add(alike)
            policies = question.policies
            record = {
                **{name: getattr(question, name) for name in ("principal", "action", "resource", "account", "context")},
                "identity": [[policy.name, self._document(policy.text)] for policy in policies.identity],
                "boundary": [policies.boundary.name, self._document(policies.boundary.text)]
                if policies.boundary
                else None,
                "session": self._document(policies.session),
                "resourcePolicy": self._document(question.resource_policy),
                "effect": decision.effect,
                "statements": [asdict(statement) for statement in decision.statements],
            }
            self._write(record)

    def _document(self, text: str | None) -> str | None:
        """Return the hash of a document, which is written if it is a new one."""
        if text is None:
            return None
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest not in self._documents:
            self._documents.add(digest)
            self._write({"document": digest, "text": text})
        return digest

    def _write(self, record: dict[str, object]) -> None:
        self._file.write(f"{json.dumps(record)}\n")


def read(folder: Path) -> list[Answered]:
    """Return the questions that all servers have kept in a folder, each once.

    Raises:
        FileNotFoundError: no server has kept any there.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        msg = f"no embedded AWS has kept questions in {folder}"
        raise FileNotFoundError(msg)
    return list(dict.fromkeys(one for file in files for one in _read(file)))


def _read(file: Path) -> Iterator[Answered]:
    documents: dict[str | None, str | None] = {None: None}
    # A line that was being written when the server ended is left out.
    for line in file.read_text().rpartition("\n")[0].splitlines():
        record = json.loads(line)
        if "document" in record:
            documents[record["document"]] = record["text"]
        else:
            yield _answered(record, documents)


def _answered(record: dict[str, Any], documents: Mapping[str | None, str | None]) -> Answered:
    policies = [Policy(name, cast("str", documents[digest])) for name, digest in record["identity"]]
    boundary = record["boundary"]
    question = Question(
        principal=record["principal"],
        action=record["action"],
        resource=record["resource"],
        account=record["account"],
        context=tuple((key, value if isinstance(value, str) else tuple(value)) for key, value in record["context"]),
        policies=Policies(
            tuple(policies),
            Policy(boundary[0], cast("str", documents[boundary[1]])) if boundary else None,
            documents[record["session"]],
        ),
        resource_policy=documents[record["resourcePolicy"]],
    )
    statements = tuple(Statement(**statement) for statement in record["statements"])
    return Answered(question, Decision(effect=record["effect"], statements=statements))
