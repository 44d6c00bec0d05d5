"""What an application's source says about how to run it. Every proposal says what it was read from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.config.bound_address import bound_addresses
from gitops.errors import UserError
from gitops.image_folders import dockerfiles
from gitops.init import celery, urls
from gitops.init.process_files import Written, read_dockerfile, read_packages, words
from gitops.init.processes import read_processes, serves
from gitops.init.python_source import PythonSource, constant
from gitops.init.variable_reads import modules
from gitops.init.variables import Environment, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gitops.init.process_files import Dockerfile
    from gitops.init.processes import Processes

DEFAULT_PORT = 8000
NO_HEALTH_CHECK = Written("/", "no path of a health check was found")
_PORT_VARIABLE = re.compile(r"\$\{PORT(?::-\d+)?\}|\$PORT\b")
_COLLECT = "python manage.py collectstatic --no-input"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a field of declarations, and what it was read from."""

    field: str
    value: object
    source: str


@dataclass(slots=True)
class Application:
    """The proposals for an application, in the order of fields."""

    proposals: list[Proposal] = field(default_factory=list)
    environment: Environment = field(default_factory=Environment)
    """The variables that its settings read."""
    left_out: Sequence[str] = ()
    """A line for each process of its Procfile or Compose file that is not proposed, with the reason."""

    def propose(self, name: str, value: object, source: str) -> None:
        """Add a proposal."""
        self.proposals.append(Proposal(name, value, source))

    def replace_services(self, proposals: Sequence[Proposal]) -> None:
        """Put these services in place of all that were found."""
        others = [proposal for proposal in self.proposals if not proposal.field.startswith("services.")]
        self.proposals, self.left_out = [*others, *proposals], ()

    def fields(self) -> dict[str, object]:
        """Return the fields of an app's declaration; dots in a proposal's field are levels."""
        fields: dict[str, object] = {}
        for proposal in self.proposals:
            *path, last = proposal.field.split(".")
            level = fields
            for name in path:
                level = level.setdefault(name, {})  # type: ignore[assignment] # levels are mappings
            level[last] = proposal.value
        return fields


def inspect(root: Path, answers: Mapping[str, str]) -> Application:
    """Read the source below `root`. Answers to `settings_module` and `health_check_path` come first.

    Raises:
        UserError: it has no manage.py or names no settings, or there is no Dockerfile where the answer says.
    """
    if not (root / "manage.py").is_file():
        raise UserError(f"--source: {root} has no manage.py; name the folder of the Django project")
    source, processes = PythonSource(root), read_processes(root)
    image, packages = read_dockerfile(root, dockerfiles.find(root, answers.get("dockerfile"))), read_packages(root)
    settings = _settings(source, image, answers)
    found = Application(left_out=processes.left_out)
    found.propose("settings_module", settings.value, settings.place)
    found.propose("release_command", *_release(source, processes))
    command, place = _web(source, settings.value, processes, image, packages)
    port, port_place = _port(command, place, image)
    found.propose("services.web.command", words(_PORT_VARIABLE.sub(str(port), command)), place)
    found.propose("services.web.port", port, port_place)
    found.propose("services.web.paths", ["/*"], "every path")
    check = _health_check(source, settings.value, image, answers)
    found.propose("services.web.health_check_path", check.value, check.place)
    if check is NO_HEALTH_CHECK:
        found.propose("services.web.health_check_codes", "200,302", "the first page may redirect to a sign-in")
    _add_processes(found, source, settings.value, processes, packages)
    found.environment = environment(source, settings.value)
    for name, value in found.environment.values.items():
        found.propose(f"environment.{name}", value.value, value.place)
    return found


def _settings(source: PythonSource, image: Dockerfile, answers: Mapping[str, str]) -> Written:
    if "settings_module" in answers:
        return Written(answers["settings_module"], "your answer")
    candidates = [image.settings_module, *_named_settings(source)]
    named = next((candidate for candidate in candidates if candidate), None)
    if named is None:
        raise UserError("--settings-module: neither wsgi.py, asgi.py nor manage.py names one; give the option")
    package, _, last = named.value.rpartition(".")
    if package and last in {"local", "dev", "development", "test"}:
        for name in ("production", "prod"):
            if f"{package}.{name}" in source.names():
                return Written(f"{package}.{name}", f"{source.path(f'{package}.{name}')}, beside {named.value}")
    return named


def _named_settings(source: PythonSource) -> Iterator[Written]:
    """Yield the settings that entry points name: `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "…")`."""
    modules = sorted(source.names(), key=lambda name: (name.count("."), name))
    for wanted in ("wsgi", "asgi", "manage"):
        for module in modules:
            if module.rpartition(".")[2] != wanted:
                continue
            for call in source.calls(module, "setdefault"):
                texts = [constant(argument) for argument in call.args]
                if len(texts) > 1 and texts[0] == "DJANGO_SETTINGS_MODULE" and texts[1]:
                    yield Written(texts[1], f"{source.path(module)}:{call.lineno}")


