"""The command after a release, in templates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from constructs_lib.config.model import ServiceConfig
from tests.constructs_lib.resources import named, of_type
from tests.constructs_lib.synthesis import one_service
from tests.constructs_lib.test_variables import ad_hoc, production

if TYPE_CHECKING:
    from tests.constructs_lib.synthesis import Synthesise

WEB = ServiceConfig(port=8000, paths=("/*",))
COMMAND = ("python", "manage.py", "post_update")


@pytest.fixture(params=["ad hoc", "production"])
def template(request: pytest.FixtureRequest, synthesise: Synthesise) -> dict[str, Any]:
    if request.param == "production":
        return production(synthesise, post_release_command=COMMAND)
    return ad_hoc(synthesise, replace(one_service(WEB), post_release_command=COMMAND))


def test_it_runs_once_services_are_stable_and_fails_nothing(template: dict[str, Any]) -> None:
    (run,) = (
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "Custom::OneOffTask" and "OnFailure" in resource["Properties"]
    )
    services = {
        logical_id
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ECS::Service" and "ServicesWeb" in logical_id
    }

    assert services <= set(run["DependsOn"])
    assert len(services) == 1
    assert run["Properties"]["OnFailure"] == "Tell"
    task = named(template, "AWS::ECS::TaskDefinition", "PostRelease")
    assert task["ContainerDefinitions"][0]["Command"] == list(COMMAND)
    assert task["Family"].endswith("post-release")
    assert "Outcome" in template["Outputs"]["PostRelease"]["Value"]["Fn::GetAtt"]


def test_without_it_there_is_nothing_of_it(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), release_command=("migrate",)))

    assert not [one for one in of_type(template, "Custom::OneOffTask") if "OnFailure" in one]
    assert "PostRelease" not in template["Outputs"]
