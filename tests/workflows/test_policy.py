"""What act does not model, read from the YAML: who starts what, who may do what, and one thing at a time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from constructs_lib.access.deployment_roles import SESSION_HOURS
from constructs_lib.config.naming import (
    GITHUB_AD_HOC_APPROVAL,
    GITHUB_APPROVALS,
    GITHUB_COMMIT,
    GITHUB_ENVIRONMENTS,
    GITHUB_REFS,
)
from gitops.settings.requirements import CHECKS, ENVIRONMENT_REFS
from tests.scheduling import SCENARIOS
from tests.workflows.definitions import PINNED, Job, actions, calls, files, jobs, reusable, workflows

EXAMPLE = "image"
OF_THE_KIND = "${{ matrix.approval }}"
"""The environment with the reviewers of what is destroyed: those of ad hoc apps are a team's choice."""
APPROVING = {*GITHUB_APPROVALS, GITHUB_AD_HOC_APPROVAL, OF_THE_KIND}
"""The workflow of the example application, which goes with it."""


def is_there(row: str) -> bool:
    """Return whether the workflow of a row is there: that of the example may be gone, others may not."""
    name = row.partition("/")[0]
    return name != EXAMPLE or name in workflows()


_TRIGGERS = {
    "approval": {
        "merge_group": {"branches": ["main"]},
        "pull_request": {"branches": ["main"]},
        "pull_request_review": {"types": ["submitted", "dismissed"]},
    },
    "check": {
        "merge_group": {"branches": ["main"]},
        "pull_request": {"branches": ["main"]},
        "push": {"branches": ["main"]},
    },
    "plan": {"merge_group": {"branches": ["main"]}, "pull_request": {"branches": ["main"]}},
    "deploy": {"push": {"branches": ["main"]}, "workflow_dispatch": ["environment"]},
    "command": {"issue_comment": {"types": ["created"]}},
    "request": {
        "issues": {"types": ["opened", "edited"]},
        "workflow_dispatch": ["name", "image", "owner", "days", "size", "awake", "timezone", "seed_from"],
    },
    "reap": {"schedule": 1, "workflow_dispatch": []},
    "declarations": {"push": {"branches": ["main"]}, "workflow_dispatch": []},
    "drift": {"schedule": 1, "workflow_dispatch": []},
    "image": {
        "push": {"branches": ["main"], "paths": ["examples/microblog/**"], "tags": ["v*"]},
        "workflow_dispatch": ["environments"],
    },
}
TRIGGERS = {name: row for name, row in _TRIGGERS.items() if is_there(name)}
"""What starts each workflow. `pull_request_target` and `workflow_run` give code of others our token: nowhere."""

AR, CR, CW, ID = "actions: read", "contents: read", "contents: write", "id-token: write"
DW, IW, PR, PW = "deployments: write", "issues: write", "pull-requests: read", "pull-requests: write"

