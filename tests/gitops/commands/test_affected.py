import json
from pathlib import Path
from typing import Any

import pytest

from tests.gitops.checkouts import CommandLine
from tests.gitops.repositories import GitRepository

pytestmark = pytest.mark.processes

ZEROS = "0" * 40


@pytest.fixture
def repository(bare_checkout: CommandLine) -> GitRepository:
    """A repository whose first commit has an account, a base, two apps on it, and production."""
    made = GitRepository.create(bare_checkout)
    made.account("111111111111")
    made.base("dev")
    made.app("dev/alpha")
    made.app("dev/beta")
    made.base("prod", cidr="10.40.0.0/16")
    made.app("prod/app")
    made.commit()
    return made


def affected(repository: GitRepository, *arguments: str) -> list[dict[str, Any]]:
    result = repository.gitops("affected", *arguments)
    assert result.returncode == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def changed(repository: GitRepository) -> dict[str, dict[str, Any]]:
    """What the last change, committed here, touches."""
    repository.commit()
    found = affected(repository, "--base", "HEAD~1", "--head", "HEAD")
    return {environment["environment"]: environment for environment in found}


def test_nothing_changed_touches_nothing_and_synthesises_nothing(repository: GitRepository) -> None:
    assert changed(repository) == {}
    assert repository.logs("synth") == []


def test_text_beside_declarations_touches_nothing(repository: GitRepository) -> None:
    repository.write("README.md", "What is here.\n")
    repository.write("dev/README.md", "And here.\n")

    assert changed(repository) == {}
    assert repository.logs("synth") == []


def test_a_declaration_touches_itself_and_nothing_else_is_synthesised(repository: GitRepository) -> None:
    repository.app("dev/alpha", image="v2")

    found = changed(repository)

    assert list(found) == ["dev/alpha"]
    assert found["dev/alpha"] == {
        "environment": "dev/alpha",
        "kind": "ad-hoc-app",
        "action": "update",
        "wave": "apps",
        "reason": "its file changed",
        "renamed_from": None,
        "renamed_to": None,
        "refused": None,
    }
    assert "dev-beta" not in "".join(log.read_text() for log in repository.logs("synth"))


def test_a_declaration_that_changes_without_its_stack_says_so(repository: GitRepository) -> None:
    repository.replace("environments/dev/alpha.yaml", "image: v1", "image: v1  # the first")

    assert changed(repository)["dev/alpha"]["reason"] == "its file changed, its stack does not"


def test_new_environments_come_in_the_order_of_deployment(repository: GitRepository) -> None:
    repository.base("prod2", cidr="10.60.0.0/16")
    repository.app("prod2/app")
    repository.base("qa", cidr="10.50.0.0/16")
    repository.app("qa/gamma")

    found = changed(repository)

    assert [(name, entry["action"], entry["wave"]) for name, entry in found.items()] == [
        ("qa/base", "create", "bases"),
        ("qa/gamma", "create", "apps"),
        ("prod2/base", "create", "production"),
        ("prod2/app", "create", "production"),
    ]


def test_a_base_touches_the_apps_whose_templates_it_changes(repository: GitRepository) -> None:
    repository.write("dev/gamma.yaml", (repository.root / "environments/dev/alpha.yaml").read_text())
    repository.replace("environments/dev/gamma.yaml", "image: v1\n", "")
    repository.replace("environments/dev/base.yaml", "  owner:", "  image: v1\n  owner:")
    repository.commit()
    repository.replace("environments/dev/base.yaml", "image: v1", "image: v2")

    found = changed(repository)

    assert list(found) == ["dev/base", "dev/gamma"]
    assert found["dev/gamma"]["reason"] == "its base dev/base changed"


def test_a_base_without_effect_on_its_apps_touches_itself_alone(repository: GitRepository) -> None:
    repository.replace("environments/dev/base.yaml", "Z0123456789ABCDEFGHIJ", "Z0123456789ABCDEFGHIK")

    assert list(changed(repository)) == ["dev/base"]


def test_code_touches_what_really_changes(repository: GitRepository) -> None:
    repository.replace("app.py", '"Outputs": {', '"Outputs": {"Kind": {"Value": environment.kind}, ')

    found = changed(repository)

    assert {name: entry["action"] for name, entry in found.items()} == dict.fromkeys(
        ["accounts/main", "dev/base", "dev/alpha", "dev/beta", "prod/base", "prod/app"], "update"
    )
    assert {entry["reason"] for entry in found.values()} == {"the code that makes its template changed"}


def test_code_for_one_kind_leaves_the_others_alone(repository: GitRepository) -> None:
    repository.replace("app.py", '        resources["Second"]', '        resources["Other"]')
    assert changed(repository) == {}

    repository.replace("app.py", 'if "waits" in behaviour:', 'if "prod" in environment.kind or "waits" in behaviour:')
    assert list(changed(repository)) == ["prod/base", "prod/app"]


