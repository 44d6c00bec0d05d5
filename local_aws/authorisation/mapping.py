"""What a call has to be authorised for: actions, the ARNs of resources, and condition keys.

An operation's action has its name; the action's resource types say which ARNs there may be, and parameters of the
same names as the ARNs' parts say which it is. Condition keys get the values of parameters of the same names. What
follows no such rule stands in `exceptions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import Any, Protocol

from local_aws.authorisation import exceptions, iam_data
from local_aws.authorisation.iam_data import Action, ResourceType
from local_aws.authorisation.requests import Call, catalogue

Parameters = Mapping[str, Any]
Context = dict[str, str | tuple[str, ...]]

ANY = "*"
"""The resource of calls that name none, of actions that know none, and the part of an ARN that is not yet known."""

ROLE_ARN = re.compile(r"arn:aws:iam::\d{12}:role/.+")


@dataclass(frozen=True, slots=True)
class Place:
    """The account and region of a call."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One permission that a call takes. `account` owns the resource; `context` are condition keys of the call."""

    action: Action
    resource: str
    account: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...]


class Resources(Protocol):
    """The resources that exist, as far as their ARNs do not follow from parameters."""

    def arn(self, prefix: str, kind: str, name: str) -> str | None:
        """Return the ARN of a resource of the account by a name that calls may use, or None if there is no such."""

    def roles_of_task_definition(self, arn: str) -> Sequence[str]:
        """Return the ARNs of the roles that a task definition names."""

    def ssm_parameters_of_template(self, parameters: Parameters) -> Sequence[str]:
        """Return the names of the SSM parameters that a template reads, from the parameters of a call that has it."""


class UnknownActionError(Exception):
    """IAM has no action for an operation, as far as this project knows."""


def requirements(call: Call, place: Place, resources: Resources) -> list[Requirement]:
    """Return every permission that a call takes; none for calls that everybody may make.

    Raises:
        UnknownActionError: neither IAM's data nor `exceptions` have an action for the operation.
    """
    prefix = action_prefix(call.service)
    in_body = exceptions.IN_BODIES.get((call.service, call.operation), {})
    call = replace(call, parameters={**in_body, **call.parameters})
    found: list[Requirement] = []
    for name in exceptions.ACTIONS.get((call.service, call.operation), (f"{prefix}:{call.operation}",)):
        action = iam_data.action(*name.split(":"))
        if action is None:
            msg = f"IAM has no action {name} for {call.operation}"
            raise UnknownActionError(msg)
        if action.name in exceptions.ALWAYS_ALLOWED:
            continue
        found += [_requirement(action, arn, call, place) for arn in _arns(action, call, place, resources)]
    return [
        *found,
        *_reading_of_source(call, place),
        *_reading_of_ssm_parameters(call, place, resources),
        *_tagging(prefix, found, call, place),
        *_passing(prefix, found, call, place, resources),
    ]


def action_prefix(service: str) -> str:
    """Return the prefix of a service's actions by botocore's name of the service."""
    if service in exceptions.PREFIXES:
        return exceptions.PREFIXES[service]
    signing_name = next((one.signing_name for one in catalogue() if one.name == service), service)
    return next((name for name in (signing_name, service) if iam_data.service_exists(name)), service)


def _requirement(action: Action, arn: str, call: Call, place: Place, more: Context | None = None) -> Requirement:
    context = {**_context(action, call, place), **(more or {})}
    # The account of a bucket does not stand in its ARN; another account's is not reached here.
    account = arn.split(":", 5)[4:5]
    owner = account[0] if account and account[0].isdigit() else place.account
    return Requirement(action, arn, owner, tuple(sorted(context.items())))


def _arns(action: Action, call: Call, place: Place, resources: Resources) -> list[str]:
    """Return the ARNs of the resources that a call names; those that are not known yet end in `*`."""
    if not action.resource_types:
        return [ANY]
    named = {kind: _of_type(kind, call.parameters, place, resources) for kind in action.resource_types}
    found = [arn for arns in named.values() for arn in arns]
    # Types that take each other's place have a name in common: `listener/app` and `listener/net`.
    settled = {_family(kind) for kind, arns in named.items() if arns}
    if not found and action.access_level == "List":
        return [ANY]
    missing = {_family(kind): kind for kind in action.resource_types if kind.required and _family(kind) not in settled}
    found += [_filled(kind, _known(kind, call.parameters), place) for kind in missing.values()]
    return list(dict.fromkeys(_as_logs_calls_it(action, arn) for arn in found)) or [ANY]


def _family(kind: ResourceType) -> str:
    return kind.name.partition("/")[0]