_JOBS: dict[str, tuple[set[str], str | None]] = {
    "approval/approval": ({CR, PR}, None),
    "check/declarations": ({CR}, None),
    "check/code": ({CR}, None),
    "check/tests": ({CR}, None),
    "check/integration": ({CR}, None),
    "check/scenarios": ({CR}, None),
    "plan/synthesise": ({CR}, None),
    "plan/change-sets": ({CR, ID}, "plan"),
    "plan/comment": ({CR, PW}, None),
    "deploy/affected": ({AR, CR}, None),
    "deploy/accounts": ({AR, CR, DW, ID}, "deploy"),
    "deploy/bases": ({AR, CR, DW, ID}, "deploy"),
    "deploy/apps": ({AR, CR, DW, ID}, "deploy"),
    "deploy/more-apps": ({AR, CR, DW, ID}, "deploy"),
    "deploy/production-bases-approve": (set(), "production-approval"),
    "deploy/production-bases": ({AR, CR, DW, ID}, "production"),
    "deploy/production-apps-approve": (set(), "production-approval"),
    "deploy/production-apps": ({AR, CR, DW, ID}, "production"),
    "deploy/removed-apps-approve": (set(), OF_THE_KIND),
    "deploy/removed-apps": ({AR, CR, DW, ID}, "destroy"),
    "deploy/removed-bases-approve": (set(), "destroy-approval"),
    "deploy/removed-bases": ({AR, CR, DW, ID}, "destroy"),
    "deploy/refused": (set(), None),
    "deploy/report": ({CR, PW}, None),
    "command/decide": ({CR, PW}, None),
    "command/git": ({CW, PW}, "commit"),
    "command/read": ({CR, PW, ID}, "plan"),
    "command/deploy": ({AR, CR, PW, DW, ID}, "deploy"),
    "command/approve-production": (set(), "production-approval"),
    "command/production": ({AR, CR, PW, DW, ID}, "production"),
    "command/approve-destroy": (set(), OF_THE_KIND),
    "command/destroy": ({AR, CW, PW, DW, ID}, "destroy"),
    "request/decide": ({CR}, None),
    "request/propose": ({CW, IW, PW}, "commit"),
    "reap/accounts": ({CR}, None),
    "reap/observe": ({CR, ID}, "plan"),
    "reap/decide": ({AR, CR, PW}, None),
    "reap/approve-destroy": (set(), GITHUB_AD_HOC_APPROVAL),
    "reap/destroy": ({AR, CW, PW, DW, ID}, "destroy"),
    "declarations/validate": ({CR, IW}, None),
    "drift/accounts": ({CR}, None),
    "drift/observe": ({CR, ID}, "plan"),
    "drift/report": ({AR, CR, IW}, None),
    "image/test": ({CR}, None),
    "image/build": ({CR}, None),
    "image/registries": ({AR, CR}, None),
    "image/publish": ({CR, ID}, "publish"),
    "image/propose": ({CW, PW}, "commit"),
}
JOBS = {name: row for name, row in _JOBS.items() if is_there(name)}
"""Every job: what its token may, and the environment of GitHub whose rules and role it has."""

ON_ONE_ENVIRONMENT = {
    *("deploy/accounts", "deploy/bases", "deploy/apps", "deploy/more-apps"),
    *("deploy/production-bases", "deploy/production-apps"),
    *("deploy/removed-apps", "deploy/removed-bases", "reap/destroy"),
    *("command/deploy", "command/production", "command/destroy"),
}
"""Jobs that change the stack of an environment."""

_SETS: dict[str, str | None] = {
    "approval/approval": "comment",
    "check/declarations": "comment",
    "check/code": "check",
    "check/tests": "check",
    "check/integration": "check",
    "check/scenarios": "check",
    "plan/synthesise": "plan",
    "plan/change-sets": "observe",
    "plan/comment": "comment",
    "deploy/affected": "plan",
    "deploy/accounts": "deploy",
    "deploy/bases": "deploy",
    "deploy/apps": "deploy",
    "deploy/more-apps": "deploy",
    "deploy/production-bases-approve": None,
    "deploy/production-bases": "deploy",
    "deploy/production-apps-approve": None,
    "deploy/production-apps": "deploy",
    "deploy/removed-apps-approve": None,
    "deploy/removed-apps": "observe",
    "deploy/removed-bases-approve": None,
    "deploy/removed-bases": "observe",
    "deploy/refused": None,
    "deploy/report": "comment",
    "command/decide": "comment",
    "command/git": "comment",
    "command/read": "plan",
    "command/deploy": "deploy",
    "command/approve-production": None,
    "command/production": "deploy",
    "command/approve-destroy": None,
    "command/destroy": "observe",
    "request/decide": "comment",
    "request/propose": "comment",
    "reap/accounts": "observe",
    "reap/observe": "observe",
    "reap/decide": "comment",
    "declarations/validate": "comment",
    "reap/approve-destroy": None,
    "reap/destroy": "observe",
    "drift/accounts": "observe",
    "drift/observe": "plan",
    "drift/report": "comment",
    "image/test": None,
    "image/build": None,
    "image/registries": "comment",
    "image/publish": None,
    "image/propose": "observe",
}
SETS = {name: row for name, row in _SETS.items() if is_there(name)}
"""The packages that each job installs, by the name that Makefile has for them; None where it installs none."""

