"""Expressions of GitHub Actions, evaluated as GitHub does.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))|'(?P<string>(?:[^']|'')*)'"
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<operator>==|!=|<=|>=|&&|\|\||[!<>()\[\].,*]))"
)
_EMBEDDED = re.compile(r"\$\{\{(.*?)}}", re.DOTALL)
_STATUS = re.compile(r"\b(success|failure|cancelled|always)\s*\(")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class ExpressionError(ValueError):
    """An expression cannot be read, or uses what is not modelled here."""


def condition(text: object, contexts: Mapping[str, Any], status: Mapping[str, bool]) -> bool:
    """Return whether an `if:` holds; one without a function of status asks for success as well."""
    if text is None:
        return status["success"]
    written = _EMBEDDED.fullmatch(str(text).strip())
    bare = written[1] if written else str(text)
    holds = is_true(_Reader(bare, contexts, status).read())
    return holds and (status["success"] or _STATUS.search(bare) is not None)


def value(text: object, contexts: Mapping[str, Any]) -> Any:
    """Return what a value of a workflow is: a text with expressions in it, or the value of the only expression."""
    if not isinstance(text, str):
        return text
    alone = _EMBEDDED.fullmatch(text.strip())
    if alone and "${{" not in alone[1]:
        return _Reader(alone[1], contexts, {}).read()
    return _EMBEDDED.sub(lambda match: as_text(_Reader(match[1], contexts, {}).read()), text)


def is_true(found: Any) -> bool:
    """Return whether GitHub takes a value for true: false, 0, NaN, the empty text and null are not."""
    if isinstance(found, float) and math.isnan(found):
        return False
    return found is not None and found is not False and found not in {0, ""} if _is_simple(found) else True


def as_text(found: Any) -> str:
    """Return a value as GitHub writes it into a text."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return str(int(found)) if found.is_integer() else repr(found)
    return "Array" if isinstance(found, list) else "Object" if isinstance(found, dict) else str(found)


def _is_simple(found: Any) -> bool:
    return found is None or isinstance(found, (bool, int, float, str))


def _as_number(found: Any) -> float:
    if found is None or isinstance(found, (bool, int, float)):
        return float(found or 0)
    if isinstance(found, str):
        try:
            return float(found.strip() or 0)
        except ValueError:
            return math.nan
    return math.nan


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    if not _is_simple(left) or not _is_simple(right):
        return left is right
    if left is None and right is None:
        return True
    return _as_number(left) == _as_number(right)


def _contains(where: Any, what: Any) -> bool:
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return as_text(what).upper() in as_text(where).upper() if _is_simple(where) else False


def _from_json(text: Any) -> Any:
    try:
        return json.loads(as_text(text))
    except json.JSONDecodeError as error:
        raise ExpressionError(f"fromJSON({text!r}): {error}") from None


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "contains": _contains,
    "startswith": lambda text, start: as_text(text).upper().startswith(as_text(start).upper()),
    "endswith": lambda text, end: as_text(text).upper().endswith(as_text(end).upper()),
    "format": lambda text, *found: re.sub(r"\{(\d+)}", lambda match: as_text(found[int(match[1])]), text),
    "fromjson": _from_json,
    "tojson": lambda found: json.dumps(found, indent=2),
}


@dataclass(slots=True)
class _Reader:
    """Reads an expression from left to right, and evaluates it on the way."""

    text: str
    contexts: Mapping[str, Any]
    status: Mapping[str, bool]
    at: int = 0

    def read(self) -> Any:
        found = self._either()
        if self.text[self.at :].strip():
            raise ExpressionError(f"{self.text!r} goes on where its expression has ended: {self.text[self.at :]!r}")
        return found

    def _next(self, *operators: str) -> str | None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match["operator"] not in operators:
            return None
        self.at = match.end()
        return match["operator"]

    def _either(self) -> Any:
        found = self._both()
        while self._next("||"):
            other = self._both()
            found = found if is_true(found) else other
        return found

    def _both(self) -> Any:
        found = self._compared()
        while self._next("&&"):
            other = self._compared()
            found = other if is_true(found) else found
        return found

    def _compared(self) -> Any:
        found = self._negated()
        while operator := self._next("==", "!=", "<", "<=", ">", ">="):
            other = self._negated()
            if operator in {"==", "!="}:
                found = _equal(found, other) == (operator == "==")
            elif isinstance(found, str) and isinstance(other, str):
                found = _COMPARISONS[operator](found.upper(), other.upper())
            else:
                found = _COMPARISONS[operator](_as_number(found), _as_number(other))
        return found

    def _negated(self) -> Any:
        return not is_true(self._negated()) if self._next("!") else self._term()

    def _term(self) -> Any:
        if self._next("("):
            found = self._either()
            self._expect(")")
            return self._followed(found)
        match = _TOKEN.match(self.text, self.at)
        if match is None or match["operator"] is not None:
            raise ExpressionError(f"{self.text!r} has no value at {self.text[self.at :]!r}")
        self.at = match.end()
        if match["string"] is not None:
            return match["string"].replace("''", "'")
        if match["number"] is not None:
            return float(int(match["number"], 16)) if "x" in match["number"] else float(match["number"])
        name = match["name"].lower()
        if self._next("("):
            return self._followed(self._called(name))
        if name in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[name]
        if name not in self.contexts:
            raise ExpressionError(f"{self.text!r} asks for the context `{name}`, which is not given here")
        return self._followed(self.contexts[name])

    def _called(self, name: str) -> Any:
        given: list[Any] = []
        while not self._next(")"):
            given.append(self._either())
            self._next(",")
        if name == "always":
            return True
        if name in self.status:
            return self.status[name]
        if name not in _FUNCTIONS:
            raise ExpressionError(f"{self.text!r} calls `{name}`, which is not modelled here")
        return _FUNCTIONS[name](*given)

    def _followed(self, found: Any) -> Any:
        while operator := self._next(".", "["):
            if operator == "[":
                key = self._either()
                self._expect("]")
            else:
                match = _TOKEN.match(self.text, self.at)
                if match is None or match["name"] is None:
                    raise ExpressionError(f"{self.text!r} has no name after a dot")
                self.at, key = match.end(), match["name"]
            found = _property(found, key)
        return found

    def _expect(self, operator: str) -> None:
        if not self._next(operator):
            raise ExpressionError(f"{self.text!r} has no {operator!r} at {self.text[self.at :]!r}")


def _property(found: Any, key: Any) -> Any:
    if isinstance(found, dict):
        return next((item for name, item in found.items() if _equal(name, as_text(key))), None)
    if isinstance(found, list) and isinstance(key, float) and key.is_integer() and 0 <= key < len(found):
        return found[int(key)]
    return None
