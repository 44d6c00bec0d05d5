"""Operations about branches and the rules of the repository for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.world import Answer, Listing, Refusal

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def get_branch(world: World, request: Request) -> Answer:
    """Return a branch; `protected` says that a branch protection or a ruleset applies to it."""
    name = request.names[0]
    sha = world.git.head(f"refs/heads/{name}")
    if sha is None:
        raise Refusal(404, "Branch not found")
    example = world.examples.of("branch-get")
    protected = name in world.state.protected
    return Answer(
        status=200,
        body={**example, "name": name, "commit": {**example["commit"], "sha": sha}, "protected": protected},
    )


def list_rules(world: World, request: Request) -> Listing:
    """List the rules of rulesets for a branch; a classic branch protection is none of them."""
    name = request.names[0]
    rules = ["pull_request"] if name in world.state.protected and not world.state.classic_protection else []
    return Listing(items=rules, shown=_rule)


def _rule(kind: str) -> dict[str, object]:
    return {
        "type": kind,
        "parameters": {
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": True,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        },
        "ruleset_source_type": "Repository",
        "ruleset_source": "example/environments",
        "ruleset_id": 42,
    }
