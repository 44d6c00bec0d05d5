"""A base that publishes another value reaches its apps, whose templates do not change, with the next deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.plan.document import read_plan
from tests.gitops.repositories import GitRepository

if TYPE_CHECKING:
    from tests.gitops.checkouts import Checkout

NAME = "/gitops/dev/base/ListenerArn"
STACKS = """
    if environment.name.is_account:
        return {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    if isinstance(config, AdHocBaseConfig):
        listener = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": config.domain.replace(".", "-")}}
        value = {"Type": "String", "Name": NAME, "Value": {"Ref": "Listener"}}
        newest = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/images/newest"}
        bastion = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Newest"}}}
        published = {"Type": "AWS::SSM::Parameter", "Properties": value}
        resources = {"Listener": listener, "Bastion": bastion, "Published": published}
        return {"Parameters": {"Newest": newest}, "Resources": resources}
    rule = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "BaseListenerArn"}}}
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": NAME}
    return {"Parameters": {"BaseListenerArn": parameter}, "Resources": {"Rule": rule}}
"""


@pytest.fixture
def listeners(checkout: Checkout) -> Checkout:
    """A base that publishes its listener and an app with a rule on it, both deployed and committed on main."""
    app = checkout.root / "app.py"
    code = app.read_text()
    app.unlink()
    head, start, rest = code.partition("    config = environment.config\n")
    app.write_text(f'{head}{start}    NAME = "{NAME}"{STACKS}{rest}')
    checkout.client("ssm").put_parameter(Name="/images/newest", Value="first", Type="String")
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")
    repository = GitRepository(checkout.root)
    (checkout.root / ".gitignore").write_text(".gitops\nnode_modules\n")
    repository.git("init", "--initial-branch", "main")
    repository.commit()
    deployed = checkout.gitops("deploy", "--all")
    assert deployed.returncode == 0, deployed.stderr
    return checkout


def rule(checkout: Checkout, stack: str = "dev-alpha") -> str:
    """Return the listener that an app's rule is on."""
    arn = checkout.physical_id(stack, "Rule")
    attributes: dict[str, str] = checkout.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return attributes["DisplayName"].rpartition(":")[2]


def test_a_replaced_listener_is_planned_for_the_apps_and_reaches_them(listeners: Checkout) -> None:
    listeners.base("dev", domain="new.example.com")

    plan = listeners.gitops("plan", "--base", "main", "--output", "plan")
    affected = listeners.gitops("affected", "--base", "main")

    assert plan.returncode == 0, plan.stderr
    reasons = {planned.environment: planned.reason for planned in read_plan(listeners.root / "plan").environments}
    assert reasons["dev/alpha"] == f"values of its base that it reads may change: {NAME}"
    assert reasons.keys() == {"dev/base", "dev/alpha", "dev/beta"}
    assert '"dev/alpha"' in affected.stdout
    assert rule(listeners) == "dev-example-com"

    deployed = listeners.gitops("deploy", "dev", "dev/alpha")

    assert deployed.returncode == 0, deployed.stderr
    assert rule(listeners) == "new-example-com"
    assert rule(listeners, "dev-beta") == "dev-example-com"

    # Beta was not deployed with its base: its next deployment finds the value, though nothing is declared anew.
    later = listeners.gitops("deploy", "dev/beta")
    again = listeners.gitops("deploy", "--all")

    assert rule(listeners, "dev-beta") == "new-example-com"
    assert "nothing changed" not in later.stderr
    assert "nothing changed" in again.stderr


def test_a_base_that_changes_nothing_it_publishes_leaves_its_apps_alone(listeners: Checkout) -> None:
    base = listeners.root / "environments" / "dev" / "base.yaml"
    base.write_text(base.read_text() + "policy: {max_environments: 7}\n")

    affected = listeners.gitops("affected", "--base", "main")
    deployed = listeners.gitops("deploy", "--all")

    assert "dev/alpha" not in affected.stdout
    assert "nothing changed" in deployed.stderr


def lock(checkout: Checkout, name: str) -> None:
    file = checkout.root / "environments" / f"{name}.yaml"
    file.write_text(file.read_text() + "lock: {by: monalisa, reason: a demonstration}\n")


def test_a_locked_app_is_held_back_only_when_a_value_that_it_reads_has_changed(listeners: Checkout) -> None:
    lock(listeners, "dev/alpha")
    app = listeners.root / "app.py"
    app.write_text(app.read_text().replace('"Bastion": bastion', '"OtherBastion": bastion'))

    unchanged = listeners.gitops("deploy", "--all")
    listeners.base("dev", domain="new.example.com")
    changed = listeners.gitops("deploy", "--all")

    assert unchanged.returncode == 0, unchanged.stderr
    assert "1 updated" in unchanged.stderr
    assert "locked" not in unchanged.stdout + unchanged.stderr
    assert rule(listeners) == "dev-example-com"
    assert rule(listeners, "dev-beta") == "new-example-com"
    assert "locked" in changed.stdout


def test_another_parameter_that_changes_is_no_reason_to_deploy(listeners: Checkout) -> None:
    listeners.client("ssm").put_parameter(Name="/images/newest", Value="second", Type="String", Overwrite=True)

    deployed = listeners.gitops("deploy", "--all")

    assert deployed.returncode == 0, deployed.stderr
    assert "nothing changed" in deployed.stderr
