"""Every statement of the reviewed templates is among those that are taken out."""

from collections import Counter

from tests.local_aws.authorisation import golden
from tests.mutation.questions import logical_id_of_role
from tests.mutation.statements import all_statements, listed
from tests.policy.policies import statements


def test_every_statement_of_every_identity_policy_is_one_that_is_taken_out() -> None:
    known = [one for one in all_statements() if one.kind != "resource"]
    found = 0
    for resources in golden.stacks().values():
        for one in statements({"Resources": resources}):
            properties = resources[one.logical_id]["Properties"]
            name = properties.get("PolicyName") or properties["ManagedPolicyName"]
            assert sum(other.is_in(name, one.body) for other in known) == 1, one
            found += 1
    assert found > 100


def test_no_two_statements_of_a_policy_are_taken_for_one() -> None:
    known = all_statements()
    for resources in golden.stacks().values():
        for resource in resources.values():
            properties = resource.get("Properties", {})
            name = properties.get("PolicyName") or properties.get("ManagedPolicyName")
            if name and "PolicyDocument" in properties:
                bodies = listed(properties["PolicyDocument"]["Statement"])
                matched = Counter(one for body in bodies for one in known if one.is_in(name, body))
                assert set(matched.values()) == {1}, name


def test_every_role_has_its_trust_policy_among_them() -> None:
    roles = {
        logical_id
        for resources in golden.stacks().values()
        for logical_id, one in resources.items()
        if one["Type"] == "AWS::IAM::Role"
    }
    assert {one.policy for one in all_statements() if one.kind == "resource"} == roles


def test_a_role_is_found_by_its_name_even_where_it_is_cut_off() -> None:
    found = {
        name: logical_id_of_role(name)
        for name in (
            "deploy",
            "dev-gamma-AdHocAppReleaseDatabaseExecutionRoleE8CD39BF780758F786",
            "dev-gamma-AdHocAppApplicationExecutionRole5E5E1EF2-AF15C27B8FCBA",
            "cdk-gitops-deploy-role-111111111111-us-east-1",
            "it",
        )
    }
    assert found == {
        "deploy": "AccountRolesDeploy6E09AADC",
        "dev-gamma-AdHocAppReleaseDatabaseExecutionRoleE8CD39BF780758F786": (
            "AdHocAppReleaseDatabaseExecutionRoleE8CD3D11"
        ),
        "dev-gamma-AdHocAppApplicationExecutionRole5E5E1EF2-AF15C27B8FCBA": "AdHocAppApplicationExecutionRole5E5E1EF2",
        "cdk-gitops-deploy-role-111111111111-us-east-1": "",
        "it": "",
    }
