"""Concurrency groups, as GitHub keeps them: one that holds a group, and those that wait for it.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
`queue: max` is there since 7 May 2026:
https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.workflows.scheduler.expressions import is_true, value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.workflows.scheduler.units import Unit

LONGEST_QUEUE = 100
"""How many may wait for a group with `queue: max`; those that come then are cancelled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Concurrency:
    """What `concurrency:` of a run or a job says, evaluated."""

    group: str
    cancel_in_progress: bool
    queue: str

    @classmethod
    def of(cls, said: Any, contexts: Mapping[str, Any]) -> Concurrency | None:
        """Return what is said, None where nothing is. Raises ValueError for what GitHub refuses to run."""
        if said is None:
            return None
        said = said if isinstance(said, dict) else {"group": said}
        # Names of groups are of the whole repository, and their case does not matter.
        group = str(value(said["group"], contexts)).lower()
        cancels = is_true(value(said.get("cancel-in-progress", False), contexts))
        queue = str(value(said.get("queue", "single"), contexts))
        if queue not in {"single", "max"} or (queue == "max" and cancels):
            raise ValueError(f"the group {group} has queue {queue!r} and cancel-in-progress {cancels}")
        return cls(group=group, cancel_in_progress=cancels, queue=queue)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """Something that a concurrency group has cancelled."""

    unit: Unit
    group: str
    by: Unit
    """What came later: the unit itself where a queue was full, or where a group would have waited for itself."""
    was_running: bool


@dataclass(slots=True)
class Groups:
    """All groups of a repository."""

    dropped: list[Dropped] = field(default_factory=list)
    _holders: dict[str, Unit] = field(default_factory=dict)
    _waiting: dict[str, list[Unit]] = field(default_factory=dict)

    def enter(self, unit: Unit, wanted: Concurrency) -> bool:
        """Return whether a unit has a group now; if not, it waits for it or is cancelled."""
        group = wanted.group
        holder = self._holders.get(group)
        if holder is None:
            self._holders[group] = unit
            return True
        waiting = self._waiting.setdefault(group, [])
        if holder in unit.ancestors or (wanted.queue == "max" and len(waiting) >= LONGEST_QUEUE):
            self._drop(unit, group, by=unit)
            return False
        if wanted.queue == "single":
            for older in list(waiting):
                self._drop(older, group, by=unit)
        waiting.append(unit)
        if wanted.cancel_in_progress:
            self._drop(holder, group, by=unit)
        return False

    def leave(self, unit: Unit) -> None:
        """Take a unit out of all groups and queues; what has waited longest for one of its groups gets it."""
        for waiting in self._waiting.values():
            if unit in waiting:
                waiting.remove(unit)
        for group in [name for name, holder in self._holders.items() if holder is unit]:
            del self._holders[group]
            if self._waiting.get(group):
                self._holders[group] = self._waiting[group].pop(0)
                self._holders[group].has_got_group()

    def waiting(self) -> Iterator[tuple[str, Unit, Unit]]:
        """Yield all that waits for a group: its name, who holds it, and who waits."""
        for group, waiting in self._waiting.items():
            for unit in waiting:
                yield group, self._holders[group], unit

    def _drop(self, unit: Unit, group: str, *, by: Unit) -> None:
        self.dropped.append(Dropped(unit=unit, group=group, by=by, was_running=self._holders.get(group) is unit))
        unit.cancel()
