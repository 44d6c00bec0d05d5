import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gitops.plan.document import PlannedEnvironment, read_change_sets, read_plan
from tests.gitops.checkouts import Checkout, CommandLine
from tests.gitops.repositories import GitRepository
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import TagTypeDef

    from tests.fake_github.fake import FakeGitHub

pytestmark = pytest.mark.processes

PLAN = "plan/plan.json"


@pytest.fixture
def repository(bare_checkout: CommandLine) -> GitRepository:
    """A repository with an account, a base and an app with a bucket on main, and a branch that starts there."""
    made = GitRepository.create(bare_checkout)
    made.account("111111111111")
    made.base("dev")
    made.app("dev/alpha", behaviour="bucket-1")
    made.app("dev/beta")
    made.commit()
    made.git("checkout", "-b", "change")
    return made


def plan(repository: GitRepository, *, fails: bool = False, **environ: str) -> dict[str, PlannedEnvironment]:
    result = repository.gitops("plan", "--base", "main", "--output", str(repository.root / "plan"), **environ)
    assert result.returncode == (1 if fails else 0), result.stderr
    document = read_plan(repository.root / "plan")
    return {environment.environment: environment for environment in document.environments}


def changes(planned: PlannedEnvironment) -> dict[str, str]:
    return {change.logical_id: change.action for change in planned.changes}


def test_nothing_changed_is_a_plan_too(repository: GitRepository, tmp_path: Path) -> None:
    file, summary = tmp_path / "outputs", tmp_path / "summary"

    assert plan(repository, GITHUB_OUTPUT=str(file), GITHUB_STEP_SUMMARY=str(summary)) == {}

    assert repository.outputs(file) == {"accounts": []}
    assert "This change affects no environment." in summary.read_text()
    assert "4 other environments are unchanged." in summary.read_text()


def test_a_new_environment_is_all_created_with_its_url_cost_and_expiry(repository: GitRepository) -> None:
    repository.app("dev/gamma")
    repository.commit()

    planned = plan(repository)["dev/gamma"]

    assert (planned.action, planned.wave, planned.url) == ("create", "apps", "https://gamma.dev.example.com")
    assert changes(planned) == {"Topic": "create"}
    assert planned.cost_before is None
    assert planned.cost_after is not None
    assert planned.expires
    assert planned.refusals == ()


def test_an_update_names_what_changes_and_from_what_to_what(repository: GitRepository) -> None:
    repository.app("dev/beta", image="v2")

    planned = plan(repository)["dev/beta"]

    (change,) = planned.changes
    (detail,) = change.details
    assert (change.action, change.logical_id) == ("update", "Topic")
    assert (detail.path, detail.before, detail.after) == ("DisplayName", "dev/beta v1", "dev/beta v2")


def test_the_output_names_the_accounts_that_are_touched(repository: GitRepository, tmp_path: Path) -> None:
    repository.app("dev/beta", image="v2")
    file = tmp_path / "outputs"

    plan(repository, GITHUB_OUTPUT=str(file))

    entry = {"account": "main", "role_variable": "AWS_ROLE_ARN_MAIN", "region": "us-east-1"}
    assert repository.outputs(file) == {"accounts": [entry]}


