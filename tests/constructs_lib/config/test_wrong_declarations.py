"""What is wrong stops itself and what stands on it, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion, read
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import EnvironmentName

Write = Callable[..., Path]

ALPHA, BETA = EnvironmentName("dev", "alpha"), EnvironmentName("dev", "beta")
APP = "kind: ad-hoc-app\nexpires: 2026-12-01\n"
PR_100, PR_259 = EnvironmentName("dev", "pr-100"), EnvironmentName("dev", "pr-259")
COLLIDING = {"dev/pr-100.yaml": APP, "dev/pr-259.yaml": APP}


def names(*texts: str) -> set[EnvironmentName]:
    return {EnvironmentName(*text.split("/")) for text in texts}


def test_a_wrong_app_stops_itself(write: Write) -> None:
    declared = read(write({"dev/beta.yaml": "kind: ad-hoc-app\n"}))

    assert declared.wrong.keys() == {BETA}
    assert {e.name for e in declared} == names("accounts/main", "dev/base", "dev/alpha")
    assert declared[ALPHA].name == ALPHA
    with pytest.raises(DeclarationError, match=r"dev/beta.yaml:1:1: expires: is missing"):
        declared[BETA]


def test_a_wrong_base_stops_its_apps_with_one_error_that_points_to_it_and_no_others(write: Write) -> None:
    base = write().joinpath("dev/base.yaml").read_text()
    qa = base.replace("dev.example.com", "qa.example.com").replace("10.20", "10.30").replace("Z0123", "Z9123")
    declared = read(write({"dev/base.yaml": f"{base}unknown: 1\n", "qa/base.yaml": qa, "qa/alpha.yaml": APP}))

    assert declared.wrong.keys() == names("dev/base", "dev/alpha")
    (error,) = declared.wrong[ALPHA]
    reason = "is not deployed while dev/base is wrong: environments/dev/base.yaml:13:1: unknown"
    assert str(error).startswith(f"environments/dev/alpha.yaml:1:1: {reason}")
    assert error not in declared.problems
    assert EnvironmentName("qa", "alpha") in declared


def test_a_wrong_account_stops_what_is_in_it(write: Write) -> None:
    declared = read(write({"accounts/main.yaml": "kind: account\n"}))

    assert declared.wrong.keys() == names("accounts/main", "dev/base", "dev/alpha")
    assert declared.accounts == {}
    assert declared.places() == set()


def test_a_default_of_a_base_that_one_app_makes_wrong_stops_that_app_alone(write: Write) -> None:
    large = f"{APP}services: {{web: {{cpu: 4096, memory_mib: 512}}}}\n"
    declared = read(write({"dev/beta.yaml": large}))

    assert declared.wrong.keys() == {BETA}


def test_of_two_that_collide_the_one_that_was_there_before_is_right(write: Write) -> None:
    folder = write(COLLIDING)

    assert read(folder).wrong.keys() == {PR_259}
    assert read(folder, established={PR_100}).wrong.keys() == {PR_259}
    assert read(folder, established={PR_259}).wrong.keys() == {PR_100}
    assert read(folder, established={PR_100, PR_259}).wrong.keys() == {PR_259}
    assert read(folder).well_formed.keys() >= {PR_100, PR_259}


def test_the_apps_that_are_too_many_are_those_that_came_last(write: Write) -> None:
    base = write().joinpath("dev/base.yaml").read_text().replace("max_environments: 90", "max_environments: 2")
    folder = write({"dev/base.yaml": base, "dev/beta.yaml": APP, "dev/gamma.yaml": APP})

    assert read(folder).wrong.keys() == names("dev/gamma")
    assert read(folder, established=names("dev/gamma", "dev/beta")).wrong.keys() == {ALPHA}
    (error,) = read(folder).errors
    assert str(error).startswith(
        "environments/dev/base.yaml:6:28: policy.max_environments: 3 environments are declared"
    )


def test_bases_whose_networks_overlap_and_apps_with_one_host_collide(write: Write) -> None:
    base = write().joinpath("dev/base.yaml").read_text()
    folder = write({"qa/base.yaml": base, "qa/alpha.yaml": APP})

    assert read(folder).wrong.keys() == names("qa/base", "qa/alpha")
    assert read(folder, established=names("qa/base", "qa/alpha")).wrong.keys() == names("dev/base", "dev/alpha")


def test_environments_that_wait_for_each_other_are_all_wrong(write: Write) -> None:
    seeds = {"dev/alpha.yaml": "beta", "dev/beta.yaml": "alpha"}
    declared = read(write({file: f"{APP}database: {{seed_from: {seed}}}\n" for file, seed in seeds.items()}))

    assert declared.wrong.keys() == {ALPHA, BETA}


@pytest.mark.parametrize("stray", ["dev/beta.yml", "alpha.yaml", "dev/more/alpha.yaml", "dev/Beta.yaml"])
def test_a_file_that_declares_nothing_stops_nothing_and_is_told(write: Write, stray: str) -> None:
    declared = read(write({stray: APP}))

    assert declared.wrong == {}
    assert len(declared.errors) == 1
    assert not declared.is_whole


def test_where_a_wrong_declaration_is_deployed_is_read_from_what_its_files_say(write: Write) -> None:
    base = write().joinpath("dev/base.yaml").read_text()
    declared = read(write({"dev/base.yaml": f"{base}region: eu-central-1\nunknown: 1\n"}))

    assert ALPHA not in declared.well_formed
    assert declared.account_of(ALPHA) == "main"
    assert declared.place_of(ALPHA) == AccountRegion("111111111111", "eu-central-1")
    assert declared.places() == {
        AccountRegion("111111111111", "us-east-1"),
        AccountRegion("111111111111", "eu-central-1"),
    }


@pytest.mark.parametrize("region", ["nowhere", "[us-east-1]", '"us-east-1/../x"'])
def test_a_place_that_cannot_be_one_is_not_known(write: Write, region: str) -> None:
    base = write().joinpath("dev/base.yaml").read_text()
    declared = read(write({"dev/base.yaml": f"{base}region: {region}\nunknown: 1\n"}))

    assert declared.place_of(ALPHA) in {None, AccountRegion("111111111111", "us-east-1")}


def test_what_is_asked_for_and_not_declared_is_an_error_with_its_file(write: Write) -> None:
    with pytest.raises(DeclarationError, match=r"dev/gamma.yaml:1:1: does not exist, so dev/gamma is not declared"):
        read(write()).require([ALPHA, EnvironmentName("dev", "gamma")])


def test_environments_that_copy_the_data_of_another_are_known_right_or_wrong(write: Write) -> None:
    seeded = f"{APP}database: {{seed_from: alpha}}\n"
    tree = {"dev/beta.yaml": seeded, "dev/gamma.yaml": f"{seeded}unknown: 1\n", "dev/delta.yaml": APP}

    assert read(write(tree)).seeded_from(ALPHA) == names("dev/beta", "dev/gamma")


def test_a_default_of_the_base_can_be_what_copies(write: Write) -> None:
    base = write().joinpath("dev/base.yaml").read_text()
    tree = {
        "dev/base.yaml": base.replace("app_defaults:\n", "app_defaults:\n  database: {seed_from: alpha}\n"),
        "dev/beta.yaml": APP,
        "dev/gamma.yaml": f"{APP}database: {{seed_from: beta}}\n",
    }

    assert read(write(tree)).seeded_from(ALPHA) == {BETA}
