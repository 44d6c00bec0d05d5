"""From files to checked, resolved environments: kind, shape, the base's defaults, account and region."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import cattrs

from constructs_lib.config import defaults, schema
from constructs_lib.config.environment import ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.model import CONFIG_OF_KIND, AccountConfig
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from constructs_lib.config.source import Source, written

_BASE_OF_APP = {"ad-hoc-app": "ad-hoc-base", "prod-app": "prod-base"}

_CONVERTER = cattrs.Converter(detailed_validation=False)
"""Plain data of the right shape becomes the frozen classes of the model."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account and where it was declared."""

    config: AccountConfig
    source: Source


@dataclass(slots=True)
class Built:
    """What could be made of the files; environments are sorted: accounts, bases, apps."""

    accounts: dict[str, Account] = field(default_factory=dict)
    environments: list[Environment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def build(sources: Mapping[EnvironmentName, Source], names: Collection[EnvironmentName]) -> Built:
    """Return what the declarations come to; `names` are those of all files, unreadable ones included.

    What stands on a declaration with errors is checked for its shape alone.
    """
    built = Built()
    well_formed = {}
    for name, source in sorted(sources.items(), key=lambda item: turn(item[0])):
        problems = list(_shape_problems(name, source))
        built.problems.extend(problems)
        if not problems:
            well_formed[name] = source
    for name, source in well_formed.items():
        if name.is_account:
            account = Account(_CONVERTER.structure(source.data, AccountConfig), source)
            built.accounts[name.file] = account
            built.environments.append(_account(name, account))
    bases: dict[EnvironmentName, Environment] = {}
    for name, source in well_formed.items():
        if name.is_base:
            bases[name] = _base(name, source, names, built)
            built.environments.append(bases[name])
        elif not name.is_account and (app := _app(name, source, names, bases, built)):
            built.environments.append(app)
    return built


def turn(name: EnvironmentName) -> tuple[bool, bool, EnvironmentName]:
    """Return what sorts accounts before bases and bases before apps."""
    return not name.is_account, not name.is_base, name


def _shape_problems(name: EnvironmentName, source: Source) -> Iterator[Problem]:
    """Yield the problems of one file; the schema speaks once the kind is known and in its place."""
    node = source.find(("kind",))
    allowed = _kinds_at(name)
    if node is None:
        yield source.problem(("kind",), f"is missing: here it is {' or '.join(allowed)}")
    elif node.value not in allowed:
        hint = suggestion(node.text, allowed)
        message = f"must be {' or '.join(allowed)} in this place, not {written(node)}{hint}"
        yield source.problem(("kind",), message)
    else:
        yield from schema.problems(source, str(node.value))


def _kinds_at(name: EnvironmentName) -> tuple[str, ...]:
    if name.is_account:
        return ("account",)
    return tuple(_BASE_OF_APP.values()) if name.is_base else tuple(_BASE_OF_APP)


def _account(name: EnvironmentName, account: Account) -> Environment:
    return Environment(
        name=name,
        kind="account",
        config=account.config,
        account_id=account.config.id,
        region=account.config.region,
        base=None,
        source=account.source,
    )


def _base(name: EnvironmentName, source: Source, names: Collection[EnvironmentName], built: Built) -> Environment:
    kind = str(source.data["kind"])
    config = cast("BaseConfig", _CONVERTER.structure(source.data, CONFIG_OF_KIND[kind]))
    account_name = EnvironmentName(ACCOUNTS_FOLDER, config.account)
    if account_name not in names:
        declared = sorted(known.file for known in names if known.is_account)
        listed = f"; accounts are: {', '.join(declared)}" if declared else "; no account is declared"
        hint = suggestion(config.account, declared) or listed
        built.problems.append(source.problem(("account",), f"{account_name}.yaml does not exist{hint}"))
    built.problems.extend(defaults.problems(source))
    account = built.accounts.get(config.account)
    return Environment(
        name=name,
        kind=kind,
        config=config,
        account_id=account.config.id if account else "",  # only until the problem with the account is raised
        region=config.region or (account.config.region if account else ""),
        base=None,
        source=source,
    )


def _app(
    name: EnvironmentName,
    source: Source,
    names: Collection[EnvironmentName],
    bases: Mapping[EnvironmentName, Environment],
    built: Built,
) -> Environment | None:
    kind = str(source.data["kind"])
    base = bases.get(name.base)
    if base is None:
        if name.base not in names:
            message = f"has no base: {name.base}.yaml does not exist; add it or move this file to the folder of a base"
            built.problems.append(source.problem((), message))
        return None
    if base.kind != _BASE_OF_APP[kind]:
        message = f"{kind} needs a base of the kind {_BASE_OF_APP[kind]}, but {base.source.path} is {base.kind}"
        built.problems.append(source.problem(("kind",), message))
        return None
    merged, problems = defaults.merge(source, base.source)
    config_class = CONFIG_OF_KIND[kind]
    for required in (required for required in required_fields(config_class) if required not in merged):
        missing = f"is missing, here and in app_defaults of {base.source.path}"
        message = "cannot be removed: every app has it; write another" if required in source.data else missing
        problems.append(source.problem((required,), message))
    built.problems.extend(problems)
    if problems:
        return None
    return Environment(
        name=name,
        kind=kind,
        config=cast("ApplicationConfig", _CONVERTER.structure(merged, config_class)),
        account_id=base.account_id,
        region=base.region,
        base=base,
        source=source,
    )


def required_fields(config_class: type) -> list[str]:
    """Return the fields of a class of the model that have no default."""
    return [
        item.name
        for item in dataclasses.fields(config_class)
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