def test_replacing_what_holds_data_is_refused_and_everything_is_written_all_the_same(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.app("dev/alpha", behaviour="bucket-2")
    file = tmp_path / "outputs"

    planned = plan(repository, fails=True, GITHUB_OUTPUT=str(file))["dev/alpha"]

    assert changes(planned)["Bucket"] == "replace"
    (refusal,) = planned.refusals
    assert "Bucket (AWS::S3::Bucket): BucketName would change, which replaces it" in refusal
    assert len(repository.outputs(file)["accounts"]) == 1


def test_consent_lets_it_be_replaced(repository: GitRepository) -> None:
    repository.app("dev/alpha", behaviour="bucket-2")
    alpha = (repository.root / "environments/dev/alpha.yaml").read_text()
    consent = "allow_replacement: [{resource: Bucket, until: 2099-01-01, reason: it is empty}]\n"
    repository.write("dev/alpha.yaml", alpha + consent)

    planned = plan(repository)["dev/alpha"]

    assert changes(planned)["Bucket"] == "replace"
    assert (planned.refusals, planned.consents) == ((), ("Bucket",))


def test_a_removal_destroys_every_resource(repository: GitRepository) -> None:
    repository.remove("dev/alpha")

    planned = plan(repository)["dev/alpha"]

    assert planned.action == "destroy"
    assert changes(planned) == {"Topic": "destroy", "Bucket": "destroy"}
    assert planned.cost_after is None
    assert planned.cost_before is not None


def test_a_removal_that_is_refused_fails_the_check(repository: GitRepository) -> None:
    repository.base("prod", cidr="10.40.0.0/16")
    repository.app("prod/app")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.remove("prod/app")

    planned = plan(repository, fails=True)["prod/app"]

    assert "destroy_by_comment" in planned.refusals[0]


def test_an_environment_above_its_budget_is_refused_before_it_is_deployed(repository: GitRepository) -> None:
    repository.replace("environments/dev/base.yaml", "app_defaults:", "policy: {max_monthly_usd: 1}\napp_defaults:")
    repository.replace(
        "app.py",
        'if "refused" in behaviour:',
        'if "dear" in behaviour:\n        resources["Database"] = {"Type": "AWS::RDS::DBInstance", "Properties": '
        '{"DBInstanceClass": "db.t4g.micro", "Engine": "postgres", "AllocatedStorage": "20"}}\n'
        '    if "refused" in behaviour:',
    )
    repository.app("dev/gamma", behaviour="dear")

    planned = plan(repository, fails=True)["dev/gamma"]

    assert "its base allows 1 (policy.max_monthly_usd)" in planned.refusals[0]


def test_storage_that_shrinks_is_refused_before_rds_refuses_it(repository: GitRepository) -> None:
    storage = '"6" if "smaller" in behaviour else "60"'
    repository.replace(
        "app.py",
        'if "refused" in behaviour:',
        'if "database" in behaviour:\n        resources["Database"] = {"Type": "AWS::RDS::DBInstance", "Properties": '
        f'{{"DBInstanceClass": "db.t4g.micro", "Engine": "postgres", "AllocatedStorage": {storage}}}}}\n'
        '    if "refused" in behaviour:',
    )
    repository.app("dev/beta", behaviour="database")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.app("dev/beta", behaviour="smaller database")

    planned = plan(repository, fails=True)["dev/beta"]

    (refusal,) = planned.refusals
    assert refusal.startswith("Database (AWS::RDS::DBInstance): storage would shrink from 60 to 6 GiB")


def test_the_terminal_shows_why_an_environment_changes_and_what_is_to_be_known(repository: GitRepository) -> None:
    repository.app("dev/beta", image="v2")
    beta = (repository.root / "environments/dev/beta.yaml").read_text()
    repository.write("dev/beta.yaml", f"{beta}lock: {{by: octocat, reason: a demo}}\n")

    result = repository.gitops("plan", "--base", "main")

    assert "dev/beta: its file changed\n" in result.stderr
    assert "dev/beta: is locked by octocat (a demo) and is not deployed until it is unlocked\n" in result.stderr
    assert "dev/alpha" not in result.stdout + result.stderr


def test_what_could_not_be_read_before_says_that_it_is_not_compared(repository: GitRepository) -> None:
    good = (repository.root / "environments/dev/beta.yaml").read_text()
    repository.write("dev/beta.yaml", "kind: [")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.write("dev/beta.yaml", good)

    planned = plan(repository)["dev/beta"]

    assert "dev/beta.yaml" in planned.incomparable
    assert (planned.changes, planned.cost_before) == ((), None)
    assert planned.cost_after is not None


def test_a_base_that_moves_leaves_its_stack_behind_and_says_so(repository: GitRepository) -> None:
    repository.replace("environments/dev/base.yaml", "account: main", "account: main\nregion: eu-central-1")
    account = 'kind: account\nid: "111111111111"\nregion: eu-central-1\nrepositories: [microblog]\n'
    repository.write("accounts/europe.yaml", account)

    planned = plan(repository, fails=True)["dev/base"]  # dev/alpha would leave a bucket

    assert planned.refusals == ()
    assert changes(planned) == {"Topic": "create"}
    assert "moves to aws://111111111111/eu-central-1" in planned.warnings[0]


def test_a_base_that_moves_away_from_its_data_takes_consent(repository: GitRepository) -> None:
    repository.base("dev", domain="bucket.example.com")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.replace("environments/dev/base.yaml", "account: main", "account: main\nregion: eu-central-1")
    account = 'kind: account\nid: "111111111111"\nregion: eu-central-1\nrepositories: [microblog]\n'
    repository.write("accounts/europe.yaml", account)

    refused = plan(repository, fails=True)["dev/base"]
    consent = "allow_replacement: [{resource: Bucket, until: 2999-12-31, reason: it was copied}]"
    repository.replace("environments/dev/base.yaml", "account: main", f"account: main\n{consent}")
    allowed = plan(repository, fails=True)["dev/base"]

    (refusal,) = refused.refusals
    assert refusal.startswith("would replace a resource that holds data without consent: Bucket (AWS::S3::Bucket)")
    assert refusal.endswith("aws://111111111111/us-east-1; aws://111111111111/eu-central-1 gets a new, empty one")
    assert allowed.refusals == ()
    assert "`gitops destroy dev/base --region us-east-1`" in allowed.warnings[0]


def test_a_locked_environment_says_that_it_will_not_be_deployed(repository: GitRepository) -> None:
    repository.app("dev/beta", image="v2")
    beta = (repository.root / "environments/dev/beta.yaml").read_text()
    repository.write("dev/beta.yaml", f"{beta}lock: {{by: octocat, reason: a demo}}\n")

    assert "is locked by octocat (a demo)" in plan(repository)["dev/beta"].warnings[0]


def test_another_image_says_which_services_keep_theirs(repository: GitRepository) -> None:
    beta = (repository.root / "environments/dev/beta.yaml").read_text()
    pinned = f"{beta}services: {{web: {{image: v9}}, worker: {{}}}}\n"
    repository.write("dev/beta.yaml", pinned)
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.write("dev/beta.yaml", pinned.replace("image: v1", "image: v2"))

    (warning,) = plan(repository)["dev/beta"].warnings
    repository.write("dev/beta.yaml", pinned.replace("image: v9", "image: v10"))

    assert warning == "image changes from v1 to v2; services with an image of their own keep it: web v9"
    assert plan(repository)["dev/beta"].warnings == ()


def test_a_plan_holds_as_many_services_as_can_be_declared(repository: GitRepository) -> None:
    of_base = "".join(f", b{number}: {{image: {'b' * 128}}}" for number in range(19))
    of_app = "".join(f"  a{number}: {{image: {'a' * 128}}}\n" for number in range(20))
    beta = (repository.root / "environments/dev/beta.yaml").read_text()
    repository.replace("environments/dev/base.yaml", 'paths: ["/*"]}', f'paths: ["/*"]}}{of_base}')
    repository.write("dev/beta.yaml", f"{beta}services:\n{of_app}")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.replace("environments/dev/beta.yaml", "image: v1\n", "image: v2\n")

    (warning,) = plan(repository)["dev/beta"].warnings

    assert warning.startswith("image changes from v1 to v2; services with an image of their own keep it: b0 bbb")
    assert len(warning) == 4_000
    assert warning.endswith("…")


def test_the_plan_is_against_where_the_branch_left_main(repository: GitRepository) -> None:
    repository.git("checkout", "main")
    repository.app("dev/alpha", image="v9", behaviour="bucket-1")
    repository.commit()
    repository.git("checkout", "change")
    repository.app("dev/beta", image="v2")
    repository.commit()

    assert list(plan(repository)) == ["dev/beta"]


def test_what_is_wrong_is_refused_and_stops_no_other(repository: GitRepository) -> None:
    repository.write("dev/beta.yaml", "kind: ad-hoc-app\n")
    repository.app("dev/alpha", image="v2", behaviour="bucket-1")

    planned = plan(repository, fails=True)

    (refusal,) = planned["dev/beta"].refusals
    assert "dev/beta.yaml:1:1: expires: is missing" in refusal
    assert planned["dev/alpha"].refusals == ()
    assert planned["dev/alpha"].action == "update"


def test_a_removal_warns_of_those_whose_data_it_is_the_source_of(repository: GitRepository) -> None:
    beta = (repository.root / "environments/dev/beta.yaml").read_text()
    repository.write("dev/beta.yaml", f"{beta}database: {{seed_from: alpha}}\n")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.remove("dev/alpha")

    planned = plan(repository)

    assert list(planned) == ["dev/alpha"]
    (warning,) = planned["dev/alpha"].warnings
    assert warning.startswith("dev/beta: `seed_from` names dev/alpha")


# With change sets


@pytest.fixture
def deployed(checkout: Checkout) -> Checkout:
    """A checkout whose base and apps are deployed, and a branch that starts there."""
    repository = GitRepository.create(checkout)
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour=bucket(checkout))
    checkout.app("dev/beta")
    repository.commit()
    repository.git("checkout", "-b", "change")
    templates = Path(checkout.gitops("synth").stdout.splitlines()[0])
    for name in ("dev/base", "dev/alpha", "dev/beta"):
        stack = name.replace("/", "-")
        template = templates.joinpath(f"{stack}.template.json").read_text()
        checkout.cloudformation().create_stack(StackName=stack, TemplateBody=template, Tags=tags(name))
        checkout.cloudformation().get_waiter("stack_create_complete").wait(StackName=stack)
    return checkout