def test_a_schema_that_says_the_same_in_other_words_touches_nothing(repository: GitRepository) -> None:
    schema = repository.root / "environments" / "schema.json"
    schema.write_text(json.dumps(json.loads(schema.read_text()) | {"description": "Other words."}))

    assert changed(repository) == {}
    assert repository.logs("synth") != [], "that nothing changes was compared, not guessed"


def test_packages_that_make_no_templates_touch_nothing(repository: GitRepository) -> None:
    repository.replace("uv.lock", "9.0.0", "9.0.1")
    assert changed(repository) == {}


def test_another_version_of_the_cdk_touches_everything_since_the_old_one_is_not_there(
    repository: GitRepository,
) -> None:
    repository.replace("uv.lock", "2.275.0", "2.276.0")

    assert len(changed(repository)) == 6


def test_an_account_touches_all_that_is_in_it(repository: GitRepository) -> None:
    repository.replace("environments/accounts/main.yaml", "us-east-1", "eu-west-1")

    found = changed(repository)

    assert list(found) == ["accounts/main", "dev/base", "dev/alpha", "dev/beta", "prod/base", "prod/app"]
    assert found["dev/alpha"]["reason"] == "accounts/main changed"


def test_a_removed_file_is_a_destroy(repository: GitRepository) -> None:
    repository.remove("dev/alpha")

    found = changed(repository)

    assert list(found) == ["dev/alpha"]
    assert found["dev/alpha"]["action"] == "destroy"
    assert found["dev/alpha"]["refused"] is None


def test_a_renamed_file_is_a_destroy_and_a_create_and_says_so(repository: GitRepository) -> None:
    repository.git("mv", "environments/dev/alpha.yaml", "environments/dev/gamma.yaml")

    found = changed(repository)

    assert [(name, entry["action"]) for name, entry in found.items()] == [
        ("dev/gamma", "create"),
        ("dev/alpha", "destroy"),
    ]
    assert found["dev/gamma"]["renamed_from"] == "dev/alpha"
    assert found["dev/alpha"]["renamed_to"] == "dev/gamma"
    assert found["dev/alpha"]["reason"] == "its file was renamed to dev/gamma.yaml"


def test_a_base_whose_apps_are_still_declared_stays(repository: GitRepository) -> None:
    repository.remove("dev/base")

    repository.commit()
    result = repository.gitops("affected", "--base", "HEAD~1", "--head", "HEAD")

    found = {environment["environment"]: environment for environment in json.loads(result.stdout)}
    assert list(found) == ["dev/alpha", "dev/beta", "dev/base"]
    assert "apps stay on it: dev/alpha, dev/beta" in found["dev/base"]["refused"]
    assert "has no base" in found["dev/alpha"]["refused"]
    assert result.returncode == 1


def test_where_nothing_was_declared_before_everything_is_new(repository: GitRepository) -> None:
    repository.git("rm", "-r", "--quiet", "--cached", "environments")
    repository.git("commit", "--message", "no environments")

    assert {entry["action"] for entry in changed(repository).values()} == {"create"}


def test_before_the_first_push_everything_is_new(repository: GitRepository) -> None:
    found = affected(repository, "--base", ZEROS, "--head", "HEAD")

    assert len(found) == 6
    assert {environment["action"] for environment in found} == {"create"}


def test_what_was_unreadable_before_counts_as_touched(repository: GitRepository) -> None:
    good = (repository.root / "environments/dev/base.yaml").read_text()
    repository.write("dev/base.yaml", "kind: [")
    repository.commit()
    repository.write("dev/base.yaml", good)

    found = changed(repository)

    assert {name: entry["action"] for name, entry in found.items()} == dict.fromkeys(
        ["dev/base", "dev/alpha", "dev/beta"], "update"
    )


def test_code_that_did_not_run_before_touches_everything(repository: GitRepository) -> None:
    good = (repository.root / "app.py").read_text()
    (repository.root / "app.py").write_text("import sys\nsys.exit('no such construct')\n")
    repository.commit()
    (repository.root / "app.py").write_text(good)

    assert len(changed(repository)) == 6


def test_what_is_wrong_now_is_refused_and_stops_no_other(repository: GitRepository, tmp_path: Path) -> None:
    repository.write("dev/alpha.yaml", "kind: ad-hoc-app\n")
    repository.app("dev/beta", image="v2")
    repository.commit()

    result = repository.gitops("affected", "--base", "HEAD~1", GITHUB_OUTPUT=str(tmp_path / "outputs"))

    assert result.returncode == 1
    assert "environments/dev/alpha.yaml:1:1: expires: is missing" in result.stderr
    outputs = repository.outputs(tmp_path / "outputs")
    assert [entry["environment"] for entry in outputs["apps"]] == ["dev/beta"]
    assert [entry["environment"] for entry in outputs["refused"]] == ["dev/alpha"]


def test_what_was_wrong_is_deployed_by_the_change_that_makes_it_right(repository: GitRepository) -> None:
    repository.replace("environments/dev/base.yaml", "cidr: 10.20.0.0/16", "cidr: 10.20.0.1/16")
    repository.commit()
    repository.replace("environments/dev/base.yaml", "cidr: 10.20.0.1/16", "cidr: 10.20.0.0/16")

    found = changed(repository)

    assert list(found) == ["dev/base", "dev/alpha", "dev/beta"]
    assert found["dev/alpha"]["refused"] is None


