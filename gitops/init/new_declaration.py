"""The text of a new declaration: the least that is valid, from a few options."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, cast

from constructs_lib.config.build import required_fields
from constructs_lib.config.environments import read
from constructs_lib.config.model import CONFIG_OF_KIND, AdHocBaseConfig
from gitops.declarations import folder_with, to_yaml
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import BaseConfig, Environment, Environments
    from constructs_lib.config.naming import EnvironmentName

OPTIONS: Mapping[str, str] = {
    "owner": "apps: GitHub login of the person responsible",
    "image": "apps: image tag or digest",
    "repository": "apps: ECR repository; accounts: owner/name of the GitHub repository",
    "days": "ad hoc apps: days until it expires; without it, as many as its base allows",
    "size": "ad hoc apps: small, medium or large; without it, as its base says",
    "awake": "ad hoc apps: hours in which it runs, such as Mon-Fri 08:00-20:00; without it, always",
    "timezone": "ad hoc apps: time zone of these hours; without it, UTC",
    "seed_from": "ad hoc apps: app of the same base whose database it begins with a copy of",
    "images": "accounts: ECR repositories to make there, separated by commas",
    "account": "bases: name of the account's file; without it, the only one there is",
    "domain": "bases: domain below which the environments answer",
    "hosted_zone_id": "bases: Route 53 hosted zone of the domain",
    "cidr": "bases: address block; without it, a free one",
    "account_id": "accounts: AWS account id, twelve digits",
    "region": "accounts: home region; bases: region, if another than the account's",
}
"""The options, and the kinds that take them."""

SIZES: Mapping[str, Mapping[str, int]] = {
    "small": {"cpu": 256, "memory_mib": 512},
    "medium": {"cpu": 512, "memory_mib": 1024},
    "large": {"cpu": 1024, "memory_mib": 2048},
}
"""The size of each service by a word: CPU units and MiB that Fargate has.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

_OPTIONS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "account": ("account_id", "region", "repository", "images"),
    "ad-hoc-base": ("account", "domain", "hosted_zone_id", "cidr", "region"),
    "prod-base": ("account", "domain", "hosted_zone_id", "cidr", "region"),
    "ad-hoc-app": ("owner", "image", "repository", "days", "size", "awake", "timezone", "seed_from"),
    "prod-app": ("owner", "image", "repository"),
}
_PLAIN_FIELDS = ("owner", "image", "repository")
"""Options of apps that are fields of the same name."""

_DAYS = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_HEADER = "# yaml-language-server: $schema=../schema.json\n"
_STARTER_SERVICES: Mapping[str, Mapping[str, object]] = {
    "web": {"port": 8000, "paths": ["/*"], "health_check_path": "/"}
}


class OptionsError(UserError):
    """Options have values that cannot be used; `problems` says by option what is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{_flags([option])}: {message}" for option, message in problems.items()))


class MissingOptionsError(UserError):
    """A kind needs `options` that were not given."""

    def __init__(self, kind: str, options: Sequence[str]) -> None:
        self.options = options
        super().__init__(f"a new {kind} needs {_flags(options)} as well")


def require_usable(kind: str, name: EnvironmentName, options: Collection[str]) -> None:
    """Raise UserError when there is no such kind, or it cannot have the name or does not take one of the options."""
    known = _OPTIONS_OF_KIND.get(kind)
    if known is None:
        raise UserError(f"unknown kind {kind!r}: use one of {', '.join(_OPTIONS_OF_KIND)}")
    if useless := [option for option in options if option not in known]:
        raise UserError(f"{_flags(useless)} cannot be used with {kind}, only {_flags(known)}")
    if kind.endswith("-base") != name.is_base:
        raise UserError(f"{name} cannot be of the kind {kind}: a base is FOLDER/base, an app any other name")


def declaration_text(
    kind: str, name: EnvironmentName, options: Mapping[str, str], environments: Environments, today: date
) -> str:
    """Return the declaration `name` of a kind, with `options` from OPTIONS, beside `environments`.

    An ad hoc app gets the longest life that its base allows, counted from `today`; a base without `cidr` gets a block
    that no other base has. An account gets the ids of its repository from GitHub.

    Raises:
        OptionsError: values of options cannot be used.
        MissingOptionsError: options are missing.
        UserError: an option is of no use, the base is not declared, or GitHub cannot be asked.
        DeclarationError: the base is not valid.
    """
    require_usable(kind, name, options)
    return _HEADER + to_yaml({"kind": kind, **_declaration(kind, name, options, environments, today)})


def check_new(folder: Path, name: EnvironmentName, text: str, today: date) -> None:
    """Raise DeclarationError unless the new declaration is valid beside those in `folder`, which stays as it is."""
    others = read(folder).names
    with folder_with(folder, {name: text}) as copy:
        read(copy, today=today, strict={name}, new={name}, established=others).require([name])


def _declaration(
    kind: str, name: EnvironmentName, options: Mapping[str, str], environments: Environments, today: date
) -> dict[str, object]:
    if kind == "account":
        return _account(kind, options, environments)
    if kind.endswith("-base"):
        return _base(kind, options, environments)
    if name.base not in environments.names:
        raise UserError(f"the base {name.base} is not declared; write it first: gitops new ad-hoc-base {name.folder} …")
    return _app(kind, options, environments[name.base], today)


def _account(kind: str, options: Mapping[str, str], environments: Environments) -> dict[str, object]:
    """Return an account's declaration; one file of an account names its GitHub repository, for all of its regions."""
    known = any(config.id == options.get("account_id") for config in environments.accounts.values())
    given = _required(kind, options, ("account_id", "region", "images" if known else "repository"))
    github = {"github": _github(given["repository"])} if "repository" in given else {}
    images = {"repositories": given["images"].split(",")} if "images" in given else {}
    return {"id": given["account_id"], "region": given["region"], **github, **images}