DEVELOPMENT = {"check", "local"}
"""Sets with development tools or the embedded AWS in them."""

INSTALLS_NOTHING = {"image/publish"}
"""Jobs with credentials that need no more than what is on the machine."""

FOREIGN_CODE = {"approval", "check", "plan"}
"""Workflows whose run executes code of a pull request."""

TRUSTED_EXPRESSION = re.compile(
    r"(steps|needs)\.[\w-]+\.outputs\.[\w-]+|needs\.[\w-]+\.result|matrix\.[\w-]+|inputs\.[\w-]+"
    r"|vars\[matrix\.role_variable\]|vars\.(IMAGE_ENVIRONMENTS|COMMIT_APP_CLIENT_ID)|secrets\.COMMIT_APP_PRIVATE_KEY|runner\.(os|arch)|hashFiles\([^)]*\)|fromJSON\([^)]*\)"
    r"|github\.(event_name|run_attempt|run_id|sha|token|repository|event\.before|event\.repository\.default_branch)"
    r"|github\.event\.repository\.default_branch \|\| github\.ref"
    r"|github\.event\.(comment\.id|pull_request\.number)"
    r"|github\.event\.merge_group\.base_sha \|\| 'HEAD\^'|github\.event_name == 'merge_group' && '0' \|\| '2'"
)


def name_of(job: Job) -> str:
    return f"{job.workflow}/{job.id}"


every_job = pytest.mark.parametrize("job", jobs(), ids=name_of)


def test_workflows_are_started_by_these_events_and_no_others() -> None:
    found = {
        name: {
            event: (
                len(details)
                if event == "schedule"
                else list((details or {}).get("inputs", {}))
                if event == "workflow_dispatch"
                else details
            )
            for event, details in workflow["on"].items()
        }
        for name, workflow in workflows().items()
    }

    assert found == TRIGGERS


def test_roles_trust_the_refs_of_the_pushes_that_start_their_jobs() -> None:
    pushes = {
        name: {f"refs/heads/{branch}" for branch in push["branches"]}
        | {f"refs/tags/{tag}" for tag in push.get("tags", [])}
        for name, workflow in workflows().items()
        if (push := workflow["on"].get("push"))
    }
    started = {
        (job.environment, job.workflow)
        for job in jobs()
        if job.environment in GITHUB_ENVIRONMENTS and job.workflow in pushes
    }
    assert {environment for environment, _ in started} == {*GITHUB_REFS} - (set() if is_there(EXAMPLE) else {"publish"})
    assert [(name, pushes[workflow]) for name, workflow in started if set(GITHUB_REFS[name]) != pushes[workflow]] == []


def test_tokens_may_exactly_this_in_exactly_these_environments() -> None:
    found = {
        name_of(job): ({f"{scope}: {access}" for scope, access in job.permissions.items()}, job.environment)
        for job in jobs()
    }

    assert found == JOBS


@pytest.mark.parametrize("name", sorted(workflows()))
def test_a_workflow_gives_nothing_to_jobs_that_ask_for_nothing(name: str) -> None:
    assert workflows()[name]["permissions"] == {}


@every_job
def test_credentials_of_aws_are_only_had_in_an_environment_of_github_with_its_role(job: Job) -> None:
    uses = [step.get("uses", "").partition("@")[0] for step in job.steps]

    has_credentials = "aws-actions/configure-aws-credentials" in uses
    assert has_credentials == (job.environment in GITHUB_ENVIRONMENTS)
    assert has_credentials == (job.permissions.get("id-token") == "write")
    assert job.environment in {None, *GITHUB_ENVIRONMENTS, *APPROVING, GITHUB_COMMIT}


