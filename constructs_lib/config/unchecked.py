"""What the file of a declaration says, unchecked: it may have been written for an earlier schema, or be invalid.

Decisions about what is removed rest on it, since a removal has to work when the declaration is no longer valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from constructs_lib.config.model import LockConfig, PolicyConfig, is_production_kind

UNKNOWN_OWNER = "an unknown person"


@dataclass(frozen=True, slots=True)
class UncheckedDeclaration:
    """The fields of a declaration's file that decide about its removal. A field of another type counts as absent."""

    data: Mapping[str, object]

    @property
    def kind(self) -> str:
        """The kind; empty when the file states none."""
        return self.text("kind")

    @property
    def is_production(self) -> bool:
        """Whether it declares production, by its kind."""
        return is_production_kind(self.kind)

    @property
    def destroy_by_comment(self) -> bool:
        """Whether the file of a production environment consents to its destruction."""
        return self.data.get("destroy_by_comment") is True

    @property
    def lock(self) -> LockConfig | None:
        """The lock; any value of the field locks, whatever its form."""
        lock = self.data.get("lock")
        if lock is None:
            return None
        fields = lock if isinstance(lock, dict) else {}
        by, reason = str(fields.get("by") or UNKNOWN_OWNER), str(fields.get("reason") or "no reason is given")
        return LockConfig(by=by, reason=reason, since=str(fields.get("since") or ""))

    @property
    def max_removals(self) -> int:
        """How many apps of a base may be removed in one change."""
        number = self._mapping("policy").get("max_removals")
        return number if isinstance(number, int) and not isinstance(number, bool) else PolicyConfig().max_removals

    @property
    def app_defaults(self) -> "UncheckedDeclaration":
        """What a base says for its apps."""
        return UncheckedDeclaration(self._mapping("app_defaults"))

    @property
    def seed_from(self) -> str:
        """The environment on the same base whose database this one's begins as a copy of; empty without one."""
        return UncheckedDeclaration(self._mapping("database")).text("seed_from")

    def text(self, field: str) -> str:
        """Return a field whose value is text, or nothing."""
        value = self.data.get(field)
        return value if isinstance(value, str) else ""

    def _mapping(self, field: str) -> Mapping[str, object]:
        value = self.data.get(field)
        return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
