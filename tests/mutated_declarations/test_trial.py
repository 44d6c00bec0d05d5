"""A few seconds of what `python -m tests.mutated_declarations` does for an hour, and what it calls a fault."""

import itertools
import json
import time
from pathlib import Path
from random import Random

import pytest

from constructs_lib.config.errors import Problem
from tests.mutated_declarations.lint import Template, lint
from tests.mutated_declarations.mutations import mutate
from tests.mutated_declarations.trial import TooSlowError, Trials, at_most, faults_of

PLACE = "dev/alpha.yaml"
FILE = f"environments/{PLACE}"


def test_mutated_declarations_are_refused_with_a_place_or_synthesise(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()

    found = Trials(tmp_path, tmp_path / "templates").run(7, range(40))

    assert found.faults == []
    assert found.refused > 10
    assert found.valid > 3
    assert 0 < len(found.templates) <= found.synthesised
    assert len({one.path.read_bytes() for one in found.templates}) == len(found.templates)


def test_a_template_that_cloudformation_would_refuse_is_found(tmp_path: Path) -> None:
    found = []
    for number, properties in enumerate(({}, {"BucketNames": "x"})):
        path = tmp_path / f"{number}.json"
        resources = {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}
        path.write_text(json.dumps({"Resources": resources}))
        found.append(Template(path, ("us-east-1", "eu-central-1")[number], f"7-{number}, dev/alpha"))

    (finding,) = lint(found)

    assert finding.startswith("7-1, dev/alpha: E3002 ")
    assert "eu-central-1, Resources/Bucket/Properties/BucketNames" in finding


def test_the_same_seed_makes_the_same_change() -> None:
    file, known = b"kind: account\nid: '1'\n", {"kind": ("account", "ad-hoc-app")}

    def mutated(seed: str) -> bytes:
        return mutate(Random(seed), file, known)  # noqa: S311 # no secret

    assert len({mutated("7-1") for _ in range(3)}) == 1
    assert len({mutated(f"7-{number}") for number in range(50)}) > 25


def test_text_that_pyyaml_fails_on_is_mutated_as_text() -> None:
    changed = {mutate(Random(seed), b'kind: !!int ""\n', {"kind": ("account",)}) for seed in range(20)}  # noqa: S311 # no secret

    assert len(changed) > 1


@pytest.mark.parametrize(
    "problem",
    [
        Problem(FILE, 0, 1, "", "is wrong"),
        Problem(FILE, 1, 0, "", "is wrong"),
        Problem(FILE, 9, 1, "", "is wrong"),
        Problem("", 1, 1, "", "is wrong"),
        Problem(FILE, 1, 1, "", ""),
        Problem(FILE, 1, 1, "", "is\nwrong"),
        Problem(FILE, 1, 1, "", "is \x1b[31mwrong"),
        Problem(FILE, 1, 1, "", "is wrong " * 500),
    ],
)
def test_a_message_without_a_place_or_of_several_lines_is_a_fault(problem: Problem) -> None:
    assert list(faults_of([problem], PLACE, b"kind: account\n"))


def test_a_message_with_its_place_is_no_fault() -> None:
    problem = Problem(FILE, 2, 1, "kind", "is wrong: 50%, “so”")
    assert list(faults_of([problem], PLACE, b"kind: account\n")) == []


def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooSlowError), at_most(1):
        all(number >= 0 for number in itertools.count())


def test_waiting_for_a_processor_is_not_taking_long() -> None:
    with at_most(1):
        time.sleep(2)