def _setting(source: PythonSource, settings: str, name: str) -> str | None:
    """Return the text of a setting, from the settings module or a base beside it."""
    package = settings.rpartition(".")[0]
    for module in (settings, f"{package}.base", f"{package}.common", package):
        if text := source.text_of(module, name):
            return text
    return None


def _release(source: PythonSource, processes: Processes) -> tuple[list[str], str]:
    if processes.release:
        return words(processes.release.value), processes.release.place
    for module in source.names():
        if module.endswith(".management.commands.pre_update"):
            return ["python", "manage.py", "pre_update"], source.path(module)
    return ["python", "manage.py", "migrate", "--no-input"], "manage.py"


def _web(
    source: PythonSource,
    settings: str,
    processes: Processes,
    image: Dockerfile,
    packages: Mapping[str, str],
) -> tuple[str, str]:
    """Return the command line of the web server, and where it comes from."""
    for written in (processes.web, image.command, processes.composed_web):
        if written and serves(written.value):
            return written.value, written.place
    modules = {kind: _entry_point(source, settings, kind) for kind in ("wsgi", "asgi")}
    if modules["asgi"] and "uvicorn" in packages and "gunicorn" not in packages:
        command = f"uvicorn {modules['asgi']}:application --host=0.0.0.0 --port={DEFAULT_PORT}"
        return command, f"{source.path(modules['asgi'])}, uvicorn in {packages['uvicorn']}"
    if modules["wsgi"] is None:
        raise UserError("--source: no web server is named in Procfile or Dockerfile, and there is no wsgi.py")
    listed = f"gunicorn in {packages['gunicorn']}" if "gunicorn" in packages else "add gunicorn to its packages"
    command = f"gunicorn {modules['wsgi']} --bind=0.0.0.0:{DEFAULT_PORT} --graceful-timeout=30"
    place = f"{source.path(modules['wsgi'])}, {listed}"
    if "whitenoise" in packages and not image.collects_static and _has_setting(source, settings, "STATIC_ROOT"):
        return f"{_COLLECT} && exec {command}", f"{place}; no Dockerfile collects static files"
    return command, place


def _has_setting(source: PythonSource, settings: str, name: str) -> bool:
    return any(True for module in modules(source, settings) for _ in source.assigned(module, name))


def _entry_point(source: PythonSource, settings: str, kind: str) -> str | None:
    named = _setting(source, settings, f"{kind.upper()}_APPLICATION")
    if named:
        return named.rpartition(".")[0]
    found = [name for name in source.names() if name.rpartition(".")[2] == kind]
    return min(found, key=lambda name: (name.count("."), name), default=None)


def _port(command: str, place: str, image: Dockerfile) -> tuple[int, str]:
    ports = [address.port for address in bound_addresses(words(command)) if address.port is not None]
    if ports and not _PORT_VARIABLE.search(command):
        return ports[0], place
    if image.port:
        return int(image.port.value), image.port.place
    return DEFAULT_PORT, "the default of web servers for Python"


def _health_check(source: PythonSource, settings: str, image: Dockerfile, answers: Mapping[str, str]) -> Written:
    if "health_check_path" in answers:
        return Written(answers["health_check_path"], "your answer")
    if image.health_check_path:
        return image.health_check_path
    urlconf = _setting(source, settings, "ROOT_URLCONF")
    found = urls.health_check(source, urlconf) if urlconf else None
    return found or NO_HEALTH_CHECK


def _add_processes(
    found: Application,
    source: PythonSource,
    settings: str,
    processes: Processes,
    packages: Mapping[str, str],
) -> None:
    """Add workers and schedulers: those that are written down, and for a Celery app those that are not."""
    commands = dict(processes.others)
    if app := celery.find_app(source):
        written = [celery.read_command(command.value) for command in commands.values()]
        if "worker" not in commands and not any(one and one.is_worker for one in written):
            commands["worker"] = celery.worker(app)
        scheduled = "beat" in commands or any(one and one.schedules for one in written)
        if not scheduled and (beat := celery.beat(source, settings, app, packages)):
            commands["beat"] = beat
    for name, command in commands.items():
        field_of = f"services.{name}"
        found.propose(f"{field_of}.command", words(command.value), command.place)
        of_celery = celery.read_command(command.value)
        if of_celery and (check := of_celery.health_check(app.value if app else None)):
            found.propose(f"{field_of}.health_check_command", ["sh", "-c", check], command.place)
        if (of_celery and of_celery.schedules) or name == "beat" or "rqscheduler" in command.value:
            found.propose(f"{field_of}.singleton", True, "two would send every task twice")  # noqa: FBT003 - a value