def _github(repository: str) -> dict[str, object]:
    """Return which repository an account trusts: the ids are GitHub's answer."""
    # Here since `gitops.cli` imports this module for every verb, and most verbs have no use for an HTTP client.
    from gitops.github.connection import identify  # noqa: PLC0415

    identity = identify(repository)
    return {"repository": identity.name, "owner_id": identity.owner_id, "repository_id": identity.id}


def _base(kind: str, options: Mapping[str, str], environments: Environments) -> dict[str, object]:
    owners = [name for name, config in environments.accounts.items() if config.github]
    if "account" not in options and len(owners) == 1:  # other files are further regions of the same account
        options = {**options, "account": owners[0]}
    given = _required(kind, options, ("account", "domain", "hosted_zone_id"))
    region = {"region": options["region"]} if "region" in options else {}
    return {
        "account": given["account"],
        **region,
        "domain": given["domain"],
        "hosted_zone_id": given["hosted_zone_id"],
        "network": {"cidr": options.get("cidr") or str(_free_block(environments))},
    }


def _free_block(environments: Environments) -> IPv4Network:
    """Return the first /16 of 10.0.0.0/8 that no base of any account uses: networks get connected."""
    used = [
        IPv4Network(cast("BaseConfig", environment.config).network.cidr)
        for environment in environments
        if environment.name.is_base
    ]
    for block in IPv4Network("10.0.0.0/8").subnets(new_prefix=16):
        if not any(block.overlaps(other) for other in used):
            return block
    raise UserError("all of 10.0.0.0/8 is in use; name another block with --cidr")


def _app(kind: str, options: Mapping[str, str], base: Environment, today: date) -> dict[str, object]:
    config = cast("BaseConfig", base.config)
    needed = [name for name in required_fields(CONFIG_OF_KIND[kind]) if name not in config.app_defaults]
    _required(kind, options, [name for name in needed if name in OPTIONS])
    _require_values(options)
    return dict(_app_fields(options, needed, config, today))


def _require_values(options: Mapping[str, str]) -> None:
    """Raise OptionsError with everything that is wrong with the options of an app by itself."""
    problems = {}
    if "days" in options and not _DAYS.fullmatch(options["days"]):
        problems["days"] = "must be a whole number, 1 or more"
    if "size" in options and options["size"] not in SIZES:
        problems["size"] = f"must be one of {', '.join(SIZES)}"
    if "timezone" in options and "awake" not in options:
        problems["timezone"] = "is of use with hours only, and there are none"
    if problems:
        raise OptionsError(problems)


def _app_fields(
    options: Mapping[str, str], needed: list[str], config: BaseConfig, today: date
) -> Iterator[tuple[str, object]]:
    yield from ((option, options[option]) for option in _PLAIN_FIELDS if option in options)
    if isinstance(config, AdHocBaseConfig) and ("expires" in needed or "days" in options):
        days = int(options.get("days", config.policy.max_lifetime_days))
        yield "expires", str(today + timedelta(days=days))
    if "awake" in options:
        zone = {"timezone": options["timezone"]} if "timezone" in options else {}
        yield "schedule", {"awake": options["awake"], **zone}
    if "seed_from" in options:
        yield "database", {"seed_from": options["seed_from"]}
    services: Mapping[str, Mapping[str, object]] = _STARTER_SERVICES if "services" in needed else {}
    if "size" in options:
        services = _sized(services or config.app_defaults["services"], services, SIZES[options["size"]])
    if services:
        yield "services", services


def _sized(
    services: Mapping[str, Mapping[str, object]], own: Mapping[str, Mapping[str, object]], size: Mapping[str, int]
) -> dict[str, Mapping[str, object]]:
    """Return what a declaration says of services so that they have a size; a singleton keeps its own."""
    return {
        name: {**own.get(name, {}), **size}
        for name, service in services.items()
        if service is not None and not service.get("singleton")
    }


def _required(kind: str, options: Mapping[str, str], names: Sequence[str]) -> Mapping[str, str]:
    if missing := [name for name in names if name not in options]:
        raise MissingOptionsError(kind, missing)
    return options


def _flags(options: Sequence[str]) -> str:
    return ", ".join(f"--{option.replace('_', '-')}" for option in options)