def bucket(checkout: Checkout, number: int = 1) -> str:
    """The name of a bucket, of which there is one in the world."""
    return f"bucket-{checkout.account_id}-{number}"


def tags(name: str) -> list["TagTypeDef"]:
    kind = "ad-hoc-base" if name.endswith("/base") else "ad-hoc-app"
    return [{"Key": "gitops:environment", "Value": name}, {"Key": "gitops:kind", "Value": kind}]


def change_by_hand(checkout: Checkout, name: str, resources: dict[str, object]) -> None:
    stack, client = name.replace("/", "-"), checkout.cloudformation()
    client.update_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources}), Tags=tags(name))
    client.get_waiter("stack_update_complete").wait(StackName=stack)


def ask(checkout: Checkout, *, offline: int = 0, asked: int = 0) -> dict[str, Any]:
    """The results of `plan --change-sets`, after a plan, by environment."""
    output = str(checkout.root / "plan")
    first = checkout.gitops("plan", "--base", "main", "--output", output)
    assert first.returncode == offline, first.stderr
    second = checkout.gitops(
        "plan", "--change-sets", output, "--account", "main", "--output", output, **checkout.environ()
    )
    assert second.returncode == asked, second.stderr
    (found,) = read_change_sets(Path(output))
    assert found.account == "main"
    return {result.environment: result for result in found.results}


