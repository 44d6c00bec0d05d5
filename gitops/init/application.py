"""What an application's source says about how to run it. Every proposal says what it was read from."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.config.bound_address import bound_addresses
from gitops.errors import UserError
from gitops.image_folders import dockerfiles
from gitops.init import urls
from gitops.init.process_files import Written, read_dockerfile, read_packages, read_procfile, words
from gitops.init.python_source import PythonSource, constant
from gitops.init.variable_reads import modules
from gitops.init.variables import Environment, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gitops.init.process_files import Dockerfile

DEFAULT_PORT = 8000
SCRATCH = "/dev/shm"  # noqa: S108 - the file system of a task is read-only but for this
NO_HEALTH_CHECK = Written("/", "no path of a health check was found")
_SERVERS = re.compile(r"\b(gunicorn|uvicorn|daphne|hypercorn|granian|waitress-serve|uwsgi)\b")
_PORT_VARIABLE = re.compile(r"\$\{PORT(?::-\d+)?\}|\$PORT\b")
_COLLECT = "python manage.py collectstatic --no-input"
_DATABASE_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


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

    def propose(self, name: str, value: object, source: str) -> None:
        """Add a proposal."""
        self.proposals.append(Proposal(name, value, source))

    def replace_services(self, proposals: Sequence[Proposal]) -> None:
        """Put these services in place of all that were found."""
        others = [proposal for proposal in self.proposals if not proposal.field.startswith("services.")]
        self.proposals = [*others, *proposals]

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
    source, processes = PythonSource(root), read_procfile(root)
    image, packages = read_dockerfile(root, dockerfiles.find(root, answers.get("dockerfile"))), read_packages(root)
    settings = _settings(source, image, answers)
    found = Application()
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
    _add_celery(found, source, settings.value, processes, packages)
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


def _release(source: PythonSource, processes: Mapping[str, Written]) -> tuple[list[str], str]:
    if release := processes.get("release"):
        return words(release.value), release.place
    for module in source.names():
        if module.endswith(".management.commands.pre_update"):
            return ["python", "manage.py", "pre_update"], source.path(module)
    return ["python", "manage.py", "migrate", "--no-input"], "manage.py"


def _web(
    source: PythonSource,
    settings: str,
    processes: Mapping[str, Written],
    image: Dockerfile,
    packages: Mapping[str, str],
) -> tuple[str, str]:
    """Return the command line of the web server, and where it comes from."""
    for written in (processes.get("web"), image.command):
        if written and _SERVERS.search(written.value):
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


def _add_celery(
    found: Application,
    source: PythonSource,
    settings: str,
    processes: Mapping[str, Written],
    packages: Mapping[str, str],
) -> None:
    app = _celery_app(source)
    worker = processes.get("worker") or (app and Written(f"celery --app={app.value} worker --loglevel=info", app.place))
    if worker:
        found.propose("services.worker.command", words(worker.value), worker.place)
    if worker and app:
        ping = f"exec celery --app={app.value} inspect ping --destination=celery@$(hostname) --timeout=10"
        found.propose("services.worker.health_check_command", ["sh", "-c", ping], app.place)
    if worker and (beat := processes.get("beat") or (app and _beat(source, settings, app, packages))):
        found.propose("services.beat.command", words(beat.value), beat.place)
        found.propose("services.beat.singleton", True, "two would send every task twice")  # noqa: FBT003 - a value


def _celery_app(source: PythonSource) -> Written | None:
    """Return the Celery app, as `celery --app` names it; of several, one that collects the tasks of all Django apps."""
    found: list[tuple[bool, Written]] = []
    for module in source.names():
        calls = list(source.calls(module, "Celery"))
        for name in source.names_of(module, calls) if calls else ():
            collects = any(True for _ in source.calls(module, "autodiscover_tasks"))
            # Without a name, `celery --app` takes `app` or `celery`.
            value = module if name in {"app", "celery"} else f"{module}:{name}"
            found.append((not collects, Written(value, f"{source.path(module)}:{calls[0].lineno}")))
    return min(found, key=lambda one: one[0], default=(True, None))[1]


def _beat(source: PythonSource, settings: str, app: Written, packages: Mapping[str, str]) -> Written | None:
    command = f"celery --app={app.value} beat --loglevel=info"
    if "django-celery-beat" in packages:
        return Written(f"{command} --scheduler={_DATABASE_SCHEDULER}", packages["django-celery-beat"])
    command = f"{command} --schedule={SCRATCH}/celerybeat-schedule"
    package = settings.rpartition(".")[0]
    for module in (settings, f"{package}.base", f"{package}.common"):
        if module in source.names() and any(source.assigned(module, "CELERY_BEAT_SCHEDULE")):
            return Written(command, f"{source.path(module)}: CELERY_BEAT_SCHEDULE")
    module = app.value.partition(":")[0]
    if any(True for _ in source.calls(module, "add_periodic_task")) or _has_schedule(source, module):
        return Written(command, f"{source.path(module)}: its schedule")
    return None


def _has_schedule(source: PythonSource, module: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "beat_schedule" for node in ast.walk(source.tree(module))
    )
