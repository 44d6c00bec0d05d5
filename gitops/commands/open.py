"""`gitops open`: an environment in the browser."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

from constructs_lib.config.naming import URL_OUTPUT
from gitops.access.deployed import find_app
from gitops.commands.selection import select
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName


def open(*, folder: Path, name: str, requested_target: TargetName | None, today: date) -> int:  # noqa: A001 - the verb
    """Print where the app `name` answers, and open it in the browser, if this machine has one."""
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    embedded = app.target.embedded
    url = embedded.url(str(environment.name)) if embedded else app.output(URL_OUTPUT)
    print(url, flush=True)
    if not webbrowser.open(url):
        say("no browser was found on this machine")
    return 0