@every_job
def test_a_role_lasts_as_long_as_its_job(job: Job) -> None:
    for step in job.steps:
        if step.get("uses", "").startswith("aws-actions/configure-aws-credentials@"):
            # Without it the action asks for an hour.
            seconds = int(step["with"].get("role-duration-seconds", 3600))
            assert job.definition["timeout-minutes"] * 60 <= seconds <= SESSION_HOURS * 3600


@every_job
def test_credentials_come_after_everything_that_is_installed(job: Job) -> None:
    uses = [step.get("uses", "").partition("@")[0] for step in job.steps]

    if name_of(job) in INSTALLS_NOTHING:
        assert "./.github/actions/setup" not in uses
    elif "aws-actions/configure-aws-credentials" in uses:
        assert uses.index("./.github/actions/setup") < uses.index("aws-actions/configure-aws-credentials")


@every_job
def test_the_settings_of_github_are_checked_before_credentials_are_taken(job: Job) -> None:
    if job.environment not in ENVIRONMENT_REFS or job.environment in {*GITHUB_APPROVALS, GITHUB_COMMIT}:
        return
    if name_of(job) == "image/publish":  # it installs nothing, and follows a job that checks
        guards = [step for found in jobs() if name_of(found) == "image/registries" for step in found.steps]
        assert "needs.registries.result == 'success'" in job.definition["if"]
        assert "registries" in job.definition["needs"]
    else:
        position = [step.get("name") for step in job.steps].index("Credentials")
        guards = list(job.steps[:position])
    (check,) = [step for step in guards if "gitops doctor" in step.get("run", "")]
    ((said, approval),) = re.findall(
        r"^python -m gitops doctor --job (\S+)((?: --approval \"\$APPROVAL\")?)$", check["run"]
    )

    assert (check["env"][said.strip('"$')] if "$" in said else said) == job.environment
    # The one whose reviewers have approved the job.
    assert bool(approval) == (job.environment == "destroy")
    if approval:
        given = [step["with"] for step in job.steps if step.get("uses") == "./.github/actions/destroy"]
        (of_action,) = given or [{}]
        assert of_action.get("approval", check["env"]["APPROVAL"]) == _approval_of(job).environment
        assert check["env"]["APPROVAL"] == ("${{ inputs.approval }}" if of_action else OF_THE_KIND)
    assert "if" not in check
    assert "continue-on-error" not in check


@every_job
def test_the_only_secret_is_the_key_of_the_app_that_commits(job: Job) -> None:
    used = set(re.findall(r"secrets\.(\w+)", yaml.safe_dump([job.definition, job.steps])))

    commits = job.permissions.get("contents") == "write"
    assert used == ({"COMMIT_APP_PRIVATE_KEY"} if commits else set())
    # A secret of an environment that accepts jobs of main only is in reach of no pull request and no other branch.
    assert not commits or job.environment in {GITHUB_COMMIT, "destroy"}


@every_job
def test_the_token_of_the_app_may_do_what_the_job_may_and_no_more(job: Job) -> None:
    steps = [step for step in job.steps if step.get("uses", "").startswith("actions/create-github-app-token@")]
    given = [step for step in job.steps if "COMMIT_APP_TOKEN" in step.get("env", {})]

    commits = job.permissions.get("contents") == "write"
    # The action of removals is used by deploy.yml too, which gives it no App: there the declaration is gone already.
    uses_action = job.workflow == "deploy" and job.environment == "destroy"
    assert len(steps) == len(given) == (commits or uses_action)
    for step in steps:
        asked = {name: value for name, value in step["with"].items() if name.startswith("permission-")}
        assert asked == {"permission-contents": "write", "permission-pull-requests": "write"}
        # Nothing that limits it to this repository is taken away.
        assert not {"owner", "repositories", "skip-token-revoke"} & step["with"].keys()


@every_job
def test_a_job_ends(job: Job) -> None:
    assert 0 < job.definition["timeout-minutes"] <= 150
    assert job.definition["runs-on"] == "ubuntu-latest"


