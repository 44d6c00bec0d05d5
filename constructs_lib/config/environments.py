"""From a folder of YAML files to environments that are ready to build: the one way in."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from constructs_lib.config import build, files, rules
from constructs_lib.config.environment import AccountRegion, ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.errors import DeclarationError, Problem
from constructs_lib.config.model import AccountConfig
from constructs_lib.config.naming import BASE_FILE, NAME_IN_WORDS, NAME_PATTERN, EnvironmentName

__all__ = ["AccountRegion", "ApplicationConfig", "BaseConfig", "Environment", "Environments", "load", "parse_name"]


@dataclass(frozen=True, slots=True)
class Environments:
    """All that was loaded in the order of deployment, accounts, bases, apps; and the accounts by name."""

    by_name: Mapping[EnvironmentName, Environment]
    accounts: Mapping[str, AccountConfig]
    warnings: tuple[Problem, ...]

    def __iter__(self) -> Iterator[Environment]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: EnvironmentName) -> Environment:
        return self.by_name[name]

    def places(self, account: str | None = None) -> set[AccountRegion]:
        """Return every account and region that declarations name, or those of one account; its home is among them."""
        homes = {
            AccountRegion(config.id, config.region) for name, config in self.accounts.items() if account in {None, name}
        }
        return homes | {e.place for e in self if account in {None, e.account}}


def load(
    folder: Path,
    *,
    only: Collection[EnvironmentName] | None = None,
    today: date | None = None,
    strict: Collection[EnvironmentName] = (),
) -> Environments:
    """Load and check the declarations below `folder`.

    `only` reads just the files of these names, their bases and accounts: an error in another file does not stop
    it. Without `today`, rules that need a clock are left out. `strict` names declarations of which a past `expires`
    is an error instead of a warning.

    Raises DeclarationError with all problems of all files, warnings among them, if one of them is an error.
    """
    found = files.find(folder, only)
    built = build.build(found.sources, found.names)
    declarations = rules.Declarations(
        accounts=built.accounts,
        environments=built.environments,
        names=found.names if only is None else None,
        today=today,
        strict=frozenset(strict),
    )
    problems = {*found.problems, *built.problems, *rules.check(declarations)}
    if any(problem.severity == "error" for problem in problems):
        raise DeclarationError(problems)
    return Environments(
        by_name={environment.name: environment for environment in built.environments},
        accounts={name: account.config for name, account in built.accounts.items()},
        warnings=tuple(sorted(problems)),
    )


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
