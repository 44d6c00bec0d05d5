"""A deployment of environments: what needs nothing is left alone, the rest goes wave after wave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from constructs_lib.config.naming import URL_OUTPUT
from gitops.aws import stack_status
from gitops.aws.cloudformation import first_failures
from gitops.deploy import decisions as deployment_plan
from gitops.deploy.decisions import Result
from gitops.deploy.evidence import hints, post_release_failure
from gitops.deploy.rounds import Rounds
from gitops.errors import UserError
from gitops.templates import database_changes, replacement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from constructs_lib.config.environments import AccountRegion, Environment
    from constructs_lib.config.model import LockConfig
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session
    from gitops.aws.target import Target
    from gitops.cdk.assembly import Assembly
    from gitops.deploy.preflight.gate import Gate
    from gitops.deploy.rounds import Turn
    from gitops.output.outcome import DeploymentOutcome
    from gitops.output.progress import Reporter

LockOf = Callable[["Environment"], "LockConfig | None"]
"""Returns the lock that an environment has at this moment."""

ACCOUNT_HINT = "\nAn account takes the credentials of an administrator: gitops bootstrap"


class Deployment:
    """One deployment of `environments`, whose stacks are in `assembly`, to one target."""

    def __init__(
        self,
        *,
        target: Target,
        regions: Regions,
        assembly: Assembly,
        environments: Collection[Environment],
        gate: Gate,
        lock_of: LockOf,
        today: date,
        report: Reporter,
        session: Session,
    ) -> None:
        self._regions = regions
        self._environments = environments
        self._stacks = {environment.name: assembly.stacks[environment.name.stack] for environment in environments}
        self._rounds = Rounds(target, regions, assembly, report, session)
        self._gate = gate
        self._lock_of = lock_of
        self._today = today
        self._report = report
        self._same: dict[EnvironmentName, DeployedStack] = {}
        self._results: dict[EnvironmentName, Result] = {}

    def run(self) -> list[Result]:
        """Deploy, and return what became of each environment.

        Raises:
            UserError: a base or something else that is needed is missing, or AWS cannot be reached.
        """
        existing = self._regions.stacks()
        self._require_bases(existing)
        deployed = self._rounds.settle(list(self._stacks.values()), existing)
        for environment in self._environments:
            self._hold_back_blocked(environment, deployed.get(environment.name.stack))
        self._hold_back_moved(existing, deployed)
        self._compare(deployed)
        left = [environment for environment in self._left(self._environments) if not self._lock_of(environment)]
        refused = self._gate.refused(left, existing)
        for environment in left:
            if environment.name in refused:
                stack = deployed.get(environment.name.stack)
                self._record(environment, "failed", stack, reason=refused[environment.name])
        self._gate.require([environment for environment in left if environment.name not in refused], existing)
        for wave in deployment_plan.waves(self._environments):
            self._deploy_wave(wave, deployed)
        return [self._results[environment.name] for environment in self._environments]

    def moving(self) -> list[DeployedStack]:
        """Return what CloudFormation is working on among the stacks of this deployment."""
        deployed = self._rounds.observe(self._stacks.values())
        return [stack for stack in deployed.values() if stack_status.is_moving(stack.status)]

    def _left(self, environments: Iterable[Environment]) -> list[Environment]:
        return [environment for environment in environments if environment.name not in self._results]

    def _require_bases(self, existing: Existing) -> None:
        bases = {environment.base.name: environment.base for environment in self._environments if environment.base}
        deployed = {
            name: existing[base.place, name.stack]
            for name, base in bases.items()
            if (base.place, name.stack) in existing
        }
        missing = deployment_plan.missing_bases(self._environments, deployed)
        if missing:
            lines = [f"{', '.join(map(str, apps))} cannot be deployed: {base} is not" for base, apps in missing.items()]
            names = [*missing, *(environment.name for environment in self._environments)]
            raise UserError("\n".join([*lines, f"Deploy them together: gitops deploy {' '.join(map(str, names))}"]))

    def _hold_back_blocked(self, environment: Environment, stack: DeployedStack | None) -> None:
        """Fail an environment that CloudFormation would refuse or that is not ours to change."""
        if stack is None:
            return
        if stack.environment != str(environment.name):
            owner = stack.environment or "something else"
            reason = f"the stack {stack.name} in {stack.where} exists already and belongs to {owner}"
        elif stack_status.is_moving(stack.status):
            reason = f"another deployment of it still runs ({stack.status}); try again when that has ended"
        else:
            guarded = stack.needs_confirmation is not None
            reason = stack_status.remedy(stack.status, environment.name, stack.where, guarded=guarded) or ""
        if reason:
            self._record(environment, "failed", stack, reason=reason)

    def _hold_back_moved(self, existing: Existing, deployed: Mapping[str, DeployedStack]) -> None:
        """Hold back what would be made anew here while its data stays in a stack in another place, without consent."""
        for environment in self._left(self._environments):
            name, place = environment.name, environment.place
            if deployed.get(name.stack):
                continue
            for stack in existing.values():
                if stack.environment != str(name) or stack.where == place or stack.status == stack_status.DELETING:
                    continue
                template = self._regions[stack.where].template(stack.name)
                left = replacement.find_left(template, stack.where, place)
                refused = replacement.refusals(left, environment.config.allow_replacement, self._today)
                if refused:
                    self._record(environment, "failed", None, reason=replacement.explain(refused))
                    break

    def _compare(self, deployed: Mapping[str, DeployedStack]) -> None:
        """Set aside what has not changed, and hold back what would replace a resource that holds data.

        What a base publishes is known once it is deployed: apps whose base may change are looked at again then.
        """
        pairs = [(environment, deployed.get(environment.name.stack)) for environment in self._left(self._environments)]
        running = [(environment, stack) for environment, stack in pairs if stack and _runs(stack)]
        templates = self._regions.templates(stack for _, stack in running)
        for environment, stack in running:
            wanted, template = self._stacks[environment.name], templates[stack.name]
            # A template with characters outside of ASCII comes back with `?` for each, so it is never the wanted one.
            # To call it unchanged would skip a change from `ü` to `ö`. The price is a run of the CDK CLI each time,
            # with an empty change set.
            if deployment_plan.may_be_unchanged(wanted, stack) and template == wanted.template:
                self._same[environment.name] = stack
            elif refused := self._refused(environment, template):
                self._record(environment, "failed", stack, reason=refused)
        for wave in deployment_plan.waves(self._environments):
            changing = {environment.name for environment in self._left(self._environments)} - self._same.keys()
            self._set_unchanged_aside([e for e in wave if e.base is None or e.base.name not in changing])

    def _refused(self, environment: Environment, deployed: object) -> str:
        """Return why the deployed template cannot, or must not without consent, become the wanted one; or nothing."""
        wanted, consents = self._stacks[environment.name].template, environment.config.allow_replacement
        replaced = replacement.refusals(replacement.find(deployed, wanted), consents, self._today)
        refused = database_changes.refusals(deployed, wanted, consents, self._today)
        return "\n".join([*refused, *([replacement.explain(replaced)] if replaced else [])])

    def _set_unchanged_aside(self, environments: Iterable[Environment]) -> None:
        """Record environments as unchanged whose template is the deployed one, and with it all that it reads."""
        same = [(e, self._same[e.name]) for e in self._left(environments) if e.name in self._same]
        names: defaultdict[AccountRegion, set[str]] = defaultdict(set)
        for _, stack in same:
            names[stack.where] |= stack.resolved.keys()
        values = {where: self._regions[where].published(read) for where, read in names.items()}
        for environment, stack in same:
            if stack.resolved.items() <= values[stack.where].items():
                self._record(environment, "unchanged", stack)

    def _hold_back_locked(self, environments: Iterable[Environment], deployed: Mapping[str, DeployedStack]) -> None:
        for environment in self._left(environments):
            if lock := self._lock_of(environment):
                remedy = "Take `lock` out of its file, then deploy it again"
                reason = f"{lock}\n{remedy}"
                self._record(environment, "locked", deployed.get(environment.name.stack), reason=reason)

    def _deploy_wave(self, wave: Sequence[Environment], deployed: Mapping[str, DeployedStack]) -> None:
        self._set_unchanged_aside(wave)
        self._hold_back_locked(wave, deployed)
        for environment in self._left(wave):
            base = environment.base and self._results.get(environment.base.name)
            if base and not base.succeeded:
                self._record(environment, "skipped", None, reason=f"its base {base.environment.name} {_fate(base)}")
        ready = {self._stacks[environment.name].name: environment for environment in self._left(wave)}
        turns = self._rounds.run([self._stacks[environment.name] for environment in ready.values()])
        for name, environment in ready.items():
            turn = turns[name]
            outputs = turn.after.outputs if turn.after and turn.outcome in {"created", "updated"} else {}
            told = post_release_failure(environment.name, outputs)
            reason = self._why(environment, turn) if turn.outcome == "failed" else told
            self._record(environment, turn.outcome, turn.after, seconds=turn.seconds, reason=reason)

    def _why(self, environment: Environment, turn: Turn) -> str:
        """Return why a stack failed, and what to do about it."""
        stack = turn.after
        if turn.words or stack is None:
            return turn.words + (ACCOUNT_HINT if environment.name.is_account else "")
        guarded = stack.needs_confirmation is not None
        causes = first_failures(self._regions[stack.where].events(stack.stack_id))
        advice = stack_status.advice(stack.status, environment.name, stack.where, guarded=guarded)
        tasks = [str(task) for task in self._rounds.failed_tasks(stack.name)]
        # Hints precede the log, which a comment shortens.
        found = [f"Hint: {hint}" for hint in hints("\n".join([*causes, *tasks]))]
        return "\n".join([*causes, *found, *tasks, advice])

    def _record(
        self,
        environment: Environment,
        outcome: DeploymentOutcome,
        stack: DeployedStack | None,
        *,
        seconds: float = 0.0,
        reason: str = "",
    ) -> None:
        self._results[environment.name] = Result(
            environment=environment,
            outcome=outcome,
            resources=self._stacks[environment.name].resource_count,
            seconds=seconds,
            url=stack.outputs.get(URL_OUTPUT, "") if stack else "",
            reason=reason,
        )
        if outcome != "unchanged":
            self._report.finish(str(environment.name), f"{outcome} ({seconds:.0f} s)" if seconds else outcome)


def _fate(base: Result) -> str:
    return "is locked and would change" if base.outcome == "locked" else base.outcome


def _runs(stack: DeployedStack) -> bool:
    return stack_status.is_operational(stack.status)
