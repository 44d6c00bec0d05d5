"""The rules of the default branch, by rulesets and by classic protection, and those of tags."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gitops.github.settings import ADMINISTRATION, RULESETS, NotReadable
from gitops.settings.finding import judged, not_readable, readable
from gitops.settings.requirements import (
    BYPASSING,
    CHECKS,
    CODE_OWNERS,
    HISTORY,
    PROTECTED_TAGS,
    PULL_REQUESTS,
    REQUIRED_CHECKS,
    STALE_APPROVALS,
    TAGS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops.github.settings import RepositorySettings, Ruleset
    from gitops.settings.finding import SettingFinding
    from gitops.settings.requirements import Requirement

_APPS = frozenset({"Integration"})
_TAG_RULES = frozenset({"creation", "update", "deletion"})
_OF_BRANCH = (PULL_REQUESTS, CODE_OWNERS, STALE_APPROVALS, HISTORY, REQUIRED_CHECKS)


@dataclass(kw_only=True, slots=True)
class BranchRules:
    """What is required of changes of a branch, of all rules together: GitHub applies the strictest."""

    approvals: int = 0
    code_owners: bool = False
    no_stale_approvals: bool = False
    blocked: set[str] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)

    def add_ruleset_rule(self, rule: Mapping[str, Any]) -> None:
        """Add a rule of a ruleset."""
        parameters = rule.get("parameters") or {}
        match rule["type"]:
            case "pull_request":
                self._add_reviews(parameters, "dismiss_stale_reviews_on_push", "require_code_owner_review")
            case "required_status_checks":
                self.checks |= {check["context"] for check in parameters.get("required_status_checks", [])}
            case "non_fast_forward" | "deletion":
                self.blocked.add(rule["type"])

    def add_protection(self, protection: Mapping[str, Any]) -> None:
        """Add the classic protection of the branch, if administrators are under it too."""
        if not _enabled(protection, "enforce_admins"):
            return
        reviews = protection.get("required_pull_request_reviews")
        if reviews and not _has_actors(reviews.get("bypass_pull_request_allowances") or {}):
            self._add_reviews(reviews, "dismiss_stale_reviews", "require_code_owner_reviews")
        self.checks |= set((protection.get("required_status_checks") or {}).get("contexts", []))
        if not _enabled(protection, "allow_force_pushes"):
            self.blocked.add("non_fast_forward")
        if not _enabled(protection, "allow_deletions"):
            self.blocked.add("deletion")

    def _add_reviews(self, reviews: Mapping[str, Any], stale: str, owners: str) -> None:
        self.approvals = max(self.approvals, reviews.get("required_approving_review_count", 0))
        self.code_owners |= bool(reviews.get(owners))
        self.no_stale_approvals |= bool(reviews.get(stale) or reviews.get("require_last_push_approval"))

    def findings(self, branch: str) -> Iterator[SettingFinding]:
        """Yield what is found of the branch."""
        missing = sorted(CHECKS - self.checks)
        allowed = sorted(
            {"non_fast_forward": "force pushes", "deletion": "deletion"}[name] for name in _BLOCKED - self.blocked
        )
        yield judged(PULL_REQUESTS, good=self.approvals > 0, found=f"{self.approvals} approvals", subject=branch)
        yield judged(CODE_OWNERS, good=self.code_owners, found=_required(self.code_owners), subject=branch)
        stale = "dismissed" if self.no_stale_approvals else "kept"
        yield judged(STALE_APPROVALS, good=self.no_stale_approvals, found=stale, subject=branch)
        found = f"allowed: {', '.join(allowed)}" if allowed else "blocked"
        yield judged(HISTORY, good=not allowed, found=found, subject=branch)
        found = f"missing: {', '.join(missing)}" if missing else "required"
        yield judged(REQUIRED_CHECKS, good=not missing, found=found, subject=branch)


_BLOCKED = {"non_fast_forward", "deletion"}


def check_branch(settings: RepositorySettings, branch: str) -> list[SettingFinding]:
    """Return what is found of the rules of a branch.

    Classic protection is read where rulesets do not suffice. GitHub calls a branch protected for any rule of a ruleset
    too, so what a token may not read of a branch with such rules counts as missing: a ruleset with other rules would
    make every branch look safe. Of a branch without, it is not readable. Raises GitHubError.
    https://github.com/hub4j/github-api/issues/2062
    """
    rules = BranchRules()
    of_rulesets = settings.rules_of(branch)
    for rule in of_rulesets:
        rules.add_ruleset_rule(rule)
    found = list(rules.findings(branch))
    if all(finding.state == "good" for finding in found):
        return found
    try:
        if not settings.is_protected(branch):
            return found
        rules.add_protection(settings.protection_of(branch))
    except NotReadable:
        return [_of_rulesets(finding) if of_rulesets else _unknown(finding, branch) for finding in found]
    return list(rules.findings(branch))


def check_bypassing(settings: RepositorySettings, branch: str) -> list[SettingFinding]:
    """Return who may bypass the rulesets that require pull requests; classic protection has no such list."""

    def findings() -> Iterator[SettingFinding]:
        refs = {"~DEFAULT_BRANCH", "~ALL", f"refs/heads/{branch}"}
        requiring = [found for found in _over(settings.rulesets(), "branch", refs) if "pull_request" in found.rules]
        if not requiring:
            return
        if any(ruleset.bypassing is None for ruleset in requiring):
            raise NotReadable(RULESETS)
        # Rules of several rulesets apply together, so one that nobody bypasses is enough.
        least = min((ruleset.bypassing or frozenset() for ruleset in requiring), key=lambda actors: len(actors - _APPS))
        found = ", ".join(sorted(least)) or "nobody"
        yield judged(BYPASSING, good=least <= _APPS, found=found, subject=branch)

    return readable((BYPASSING,), findings, subject=branch)


def check_tags(settings: RepositorySettings) -> list[SettingFinding]:
    """Return what is found of the tags whose jobs publish images. Raises GitHubError."""

    def findings() -> Iterator[SettingFinding]:
        over = _over(settings.rulesets(), "tag", {TAGS, "~ALL"})
        restricted = frozenset[str]().union(*(ruleset.rules for ruleset in over)) & _TAG_RULES
        missing = ", ".join(sorted(_TAG_RULES - restricted))
        yield judged(PROTECTED_TAGS, good=not missing, found=f"anybody may: {missing}" if missing else "restricted")

    return readable((PROTECTED_TAGS,), findings)


def _over(rulesets: Iterable[Ruleset], target: str, refs: set[str]) -> list[Ruleset]:
    return [ruleset for ruleset in rulesets if ruleset.target == target and ruleset.refs & refs]


def _unknown(finding: SettingFinding, branch: str) -> SettingFinding:
    requirement: Requirement = finding.requirement
    return finding if finding.state == "good" else not_readable(requirement, ADMINISTRATION, subject=branch)


def _of_rulesets(finding: SettingFinding) -> SettingFinding:
    return finding if finding.state == "good" else replace(finding, found=f"by rulesets, {finding.found}")


def _enabled(protection: Mapping[str, Any], name: str) -> bool:
    return bool((protection.get(name) or {}).get("enabled"))


def _has_actors(allowances: Mapping[str, Any]) -> bool:
    return any(allowances.get(kind) for kind in ("users", "teams"))


def _required(value: bool) -> str:  # noqa: FBT001 - a word for a value
    return "required" if value else "not required"
