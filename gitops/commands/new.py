"""`gitops new`: write a minimal declaration that is valid."""

import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import cast

from constructs_lib.config.build import required_fields
from constructs_lib.config.environments import BaseConfig, Environment, Environments, parse_name, read
from constructs_lib.config.files import file_of
from constructs_lib.config.model import CONFIG_OF_KIND, AdHocBaseConfig
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.declarations import to_yaml
from gitops.errors import UserError

OPTIONS: Mapping[str, str] = {
    "owner": "apps: GitHub login of the person responsible",
    "image": "apps: image tag or digest",
    "repository": "apps: ECR repository; accounts: owner/name of the GitHub repository",
    "images": "accounts: ECR repositories to make there, separated by commas",
    "account": "bases: name of the account's file; without it, the only one there is",
    "domain": "bases: domain below which the environments answer",
    "hosted_zone_id": "bases: Route 53 hosted zone of the domain",
    "cidr": "bases: address block; without it, a free one",
    "account_id": "accounts: AWS account id, twelve digits",
    "region": "accounts: home region; bases: region, if another than the account's",
}
"""The options, and the kinds that take them."""

_OPTIONS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "account": ("account_id", "region", "repository", "images"),
    "ad-hoc-base": ("account", "domain", "hosted_zone_id", "cidr", "region"),
    "prod-base": ("account", "domain", "hosted_zone_id", "cidr", "region"),
    "ad-hoc-app": ("owner", "image", "repository"),
    "prod-app": ("owner", "image", "repository"),
}

_HEADER = "# yaml-language-server: $schema=../schema.json\n"
_STARTER_SERVICES = {"web": {"port": 8000, "paths": ["/*"], "health_check_path": "/"}}


def new(*, folder: Path, kind: str, name: str, options: Mapping[str, str], today: date) -> int:
    """Write the declaration `name` of a kind, with `options` from OPTIONS, and print its path. Returns 0.

    An ad hoc app gets the longest life that its base allows, counted from `today`; a base without `cidr` gets a block
    that no other base has. An account gets the ids of its repository from GitHub.

    Raises UserError when an option is missing or of no use, when the file exists, or when GitHub cannot be asked;
    DeclarationError when its base or its account is not valid, or this one would not be: then nothing is written.
    """
    known = _OPTIONS_OF_KIND.get(kind)
    if known is None:
        raise UserError(f"unknown kind {kind!r}: use one of {', '.join(_OPTIONS_OF_KIND)}")
    if useless := [option for option in options if option not in known]:
        raise UserError(f"{_flags(useless)} cannot be used with {kind}, only {_flags(known)}")
    identity = _identity(kind, name)
    file = file_of(folder, identity)
    if file.exists():
        raise UserError(f"{file} exists already; nothing was written")
    environments = read(folder, today=today)
    data = _declaration(kind, identity, options, environments, today)
    _write(folder, file, _HEADER + to_yaml({"kind": kind, **data}), identity, today)
    print(file)
    return 0


def _identity(kind: str, name: str) -> EnvironmentName:
    try:
        identity = parse_name(f"{ACCOUNTS_FOLDER}/{name}" if kind == "account" and "/" not in name else name)
    except ValueError as error:
        raise UserError(str(error)) from error
    if (kind == "account") != (identity.folder == ACCOUNTS_FOLDER):
        raise UserError(f"{identity}: {ACCOUNTS_FOLDER}/ is for accounts, and accounts are only there")
    if kind.endswith("-base") != identity.is_base:
        raise UserError(f"{identity} cannot be of the kind {kind}: a base is FOLDER/base, an app any other name")
    return identity


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
    return dict(_app_fields(options, needed, config, today))


def _app_fields(
    options: Mapping[str, str], needed: list[str], config: BaseConfig, today: date
) -> Iterator[tuple[str, object]]:
    yield from options.items()
    if "expires" in needed and isinstance(config, AdHocBaseConfig):
        yield "expires", str(today + timedelta(days=config.policy.max_lifetime_days))
    if "services" in needed:
        yield "services", _STARTER_SERVICES


def _required(kind: str, options: Mapping[str, str], names: tuple[str, ...] | list[str]) -> Mapping[str, str]:
    if missing := [name for name in names if name not in options]:
        raise UserError(f"a new {kind} needs {_flags(missing)} as well")
    return options


def _flags(options: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"--{option.replace('_', '-')}" for option in options)


def _write(folder: Path, file: Path, text: str, name: EnvironmentName, today: date) -> None:
    """Write a file and keep it if it is valid beside the others."""
    others = read(folder).names
    made_folder = not file.parent.exists()
    file.parent.mkdir(exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)
    try:
        read(folder, today=today, strict={name}, new={name}, established=others).require([name])
    except BaseException:
        file.unlink()
        if made_folder:
            file.parent.rmdir()
        raise
    print("written and valid; commit it in a pull request:", file=sys.stderr)
