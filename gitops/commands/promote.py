"""`gitops promote`: a pull request that declares the image of one environment, or a new one, for others."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from gitops.aws import target
from gitops.aws.ecr import Ecr
from gitops.aws.session import Session
from gitops.commands.selection import parse_names, show_problems
from gitops.errors import UserError
from gitops.github import proposals
from gitops.github.connection import connect
from gitops.github.newest import declaration_path
from gitops.output.progress import say
from gitops.promote import proposal
from gitops.promote.image import ImageVersion, config_of, note_on_services, same_as, tag_beside, with_image
from gitops.promote.proposal import ImageChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import AccountRegion, Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.target import TargetName
    from gitops.github.proposals import Proposal
    from gitops.promote.proposal import EditedDeclarations


def promote(
    *, folder: Path, names: Sequence[str], image: str | None, requested_target: TargetName | None, today: date
) -> int:
    """Open a pull request, or bring the open one up to date, and print its address; nothing when nothing changes.

    With `image`, a tag or a digest, it is for all of `names`; without, the image of the first is for the others.
    Returns 0.

    Raises:
        DeclarationError: a declaration is not valid, or would not be; nothing was pushed.
        UserError: the request cannot be carried out; nothing was pushed.
    """
    wanted = parse_names(names)
    source = None if image else wanted[0]
    targets = wanted if image else wanted[1:]
    if not targets:
        raise UserError(
            "name where the image goes as well: gitops promote dev/alpha prod/app, or give one with --image"
        )
    repository = connect(folder)
    declarations = proposal.read_declarations(repository, folder, wanted, today)
    version_for = _given(image) if image else _copied(declarations, wanted[0], requested_target)
    copied_from = declarations.environments[source] if source else None
    texts, changes = _edit(declarations, targets, version_for, folder, copied_from)
    for name in targets:
        if name not in texts:
            say(f"{name} declares that image already; nothing to change")
    if not texts:
        return 0
    show_problems(proposal.check_declarations(folder, texts, today))
    title = proposal.title_of(changes, source)
    proposed = proposals.put(
        repository,
        {declaration_path(folder, name): text for name, text in texts.items()},
        branch=proposal.branch_of(targets),
        base=declarations.branch,
        base_commit=declarations.commit,
        title=title,
        body=proposal.body_of(
            changes, checks_wait=bool(os.environ.get("GITHUB_ACTIONS")) and not repository.commits_as_app
        ),
        message="\n\n".join(filter(None, (title, proposals.requested_by(_requesters())))),
    )
    _tell(proposed, changes)
    return 0


def _requesters() -> list[str]:
    """Return who started the run that this is a step of, first and again; nobody outside GitHub Actions.

    There, a person opens the pull request, and GitHub knows that its author cannot approve it.
    """
    started = (os.environ.get("GITHUB_ACTOR"), os.environ.get("GITHUB_TRIGGERING_ACTOR"))
    return [login for login in started if login] if os.environ.get("GITHUB_ACTIONS") else []


def _given(image: str) -> Callable[[Environment], ImageVersion]:
    return lambda _: ImageVersion(value=image)


def _copied(
    declarations: EditedDeclarations, source: EnvironmentName, requested_target: TargetName | None
) -> Callable[[Environment], ImageVersion]:
    """Return the function that finds the version of `source`'s image for another environment."""
    session = Session(target.resolve(requested_target))
    tag = tag_beside(declarations.texts[source])

    @cache
    def find_digest(where: AccountRegion, repository: str, version: str) -> str | None:
        return Ecr(session, where).digest(repository, version)

    return lambda environment: same_as(declarations.environments[source], environment, find_digest, tag=tag)


def _edit(
    declarations: EditedDeclarations,
    targets: Sequence[EnvironmentName],
    version_for: Callable[[Environment], ImageVersion],
    folder: Path,
    source: Environment | None,
) -> tuple[Mapping[EnvironmentName, str], Sequence[ImageChange]]:
    """Return the new texts of the declarations that change, and their changes."""
    texts: dict[EnvironmentName, str] = {}
    changes: list[ImageChange] = []
    for name in targets:
        environment = declarations.environments[name]
        config = config_of(environment)
        before = config.image
        version = version_for(environment)
        if version.unverified:
            say(f"the image of {name} stays a tag, since AWS could not be asked for its digest: {version.unverified}")
        if version.value == before:
            continue
        texts[name] = with_image(declarations.texts[name], declaration_path(folder, name), version)
        lock = environment.lock
        warning = f"{name} is {lock}. It is not deployed before that ends." if lock else ""
        unchanged = note_on_services(config, source)
        old = ImageVersion(value=before, tag=tag_beside(declarations.texts[name]))
        changes.append(
            ImageChange(
                name=name,
                before=old.readable,
                after=version.readable,
                warning=warning,
                services=f"{name}: {unchanged}." if unchanged else "",
            )
        )
    return texts, changes


def _tell(proposed: Proposal, changes: Sequence[ImageChange]) -> None:
    number = proposed.pull_request.number
    if proposed.outcome == "unchanged":
        say(f"pull request {number} proposes that already")
    else:
        for change in changes:
            say(f"{change.name}: {change.before} -> {change.after}")
            if change.services:
                say(change.services)
            if change.warning:
                say(f"warning: {change.warning}")
        say(f"pull request {number} {proposed.outcome}; merging it deploys")
    print(proposed.pull_request.url)