@every_job
def test_one_thing_at_a_time_happens_to_an_environment_and_nothing_that_waits_is_dropped(job: Job) -> None:
    expected = {"group": "environment-${{ matrix.environment }}", "cancel-in-progress": False, "queue": "max"}

    others = {
        "reap/decide": {**expected, "group": "reap"},  # warnings are given once
        "command/git": {**expected, "group": "commit"},  # GitHub takes one commit at a time
        "request/propose": {**expected, "group": "commit"},  # two forms with one name
    }
    assert job.definition.get("concurrency") == (
        expected if name_of(job) in ON_ONE_ENVIRONMENT else others.get(name_of(job))
    )


@every_job
def test_what_changes_production_or_destroys_follows_an_approval_that_holds_nothing(job: Job) -> None:
    if f"{job.environment}-approval" not in GITHUB_APPROVALS:
        return
    approval = _approval_of(job)

    allowed = {
        f"{job.environment}-approval",
        *([GITHUB_AD_HOC_APPROVAL, OF_THE_KIND] if job.environment == "destroy" else []),
    }
    assert approval.environment in allowed
    assert f"needs.{approval.id}.result == 'success'" in job.definition["if"]
    # A job that waits for reviewers holds its concurrency group for up to 30 days; what it is given it keeps as long.
    assert "concurrency" not in approval.definition
    assert approval.permissions == {}
    assert [sorted(step) for step in approval.steps] == [["env", "name", "run"]]
    assert approval.definition["strategy"] == job.definition["strategy"]


def _approval_of(job: Job) -> Job:
    """Return the job that waits for the reviewers of a job."""
    of_workflow = {other.id: other for other in jobs() if other.workflow == job.workflow}
    (approval,) = [
        of_workflow[needed] for needed in job.definition["needs"] if of_workflow[needed].environment in APPROVING
    ]
    return approval


@every_job
def test_results_last_longer_than_an_approval_may_take(job: Job) -> None:
    """https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments"""
    uploads = [step for step in job.steps if step.get("uses", "").startswith("actions/upload-artifact@")]
    results = [step["with"] for step in uploads if step["with"]["name"].startswith("result-")]

    of_environments = name_of(job) in ON_ONE_ENVIRONMENT and job.workflow != "command"
    assert len(results) == (of_environments or name_of(job) == "deploy/affected")
    assert all(result["retention-days"] > 30 for result in results)


def test_a_pull_request_of_a_job_has_no_check_of_approval_before_a_review() -> None:
    """A check of the event `pull_request` would count before and beside that of a review, a skipped one as passed."""
    (job,) = (job for job in jobs() if job.workflow == "approval")
    name = " ".join(job.definition["name"].split())

    assert "Approval" in CHECKS
    assert name == (
        "Approval${{ github.event_name == 'pull_request' && github.event.pull_request.user.type == 'Bot' "
        "&& ' follows reviews' || '' }}"
    )
    assert "if" not in job.definition
    assert [step.get("if") for step in job.steps if "gitops approval" in step.get("run", "")] == [None]


def test_required_checks_are_made_for_a_merge_queue_too() -> None:
    of_checks = {job.workflow for job in jobs() if job.definition["name"].partition("${{")[0] in CHECKS}

    assert {name for name in of_checks if "merge_group" in workflows()[name]["on"]} == {"approval", "check", "plan"}


def test_no_run_that_waits_for_reviewers_keeps_other_runs_waiting() -> None:
    waiting = {job.workflow for job in jobs() if job.environment in APPROVING}

    assert waiting == {"command", "deploy", "reap"}
    for name in waiting:
        # A group of this run alone: another run of the same comment only repeats it.
        group = workflows()[name]["concurrency"]["group"]
        assert group in {f"{name}-${{{{ github.run_id }}}}", f"{name}-${{{{ github.event.comment.id }}}}"}


def test_only_checks_are_cancelled_by_newer_ones() -> None:
    cancelled = {name for name, workflow in workflows().items() if workflow["concurrency"]["cancel-in-progress"]}

    assert cancelled == {"check"}


