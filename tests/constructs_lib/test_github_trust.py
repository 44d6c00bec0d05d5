"""The roles of an account trust jobs of one repository in their environment, whatever other tokens of GitHub say.

An administrator of any repository chooses which claims make up the `sub` of its tokens and in which order, and the
names of its branches, tags, environments and workflows. Issuer, `repository_id`, `ref` and `environment` are GitHub's.
https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.account import Account
from constructs_lib.config.model import AccountConfig, ApplicationRepositoryConfig, GitHubConfig
from constructs_lib.config.naming import GITHUB_ENVIRONMENTS, GITHUB_TOKEN_ISSUER
from tests.constructs_lib.iam import Request, allows
from tests.constructs_lib.resources import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.constructs_lib.synthesis import Synthesise

OWNER, OWNER_ID, NAME, ID = "octocat", 583231, "environments", 1296269
GITHUB = GitHubConfig(repository=f"{OWNER}/{NAME}", owner_id=OWNER_ID, repository_id=ID)
CLAIMS = ("repo", "context", "environment", "ref", "workflow", "job_workflow_ref", "repository_id", "repository_owner")
"""Of which `sub` may be made; `repo` and `context` stand for no claim of the same name."""

Trust = dict[str, dict[str, Any]]
"""The statements of the roles' trust policies, by the environment that each is for."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job on GitHub, and how its repository makes `sub`. `environment` is empty for a job without one."""

    owner: str = OWNER
    owner_id: int = OWNER_ID
    name: str = NAME
    id: int = ID
    environment: str = "deploy"
    ref: str = "refs/heads/main"
    workflow: str = "deploy"
    keys: tuple[str, ...] = ("repo", "context")
    has_ids: bool = False
    escapes_colons: bool = True
    """GitHub has written `%3A` for a colon in a name since it has been documented; not before."""

    @property
    def token(self) -> dict[str, str]:
        """The claims of its token that STS takes as condition keys."""
        environment = {"environment": self.environment} if self.environment else {}
        claims = {"aud": "sts.amazonaws.com", "repository_id": str(self.id), "ref": self.ref, **environment}
        return {**claims, "sub": ":".join(self._part(key) for key in self.keys)}

    def _part(self, key: str) -> str:
        owner, name = (
            (f"{self.owner}@{self.owner_id}", f"{self.name}@{self.id}") if self.has_ids else (self.owner, self.name)
        )
        path = f"{self.owner}/{self.name}/.github/workflows/{self._text(self.workflow)}.yml@{self._text(self.ref)}"
        values = {
            "repo": f"{owner}/{name}",
            "environment": self._text(self.environment),
            "ref": self._text(self.ref),
            "workflow": self._text(self.workflow),
            "job_workflow_ref": path,
            "repository_id": str(self.id),
            "repository_owner": self.owner,
        }
        if key == "context":
            key = "environment" if self.environment else "ref"
        return f"{key}:{values[key]}"

    def _text(self, value: str) -> str:
        return value.replace(":", "%3A") if self.escapes_colons else value


PIECES = st.sampled_from(
    [
        *("/", ":", "@", "*", "?", "%3A", "x", "1", "repo", "environment", "ref", "refs/heads/main", "v1"),
        *(NAME, OWNER, f"{OWNER}/{NAME}", f"{NAME}@{ID}", f"{NAME}@1", f"{OWNER}@{OWNER_ID}/{NAME}@{ID}"),
        *(f":environment:{environment}" for environment in GITHUB_ENVIRONMENTS),
        *GITHUB_ENVIRONMENTS,
    ]
)
LOOK_ALIKES = st.builds("{}/{}@{}".format, PIECES, st.just(NAME), st.integers(1, 9))
TEXTS = st.one_of(LOOK_ALIKES, st.lists(PIECES, min_size=1, max_size=6).map("".join), st.text(min_size=1, max_size=20))
REFS = st.one_of(
    st.just("refs/heads/main"),
    st.builds("refs/heads/{}".format, TEXTS),
    st.builds("refs/tags/{}".format, TEXTS),
    st.builds("refs/pull/{}/merge".format, st.integers(1, 99)),
)
NAMES = st.one_of(
    st.sampled_from([NAME, f"{NAME}-2", "other", f"x{NAME}"]), st.from_regex(r"[a-z0-9._-]{1,12}", fullmatch=True)
)
NEIGHBOURS = st.builds(
    Job,
    name=NAMES,
    id=st.integers(1, 10**9).filter(lambda number: number != ID),
    environment=st.sampled_from(GITHUB_ENVIRONMENTS),
    ref=st.builds("refs/heads/{}".format, LOOK_ALIKES),
    workflow=LOOK_ALIKES,
    keys=st.tuples(st.just("repo"), st.sampled_from(CLAIMS), st.sampled_from(["context", "environment"])),
    has_ids=st.booleans(),
)
"""Jobs of other repositories of the same owner, with names that look like the trusted repository."""

STRANGERS = st.builds(
    Job,
    owner=st.sampled_from([OWNER, "hexacat"]),
    owner_id=st.integers(1, 10**9),
    name=NAMES,
    id=st.integers(1, 10**9).filter(lambda number: number != ID),
    environment=st.one_of(st.sampled_from(["", *GITHUB_ENVIRONMENTS]), TEXTS),
    ref=REFS,
    workflow=TEXTS,
    keys=st.lists(st.sampled_from(CLAIMS), min_size=1, max_size=5).map(tuple),
    has_ids=st.booleans(),
    escapes_colons=st.booleans(),
)
JOBS = st.one_of(NEIGHBOURS, STRANGERS)
"""Jobs of other repositories, also of some with the same name."""

