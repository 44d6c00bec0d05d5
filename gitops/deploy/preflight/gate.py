"""The gate before a deployment: nothing is changed while something is missing that environments need."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from constructs_lib.config import contract
from constructs_lib.config.model import ProdAppConfig
from gitops.deploy import bootstrapping
from gitops.deploy.preflight import check, conflicts, mail, neighbours, quotas, references
from gitops.deploy.preflight.check import DeploymentCandidate, PreflightCheck
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.config.environments import AccountRegion, Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session
    from gitops.cdk.assembly import Assembly
    from gitops.deploy.preflight.check import PreflightFinding


class Gate:
    """What the environments of one assembly need."""

    def __init__(self, *, session: Session, regions: Regions, assembly: Assembly) -> None:
        self._session = session
        self._regions = regions
        self._assembly = assembly

    def inspect(self, environments: Sequence[Environment], existing: Existing) -> list[PreflightFinding]:
        """Look at everything that `environments` need and do not make themselves; `existing` is what is deployed.

        What AWS cannot be asked about is a finding too.
        """
        return check.run_checks([*self._neighbours(environments, existing), *self._checks(environments, existing)])

    def refused(self, environments: Sequence[Environment], existing: Existing) -> dict[EnvironmentName, str]:
        """Return those of `environments` that claim what a deployed one has, each with the reason."""
        reasons: defaultdict[EnvironmentName, list[str]] = defaultdict(list)
        for finding in check.run_checks(self._neighbours(environments, existing)):
            for name in finding.environments if finding.state == "missing" else ():
                reasons[name].append(f"{finding.subject}: {finding.why}")
        return {name: "\n".join(["nothing was changed:", *found]) for name, found in reasons.items()}

    def require(self, environments: Sequence[Environment], existing: Existing) -> None:
        """Let `environments` through to their deployment when nothing is missing; `refused` ones are not among them.

        Raises:
            UserError: something is missing. No stack was touched.
        """
        findings = check.run_checks(list(self._checks(environments, existing)))
        missing = [finding for finding in findings if finding.state == "missing"]
        if missing:
            listed = "\n".join(f"  {', '.join(map(str, f.environments))}: {f.subject}: {f.why}" for f in missing)
            raise UserError(f"nothing was deployed, because something is missing:\n{listed}")
        unknown = sum(finding.state == "not checked" for finding in findings)
        if unknown:
            say(f"{unknown} of {len(findings)} things needed could not be checked; `gitops preflight` says why")
        self._warn_of_variables(environments, existing)
        mail.warn_of_sandbox(self._session, environments)

    def _warn_of_variables(self, environments: Sequence[Environment], existing: Existing) -> None:
        """Say, before the first deployment of a production app, what it has to do without there."""
        for environment in environments:
            stack = self._assembly.stacks[environment.name.stack]
            config = environment.config
            told = isinstance(config, ProdAppConfig) and config.default_variables and config.cache
            if told and environment.cache_takes_tls and (stack.where, stack.name) not in existing:
                left_out = ", ".join(sorted(contract.NOT_IN_PRODUCTION))
                say(
                    f"{environment.name}: {left_out} is not set in production, where the cache asks for TLS, a user and"
                    f" a password; the application has to connect with {contract.CACHE_URL}, or the base has to say"
                    " `cache: {tls: false}`"
                )

    def _candidates(self, environments: Sequence[Environment], existing: Existing) -> list[DeploymentCandidate]:
        stacks = [self._assembly.stacks[environment.name.stack] for environment in environments]
        return [
            DeploymentCandidate(environment.name, stack, existing.get((stack.where, stack.name)))
            for environment, stack in zip(environments, stacks, strict=True)
        ]

    def _neighbours(self, environments: Sequence[Environment], existing: Existing) -> list[PreflightCheck]:
        apps = list(zip(environments, self._candidates(environments, existing), strict=True))
        return list(neighbours.neighbour_checks(self._session, self._regions, apps, existing))

    def _checks(self, environments: Sequence[Environment], existing: Existing) -> Iterator[PreflightCheck]:
        candidates = self._candidates(environments, existing)
        yield from self._bootstrap_checks(candidates)
        yield from references.reference_checks(self._session, references.collect(environments))
        yield from conflicts.conflict_checks(self._session, self._regions, environments, existing)
        yield from mail.identity_checks(self._session, self._regions, environments, existing)
        yield from quotas.quota_checks(self._session, self._regions, candidates, existing)

    def _bootstrap_checks(self, candidates: Sequence[DeploymentCandidate]) -> Iterator[PreflightCheck]:
        places: defaultdict[AccountRegion, list[DeploymentCandidate]] = defaultdict(list)
        for candidate in candidates:
            if candidate.stack.bootstrap_parameter:
                places[candidate.stack.where].append(candidate)
        for where, there in places.items():
            names: list[EnvironmentName] = [candidate.name for candidate in there]
            yield PreflightCheck(f"CDK bootstrap of {where}", names, partial(self._bootstrap_problem, there))

    def _bootstrap_problem(self, candidates: Sequence[DeploymentCandidate]) -> str:
        missing = bootstrapping.missing(self._regions, [candidate.stack for candidate in candidates])
        return "once for each account, an administrator runs: gitops bootstrap" if missing else ""
