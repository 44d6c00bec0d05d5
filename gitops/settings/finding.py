"""What was found of one setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gitops.github.settings import NotReadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops.settings.requirements import Requirement

State = Literal["good", "weak", "not readable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingFinding:
    """A setting as it is. `subject` tells several of one requirement apart; `page` is below the repository's page.

    `repository` is the name of another repository than that of the environments, where the setting is of one.
    """

    requirement: Requirement
    state: State
    found: str
    subject: str = ""
    page: str = ""
    repository: str = ""

    @property
    def setting(self) -> str:
        """The setting in words."""
        return f"{self.repository}, {self._own}" if self.repository else self._own

    @property
    def _own(self) -> str:
        _, colon, part = self.requirement.setting.partition(":")
        if not self.subject:
            return self.requirement.setting
        return self.subject if ":" in self.subject else f"{self.subject}{colon}{part}"


def judged(requirement: Requirement, *, good: bool, found: str, subject: str = "", page: str = "") -> SettingFinding:
    """Return the finding of a setting that could be read."""
    state: State = "good" if good else "weak"
    return SettingFinding(requirement=requirement, state=state, found=found, subject=subject, page=page)


def not_readable(requirement: Requirement, needs: str, *, subject: str = "") -> SettingFinding:
    """Return the finding of a setting that the token may not read."""
    found = f"not readable with this token: needs {needs}"
    return SettingFinding(requirement=requirement, state="not readable", found=found, subject=subject)


def readable(
    requirements: tuple[Requirement, ...], findings: Callable[[], Iterator[SettingFinding]], *, subject: str = ""
) -> list[SettingFinding]:
    """Return findings, or for each of the requirements that the token may not read its settings."""
    try:
        return list(findings())
    except NotReadable as error:
        return [not_readable(requirement, error.needs, subject=subject) for requirement in requirements]
