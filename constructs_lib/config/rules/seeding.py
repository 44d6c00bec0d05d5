"""Rules on databases that begin as copies of others."""

from collections.abc import Iterator, Mapping

from constructs_lib.config.errors import Problem, Severity, suggestion
from constructs_lib.config.model import AdHocAppConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.config.rules.declarations import Declarations

_ERROR: Severity = "error"


def seeds_are_other_environments(declarations: Declarations) -> Iterator[Problem]:
    """A database is copied from that of another app on the same base.

    Whether the other one is declared is only known when all declarations were read. It matters when the database is
    made: for an environment that was declared before, one that is gone is a warning, and a deployment that would make
    the database asks AWS.
    """
    for name, seed in _seeds(declarations).items():
        message, severity = "", _ERROR
        if seed == name:
            message = f"{seed.file} is this environment itself; name another one on {name.base.folder}, or none"
        elif seed.is_base:
            message = f"{seed} is a base; name an environment on it, or none"
        elif declarations.names is not None and seed not in declarations.names:
            others = sorted(
                other.file
                for other in declarations.names
                if other.folder == name.folder and not other.is_base and other != name
            )
            listed = f"; others on {name.folder} are: {', '.join(others)}" if others else ""
            severity, matters = _ERROR, ""
            if name not in declarations.new:
                severity, matters = "warning", f", which matters until {name} has a database; then remove this line"
            message = f"the environment {seed} is not declared{matters}{suggestion(seed.file, others) or listed}"
        if message:
            yield declarations.by_name[name].problem(("database", "seed_from"), message, severity)


def seeds_do_not_go_round(declarations: Declarations) -> Iterator[Problem]:
    """Environments that wait for each other's databases would never be made."""
    seeds = _seeds(declarations)
    for name in seeds:
        chain = [name]
        while (seed := seeds.get(chain[-1])) and seed not in chain:
            chain.append(seed)
        if seed == name and len(chain) > 1:
            circle = " from ".join(link.file for link in [*chain, name])
            message = f"{circle} goes round in a circle; one of them must start empty"
            yield declarations.by_name[name].problem(("database", "seed_from"), message)


def _seeds(declarations: Declarations) -> Mapping[EnvironmentName, EnvironmentName]:
    """Return the environment whose database each one copies, where there is one."""
    return {
        app.name: EnvironmentName(app.name.folder, config.database.seed_from)
        for app, config in declarations.apps
        if isinstance(config, AdHocAppConfig) and config.database.seed_from
    }
