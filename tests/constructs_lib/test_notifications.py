from aws_cdk.assertions import Match, Template

from constructs_lib.observability.notifications import Notifications
from tests.constructs_lib.resources import the_only
from tests.constructs_lib.synthesis import Synthesise


def notifications(synthesise: Synthesise, email: str | None) -> Template:
    return synthesise(lambda stack: Notifications(stack, "Notifications", email=email))


def test_topic_takes_messages_over_tls_only_and_from_alarms_of_its_account(synthesise: Synthesise) -> None:
    policy = the_only(notifications(synthesise, None).to_json(), "AWS::SNS::TopicPolicy")["PolicyDocument"]
    denied, allowed = sorted(policy["Statement"], key=lambda statement: str(statement["Effect"]), reverse=True)
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert allowed["Action"] == "sns:Publish"


def test_address_is_subscribed(synthesise: Synthesise) -> None:
    template = notifications(synthesise, "on-call@example.com")
    template.has_resource_properties(
        "AWS::SNS::Subscription",
        {"Protocol": "email", "Endpoint": "on-call@example.com", "TopicArn": Match.any_value()},
    )


def test_without_an_address_nobody_is(synthesise: Synthesise) -> None:
    notifications(synthesise, None).resource_count_is("AWS::SNS::Subscription", 0)