TRUSTING = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def trust(synthesise: Synthesise) -> Trust:
    config = AccountConfig(id="111111111111", region="us-east-1", github=GITHUB)
    template = synthesise(lambda stack: Account(stack, "Account", config=config)).to_json()
    statements = {}
    for environment in GITHUB_ENVIRONMENTS:
        role = named(template, "AWS::IAM::Role", f"Roles{environment.capitalize()}")
        (statements[environment],) = role["AssumeRolePolicyDocument"]["Statement"]
    return statements


def test_the_application_s_repository_may_publish_and_nothing_else(synthesise: Synthesise) -> None:
    application = ApplicationRepositoryConfig(repository=f"{OWNER}/shop", owner_id=OWNER_ID, repository_id=7)
    config = AccountConfig(id="111111111111", region="us-east-1", github=replace(GITHUB, application=application))
    template = synthesise(lambda stack: Account(stack, "Account", config=config)).to_json()
    statements = {
        environment: named(template, "AWS::IAM::Role", f"Roles{environment.capitalize()}")["AssumeRolePolicyDocument"][
            "Statement"
        ]
        for environment in GITHUB_ENVIRONMENTS
    }

    assert {name: len(found) for name, found in statements.items() if len(found) > 1} == {"publish": 2}
    own, other = ({"publish": statement} for statement in statements["publish"])
    assert trusting(own, Job(environment="publish").token) == {"publish"}
    for has_ids in (True, False):
        job = Job(name="shop", id=7, environment="publish", has_ids=has_ids)
        assert trusting(other, job.token) == {"publish"}
        assert trusting(other, replace(job, ref="refs/tags/v1").token) == {"publish"}
        assert trusting(other, replace(job, ref="refs/pull/7/merge").token) == set()
        assert trusting(other, replace(job, environment="deploy").token) == set()
        assert trusting(other, replace(job, id=8).token) == set()


def trusting(trust: Trust, token: Mapping[str, str]) -> set[str]:
    """Return the environments whose roles a token gets."""
    context = {f"{GITHUB_TOKEN_ISSUER}:{claim}": value for claim, value in token.items()}
    request = Request(action="sts:AssumeRoleWithWebIdentity", resource="role", context=context)
    return {name for name, statement in trust.items() if allows([{**statement, "Resource": "*"}], request)}


def by_subject_alone(trust: Trust) -> Trust:
    """Return the statements without all conditions but those on `sub`."""
    return {
        name: {
            **statement,
            "Condition": {
                operator: {key: value for key, value in keys.items() if key.endswith(":sub")}
                for operator, keys in statement["Condition"].items()
            },
        }
        for name, statement in trust.items()
    }


@pytest.mark.parametrize("has_ids", [True, False])
@pytest.mark.parametrize("environment", GITHUB_ENVIRONMENTS)
def test_a_job_of_the_repository_gets_the_role_of_its_environment(
    environment: str, trust: Trust, *, has_ids: bool
) -> None:
    assert trusting(trust, Job(environment=environment, has_ids=has_ids).token) == {environment}


@pytest.mark.parametrize(
    ("environment", "ref", "trusted"),
    [
        ("plan", "refs/pull/7/merge", True),
        ("publish", "refs/tags/v1.4.2", True),
        ("publish", "refs/tags/1.4.2", False),
        ("publish", "refs/heads/v1", False),
        *(
            (name, ref, False)
            for name in ("deploy", "production", "destroy")
            for ref in ("refs/heads/x", "refs/tags/v1")
        ),
        *((name, "refs/pull/7/merge", False) for name in GITHUB_ENVIRONMENTS if name != "plan"),
        *((name, "refs/heads/main/x", False) for name in GITHUB_ENVIRONMENTS if name != "plan"),
    ],
)
def test_a_job_at_another_ref_gets_the_roles_of_plans_and_images_only(
    environment: str, ref: str, trust: Trust, *, trusted: bool
) -> None:
    assert trusting(trust, Job(environment=environment, ref=ref).token) == ({environment} if trusted else set())


def test_a_name_in_a_branch_is_not_the_repository(trust: Trust) -> None:
    """What `repo:octocat@*/environments@*:environment:deploy` would trust."""
    keys = ("repo", "ref", "environment")
    attack = Job(name="other", id=99, ref=f"refs/heads/x/{NAME}@1", keys=keys, has_ids=True)
    assert attack.token["sub"] == "repo:octocat@583231/other@99:ref:refs/heads/x/environments@1:environment:deploy"

    assert trusting(trust, attack.token) == trusting(by_subject_alone(trust), attack.token) == set()


@TRUSTING
@given(job=JOBS)
def test_no_other_repository_gets_a_role(job: Job, trust: Trust) -> None:
    assert trusting(trust, job.token) == set()


@TRUSTING
@given(job=JOBS)
def test_no_other_repository_has_a_subject_that_a_role_trusts(job: Job, trust: Trust) -> None:
    """Even where STS would not know the other claims."""
    name_is_ours = (job.owner, job.name) == (OWNER, NAME)
    assert not trusting(by_subject_alone(trust), job.token) or (name_is_ours and not job.has_ids)


@TRUSTING
@given(job=JOBS)
def test_a_job_of_the_repository_gets_no_role_but_that_of_its_environment(job: Job, trust: Trust) -> None:
    own = replace(job, owner=OWNER, owner_id=OWNER_ID, name=NAME, id=ID)
    assert trusting(trust, own.token) <= {own.environment}


@pytest.mark.parametrize("claim", ["aud", "sub", "repository_id", "environment", "ref"])
def test_a_token_without_a_claim_gets_no_role(claim: str, trust: Trust) -> None:
    token = Job().token
    del token[claim]
    assert trusting(trust, token) == set()
