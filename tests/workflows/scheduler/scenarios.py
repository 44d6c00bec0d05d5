"""Orders of events in which something could go wrong: each ends where it matters, for the caller to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workflows.scheduler.units import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflows.scheduler.estate import Estate
    from tests.workflows.scheduler.units import Job

DECLARED = {"dev/base": 1, "dev/alpha": 1, "dev/beta": 1, "prod/base": 1, "prod/app": 1}


def jobs(estate: Estate, state: State, *, of: str = "", about: str = "", key: str = "") -> list[Job]:
    return [
        job
        for job in estate.github.jobs(state)
        if of in {"", job.run.workflow} and about in {"", job.subject} and key in {"", job.key}
    ]


def finish(estate: Estate, **which: str) -> None:
    for job in jobs(estate, State.RUNNING, **which):
        estate.finish(job)


def approve(estate: Estate, **which: str) -> None:
    """Approve what waits for reviewers, so that what follows it begins."""
    for job in jobs(estate, State.WAITING, **which):
        job.approve()
        if job.state is State.RUNNING and job.key.startswith("approve"):
            estate.finish(job)


def a_hotfix_passes_what_waits_for_approval(estate: Estate) -> None:
    """Nothing waits behind an approval that is not its own: neither a hotfix, nor the reaper, nor comments."""
    estate.push(prod_app=2)
    finish(estate, of="deploy")
    for version in (3, 4):
        estate.comment(f"/deploy prod/app {version}")
        finish(estate, of="command", key="decide")
        finish(estate, of="command", key="git")
        approve(estate, of="command")
        finish(estate, of="command", key="production")
    for name in ("dev/alpha", "dev/beta"):
        estate.expired.add(name)
        estate.tick("reap")
        for key in ("accounts", "observe", "decide"):
            finish(estate, of="reap", key=key)
    estate.push(dev_alpha=5)
    finish(estate, of="deploy", key="affected")


def pushes_in_quick_succession(estate: Estate) -> None:
    """A push does not drop the deployment of another one; the newest declaration of each environment is deployed."""
    for number in range(2, 6):
        estate.push(dev_alpha=number, **{f"dev_{name}": number for name in ("beta", "base")})
        estate.push(prod_app=number)
        finish(estate, of="deploy", key="affected")


def a_comment_after_a_destroy(estate: Estate) -> None:
    """A removal that was confirmed is not dropped by later comments on the same pull request."""
    estate.push(dev_alpha=2)
    finish(estate, of="deploy", key="affected")
    for text in ("/confirm dev/alpha", "/deploy dev/alpha", "/status", "/status"):
        estate.comment(text)
        finish(estate, of="command", key="decide")
        approve(estate, of="command")


def all_that_changes_one_environment(estate: Estate) -> None:
    """A deployment, a removal, a command and the reaper change an environment one after the other."""
    estate.push(dev_alpha=2, prod_app=2)
    estate.comment("/deploy dev/alpha")
    estate.comment("/deploy prod/app")
    estate.expired.add("dev/alpha")
    estate.tick("reap")
    for key in ("accounts", "observe", "decide", "affected"):
        finish(estate, key=key)
    estate.comment("/confirm dev/alpha")
    finish(estate, key="decide")
    estate.push(dev_alpha=None)
    finish(estate, key="affected")
    approve(estate)


def an_older_run_that_is_run_again(estate: Estate) -> None:
    """A run of `declarations` or `drift` that takes the place of another reads the newest main."""
    for workflow in ("declarations", "drift"):
        estate.dispatch(workflow)
        for job in jobs(estate, State.RUNNING, of=workflow):
            estate.finish(job, "failure")
        old = estate.github.runs[-1]
        estate.push(dev_alpha=2)
        estate.dispatch(workflow)
        estate.dispatch(workflow)
        old.run_failed_jobs_again()


def a_form_that_a_bot_edits(estate: Estate) -> None:
    """An edit of a form that waits is not dropped by one that asks for nothing."""
    estate.edit_form(5)
    estate.edit_form(5)
    estate.edit_form(5, "Bot")


def an_image_by_hand(estate: Estate) -> None:
    """A promotion that somebody asked for is not dropped by a push."""
    if "image" not in estate.github.workflows:  # the example was removed
        return
    estate.dispatch("image")
    estate.dispatch("image", environments="dev/alpha")
    estate.dispatch("image")


def an_environment_declared_again(estate: Estate) -> None:
    """A removal that waits destroys nothing that main declares again."""
    estate.push(dev_alpha=None)
    finish(estate, of="deploy", key="affected")
    estate.push(dev_alpha=2)
    finish(estate, of="deploy", key="affected")
    finish(estate, of="deploy", about="dev/alpha")
    approve(estate)


def approvals_in_another_order(estate: Estate) -> None:
    """Of two deployments that wait for approval the newer declaration stays, whichever is approved last."""
    runs = [estate.push(prod_app=version) for version in (2, 3)]
    finish(estate, of="deploy", key="affected")
    for run in reversed(runs):
        for job in jobs(estate, State.WAITING):
            if job.run is run:
                job.approve()
                estate.finish(job)
        finish(estate, about="prod/app")


SCENARIOS: list[Callable[[Estate], None]] = [
    a_hotfix_passes_what_waits_for_approval,
    pushes_in_quick_succession,
    a_comment_after_a_destroy,
    all_that_changes_one_environment,
    an_older_run_that_is_run_again,
    a_form_that_a_bot_edits,
    an_image_by_hand,
    an_environment_declared_again,
    approvals_in_another_order,
]