def change_sets(checkout: Checkout, stack: str) -> list[str]:
    listed = checkout.cloudformation().list_change_sets(StackName=stack)["Summaries"]
    return [summary["ChangeSetName"] for summary in listed if summary["ChangeSetName"].startswith("cdk-diff")]


def test_cloudformation_says_what_would_change_and_keeps_nothing_of_it(deployed: Checkout) -> None:
    deployed.app("dev/beta", image="v2", behaviour=bucket(deployed, 2))

    result = ask(deployed)["dev/beta"]

    assert result.note == ""
    assert {change.logical_id: change.action for change in result.changes} == {"Topic": "update", "Bucket": "create"}
    assert not result.drifted
    assert change_sets(deployed, "dev-beta") == []
    assert deployed.statuses()["dev-beta"] == "CREATE_COMPLETE"


def test_an_environment_that_does_not_exist_yet_is_not_asked_about(deployed: Checkout) -> None:
    deployed.app("dev/gamma")

    assert ask(deployed) == {}
    assert "dev-gamma" not in deployed.statuses(), "a change set would have left a stack in review"


def test_without_a_change_the_change_set_is_empty_and_that_is_no_failure(deployed: Checkout) -> None:
    deployed.app("dev/beta", image="v1", behaviour="nothing that the template says")

    result = ask(deployed)["dev/beta"]

    assert (result.changes, result.note) == ((), "")


def test_what_is_deployed_decides_where_it_is_not_what_was_declared(deployed: Checkout) -> None:
    change_by_hand(deployed, "dev/beta", {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "mine"}}})
    deployed.app("dev/beta", behaviour="nothing that the template says")

    result = ask(deployed)["dev/beta"]

    assert [change.action for change in result.changes] == ["update"], "offline there was no change at all"
    assert result.drifted


def test_characters_that_cloudformation_does_not_return_are_planned_as_any_other(deployed: Checkout) -> None:
    deployed.app("dev/beta", behaviour="greets Grüße")
    repository = GitRepository(deployed.root)
    repository.commit()
    repository.git("branch", "--force", "main")
    template = Path(deployed.gitops("synth").stdout.splitlines()[0], "dev-beta.template.json").read_text("utf-8")
    deployed.cloudformation().update_stack(StackName="dev-beta", TemplateBody=template, Tags=tags("dev/beta"))
    deployed.cloudformation().get_waiter("stack_update_complete").wait(StackName="dev-beta")

    deployed.app("dev/beta", image="v2", behaviour="greets Grüße")
    of_something_else = ask(deployed)["dev/beta"]
    deployed.app("dev/beta", behaviour="greets Größe")
    of_a_character = ask(deployed)["dev/beta"]

    assert [change.logical_id for change in of_something_else.changes or ()] == ["Topic"]
    assert of_a_character.changes is not None
    (change,) = of_a_character.changes
    assert (change.logical_id, change.action) == ("Greeting", "update")
    (detail,) = change.details
    assert (detail.before, detail.after) == ("greets Grüße", "greets Größe")
    assert (of_something_else.drifted, of_a_character.drifted) == (False, False)


