"""`make demo-pr`: an environment from its pull request to its end, on one machine, with the workflows as they are.

act runs them against a GitHub and an AWS of this process; what jobs comment is printed as GitHub would show it.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown

from gitops.output.progress import say
from local_aws import lifecycle
from local_aws.authorisation import records
from tests.workflows.harness.real import DECLARED, GAMMA, SAMPLE_ACCOUNT, real_world
from tests.workflows.harness.tokens import token_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

OWNER = "octocat"
WIDTH = 110


def main() -> int:
    """Play the life of an environment. Returns 1 when a step of it failed; nothing is left running."""
    with tempfile.TemporaryDirectory(prefix="demo-pr-") as folder, _embedded_aws(Path(folder, "aws")) as aws:
        say("An administrator sets the account up and deploys the base dev (half a minute)")
        with closing(real_world(Path(folder, "world"), aws, SAMPLE_ACCOUNT)) as world:
            failed = _play(world)
            refused = _refusals(world)
        return failed or _denials(Path(folder, "aws")) or refused


def _denials(state_dir: Path) -> int:
    """Print how many permissions were authorised and denied, and which; return 1 if one was denied."""
    counts = records.summary(state_dir)
    denied = sum(one.denied for one in counts)
    print(f"\nPermissions: {sum(one.authorised for one in counts)} authorised, {denied} denied.")
    for denial in records.denials(state_dir):
        print(f"  {denial}")
    return 1 if denied else 0


def _refusals(world: World) -> int:
    """Print how many calls of GitHub the tokens of jobs allowed, and which they did not; return 1 if there is one."""
    uses, refused = world.github.uses, world.github.refused
    print(f"\nTokens of jobs: {sum(use.allowed for use in uses)} calls of GitHub allowed, {len(refused)} refused.")
    for refusal in refused:
        print(f"  {refusal}")
    return 1 if refused else 0


def _play(world: World) -> int:
    stage = _Stage(world)
    stage.happens(f"{OWNER} opens a pull request that adds {GAMMA}", DECLARED)
    number, planned = world.open_pull_request({GAMMA: DECLARED}, branch="gamma", title="An environment for the demo")
    stage.show(planned, number)
    stage.happens(f"{OWNER} merges it")
    deployed = world.merge(number)
    stage.show(deployed, number)
    stage.happens(f"{OWNER} comments", "/destroy")
    asked = world.comment(number, OWNER, "/destroy")
    stage.show(asked, number)
    if not asked.succeeded:
        return 1
    order = f"/confirm {token_in(world.github.comments_of_ours(number))}"
    stage.happens(f"{OWNER} comments", order)
    confirmed = world.comment(number, OWNER, order)
    stage.show(confirmed, number)
    gone = world.github.read(GAMMA) is None and "dev-gamma" not in world.stacks
    print(f"\n{GAMMA} is {'gone from main, and so is the stack dev-gamma' if gone else 'not gone'}.")
    return 0 if gone and all(run.succeeded for run in (planned, deployed, asked, confirmed)) else 1


class _Stage:
    """Prints what people do, which jobs that starts, and what these write into the pull request."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: list[str] = []
        self._since = 0.0

    def happens(self, what: str, text: str = "") -> None:
        """Print what somebody does."""
        print(f"\n{'═' * WIDTH}\n{what}")
        print("".join(f"  {line}\n" for line in text.splitlines()), end="", flush=True)
        self._since = time.monotonic()

    def show(self, run: Run, number: int) -> None:
        """Print which jobs ran, and the comments of a pull request that are new or changed."""
        jobs = ", ".join(f"{job} {result}" for job, result in run.jobs.items() if result != "skipped")
        say(f"{run.workflow}.yml ran in {time.monotonic() - self._since:.0f} s: {jobs}")
        for step in run.failed_steps:
            say(f"failed: {step}\n{run.log_of(step.partition(':')[0])}")
        comments = self._world.github.comments_of_ours(number)
        for place, body in enumerate(comments):
            if body not in self._seen:
                did = "edits its comment" if place < len(self._seen) else "comments"
                print(f"\n{'─' * WIDTH}\ngithub-actions {did} on #{number}\n")
                _print(as_shown(body))
        self._seen = comments


def as_shown(body: str) -> str:
    """Return a comment's Markdown without what GitHub does not show: remarks, and what is folded."""
    text = re.sub(r"<!--.*?-->\n?", "", body, flags=re.DOTALL)
    folded = re.compile(r"<details><summary>((?:(?!<details>).)*?)</summary>(?:(?!<details>).)*?</details>", re.DOTALL)
    while found := folded.search(text):
        text = f"{text[: found.start()]}▸ {found[1]}{text[found.end() :]}"
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _print(markdown: str) -> None:
    if sys.stdout.isatty():
        Console(width=WIDTH).print(Markdown(re.sub(r"</?(?:sub|code)>", "", markdown)))
    else:
        print(_plain(markdown), flush=True)


def _plain(markdown: str) -> str:
    """Return Markdown for a place that does not render it: without escapes and tags."""
    without_tags = re.sub(r"</?(?:sub|code)>", "", markdown)
    return html.unescape(re.sub(r"\\([^\w\s])", r"\1", without_tags))


@contextmanager
def _embedded_aws(folder: Path) -> Iterator[lifecycle.EmbeddedAws]:
    aws, _ = lifecycle.up(folder, port=lifecycle.ANY_PORT, account=SAMPLE_ACCOUNT)
    try:
        yield aws
    finally:
        lifecycle.down(folder)


if __name__ == "__main__":
    sys.exit(main())
