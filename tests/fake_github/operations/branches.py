"""Operations about branches and the rules of the repository for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.operations.settings import BRANCH_RULESET, require_plan, shown_rule
from tests.fake_github.world import Answer, Listing, Refusal

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def get_branch(world: World, request: Request) -> Answer:
    """Return a branch; `protected` says that a branch protection or any rule of a ruleset applies to it.

    https://github.com/hub4j/github-api/issues/2062
    """
    name = request.names[0]
    sha = world.git.head(f"refs/heads/{name}")
    if sha is None:
        raise Refusal(404, "Branch not found")
    example = world.examples.of("branch-get")
    settings = world.state.settings
    ruled = settings.plan_has_rules and name == world.state.default_branch and bool(settings.branch_rules)
    protected = name in world.state.protected or settings.protection is not None or ruled
    return Answer(
        status=200,
        body={**example, "name": name, "commit": {**example["commit"], "sha": sha}, "protected": protected},
    )


def list_rules(world: World, request: Request) -> Listing:
    """List the rules of rulesets for a branch, whoever may bypass them; a classic branch protection is none of them.

    A GitHub App may bypass those of the default branch, unless the branch is among `State.protected`.
    """
    require_plan(world)
    rules = world.state.settings.branch_rules if request.names[0] == world.state.default_branch else {}
    if world.state.classic_protection:
        rules = {}
    source = {
        "ruleset_source_type": "Repository",
        "ruleset_source": world.state.repository,
        "ruleset_id": BRANCH_RULESET,
    }
    return Listing(items=list(rules.items()), shown=lambda rule: {**shown_rule(*rule), **source})