def test_runs_of_a_workflow_wait_for_each_other_only_where_they_would_do_the_same() -> None:
    groups = {
        "approval": "approval-${{ github.event_name }}-${{ github.event.pull_request.number || github.sha }}",
        "check": "check-${{ github.event.pull_request.number || github.sha }}",
        "plan": "plan-${{ github.event.pull_request.number || github.sha }}",
        "deploy": "deploy-${{ github.run_id }}",
        "command": "command-${{ github.event.comment.id }}",
        "reap": "reap-${{ github.run_id }}",
        "declarations": "declarations",
        "drift": "drift",
        "request": "request-${{ github.event.issue.number || github.run_id }}",
        "image": "image-${{ github.ref }}",
    }

    assert {name: workflow["concurrency"]["group"] for name, workflow in workflows().items()} == {
        name: group for name, group in groups.items() if is_there(name)
    }
    # In a group of more than one run, what waits is kept, unless each run does the same as the next: tests/workflows/
    # scheduler plays that.
    kept = {name for name, workflow in workflows().items() if workflow["concurrency"].get("queue") == "max"}
    assert kept == {name for name in ("image", "request") if is_there(name)}


def test_every_scenario_is_played_by_one_of_the_jobs_of_check() -> None:
    (job,) = (job for job in jobs() if name_of(job) == "check/scenarios")
    places = [row["of"] for row in job.definition["strategy"]["matrix"]["include"]]
    here = Path(__file__).parents[2]
    marked = [file for file in (here / "tests").rglob("test_*.py") if "pytest" + ".mark.scenario" in file.read_text()]
    played: dict[str, list[Path]] = {place: [] for place in places}
    for file in [*SCENARIOS, *marked]:
        (place,) = (place for place in places if file.is_relative_to(here / place))
        played[place].append(file)

    assert all(played.values())


@every_job
def test_a_matrix_is_guarded_against_being_empty_and_its_jobs_do_not_stop_each_other(job: Job) -> None:
    if "strategy" not in job.definition:
        return
    include = job.definition["strategy"]["matrix"]["include"]
    assert job.definition["strategy"]["fail-fast"] is False
    if isinstance(include, list):
        return
    listed = re.fullmatch(r"\$\{\{ fromJSON\((needs\.[\w-]+\.outputs\.\w+)( \|\| '\[]')?\) }}", include)

    assert listed is not None
    assert f"{listed[1]} != '[]'" in job.definition["if"]


@every_job
def test_a_job_that_follows_others_says_when(job: Job) -> None:
    if "needs" not in job.definition:
        return
    condition = job.definition["if"]

    # A matrix can be empty, and a job that needs one which was skipped is skipped unless it says otherwise.
    if len(job.definition["needs"]) > 1 and isinstance(job.definition["needs"], list):
        assert "!cancelled()" in condition
    assert "always()" not in condition


def test_a_failed_base_keeps_back_what_stands_on_it_and_a_failed_app_keeps_back_nothing() -> None:
    conditions = {job.id: job.definition["if"] for job in jobs() if job.workflow == "deploy" and "if" in job.definition}
    keeping_back = {
        job_id: set(re.findall(r"needs\.([\w-]+)\.result != 'failure'", condition))
        for job_id, condition in conditions.items()
    }

    assert keeping_back == {
        "accounts": set(),
        "bases": {"accounts"},
        "apps": {"accounts", "bases"},
        "more-apps": {"accounts", "bases"},
        "production-bases-approve": {"accounts", "bases"},
        "production-bases": {"accounts", "bases"},
        "production-apps-approve": {"accounts", "bases", "production-bases"},
        "production-apps": {"accounts", "bases", "production-bases"},
        "removed-apps-approve": set(),
        "removed-apps": set(),
        "removed-bases-approve": {"removed-apps"},
        "removed-bases": {"removed-apps"},
        "refused": set(),
        "report": set(),
    }
    assert all("needs.affected.result == 'success'" in text or job == "refused" for job, text in conditions.items())