def test_a_replacement_of_data_that_only_cloudformation_knows_of_is_refused(deployed: Checkout) -> None:
    mine = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket(deployed, 2)}}
    change_by_hand(deployed, "dev/alpha", {"Bucket": mine})
    deployed.app("dev/alpha", image="v2", behaviour=bucket(deployed))

    result = ask(deployed)["dev/alpha"]

    assert {change.logical_id: change.action for change in result.changes}["Bucket"] == "replace"
    assert result.refusals == ("would replace a resource that holds data without consent: Bucket (AWS::S3::Bucket)",)


def test_a_template_that_cloudformation_would_not_take_inline_keeps_the_offline_plan(deployed: Checkout) -> None:
    deployed.app("dev/beta", image="v1", behaviour="long")
    app = deployed.root / "app.py"
    app.write_text(
        app.read_text().replace(
            'if "fails" in',
            'if "long" in behaviour:\n        resources["Topic"]'
            '["Properties"]["TopicName"] = "x" * 60_000\n    if "fails" in',
        )
    )

    result = ask(deployed)["dev/beta"]

    assert result.changes is None
    assert "more than 51,200 bytes" in result.note


def test_a_stack_of_somebody_else_is_left_alone(deployed: Checkout) -> None:
    deployed.create_stack("dev/gamma", tags={"owner": "somebody"})
    deployed.app("dev/gamma")

    result = ask(deployed)["dev/gamma"]

    assert result.changes is None
    assert "belongs to another application" in result.note


def test_what_cloudformation_refuses_is_told_and_deleted(deployed: Checkout) -> None:
    deployed.app("dev/beta", behaviour="refused")

    result = ask(deployed)["dev/beta"]

    assert result.changes is None
    assert "AWS::Nothing::Known" in result.note
    assert change_sets(deployed, "dev-beta") == []


def test_an_account_that_is_not_declared_here_yet_has_nothing_to_say(deployed: Checkout) -> None:
    output = str(deployed.root / "plan")
    deployed.gitops("plan", "--base", "main", "--output", output)

    result = deployed.gitops("plan", "--change-sets", output, "--account", "other", "--output", output)

    assert result.returncode == 0, result.stderr
    (found,) = read_change_sets(Path(output))
    assert (found.account, found.results) == ("other", ())


def test_environments_of_another_account_are_not_asked_about(deployed: Checkout) -> None:
    deployed.app("dev/beta", image="v2")
    deployed.gitops("plan", "--base", "main", "--output", str(deployed.root / "plan"))
    text = (deployed.root / PLAN).read_text()
    (deployed.root / PLAN).write_text(text.replace(deployed.account_id, "999999999999"))

    result = deployed.gitops(
        "plan", "--change-sets", "plan", "--account", "main", "--output", "plan", **deployed.environ()
    )

    assert result.returncode == 0, result.stderr
    (found,) = read_change_sets(deployed.root / "plan")
    assert found.results == ()


def test_a_plan_of_the_wrong_shape_is_an_error_of_the_user(deployed: Checkout) -> None:
    (deployed.root / "plan").mkdir()
    (deployed.root / PLAN).write_text('{"version": 1, "environments": [{"environment": "../../etc"}]}')

    result = deployed.gitops(
        "plan", "--change-sets", "plan", "--account", "main", "--output", "plan", **deployed.environ()
    )

    assert result.returncode == 1
    assert "is not a valid Plan" in result.stderr
    assert "etc" not in result.stderr


def test_a_plan_is_reported_in_the_pull_request_that_it_is_of(
    repository: GitRepository, fake_github: "FakeGitHub", tmp_path: Path
) -> None:
    head = fake_github.commit({"environments/dev/gamma.yaml": "kind: ad-hoc-app\n"}, branch="gamma")
    number = fake_github.open_pull_request(branch="gamma")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": number, "head": {"sha": head}}}))
    repository.app("dev/gamma")
    plan(repository)

    result = repository.gitops(
        "report",
        "plan",
        "plan",
        GITHUB_API_URL=fake_github.url,
        GITHUB_EVENT_PATH=str(event),
        GITHUB_REPOSITORY=fake_github.repository,
        GITHUB_RUN_ID="1",
        GITHUB_SERVER_URL="https://github.com",
        GITHUB_SHA=head,
        GITHUB_TOKEN=token_of(fake_github, "plan/comment"),
    )

    assert result.returncode == 0, result.stderr
    (comment,) = fake_github.comments(number)
    assert "| `dev/gamma` | create | 1 created |" in comment.body
    assert "https://gamma.dev.example.com" in comment.body