def _of_type(kind: ResourceType, parameters: Parameters, place: Place, resources: Resources) -> list[str]:
    """Return the ARNs of one type that the parameters name."""
    pattern = kind.pattern()
    given = [value for value in _texts(parameters) if value.startswith("arn:") and pattern.fullmatch(value)]
    if given or not kind.variables:
        # An ARN of a secret may lack the ending that AWS adds; IAM is asked about the whole one.
        return [resources.arn(kind.service, kind.name, value) or value for value in given]
    told_by = [name for name in kind.variables if exceptions.PARAMETERS.get((kind.service, name)) != ()]
    *outer, last = told_by
    known = _known(kind, parameters)
    if not all(name in known for name in outer):
        return []
    return [
        resources.arn(kind.service, kind.name, name) or _filled(kind, {**known, last: _last_part(name)}, place)
        for name in _values(kind, last, parameters)
    ]


def _known(kind: ResourceType, parameters: Parameters) -> dict[str, str]:
    """Return the parts of ARNs of a type that parameters tell, each by its first value."""
    values = {name: _values(kind, name, parameters) for name in kind.variables}
    known = {name: _last_part(found[0]) for name, found in values.items() if found}
    return {"ClusterName": "default", **known} if kind.service == "ecs" else known


def _filled(kind: ResourceType, values: Mapping[str, str], place: Place) -> str:
    """Return an ARN of a type; parts without a value are `*`."""
    known = {"Partition": "aws", "Region": place.region, "Account": place.account, **values}
    return iam_data.VARIABLE.sub(lambda found: known.get(found[1], ANY), kind.arn)


def _as_logs_calls_it(action: Action, arn: str) -> str:
    """Return the ARN of a log group as CloudWatch Logs asks IAM about it: with a stream, which may be empty."""
    if ":log-group:" not in arn or action.name in exceptions.LOG_GROUP_TAGS:
        return arn
    arn = arn.removesuffix(":*")
    return arn if ":log-stream:" in arn else f"{arn}:log-stream:"


def _values(kind: ResourceType, variable: str, parameters: Parameters) -> list[str]:
    """Return the values of the parameters that say what a variable of an ARN format does."""
    names = exceptions.PARAMETERS.get((kind.service, variable))
    if names is None:
        about = {_bare(variable)} | ({_bare(kind.name)} if variable == kind.variables[-1] else set())
        names = tuple(name for name in parameters if _bare(name) in about)
    value: object = next((parameters[name] for name in names if parameters.get(name)), [])
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return [text.removeprefix("/") for text in texts] if variable.endswith("WithoutLeadingSlash") else texts


_ENDINGS = ("withpath", "identifier", "name", "arn", "id")


def _bare(name: str) -> str:
    """Return what a name is about: `taskDefinition`, `TaskDefinitionArn` and `TaskDefinitions` are about the same."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("s")
    for ending in _ENDINGS:
        if bare.endswith(ending) and bare != ending:
            return bare.removesuffix(ending)
    return bare


def _last_part(name: str) -> str:
    """Return the name at the end of an ARN or a URL, such as that of a queue."""
    return re.split(r"[:/]", name)[-1] if name.startswith(("arn:", "http:", "https:")) else name


def _texts(value: object) -> Iterator[str]:
    """Yield the texts in parameters, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _context(action: Action, call: Call, place: Place) -> Context:
    """Return the condition keys of a call that an action knows: those of its tags, and those named as parameters."""
    context: Context = {}
    tags = tags_of(call.parameters)
    if tags or "aws:TagKeys" in action.condition_keys:
        keys = tag_keys_of(call.parameters) or tuple(tags)
        if keys:
            context["aws:TagKeys"] = keys
        context.update({f"aws:RequestTag/{key}": value for key, value in tags.items()})
    by_name = {_plain(name): value for name, value in call.parameters.items()}
    for key in action.condition_keys:
        if "${" in key or key.startswith("aws:"):
            continue
        value = _sender(key, call.parameters) or by_name.get(_plain(key.partition(":")[2]))
        if isinstance(value, str) and iam_data.key_is_arn(key) and not value.startswith("arn:"):
            value = _arn_of(key, value, place)
        if isinstance(value, bool):
            context[key] = str(value).lower()
        elif isinstance(value, str | int | float):
            context[key] = str(value)
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            context[key] = tuple(value)
    return context


def _sender(key: str, parameters: Parameters) -> str:
    """Return the address of a sender without its display name, for a condition key that means it."""
    named = (parameters[name] for name in exceptions.SENDERS.get(key, ()) if parameters.get(name))
    return parseaddr(str(next(named, "")))[1]