def test_nothing_is_reaped_or_reported_unless_every_account_was_seen() -> None:
    conditions = {name_of(job): job.definition.get("if") for job in jobs()}

    assert conditions["reap/decide"] == "${{ needs.observe.result == 'success' }}"
    assert conditions["drift/report"] == "${{ needs.observe.result == 'success' }}"


@pytest.mark.parametrize("job_id", ["change-sets", "comment"])
def test_a_fork_gets_neither_credentials_nor_permission_to_write(job_id: str) -> None:
    job = next(job for job in jobs() if name_of(job) == f"plan/{job_id}")

    assert "github.event.pull_request.head.repo.full_name == github.repository" in job.definition["if"]


@every_job
def test_what_may_do_something_in_a_run_of_foreign_code_runs_the_default_branch(job: Job) -> None:
    if job.workflow not in FOREIGN_CODE or set(job.permissions) == {"contents"}:
        return
    (checkout,) = [step for step in job.steps if step.get("uses", "").startswith("actions/checkout@")]

    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"


def test_a_job_installs_what_it_uses_and_nothing_else() -> None:
    found = {}
    for job in jobs():
        setups = [step["with"] for step in job.steps if step.get("uses") == "./.github/actions/setup"]
        assert len(setups) <= 1
        found[name_of(job)] = setups[0]["for"] if setups else None

    assert found == SETS


@every_job
def test_a_job_that_may_change_something_has_no_development_tools(job: Job) -> None:
    if "write" in job.permissions.values():
        assert SETS[name_of(job)] not in DEVELOPMENT


@every_job
def test_a_job_that_gets_credentials_installs_nothing_but_its_set(job: Job) -> None:
    if job.permissions.get("id-token") != "write":
        return
    scripts = [step["run"] for step in job.steps if "run" in step]
    makes = {line for script in scripts for line in re.findall(r"^make .*$", script, re.MULTILINE)}

    assert SETS[name_of(job)] in {"observe", "plan", "deploy", None}
    assert (SETS[name_of(job)] is None) == (name_of(job) in INSTALLS_NOTHING)
    assert makes <= {'make tools FOR="$FOR"', "make -C examples/microblog publish"}
    assert [script for script in scripts if re.search(r"\b(pip|uv|npm|npx|curl|wget|apt-get)\b", script)] == []


def test_nothing_is_cached_between_runs() -> None:
    steps = [step for job in jobs() for step in job.steps]

    assert [step for step in steps if "cache" in step.get("uses", "")] == []
    # Actions that keep something by themselves are told not to.
    kept = {(name, value) for step in steps for name, value in step.get("with", {}).items() if "cache" in name}
    assert kept == ({("cache-image", "false"), ("cache-binary", "false")} if is_there(EXAMPLE) else set())


@pytest.mark.parametrize("name", sorted(calls()))
def test_a_called_workflow_may_exactly_what_its_caller_may(name: str) -> None:
    call = calls()[name]
    called = reusable()[call["uses"].removeprefix("./.github/workflows/").removesuffix(".yml")]["jobs"].values()

    assert [call["permissions"]] == [job["permissions"] for job in called if job["permissions"]]
    assert "secrets" not in call


def test_workflows_that_are_called_are_started_by_nothing_else() -> None:
    assert {name: list(workflow["on"]) for name, workflow in reusable().items()} == {
        "deploy-environment": ["workflow_call"],
        "deploy-production": ["workflow_call"],
        "destroy-environment": ["workflow_call"],
    }
    assert all(workflow["permissions"] == {} for workflow in reusable().values())


def test_a_pull_request_chooses_no_code_for_workflows_with_more_permissions() -> None:
    for job in jobs():
        for step in job.steps:
            if step.get("uses", "").startswith("actions/checkout@"):
                default = "${{ github.event.repository.default_branch }}"
                # The event of a schedule need not have it; its ref is that of the default branch.
                scheduled = "${{ github.event.repository.default_branch || github.ref }}"
                assert step["with"].get("ref", default) in {default, *([scheduled] if job.workflow == "drift" else [])}
                assert "repository" not in step["with"]


