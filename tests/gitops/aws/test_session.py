import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from gitops.aws.session import AwsError, translate_errors


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "have expired"),
        ("InvalidClientTokenId", "does not accept these credentials"),
        ("AccessDenied", "may not do this: the reason"),
        ("Throttling", "AWS refused DescribeStacks: the reason (Throttling)"),
    ],
)
def test_a_refusal_is_explained(code: str, words: str) -> None:
    refusal = exceptions.ClientError({"Error": {"Code": code, "Message": "the reason."}}, "DescribeStacks")

    with pytest.raises(AwsError) as explanation, translate_errors():
        raise refusal

    assert words in str(explanation.value)


@pytest.mark.parametrize("message", ["the reason", "not authorized to perform: cloudformation:DescribeStacks on all"])
def test_what_may_not_be_done_is_named(message: str) -> None:
    refusal = exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "DescribeStacks")

    with pytest.raises(AwsError) as explanation, translate_errors():
        raise refusal

    assert str(explanation.value).count("DescribeStacks") == 1
    assert explanation.value.code == "AccessDenied"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (exceptions.EndpointConnectionError(endpoint_url="https://sts"), "Is there a network?"),
        (exceptions.NoCredentialsError(), "gitops local up"),
        (exceptions.ProfileNotFound(profile="staging"), "staging"),
        (exceptions.UnauthorizedSSOTokenError(), "configuration cannot be used"),
    ],
)
def test_a_failure_is_explained(monkeypatch: pytest.MonkeyPatch, failure: exceptions.BotoCoreError, words: str) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    with pytest.raises(AwsError) as explanation, translate_errors():
        raise failure

    assert words in str(explanation.value)


def test_a_bug_of_ours_is_not_explained_away() -> None:
    with pytest.raises(KeyError), translate_errors():
        raise KeyError("Stacks")


def test_an_answer_that_cannot_be_read_is_an_error_of_aws() -> None:
    """CloudFormation stores control characters of a reason, and its answers with them are no XML."""
    with pytest.raises(AwsError, match="AWS's answer cannot be read: invalid XML"), translate_errors():
        raise ResponseParserError("invalid XML")
