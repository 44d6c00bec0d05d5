import re
import signal

import pytest

from tests.gitops.checkouts import Checkout, wait_until


def results(table: str) -> dict[str, str]:
    """What the table that a deployment ends in says became of each base and app."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return {row[0]: row[2] for row in rows if not row[0].startswith("accounts/")}


def test_bases_then_apps_are_created_and_a_second_deployment_starts_no_cdk(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")

    first = checkout.gitops("deploy", "--all")

    assert first.returncode == 0, first.stderr
    assert results(first.stdout) == {"dev/base": "created", "dev/alpha": "created", "dev/beta": "created"}
    assert first.stdout.count("  simulated\n") == 2, "no program answers at their URLs"
    order = [first.stderr.index(line) for line in ("accounts/main: created", "dev/base: deploying")]
    order += [first.stderr.index(line) for line in ("dev/base: created", "dev/alpha: deploying")]
    assert order == sorted(order)
    assert f"embedded AWS at {checkout.aws.endpoint}" in first.stderr
    assert len(checkout.logs("deploy")) == 3, "one CDK CLI for each wave"

    second = checkout.gitops("deploy", "--all")

    assert second.returncode == 0
    assert set(results(second.stdout).values()) == {"unchanged"}
    assert "nothing changed" in second.stderr
    assert len(checkout.logs("deploy")) == 3
    assert len(checkout.logs("synth")) == 1


def test_only_what_changed_is_deployed(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")
    checkout.gitops("deploy", "--all")
    checkout.app("dev/beta", image="v2")

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 0, result.stderr
    assert results(result.stdout) == {"dev/base": "unchanged", "dev/alpha": "unchanged", "dev/beta": "updated"}
    assert "dev/alpha" not in result.stderr


def test_a_change_of_a_character_that_cloudformation_does_not_return_is_deployed(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour="greets Grüße")
    first = checkout.gitops("deploy", "--all")
    again = checkout.gitops("deploy", "--all")
    checkout.app("dev/alpha", behaviour="greets Größe")

    changed = checkout.gitops("deploy", "--all")

    assert (first.returncode, again.returncode, changed.returncode) == (0, 0, 0), changed.stderr
    outcomes = [results(result.stdout)["dev/alpha"] for result in (first, again, changed)]
    assert outcomes == ["created", "unchanged", "updated"]
    topic = checkout.client("sns").get_topic_attributes(TopicArn=checkout.physical_id("dev-alpha", "Greeting"))
    assert topic["Attributes"]["DisplayName"] == "greets Größe"


def test_a_failing_app_stops_no_other_and_is_replaced_once_it_is_put_right(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour="fails")
    for name in ("beta", "gamma"):
        checkout.app(f"dev/{name}")

    failed = checkout.gitops("deploy", "--all")

    assert failed.returncode == 1
    assert results(failed.stdout) == {
        "dev/base": "created",
        "dev/alpha": "failed",
        "dev/beta": "created",
        "dev/gamma": "created",
    }
    assert re.search(r"Second \(AWS::SNS::Topic\): Requested attribute Nothing", failed.stderr)
    assert "rolled back and nothing of it runs" in failed.stderr
    assert checkout.statuses()["dev-alpha"] == "ROLLBACK_COMPLETE"

    checkout.app("dev/alpha")
    repaired = checkout.gitops("deploy", "--all")

    assert repaired.returncode == 0, repaired.stderr
    assert results(repaired.stdout)["dev/alpha"] == "created"


def test_a_failing_update_leaves_what_ran_before(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.gitops("deploy", "--all")
    checkout.app("dev/alpha", behaviour="fails")

    result = checkout.gitops("deploy", "dev/alpha")

    assert result.returncode == 1
    assert "runs as before" in result.stderr
    assert checkout.statuses()["dev-alpha"] == "UPDATE_ROLLBACK_COMPLETE"


def test_apps_that_cloudformation_refuses_do_not_keep_others_from_their_turn(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour="refused")
    checkout.app("dev/beta", behaviour="refused")
    checkout.app("dev/gamma")

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 1
    assert results(result.stdout) == {
        "dev/base": "created",
        "dev/alpha": "failed",
        "dev/beta": "failed",
        "dev/gamma": "created",
    }
    assert result.stderr.count("AWS::Nothing::Known") >= 2


def test_apps_on_a_base_that_failed_are_skipped(checkout: Checkout) -> None:
    checkout.base("dev", domain="fails.example.com")
    checkout.app("dev/alpha")
    checkout.base("qa", cidr="10.30.0.0/16")
    checkout.app("qa/alpha")

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 1
    assert results(result.stdout) == {
        "dev/base": "failed",
        "qa/base": "created",
        "dev/alpha": "skipped",
        "qa/alpha": "created",
    }
    assert "its base dev/base failed" in result.stderr
    assert "gitops destroy dev/base --confirm dev/base" in result.stderr, "it has termination protection"
    assert "dev-alpha" not in checkout.statuses()


def test_an_app_without_its_base_is_refused(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    result = checkout.gitops("deploy", "dev/alpha")

    assert result.returncode == 1
    assert "gitops deploy dev/base dev/alpha" in result.stderr
    assert checkout.statuses() == {}


def test_an_error_in_another_declaration_does_not_stop_a_named_one(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.write("dev/broken.yaml", "kind: [")

    result = checkout.gitops("deploy", "dev")

    assert result.returncode == 0, result.stderr
    assert checkout.statuses() == {"dev-base": "CREATE_COMPLETE"}


def test_bad_declarations_are_all_named_and_not_deployed(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.write("dev/alpha.yaml", "kind: ad-hoc-app\n")
    checkout.write("dev/beta.yaml", "kind: [")

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 1
    assert "environments/dev/alpha.yaml:" in result.stderr
    assert "environments/dev/beta.yaml:" in result.stderr
    assert checkout.statuses().keys() == {"accounts-main", "dev-base"}


def test_a_stack_of_somebody_else_is_left_alone(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/base", tags={"owner": "another team"})

    result = checkout.gitops("deploy", "dev")

    assert result.returncode == 1
    assert "belongs to something else" in result.stderr
    assert checkout.statuses() == {"dev-base": "CREATE_COMPLETE"}


def test_a_stack_in_a_failed_state_is_said_with_the_remedy(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")
    checkout.gitops("deploy", "dev")
    checkout.create_stack("dev/alpha", {"Bucket": {"Type": "AWS::S3::Bucket"}})
    bucket = checkout.physical_id("dev-alpha", "Bucket")
    checkout.client("s3").put_object(Bucket=bucket, Key="upload", Body=b"data")
    checkout.cloudformation().delete_stack(StackName="dev-alpha")
    wait_until(lambda: checkout.statuses()["dev-alpha"] == "DELETE_FAILED")

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 1
    assert results(result.stdout) == {"dev/base": "unchanged", "dev/alpha": "failed", "dev/beta": "created"}
    assert "`gitops destroy dev/alpha`, then deploy again" in result.stderr


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_deployment_converges_when_it_is_run_again(
    checkout: Checkout, interrupt: signal.Signals
) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour="waits")
    checkout.gitops("deploy", "dev")

    with checkout.start("deploy", "--all") as process:
        wait_until(lambda: checkout.statuses().get("dev-alpha") == "CREATE_IN_PROGRESS")
        process.send_signal(interrupt)
        _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "CloudFormation goes on with dev/alpha by itself" in stderr
    assert "Traceback" not in stderr

    with checkout.start("deploy", "--all") as again:
        assert again.stderr is not None
        said = ""
        while "waiting" not in said:
            line = again.stderr.readline()
            assert line, said
            said += line
        checkout.cloudformation().signal_resource(
            StackName="dev-alpha", LogicalResourceId="Wait", UniqueId="1", Status="SUCCESS"
        )
        stdout, _ = again.communicate(timeout=30)

    assert again.returncode == 0
    assert results(stdout) == {"dev/base": "unchanged", "dev/alpha": "unchanged"}
    assert checkout.statuses()["dev-alpha"] == "CREATE_COMPLETE"


def test_credentials_of_another_account_change_nothing(checkout: Checkout) -> None:
    checkout.base("dev")
    environ = checkout.environ("999999999999")

    result = checkout.gitops("deploy", "--all", "--target", "aws", **environ)

    assert result.returncode == 1
    assert "AWS account 999999999999" in result.stderr
    assert f"dev/base is declared in account {checkout.account_id}" in result.stderr
    assert checkout.statuses() == {}


def test_no_credentials_is_a_clear_message(checkout: Checkout) -> None:
    checkout.base("dev")

    result = checkout.gitops("deploy", "--all", "--target", "aws")

    assert result.returncode == 1
    assert "no AWS credentials" in result.stderr


def test_an_endpoint_that_is_down_is_a_clear_message(checkout: Checkout) -> None:
    checkout.base("dev")
    environ = {**checkout.environ(), "AWS_ENDPOINT_URL": "http://localhost:9"}

    result = checkout.gitops("deploy", "--all", **environ)

    assert result.returncode == 1
    assert "AWS_ENDPOINT_URL is http://localhost:9: does it run?" in result.stderr


def test_an_account_that_is_not_bootstrapped_is_said_with_the_command(checkout: Checkout) -> None:
    checkout.base("dev")

    result = checkout.gitops("deploy", "--all", "--target", "aws", BOOTSTRAP="needed", **checkout.environ())

    assert result.returncode == 1
    assert f"CDK bootstrap of aws://{checkout.account_id}/us-east-1" in result.stderr
    assert "gitops bootstrap" in result.stderr
    assert checkout.statuses() == {}


def test_what_would_replace_data_is_held_back_until_the_declaration_consents(checkout: Checkout) -> None:
    def name_bucket(number: int) -> str:
        return f"bucket-{number}-{checkout.account_id}"

    checkout.base("dev")
    checkout.app("dev/alpha", behaviour=name_bucket(1))
    checkout.app("dev/beta")
    checkout.gitops("deploy", "--all")
    checkout.app("dev/alpha", behaviour=name_bucket(2))
    checkout.app("dev/beta", image="v2")

    refused = checkout.gitops("deploy", "--all")

    assert refused.returncode == 1
    assert results(refused.stdout) == {"dev/base": "unchanged", "dev/alpha": "failed", "dev/beta": "updated"}
    assert "Bucket (AWS::S3::Bucket): BucketName would change, which replaces it" in refused.stderr
    assert "allow_replacement" in refused.stderr
    assert checkout.physical_id("dev-alpha", "Bucket") == name_bucket(1)

    declaration = (checkout.root / "environments/dev/alpha.yaml").read_text()
    consent = "allow_replacement: [{resource: Bucket, until: 2999-12-31, reason: its files were copied}]\n"
    checkout.write("dev/alpha.yaml", declaration + consent)
    consented = checkout.gitops("deploy", "dev/alpha")

    assert consented.returncode == 0, consented.stderr
    assert checkout.physical_id("dev-alpha", "Bucket") == name_bucket(2)


def test_names_or_all_must_be_given(checkout: Checkout) -> None:
    assert checkout.gitops("deploy").returncode == 2
    assert checkout.gitops("deploy", "dev", "--all").returncode == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dev/alpha/more", "names no environment"),
        ("dev/nothing", "environments/dev/nothing.yaml"),
        ("DEV", "names no environment"),
    ],
)
def test_a_name_that_is_no_environment_is_an_error_of_the_user(checkout: Checkout, name: str, words: str) -> None:
    checkout.base("dev")

    result = checkout.gitops("deploy", name)

    assert result.returncode == 1
    assert words in result.stderr


def test_first_deployment_of_production_says_which_variable_it_does_without(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.base("prod", cidr="10.40.0.0/16")
    checkout.app("prod/app")
    said = "prod/app: REDIS_SERVICE_HOST is not set in production"

    first = checkout.gitops("deploy", "--all")

    assert first.returncode == 0, first.stderr
    assert said in first.stderr
    assert "has to connect with REDIS_URL, or the base has to say `cache: {tls: false}`" in first.stderr
    assert "dev/alpha: REDIS_SERVICE_HOST" not in first.stderr

    checkout.app("prod/app", image="v2")
    second = checkout.gitops("deploy", "prod/app")

    assert second.returncode == 0, second.stderr
    assert said not in second.stderr


def test_first_deployment_of_production_without_tls_does_without_no_variable(checkout: Checkout) -> None:
    checkout.base("prod")
    base = checkout.root / "environments" / "prod" / "base.yaml"
    base.write_text(base.read_text() + "cache: {tls: false}\n")
    checkout.app("prod/app")

    deployed = checkout.gitops("deploy", "--all")

    assert deployed.returncode == 0, deployed.stderr
    assert "REDIS_SERVICE_HOST" not in deployed.stderr
