"""Which settings of GitHub are good enough, for a person who asks about all and for a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.github.settings import RepositorySettings
from gitops.github.transport import GitHubError, Transport
from gitops.settings.check import check_all, check_application, check_for_job, stopping
from gitops.settings.requirements import FORKS, REQUIREMENTS, REVIEWERS
from tests.fake_github.faults import Outcome
from tests.fake_github.settings import EnvironmentSettings, Settings
from tests.gitops.settings.conftest import ACCOUNTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fake_github.fake import FakeGitHub

    Weaken = Callable[[Settings], object]


def _environment(name: str, **values: object) -> Weaken:
    def weaken(settings: Settings) -> None:
        for key, value in values.items():
            setattr(settings.environments[name], key, value)

    return weaken


def _set(**values: object) -> Weaken:
    def weaken(settings: Settings) -> None:
        for key, value in values.items():
            setattr(settings, key, value)

    return weaken


def _reviews(**parameters: object) -> Weaken:
    return lambda settings: settings.branch_rules["pull_request"].update(parameters)


OF_ENVIRONMENTS: dict[str, tuple[Weaken, str]] = {
    "unknown": (lambda settings: settings.environments.pop("production"), "environment `production`"),
    "made by GitHub without rules": (
        lambda settings: settings.environments.update({"production-approval": EnvironmentSettings()}),
        "environment `production-approval`: required reviewers",
    ),
    "no reviewers": (
        _environment("destroy-approval", reviewers=0),
        "environment `destroy-approval`: required reviewers",
    ),
    "self-review": (
        _environment("production-approval", prevent_self_review=False),
        "environment `production-approval`: prevent self-review",
    ),
    "administrators": (
        _environment("production-approval", admins_bypass=True),
        "environment `production-approval`: administrators bypass the rules",
    ),
    "every branch": (_environment("deploy", refs=None), "environment `deploy`: branches and tags"),
    "every protected branch": (_environment("destroy", refs=()), "environment `destroy`: branches and tags"),
    "more branches": (
        _environment("production", refs=("refs/heads/main", "refs/heads/release/*")),
        "environment `production`: branches and tags",
    ),
    "a tag named main": (_environment("deploy", refs=("refs/tags/main",)), "environment `deploy`: branches and tags"),
    "every tag": (
        _environment("publish", refs=("refs/heads/main", "refs/tags/*")),
        "environment `publish`: branches and tags",
    ),
    "tags that anybody makes": (_set(tag_rules=["deletion"]), "tags `v*`: creation, update and deletion"),
}
OF_MAIN: dict[str, tuple[Weaken, str]] = {
    "no pull requests": (
        lambda settings: settings.branch_rules.pop("pull_request"),
        "main: changes need a pull request",
    ),
    "no approvals": (_reviews(required_approving_review_count=0), "main: changes need a pull request"),
    "no code owners": (_reviews(require_code_owner_review=False), "main: approval by code owners"),
    "stale approvals": (_reviews(dismiss_stale_reviews_on_push=False), "main: approvals before the last push"),
    "force pushes": (lambda settings: settings.branch_rules.pop("non_fast_forward"), "main: force pushes and deletion"),
    "deletion": (lambda settings: settings.branch_rules.pop("deletion"), "main: force pushes and deletion"),
    "no checks": (lambda settings: settings.branch_rules.pop("required_status_checks"), "main: required checks"),
    "a plan without rules": (_set(plan_has_rules=False), "main: changes need a pull request"),
}
OF_PEOPLE: dict[str, tuple[Weaken, str]] = {
    "rules for plans": (_environment("plan", reviewers=1), "environment `plan`: rules"),
    "a variable is missing": (
        lambda settings: settings.environments["plan"].variables.pop("AWS_ROLE_ARN_PROD"),
        "environment `plan`: variable `AWS_ROLE_ARN_PROD`",
    ),
    "a role of another account": (
        lambda settings: settings.environments["plan"].variables.update(
            AWS_ROLE_ARN_PROD="arn:aws:iam::111111111111:role/other"
        ),
        "environment `plan`: variable `AWS_ROLE_ARN_PROD`",
    ),
    "a role of another environment": (
        lambda settings: settings.environments["plan"].variables.update(
            AWS_ROLE_ARN_MAIN="arn:aws:iam::111111111111:role/gitops/deploy"
        ),
        "environment `plan`: variable `AWS_ROLE_ARN_MAIN`",
    ),
    "administrators pass": (
        _set(branch_bypassing=["Integration", "RepositoryRole"]),
        "main: who bypasses the rules",
    ),
    "tokens that write": (_set(default_permissions="write"), "Actions: default permissions of a job's token"),
    "actions of all": (_set(allowed_actions="all", pinned=False), "Actions: actions that may run"),
    "forks that write": (
        lambda settings: settings.private_forks.update(send_write_tokens_to_workflows=True),
        "Actions: pull requests from forks",
    ),
    "secrets for forks": (
        lambda settings: settings.private_forks.update(send_secrets_and_variables=True),
        "Actions: pull requests from forks",
    ),
    "custom claims": (_set(default_subject=False), "Actions: subject of OIDC tokens"),
    "unknown owners": (_set(codeowners_errors=["* @example/gone"]), "`.github/CODEOWNERS`"),
    "a schedule that stopped": (
        lambda settings: settings.workflow_states.update(reap="disabled_inactivity"),
        "workflow `reap.yml`",
    ),
}
OF_JOBS: dict[str, tuple[Weaken, str]] = {**OF_ENVIRONMENTS, **OF_MAIN}
BY_ANYBODY: dict[str, tuple[Weaken, str]] = {**OF_ENVIRONMENTS, **OF_MAIN, **OF_PEOPLE}


def test_settings_as_required_are_good(settings: RepositorySettings) -> None:
    findings = check_all(settings, ACCOUNTS)

    assert {finding.requirement for finding in findings} >= set(REQUIREMENTS[1:])
    assert [finding for finding in findings if finding.state != "good"] == []


@pytest.mark.parametrize("case", BY_ANYBODY)
def test_a_setting_that_is_too_weak_is_found(case: str, fake_github: FakeGitHub, settings: RepositorySettings) -> None:
    weaken, setting = BY_ANYBODY[case]
    weaken(fake_github.state.settings)

    weak = {finding.setting for finding in check_all(settings, ACCOUNTS) if finding.state == "weak"}

    assert setting in weak


@pytest.mark.parametrize(
    ("people", "teams", "found"),
    [
        (1, 0, "1; who is also the actor of a run cannot approve it: add another, or a team"),
        (0, 1, "1"),
        (2, 0, "2"),
        (1, 1, "2"),
    ],
)
def test_a_single_person_who_reviews_is_enough_with_a_hint(
    people: int, teams: int, found: str, fake_github: FakeGitHub, settings: RepositorySettings
) -> None:
    environment = fake_github.state.settings.environments["destroy-approval"]
    environment.reviewers, environment.reviewing_teams = people, teams

    (finding,) = (
        finding
        for finding in check_all(settings, ACCOUNTS)
        if finding.requirement is REVIEWERS and "destroy" in finding.subject
    )

    assert (finding.state, finding.found) == ("good", found)


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("first_time_contributors_new_to_github", "weak"),
        ("first_time_contributors", "good"),
        ("all_external_contributors", "good"),
    ],
)
def test_in_a_public_repository_first_pull_requests_from_forks_wait_for_approval(
    policy: str, state: str, fake_github: FakeGitHub, settings: RepositorySettings
) -> None:
    fake_github.state.private = False
    fake_github.state.settings.fork_approval = policy

    found = {finding.requirement: finding for finding in check_all(settings, ACCOUNTS)}

    assert (found[FORKS].state, found[FORKS].found) == (state, policy)


def test_forks_whose_pull_requests_run_nothing_get_nothing(
    fake_github: FakeGitHub, settings: RepositorySettings
) -> None:
    fake_github.state.settings.private_forks |= {
        "run_workflows_from_fork_pull_requests": False,
        "send_secrets_and_variables": True,
    }

    found = {finding.requirement: finding for finding in check_all(settings, ACCOUNTS)}

    assert (found[FORKS].state, found[FORKS].found) == ("good", "no runs")


@pytest.fixture
def application(fake_github: FakeGitHub) -> RepositorySettings:
    """The repository of an application, as it must be."""
    fake_github.state.applications["example/shop"] = Settings()
    return RepositorySettings(Transport(fake_github.url, fake_github.all_permissions_token), "example/shop")


PUBLISH = "example/shop, environment `publish`"
OF_AN_APPLICATION: dict[str, tuple[Weaken, str]] = {
    "unknown": (lambda settings: settings.environments.pop("publish"), PUBLISH),
    "every branch": (_environment("publish", refs=None), f"{PUBLISH}: branches and tags"),
    "tags that anybody makes": (_set(tag_rules=[]), "example/shop, tags `v*`: creation, update and deletion"),
}


@pytest.mark.parametrize("case", OF_AN_APPLICATION)
def test_what_publishes_from_an_application_s_repository_is_checked_there(
    case: str, fake_github: FakeGitHub, application: RepositorySettings
) -> None:
    assert {finding.state for finding in check_application(application)} == {"good"}
    weaken, setting = OF_AN_APPLICATION[case]
    weaken(fake_github.state.applications["example/shop"])

    assert [finding.setting for finding in check_application(application) if finding.state == "weak"] == [setting]


def test_an_application_s_repository_that_the_token_may_not_read_is_not_good(
    fake_github: FakeGitHub, application: RepositorySettings
) -> None:
    fake_github.state.applications.clear()
    findings = check_application(application)

    assert {finding.state for finding in findings} == {"not readable"}
    assert [finding.setting for finding in findings] == [
        PUBLISH,
        f"{PUBLISH}: branches and tags",
        "example/shop, tags `v*`: creation, update and deletion",
    ]


def test_jobs_may_approve_pull_requests_where_code_owners_must(
    fake_github: FakeGitHub, settings: RepositorySettings
) -> None:
    fake_github.state.settings.jobs_approve = True
    good = {finding.setting: finding.state for finding in check_all(settings, ACCOUNTS)}
    fake_github.state.settings.branch_rules["pull_request"]["require_code_owner_review"] = False
    weak = {finding.setting: finding.state for finding in check_all(settings, ACCOUNTS)}

    assert good["Actions: jobs create and approve pull requests"] == "good"
    assert weak["Actions: jobs create and approve pull requests"] == "weak"


CLASSIC = {
    "url": "https://api.github.com/repos/example/environments/branches/main/protection",
    "enforce_admins": {"url": "https://api.github.com/enforce_admins", "enabled": True},
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 1,
    },
    "required_status_checks": {"contexts": ["Approval", "Declarations", "Synthesise"], "checks": []},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
}


def test_classic_protection_is_as_good_as_rulesets(fake_github: FakeGitHub, settings: RepositorySettings) -> None:
    fake_github.state.settings.branch_rules.clear()
    fake_github.state.settings.protection = CLASSIC

    assert [finding for finding in check_all(settings, ACCOUNTS) if finding.state != "good"] == []


def test_classic_protection_that_administrators_pass_is_too_weak(
    fake_github: FakeGitHub, settings: RepositorySettings
) -> None:
    fake_github.state.settings.branch_rules.clear()
    fake_github.state.settings.protection = {**CLASSIC, "enforce_admins": {"url": "https://u", "enabled": False}}

    weak = {finding.setting for finding in check_all(settings, ACCOUNTS) if finding.state == "weak"}

    assert "main: changes need a pull request" in weak


@pytest.mark.usefixtures("settings")
def test_what_a_token_may_not_read_is_never_good(
    settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    with_token_of_job()
    findings = check_all(settings, ACCOUNTS)

    unread = {finding.setting: finding.found for finding in findings if finding.state == "not readable"}
    assert unread == {
        "environments: variables `AWS_ROLE_ARN_…`": 'not readable with this token: needs "Environments" (read)',
        "main: who bypasses the rules": 'not readable with this token: needs "Administration" (write)',
        **dict.fromkeys(
            (
                "Actions: default permissions of a job's token",
                "Actions: jobs create and approve pull requests",
                "Actions: actions that may run",
                "Actions: pull requests from forks",
            ),
            'not readable with this token: needs "Administration" (read)',
        ),
    }
    assert all(finding.state == "good" for finding in findings if finding.setting not in unread)


@pytest.mark.parametrize("environment", ["deploy", "production", "destroy", "publish"])
def test_a_job_goes_on_with_what_its_token_may_read(
    environment: str, settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    with_token_of_job()
    findings = check_for_job(settings, environment)

    assert any(finding.setting == f"environment `{environment}`: branches and tags" for finding in findings)
    assert any(finding.setting == "main: approval by code owners" for finding in findings)
    assert stopping(findings) == []


@pytest.mark.parametrize("case", OF_JOBS)
def test_a_job_stops_at_a_setting_that_is_too_weak(
    case: str, fake_github: FakeGitHub, settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    with_token_of_job()
    weaken, setting = OF_JOBS[case]
    weaken(fake_github.state.settings)

    guarded = {name for name in ("deploy", "production", "destroy", "publish") if f"`{name}" in setting}
    stopped = [
        finding.setting for name in guarded or {"publish"} for finding in stopping(check_for_job(settings, name))
    ]
    assert setting in stopped


@pytest.mark.parametrize(
    ("approval", "stops"), [(None, True), ("destroy-approval", True), ("ad-hoc-destroy-approval", False)]
)
def test_ad_hoc_apps_are_destroyed_without_reviewers(
    fake_github: FakeGitHub, settings: RepositorySettings, approval: str | None, *, stops: bool
) -> None:
    fake_github.state.settings.environments["destroy-approval"] = EnvironmentSettings()

    assert bool(stopping(check_for_job(settings, "destroy", approval))) == stops


def test_a_job_of_another_environment_goes_on(fake_github: FakeGitHub, settings: RepositorySettings) -> None:
    fake_github.state.settings.environments["production-approval"] = EnvironmentSettings()

    assert stopping(check_for_job(settings, "production")) != []
    assert stopping(check_for_job(settings, "deploy")) == []


def test_classic_protection_that_a_job_may_not_read_is_left_to_a_person(
    fake_github: FakeGitHub, settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    with_token_of_job()
    fake_github.state.settings.branch_rules.clear()
    fake_github.state.settings.protection = CLASSIC
    findings = check_for_job(settings, "deploy")

    assert stopping(findings) == []
    assert "main: changes need a pull request" in {f.setting for f in findings if f.state == "not readable"}


def test_rules_of_a_ruleset_that_do_not_suffice_stop_a_job_that_may_not_read_classic_protection(
    fake_github: FakeGitHub, settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    with_token_of_job()
    fake_github.state.settings.branch_rules = {"branch_name_pattern": {"operator": "starts_with", "pattern": "m"}}

    weak = {finding.setting: finding.found for finding in stopping(check_for_job(settings, "deploy"))}

    assert weak["main: changes need a pull request"] == "by rulesets, 0 approvals"


def test_a_job_asks_for_the_refs_of_its_environments_alone(
    fake_github: FakeGitHub, settings: RepositorySettings, with_token_of_job: Callable[[], None]
) -> None:
    """All jobs of a repository share a thousand requests an hour."""
    with_token_of_job()
    check_for_job(settings, "destroy")

    asked = [call.path for call in fake_github.calls if "deployment-branch-policies" in call.path]
    assert asked == [
        "/environments/destroy/deployment-branch-policies",
        "/environments/destroy-approval/deployment-branch-policies",
    ]


def test_environments_that_a_job_may_not_read_stop_it(fake_github: FakeGitHub, settings: RepositorySettings) -> None:
    fake_github.fault("GET", "/environments", Outcome.FORBIDDEN)

    assert {f.found for f in stopping(check_for_job(settings, "deploy"))} == {
        'not readable with this token: needs "Actions" (read)'
    }


@pytest.mark.parametrize("outcome", [Outcome.RATE_LIMIT, Outcome.SERVER_ERROR, Outcome.CUT_OFF, Outcome.EMPTY_OBJECT])
@pytest.mark.parametrize("path", ["/environments", "/rules/branches/main"])
def test_a_github_that_fails_is_no_setting(
    path: str, outcome: Outcome, fake_github: FakeGitHub, settings: RepositorySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitops.github.transport.time.sleep", lambda _: None)
    fake_github.fault("GET", path, outcome)

    with pytest.raises(GitHubError):
        check_for_job(settings, "deploy")