def _arn_of(key: str, name: str, place: Place) -> str:
    """Return the ARN of what a condition key names, such as `ecs:cluster`; IAM knows it by nothing else."""
    kind = iam_data.resource_type(*key.split(":"))
    return _filled(kind, {kind.variables[-1]: name}, place) if kind else name


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().removeprefix("x-amz-"))


def tags_of(parameters: Parameters) -> dict[str, str]:
    """Return the tags that a call gives to a resource, in whichever form its service has them."""
    found = parameters.get("Tags") or parameters.get("tags") or ()
    specifications = parameters.get("TagSpecifications") or ()
    listed = [*(specifications if isinstance(specifications, list) else ())]
    tags: dict[str, str] = {}
    for one in [found, *(specification.get("Tags", ()) for specification in listed)]:
        if isinstance(one, Mapping):
            tags |= {str(key): str(value) for key, value in one.items()}
        elif isinstance(one, list):
            tags |= {
                str(tag.get("Key", tag.get("key"))): str(tag.get("Value", tag.get("value", "")))
                for tag in one
                if isinstance(tag, Mapping)
            }
    return tags


def tag_keys_of(parameters: Parameters) -> tuple[str, ...]:
    """Return the keys of tags that a call takes away."""
    found = parameters.get("TagKeys") or parameters.get("tagKeys") or ()
    return tuple(found) if isinstance(found, list) else ()


def _reading_of_source(call: Call, place: Place) -> list[Requirement]:
    """Return what copying an object takes besides writing: reading the other one.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    source = call.parameters.get("CopySource")
    action = iam_data.action("s3", "GetObject")
    if call.service != "s3" or not isinstance(source, str) or action is None:
        return []
    path = source.removeprefix("/").partition("?")[0]
    arn = source if source.startswith("arn:") else f"arn:aws:s3:::{path}"
    return [_requirement(action, arn, Call(service="s3", operation="GetObject", protocol="", parameters={}), place)]


def _reading_of_ssm_parameters(call: Call, place: Place, resources: Resources) -> list[Requirement]:
    """Return what giving a template to CloudFormation takes besides: reading the SSM parameters that it has.

    The CDK's bootstrap template says so where it allows its deploy role to read the version of the bootstrap:
    "CreateChangeSet uses this to evaluate any SSM parameters". aws-cdk issue 20959 shows the refusal. Public
    parameters, which are in no account, are left out: the engine knows no ARNs without one.
    """
    action = iam_data.action("ssm", "GetParameters")
    if call.service != "cloudformation" or call.operation not in exceptions.TAKE_TEMPLATES or action is None:
        return []
    nothing = Call(service="ssm", operation="GetParameters", protocol="", parameters={})
    own = {name for name in resources.ssm_parameters_of_template(call.parameters) if not name.startswith(PUBLIC)}
    arns = [f"arn:aws:ssm:{place.region}:{place.account}:parameter/{name.removeprefix('/')}" for name in sorted(own)]
    return [_requirement(action, arn, nothing, place) for arn in arns]


PUBLIC = "/aws/service/"
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html"""


def _tagging(prefix: str, made: Sequence[Requirement], call: Call, place: Place) -> list[Requirement]:
    """Return what it takes to give tags to a resource as it is made."""
    action = iam_data.action(prefix, exceptions.TAGGING.get(prefix, ""))
    if action is None or action.name == f"{prefix}:{call.operation}" or not tags_of(call.parameters):
        return []
    kind = iam_data.resource_type(prefix, exceptions.MADE_BY.get((call.service, call.operation), ""))
    arns = [_filled(kind, _known(kind, call.parameters), place)] if kind else [one.resource for one in made]
    more: Context = {f"{prefix}:CreateAction": call.operation}
    return [_requirement(action, arn, call, place, more) for arn in arns]


def _passing(
    prefix: str, found: Sequence[Requirement], call: Call, place: Place, resources: Resources
) -> list[Requirement]:
    """Return what it takes to hand roles to a service.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    action = iam_data.action("iam", "PassRole")
    if prefix in exceptions.NAMED_BY_THE_CALL or action is None:
        return []
    roles = {arn for arn in _texts(call.parameters) if ROLE_ARN.fullmatch(arn)}
    if (call.service, call.operation) == ("ecs", "RunTask"):
        roles |= {role for one in found for role in resources.roles_of_task_definition(one.resource)}
    service = exceptions.SERVICES_THAT_TAKE_ROLES.get(prefix, f"{prefix}.amazonaws.com")
    nothing = Call(service="iam", operation="PassRole", protocol="", parameters={})
    return [_requirement(action, role, nothing, place, {"iam:PassedToService": service}) for role in sorted(roles)]
