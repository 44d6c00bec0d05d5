"""image.yml, read from the YAML: who builds, who may push, and what has to be true before. Building needs Docker.

What its steps do is tested beside the scripts: examples/microblog/tests/test_delivery.py.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sample import APPLICATION, needs_application
from tests.workflows.definitions import Job, jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

DELIVERY = APPLICATION / "delivery"
JOBS = {job.id: job for job in jobs() if job.workflow == "image"}

pytestmark = [
    needs_application,
    pytest.mark.skipif(not JOBS, reason=".github/workflows/image.yml was removed, with the example"),
]


def scripts(job: Job) -> list[str]:
    return [step["run"].strip() for step in job.steps if "run" in step]


def using(job: Job, action: str) -> list[Mapping[str, Any]]:
    return [step for step in job.steps if step.get("uses", "").startswith(f"{action}@")]


def names(job: Job) -> list[str]:
    return [step["name"] for step in job.steps]


def test_the_job_that_may_push_runs_one_script_and_nothing_of_the_application() -> None:
    assert scripts(JOBS["publish"]) == ["make -C examples/microblog publish"]
    assert scripts(JOBS["test"]) == [
        "make -C examples/microblog test",
        "make -C examples/microblog migrations-check",
    ]
    rule = (DELIVERY / "delivery.mk").read_text().partition("publish: ")[2]
    assert rule.splitlines()[1] == "\t@delivery/publish.sh"
    assert not rule.splitlines()[0].partition("##")[0].strip(), "it would make something else first"


def test_an_image_is_pushed_only_when_it_is_tested_built_and_scanned() -> None:
    assert JOBS["build"].definition["needs"] == "test"
    assert JOBS["publish"].definition["needs"] == ["build", "registries"]
    assert "needs.build.result == 'success'" in JOBS["publish"].definition["if"]
    assert "needs.test.result == 'success'" in JOBS["build"].definition["if"]
    ordered = names(JOBS["build"])
    assert ordered.index("Build") < ordered.index("Scan amd64") < ordered.index("Scan arm64")
    assert ordered.index("Scan arm64") < ordered.index("Hand over the image")


def test_each_architecture_is_scanned_and_a_severe_finding_with_a_remedy_stops() -> None:
    scans = using(JOBS["build"], "anchore/scan-action")
    built = (DELIVERY / "build.sh").read_text()

    assert [scan["with"]["image"] for scan in scans] == ["microblog:amd64", "microblog:arm64"]
    assert "for architecture in amd64 arm64;" in built
    for scan in scans:
        assert scan["with"] | {"image": ""} == {
            "image": "",
            "severity-cutoff": "critical",
            "only-fixed": "true",
            "output-format": "table",
        }
        assert "continue-on-error" not in scan


def test_what_is_pushed_is_the_file_that_was_scanned() -> None:
    (given,) = using(JOBS["build"], "actions/upload-artifact")
    (taken,) = using(JOBS["publish"], "actions/download-artifact")

    # The name has the attempt of the job that built, which is an earlier one when only `publish` is started again.
    assert given["with"]["name"] == JOBS["build"].definition["outputs"]["artifact"]
    assert taken["with"]["name"] == "${{ needs.build.outputs.artifact }}"
    assert Path(given["with"]["path"]).parent == Path(taken["with"]["path"])
    assert "oci-archive:var/image.tar" in (DELIVERY / "publish.sh").read_text()


def test_a_pull_request_is_opened_only_where_environments_are_chosen() -> None:
    propose = JOBS["propose"]

    assert "(inputs.environments != '' || vars.IMAGE_ENVIRONMENTS != '')" in propose.definition["if"]
    assert "needs.publish.result == 'success'" in propose.definition["if"]


@pytest.mark.parametrize(
    ("chosen", "usual", "expected"),
    [
        ("", "dev/alpha dev/beta", ["dev/alpha", "dev/beta"]),
        ("prod/app", "dev/alpha", ["prod/app"]),
        ("$(touch owned) ;touch owned", "", ["$(touch", "owned)", ";touch", "owned"]),
    ],
)
def test_environments_are_words_and_nothing_of_them_is_run(
    tmp_path: Path, chosen: str, usual: str, expected: list[str]
) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)

    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", scripts(JOBS["propose"])[-1]],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "CHOSEN": chosen, "USUAL": usual, "TAG": "v1.5.0"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == ["-m", "gitops", "promote", "--image", "v1.5.0", *expected]
    assert not (tmp_path / "owned").exists()


@pytest.mark.scenario
def test_registries_are_listed_once_the_settings_that_guard_the_role_are_strong_enough(world: World) -> None:
    def play() -> Run:
        return world.play("image", "workflow_dispatch", world.github.dispatch_event("image"), job="registries")

    listed = play()
    world.github.state.settings.environments["publish"].refs = None
    weak = play()

    assert listed.jobs == {"registries": "success"}
    assert '"account": "main"' in listed.log
    assert (listed.roles, weak.roles) == ((), ())
    assert weak.jobs == {"registries": "failure"}
    assert weak.failed_steps == ["registries: Settings of GitHub that guard the job that publishes"]
    assert "environment publish: branches and tags: all branches and tags" in weak.log
    assert '"account"' not in weak.log