def test_commits_are_compared_exactly(repository: GitRepository) -> None:
    repository.git("checkout", "-b", "other")
    repository.app("dev/beta", image="v2")
    other = repository.commit()
    repository.git("checkout", "main")
    repository.app("dev/alpha", image="v2")
    main = repository.commit()

    found = affected(repository, "--base", other, "--head", main)

    assert [environment["environment"] for environment in found] == ["dev/alpha", "dev/beta"]


def test_the_work_tree_is_the_new_side_without_a_head(repository: GitRepository) -> None:
    repository.app("dev/gamma")
    head = repository.git("rev-parse", "HEAD")

    assert [environment["environment"] for environment in affected(repository, "--base", head)] == ["dev/gamma"]
    assert affected(repository, "--base", head, "--head", head) == []
    assert list((repository.root / ".gitops").glob("compare-*")) == []


def test_a_revision_that_git_does_not_know_is_an_error_of_the_user(repository: GitRepository) -> None:
    result = repository.gitops("affected", "--base", "nowhere")

    assert result.returncode == 1
    assert "nowhere" in result.stderr


def test_a_workflow_gets_a_list_for_each_matrix(repository: GitRepository, tmp_path: Path) -> None:
    repository.app("dev/alpha", image="v2")
    repository.app("prod/app", image="v2")
    repository.remove("dev/beta")
    repository.base("qa", cidr="10.50.0.0/16")
    repository.commit()
    file = tmp_path / "outputs"

    result = repository.gitops("affected", "--base", "HEAD~1", "--head", "HEAD", GITHUB_OUTPUT=str(file))

    assert result.returncode == 0, result.stderr
    outputs = repository.outputs(file)
    assert {name: [entry["environment"] for entry in entries] for name, entries in outputs.items()} == {
        "accounts": [],
        "bases": ["qa/base"],
        "apps": ["dev/alpha"],
        "more_apps": [],
        "production_bases": [],
        "production_apps": ["prod/app"],
        "removed_apps": ["dev/beta"],
        "removed_bases": [],
        "refused": [],
    }
    assert outputs["removed_apps"] == [
        {
            "environment": "dev/beta",
            "slug": "dev-beta",
            "account": "main",
            "role_variable": "AWS_ROLE_ARN_MAIN",
            "region": "us-east-1",
            "approval": "ad-hoc-destroy-approval",
        }
    ]


def test_what_is_refused_is_told_and_in_no_matrix(repository: GitRepository, tmp_path: Path) -> None:
    repository.remove("prod/app")
    repository.commit()
    file = tmp_path / "outputs"

    result = repository.gitops("affected", "--base", "HEAD~1", "--head", "HEAD", GITHUB_OUTPUT=str(file))

    assert result.returncode == 0, "the others go on; a job of its own fails with the reason"
    outputs = repository.outputs(file)
    assert outputs["removed_apps"] == []
    (refused,) = outputs["refused"]
    assert refused["environment"] == "prod/app"
    assert "destroy_by_comment" in refused["reason"]
    assert "prod/app is not destroyed: it is production" in result.stderr


def test_a_lock_alone_deploys_nothing(repository: GitRepository, tmp_path: Path) -> None:
    alpha = (repository.root / "environments/dev/alpha.yaml").read_text()
    repository.write("dev/alpha.yaml", f"{alpha}lock: {{by: octocat, reason: a demo}}\n")
    file = tmp_path / "outputs"
    repository.commit()

    repository.gitops("affected", "--base", "HEAD~1", "--head", "HEAD", GITHUB_OUTPUT=str(file))
    assert repository.outputs(file)["apps"] == []
    file.unlink()
    repository.gitops("affected", "--base", ZEROS, "--head", "HEAD", GITHUB_OUTPUT=str(file))
    assert [entry["environment"] for entry in repository.outputs(file)["apps"]] == ["dev/alpha", "dev/beta"]


def test_what_is_asked_for_is_an_update_of_what_is_declared(repository: GitRepository) -> None:
    everything = affected(repository, "--all")
    named = affected(repository, "dev/beta", "prod")

    assert [environment["environment"] for environment in everything] == [
        "accounts/main",
        "dev/base",
        "dev/alpha",
        "dev/beta",
        "prod/base",
        "prod/app",
    ]
    assert [environment["environment"] for environment in named] == ["dev/beta", "prod/base"]
    assert {environment["action"] for environment in [*everything, *named]} == {"update"}
    assert repository.logs("synth") == []


def test_accounts_are_a_list_of_their_own(repository: GitRepository, tmp_path: Path) -> None:
    file = tmp_path / "outputs"

    result = repository.gitops("affected", "--accounts", GITHUB_OUTPUT=str(file))

    expected = [{"account": "main", "role_variable": "AWS_ROLE_ARN_MAIN", "region": "us-east-1"}]
    assert json.loads(result.stdout) == expected
    assert repository.outputs(file) == {"accounts": expected}
