from datetime import UTC, datetime

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws import embedded, target
from gitops.aws.embedded import EmbeddedEndpoint
from gitops.aws.target import Target, TargetName, resolve
from gitops.errors import UserError

RUNNING = EmbeddedEndpoint(
    endpoint="http://localhost:4566",
    pid=1,
    port=4566,
    account="111111111111",
    secret_access_key="embedded",  # noqa: S106 - any will do
    environment_url="http://{name}.{folder}.localhost:4566/",
    started=datetime(2026, 11, 23, tzinfo=UTC),
)
ELSEWHERE = "http://localhost:9999"


@pytest.mark.parametrize(
    ("requested", "endpoint", "running", "expected"),
    [
        (None, None, None, None),
        (None, None, RUNNING, RUNNING),
        (None, ELSEWHERE, RUNNING, None),
        (None, f"{RUNNING.endpoint}/", RUNNING, RUNNING),
        ("aws", None, RUNNING, None),
        ("local", ELSEWHERE, RUNNING, RUNNING),
    ],
)
def test_the_option_or_the_endpoint_decide_else_the_embedded_aws_while_it_runs(
    monkeypatch: pytest.MonkeyPatch,
    requested: TargetName | None,
    endpoint: str | None,
    running: EmbeddedEndpoint | None,
    expected: EmbeddedEndpoint | None,
) -> None:
    monkeypatch.setattr(embedded, "find", lambda: running)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    assert resolve(requested) == Target(expected)


def test_asking_for_the_embedded_aws_when_none_runs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find", lambda: None)

    with pytest.raises(UserError, match="gitops local up"):
        resolve("local")


def test_nothing_of_a_real_account_reaches_tools_that_talk_to_the_embedded_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("LANG", "C.UTF-8")

    environ = Target(RUNNING).environ(AccountRegion("222222222222", "eu-west-1"))

    assert "AWS_PROFILE" not in environ
    assert "AWS_SESSION_TOKEN" not in environ
    assert environ["LANG"] == "C.UTF-8"
    assert environ["AWS_ENDPOINT_URL"] == RUNNING.endpoint
    assert environ["AWS_ACCESS_KEY_ID"] == "222222222222"
    assert environ["AWS_REGION"] == "eu-west-1"


def test_tools_that_talk_to_aws_get_the_environment_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")

    assert target.Target(None).environ(AccountRegion("222222222222", "eu-west-1"))["AWS_PROFILE"] == "production"
