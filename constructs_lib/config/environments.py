"""From a folder of YAML files to environments that are ready to build: the one way in.

A declaration that is wrong stops itself and what stands on it, and nothing else. Of two declarations that collide, by
a host name for example, the one that has been there longer is right: see `read`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from constructs_lib.config import build, files, rules
from constructs_lib.config.environment import AccountRegion, ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.errors import DeclarationError, Problem
from constructs_lib.config.model import AccountConfig
from constructs_lib.config.naming import (
    ACCOUNTS_FOLDER,
    BASE_FILE,
    NAME_IN_WORDS,
    NAME_PATTERN,
    EnvironmentName,
)
from constructs_lib.config.source import Source
from constructs_lib.config.unchecked import UncheckedDeclaration

__all__ = [
    "AccountRegion",
    "ApplicationConfig",
    "BaseConfig",
    "Environment",
    "Environments",
    "load",
    "parse_name",
    "place_in",
    "read",
]

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Environments:
    """The declarations of a folder. Iteration, length and `in` are about those that are right.

    They are in the order of deployment, accounts, bases, apps. `names` are those of all files that were looked for,
    `wrong` has the errors of those that must not be deployed. `well_formed` are those whose place and fields are known:
    all that are right, and those that are wrong by a rule alone, for removals. `sources` is what the readable files
    say. `accounts` are the well-formed ones, by name. `problems` are all errors and warnings, sorted.
    `folder` is how messages name it.
    """

    by_name: Mapping[EnvironmentName, Environment]
    well_formed: Mapping[EnvironmentName, Environment]
    wrong: Mapping[EnvironmentName, tuple[Problem, ...]]
    names: frozenset[EnvironmentName]
    sources: Mapping[EnvironmentName, Source]
    accounts: Mapping[str, AccountConfig]
    problems: tuple[Problem, ...]
    folder: str

    def __iter__(self) -> Iterator[Environment]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: EnvironmentName) -> Environment:
        """Return an environment. Raises DeclarationError when it is wrong, and KeyError when it is not declared."""
        if name in self.wrong:
            raise DeclarationError(self.wrong[name])
        return self.by_name[name]

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is doubtful, of all declarations."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What is wrong, of all declarations and of the folder."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def warnings_about(self, names: Collection[EnvironmentName]) -> tuple[Problem, ...]:
        """Return what is doubtful about declarations and what they stand on."""
        bases = {*names, *(name.base for name in names)}
        accounts = {EnvironmentName(ACCOUNTS_FOLDER, account) for name in names if (account := self.account_of(name))}
        return tuple(problem for problem in self.warnings if _about(problem) in bases | accounts)

    @property
    def is_whole(self) -> bool:
        """Whether the errors, if there are any, are all known to be about declarations in `names`.

        A file with a wrong name may be that of any environment.
        """
        return all(_about(problem) in self.names for problem in self.errors)

    def require(self, names: Iterable[EnvironmentName]) -> list[Environment]:
        """Return the environments of these names.

        Raises DeclarationError with the errors of all that are wrong or not declared.
        """
        wanted = list(names)
        wrong = [problem for name in wanted for problem in self.wrong.get(name, ())]
        wrong += [files.missing(self.folder, name) for name in wanted if name not in self.names]
        if wrong:
            raise DeclarationError(wrong)
        return [self.by_name[name] for name in wanted]

    def unchecked(self, name: EnvironmentName) -> UncheckedDeclaration | None:
        """Return what the file of a declaration says, right or wrong; None when there is none or it is not readable."""
        return UncheckedDeclaration(self.sources[name].data) if name in self.sources else None

    def seeded_from(self, name: EnvironmentName) -> frozenset[EnvironmentName]:
        """Return the environments, right or wrong, whose database begins as a copy of that of `name`."""
        base = self.unchecked(name.base)
        defaults = base.app_defaults if base else UncheckedDeclaration({})
        others = {other: UncheckedDeclaration(source.data) for other, source in self.sources.items()}
        return frozenset(
            other
            for other, file in others.items()
            if other.folder == name.folder
            and other not in {name, name.base}
            and (file if "database" in file.data else defaults).seed_from == name.file
        )

    def account_of(self, name: EnvironmentName) -> str | None:
        """Return the account that a declaration, right or wrong, is in by its base; None when that is not readable."""
        if name.is_account:
            return name.file
        base = self.unchecked(name.base)
        account = base.text("account") if base else ""
        return account if NAME_PATTERN.fullmatch(account) else None

    def place_of(self, name: EnvironmentName) -> AccountRegion | None:
        """Return where a declaration, right or wrong, is deployed; None when that is not readable."""
        if name in self.well_formed:
            return self.well_formed[name].place
        account = self.account_of(name)
        home = self.unchecked(EnvironmentName(ACCOUNTS_FOLDER, account)) if account else None
        return place_in(home, None if name.is_account else self.unchecked(name.base)) if home else None

    def places(self, account: str | None = None) -> set[AccountRegion]:
        """Return every account and region that declarations name, or those of one account; its home is among them.

        Those of wrong declarations are among them: what they declare may be deployed.
        """
        named = {self.place_of(name) for name in self.names if account in {None, self.account_of(name)}}
        return {place for place in named if place}


def place_in(account: UncheckedDeclaration, base: UncheckedDeclaration | None) -> AccountRegion | None:
    """Return where a base is deployed, and an account itself without one; None when the files do not say it."""
    account_id, region = account.text("id"), (base.text("region") if base else "") or account.text("region")
    known = _ACCOUNT_ID.fullmatch(account_id) and _REGION.fullmatch(region)
    return AccountRegion(account_id, region) if known else None


def read(
    folder: Path,
    *,
    only: Collection[EnvironmentName] | None = None,
    today: date | None = None,
    strict: Collection[EnvironmentName] = (),
    new: Collection[EnvironmentName] = (),
    established: Collection[EnvironmentName] = (),
) -> Environments:
    """Read and check the declarations below `folder`. An error stops the declaration that it is about, no other.

    Where two declarations cannot both be deployed, that of `established` which were deployed or declared before is
    right, and the other one is wrong; of two that are equal in this, the first by name is right.

    `only` reads just the files of these names, their bases and accounts: what is wrong with others is not known then.
    Without `today`, rules that need a clock are left out. `strict` names declarations that are being written: what the
    passing of time makes wrong, a past `expires`, is an error in these and a warning in others. `new` names those that
    were not declared before: what matters when an environment is made, the source of its data, is an error in these and
    a warning in others.
    """
    found = files.find(folder, only)
    built = build.build(found.sources, found.names)
    # Rules find the second of two that collide: this order decides which one that is.
    environments = sorted(built.environments, key=lambda environment: environment.name not in established)
    declarations = rules.Declarations(
        accounts={e.name.file: built.accounts[e.name.file] for e in environments if e.name.is_account},
        environments=environments,
        names=found.names if only is None else None,
        today=today,
        strict=frozenset(strict),
        new=frozenset(new),
    )
    problems = [*found.problems, *built.problems, *rules.check(declarations)]
    names = frozenset(found.names | set(only or ()))
    wrong = _wrong(problems, names, found.sources)
    well_formed = {e.name: e for e in built.environments if e.account_id}
    return Environments(
        by_name={name: environment for name, environment in well_formed.items() if name not in wrong},
        well_formed=well_formed,
        wrong=wrong,
        names=names,
        sources=found.sources,
        accounts={name: account.config for name, account in built.accounts.items()},
        problems=tuple(sorted(set(problems))),
        folder=files.shown_as(folder),
    )


def load(
    folder: Path,
    *,
    only: Collection[EnvironmentName] | None = None,
    today: date | None = None,
    strict: Collection[EnvironmentName] = (),
    new: Collection[EnvironmentName] = (),
) -> Environments:
    """Read the declarations below `folder` that all have to be right; parameters are those of `read`.

    Raises DeclarationError with all problems of all files, warnings among them, if one of them is an error.
    """
    environments = read(folder, only=only, today=today, strict=strict, new=new)
    if environments.errors:
        raise DeclarationError(environments.problems)
    return environments


def _about(problem: Problem) -> EnvironmentName:
    """Return the declaration that a problem stops: that of its file, unless it says another."""
    return problem.about or EnvironmentName.from_path(PurePosixPath(problem.path))


def _wrong(
    problems: Iterable[Problem], names: Collection[EnvironmentName], sources: Mapping[EnvironmentName, Source]
) -> dict[EnvironmentName, tuple[Problem, ...]]:
    """Return the declarations that must not be deployed, with their errors.

    One that stands on a wrong base, or in a wrong account, has one error that points there.
    """
    own: dict[EnvironmentName, set[Problem]] = {}
    for problem in problems:
        if problem.severity == "error" and (name := _about(problem)) in names:
            own.setdefault(name, set()).add(problem)
    wrong = {name: tuple(sorted(found)) for name, found in own.items()}
    for name in sorted(names, key=build.turn):
        below = _below(name, sources)
        if name not in wrong and name in sources and below in wrong:
            first = wrong[below][0]
            message = f"is not deployed while {below} is wrong: {first}"
            wrong[name] = (sources[name].problem((), message),)
    return wrong


def _below(name: EnvironmentName, sources: Mapping[EnvironmentName, Source]) -> EnvironmentName | None:
    """Return what a declaration stands on: an app on its base, a base in its account."""
    if name.is_account or not name.is_base:
        return None if name.is_account else name.base
    account = sources[name].data.get("account") if name in sources else None
    return EnvironmentName(ACCOUNTS_FOLDER, account) if isinstance(account, str) else None


def parse_name(text: str) -> EnvironmentName:
    """Return the name that a person wrote: `dev/alpha`, `dev` for its base, or the path of the file.

    Raises ValueError, with a message for that person, when it cannot be the name of a declaration.
    """
    parts = text.removesuffix(".yaml").split("/")
    if text.endswith(".yaml"):
        parts = parts[-2:]
    elif parts[0] == "environments":
        parts = parts[1:]
    if len(parts) == 1 and not text.endswith(".yaml"):
        parts.append(BASE_FILE)
    if len(parts) != 2 or not all(NAME_PATTERN.fullmatch(part) for part in parts):  # noqa: PLR2004 # folder, file
        raise ValueError(
            f"{text!r} names no environment: write FOLDER/NAME such as dev/alpha, FOLDER for its base, or the path"
            f" of the file; folder and name have {NAME_IN_WORDS}"
        )
    return EnvironmentName(*parts)
