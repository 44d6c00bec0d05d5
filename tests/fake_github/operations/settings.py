"""Operations about the settings of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.world import NOT_FOUND, Answer, Listing, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fake_github.settings import EnvironmentSettings
    from tests.fake_github.world import Request, World

_ANOTHER_PLAN = (403, "Upgrade to GitHub Pro or make this repository public to enable this feature.")
BRANCH_RULESET, TAG_RULESET = 42, 43
_WHEN = "2026-01-01T00:00:00Z"


def list_environments(world: World, _request: Request) -> Answer:
    found = world.state.settings.environments
    items = [_environment(world, number, name, found[name]) for number, name in enumerate(found, start=1)]
    return Answer(status=200, body=_counted("environments", items))


def _environment(world: World, number: int, name: str, settings: EnvironmentSettings) -> dict[str, Any]:
    rules: list[dict[str, Any]] = []
    if settings.wait_minutes:
        rules.append({"id": 1, "node_id": "GA_1", "type": "wait_timer", "wait_timer": settings.wait_minutes})
    reviewers = [
        *({"type": "User", "reviewer": world.answers.user(f"reviewer-{n}")} for n in range(settings.reviewers)),
        *({"type": "Team", "reviewer": _team(n)} for n in range(settings.reviewing_teams)),
    ]
    if reviewers:
        prevent = settings.prevent_self_review
        rule = {"id": 2, "node_id": "GA_2", "type": "required_reviewers", "reviewers": reviewers}
        rules.append({**rule, "prevent_self_review": prevent})
    policy = None
    if settings.refs is not None:
        rules.append({"id": 3, "node_id": "GA_3", "type": "branch_policy"})
        policy = {"protected_branches": not settings.refs, "custom_branch_policies": bool(settings.refs)}
    page = f"https://github.com/{world.state.repository}"
    return {
        "id": number,
        "node_id": f"EN_{number}",
        "name": name,
        "url": f"https://api.github.com/repos/{world.state.repository}/environments/{name}",
        "html_url": f"{page}/deployments/activity_log?environments_filter={name}",
        "created_at": _WHEN,
        "updated_at": _WHEN,
        "can_admins_bypass": settings.admins_bypass,
        "protection_rules": rules,
        "deployment_branch_policy": policy,
    }


def _team(number: int) -> dict[str, Any]:
    url = f"https://api.github.com/teams/{number}"
    return {
        "id": number,
        "node_id": f"T_{number}",
        "url": url,
        "html_url": f"https://github.com/orgs/example/teams/team-{number}",
        "name": f"Team {number}",
        "slug": f"team-{number}",
        "description": None,
        "privacy": "closed",
        "permission": "pull",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "parent": None,
    }


def _of(world: World, request: Request) -> EnvironmentSettings:
    found = world.state.settings.environments.get(request.names[0])
    if found is None:
        raise Refusal(*NOT_FOUND)
    return found


def list_branch_policies(world: World, request: Request) -> Answer:
    items = []
    for number, ref in enumerate(_of(world, request).refs or (), start=1):
        kind, _, name = ref.removeprefix("refs/").partition("/")
        shown = {"heads": "branch", "tags": "tag"}[kind]
        items.append({"id": number, "node_id": f"GP_{number}", "name": name, "type": shown})
    return Answer(status=200, body=_counted("branch_policies", items))


def list_variables(world: World, request: Request) -> Answer:
    items = [
        {"name": name, "value": value, "created_at": _WHEN, "updated_at": _WHEN}
        for name, value in _of(world, request).variables.items()
    ]
    return Answer(status=200, body=_counted("variables", items))


def shown_rule(kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "parameters": parameters} if parameters else {"type": kind}


def list_rulesets(world: World, _request: Request) -> Listing:
    require_plan(world)
    short = [{**ruleset, "rules": None, "conditions": None} for ruleset in _rulesets(world).values()]
    return Listing(items=short, shown=lambda item: {key: value for key, value in item.items() if value is not None})


def get_ruleset(world: World, request: Request) -> Answer:
    found = _rulesets(world).get(request.number)
    if found is None:
        raise Refusal(*NOT_FOUND)
    bypassing = world.state.settings.branch_bypassing
    if bypassing is None:
        return Answer(status=200, body=found)
    actors = [{"actor_id": 1, "actor_type": kind, "bypass_mode": "always"} for kind in bypassing]
    return Answer(status=200, body={**found, "bypass_actors": actors})


def _rulesets(world: World) -> dict[int, dict[str, Any]]:
    settings = world.state.settings
    branch = [shown_rule(kind, parameters) for kind, parameters in settings.branch_rules.items()]
    tags = [shown_rule(kind, {}) for kind in settings.tag_rules]
    found = {}
    if branch:
        found[BRANCH_RULESET] = _ruleset(world, BRANCH_RULESET, "branch", "~DEFAULT_BRANCH", branch)
    if tags:
        found[TAG_RULESET] = _ruleset(world, TAG_RULESET, "tag", "refs/tags/v*", tags)
    return found


def _ruleset(world: World, number: int, target: str, ref: str, rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"rules of {target}",
        "target": target,
        "source_type": "Repository",
        "source": world.state.repository,
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [ref], "exclude": []}},
        "rules": list(rules),
        "node_id": f"RRS_{number}",
        "created_at": _WHEN,
        "updated_at": _WHEN,
    }


def get_protection(world: World, _request: Request) -> Answer:
    require_plan(world)
    found = world.state.settings.protection
    if found is None:
        raise Refusal(404, "Branch not protected")
    return Answer(status=200, body=found)


def get_workflow_permissions(world: World, _request: Request) -> Answer:
    settings = world.state.settings
    body = {
        "default_workflow_permissions": settings.default_permissions,
        "can_approve_pull_request_reviews": settings.jobs_approve,
    }
    return Answer(status=200, body=body)


def get_action_permissions(world: World, _request: Request) -> Answer:
    settings = world.state.settings
    body = {"enabled": True, "allowed_actions": settings.allowed_actions, "sha_pinning_required": settings.pinned}
    return Answer(status=200, body=body)


def get_fork_approval(world: World, _request: Request) -> Answer:
    if world.state.private:
        raise Refusal(*NOT_FOUND)
    return Answer(status=200, body={"approval_policy": world.state.settings.fork_approval})


def get_private_forks(world: World, _request: Request) -> Answer:
    if not world.state.private:
        raise Refusal(*NOT_FOUND)
    return Answer(status=200, body=world.state.settings.private_forks)


def get_subject(world: World, _request: Request) -> Answer:
    default = world.state.settings.default_subject
    claims = {} if default else {"include_claim_keys": ["repo", "context"]}
    return Answer(status=200, body={"use_default": default, **claims})


def list_codeowners_errors(world: World, _request: Request) -> Answer:
    errors = [
        {
            "line": number,
            "column": 1,
            "kind": "Unknown owner",
            "source": source,
            "suggestion": None,
            "message": f"Unknown owner on line {number}: {source}",
            "path": ".github/CODEOWNERS",
        }
        for number, source in enumerate(world.state.settings.codeowners_errors, start=1)
    ]
    return Answer(status=200, body={"errors": errors})


def list_workflows(world: World, _request: Request) -> Answer:
    root = f"https://api.github.com/repos/{world.state.repository}/actions/workflows"
    items = [
        {
            "id": number,
            "node_id": f"W_{number}",
            "name": name,
            "path": f".github/workflows/{name}.yml",
            "state": state,
            "created_at": _WHEN,
            "updated_at": _WHEN,
            "url": f"{root}/{number}",
            "html_url": f"https://github.com/{world.state.repository}/blob/main/.github/workflows/{name}.yml",
            "badge_url": f"https://github.com/{world.state.repository}/workflows/{name}/badge.svg",
        }
        for number, (name, state) in enumerate(world.state.settings.workflow_states.items(), start=1)
    ]
    return Answer(status=200, body=_counted("workflows", items))


def _counted(key: str, items: Sequence[Any]) -> dict[str, Any]:
    return {"total_count": len(items), key: list(items)}


def require_plan(world: World) -> None:
    if not world.state.settings.plan_has_rules:
        raise Refusal(*_ANOTHER_PLAN)


OPERATIONS: dict[tuple[str, str], Callable[[World, Request], Answer | Listing]] = {
    ("GET", "/environments"): list_environments,
    ("GET", "/environments/{environment_name}/deployment-branch-policies"): list_branch_policies,
    ("GET", "/environments/{environment_name}/variables"): list_variables,
    ("GET", "/rulesets"): list_rulesets,
    ("GET", "/rulesets/{ruleset_id}"): get_ruleset,
    ("GET", "/branches/{branch}/protection"): get_protection,
    ("GET", "/actions/permissions/workflow"): get_workflow_permissions,
    ("GET", "/actions/permissions"): get_action_permissions,
    ("GET", "/actions/permissions/fork-pr-contributor-approval"): get_fork_approval,
    ("GET", "/actions/permissions/fork-pr-workflows-private-repos"): get_private_forks,
    ("GET", "/actions/oidc/customization/sub"): get_subject,
    ("GET", "/codeowners/errors"): list_codeowners_errors,
    ("GET", "/actions/workflows"): list_workflows,
}
