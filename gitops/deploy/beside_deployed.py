"""The declarations, judged beside what is deployed: of two that collide, the one that is deployed keeps what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from gitops.aws.target import TargetName


def read_beside_deployed(folder: Path, requested_target: TargetName | None, today: date) -> Environments:
    """Read the declarations below `folder`.

    Only where some that are well-formed are wrong, AWS is asked which of them are deployed. What is declared where the
    credentials do not reach counts as deployed: the newcomer waits.

    Raises:
        AwsError: AWS has to be asked and cannot be.
    """
    declared = read(folder, today=today)
    if not declared.wrong.keys() & declared.well_formed.keys():
        return declared
    session = Session(target.resolve(requested_target))
    places = declared.places()
    account = session.introduce(min(places))
    reached = {place for place in places if account in {None, place.account}}
    tags = {(stack.where, stack.environment) for stack in Regions(session, reached).stacks().values()}
    deployed = {
        name
        for name, environment in declared.well_formed.items()
        if environment.place not in reached or (environment.place, str(name)) in tags
    }
    return read(folder, today=today, established=deployed)