@every_job
def test_a_checkout_leaves_no_token_behind(job: Job) -> None:
    checkouts = [step for step in job.steps if step.get("uses", "").startswith("actions/checkout@")]

    assert checkouts or not job.permissions
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_job
def test_the_token_goes_only_to_the_step_that_needs_it(job: Job) -> None:
    assert "env" not in job.definition
    with_token = [step for step in job.steps if "GITHUB_TOKEN" in step.get("env", {})]

    checks = [step for step in with_token if "gitops doctor" in step["run"]]
    assert len(with_token) - len(checks) <= 1
    assert len(checks) <= 1
    assert all("python -m gitops" in step["run"] for step in with_token)


@pytest.mark.parametrize("file", files(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path) -> None:
    lines = [line.strip() for line in file.read_text().splitlines() if re.search(r"\buses:", line)]
    foreign = [line for line in lines if "uses: ./.github/" not in line]

    for line in foreign:
        assert re.fullmatch(rf"uses: {PINNED.pattern} # v\d+\.\d+\.\d+", line)


def test_an_action_has_one_version_everywhere() -> None:
    pins = {match[0] for file in files() for match in PINNED.finditer(file.read_text())}

    assert len(pins) == len({pin.partition("@")[0] for pin in pins}) == (9 if is_there(EXAMPLE) else 6)


def test_a_job_that_is_run_again_leaves_artifacts_of_its_own() -> None:
    uploads = [step["with"] for job in jobs() for step in job.steps if "/upload-artifact@" in step.get("uses", "")]
    downloads = [step["with"] for job in jobs() for step in job.steps if "/download-artifact@" in step.get("uses", "")]

    assert len(uploads) > 8
    assert [upload for upload in uploads if not upload["name"].endswith("-${{ github.run_attempt }}")] == []
    # A name comes from the job that uploaded it, which may have been in an earlier attempt; a pattern fits all of them.
    names = {download["name"] for download in downloads if "name" in download}
    assert names == {
        f"${{{{ needs.{job}.outputs.artifact }}}}" for job in ("synthesise", *(["build"] if is_there(EXAMPLE) else []))
    }
    assert [download for download in downloads if download.get("merge-multiple")] == []


def test_scripts_hold_no_expressions() -> None:
    steps = [step for job in jobs() for step in job.steps]
    scripts = [step["run"] for step in steps if "run" in step]

    assert len(scripts) > len(jobs())
    assert not [script for script in scripts if "${{" in script]


def test_expressions_hold_nothing_that_a_stranger_writes() -> None:
    # The body of a comment is asked for a slash, and the kind of its author, in conditions alone.
    for job in jobs():
        for step in job.steps:
            for part in ("env", "with"):
                for expression in re.findall(r"\$\{\{\s*(.*?)\s*}}", str(step.get(part, {})), re.DOTALL):
                    assert TRUSTED_EXPRESSION.fullmatch(expression), expression


def test_steps_call_python_by_its_module_and_make() -> None:
    scripts = {step["run"].strip() for job in jobs() for step in job.steps if "run" in step}
    verbs = {found for script in scripts for found in re.findall(r"python -m gitops (\w+)", script)}
    others = [script for script in scripts if "python -m gitops" not in script and not script.startswith("make ")]

    looking = {"approval", "validate", "plan", "affected", "doctor"}
    of_example = {"registries", "promote"} if is_there(EXAMPLE) else set()
    assert verbs == looking | {"report", "deploy", "destroy", "command", "request", "reap", "drift"} | of_example
    approvals = {'echo "The next job deploys $ENVIRONMENT."', 'echo "The next job destroys $ENVIRONMENT."'}
    assert approvals < set(others)
    assert [script.splitlines()[0][:6] for script in others if script not in approvals] == ["# The "]  # refusals


def test_every_action_of_ours_is_used() -> None:
    used = {step["uses"] for job in jobs() for step in job.steps if step.get("uses", "").startswith("./")}

    assert used == {f"./.github/actions/{name}" for name in actions()}
