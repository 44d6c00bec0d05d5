"""What a base says for its apps, and how an app's own words go over it.

`environment`, `secrets` and `jobs` are merged key by key, `services` by name and then field by field; any other field
of the app replaces the default, and so does the list `secrets` of a service. What the app sets to null is removed: a
field, a service, a service's field, a key.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from constructs_lib.config.environment import APP_DEFAULTS
from constructs_lib.config.errors import Problem
from constructs_lib.config.source import FieldPath, Source

Data = Mapping[str, object]

_BY_KEY = ("environment", "secrets", "jobs")


def merge(app: Source, base: Source) -> tuple[Data, list[Problem]]:
    """Return the app's data over the defaults of its base, both of the right shape, and what goes wrong."""
    theirs = _mapping(base.data, APP_DEFAULTS)
    problems: list[Problem] = []
    merged = _over(app, (), app.data, theirs, problems)
    merged.pop("kind", None)
    if app.data.get("services", {}) is not None and ("services" in app.data or "services" in theirs):
        services = _mapping(theirs, "services")
        own = _mapping(app.data, "services")
        merged["services"] = _present(app, ("services",), {**services, **own}, services, problems)
        for name, service in own.items():
            if service is not None:
                path = ("services", name)
                default = cast("Data", services.get(name, {}))
                cast("dict[str, object]", merged["services"])[name] = _over(
                    app, path, cast("Data", service), default, problems
                )
    return merged, problems


def problems(base: Source) -> Iterator[Problem]:
    """Yield the problems with the defaults of a base that has the right shape."""
    theirs = _mapping(base.data, APP_DEFAULTS)
    yield from _removals(base, (APP_DEFAULTS,), theirs)
    for name, service in _mapping(theirs, "services").items():
        if service is None:
            yield base.problem(
                (APP_DEFAULTS, "services", name), "removes a service, but there is nothing below a base; leave it out"
            )
        else:
            yield from _removals(base, (APP_DEFAULTS, "services", name), cast("Data", service))


def _removals(base: Source, path: FieldPath, data: Data) -> Iterator[Problem]:
    """Yield a problem for each null among the fields of a mapping, and among the keys that are merged one by one."""
    message = "removes a default, but there is nothing below a base; leave it out"
    for key, value in data.items():
        if value is None:
            yield base.problem((*path, key), message)
        elif key in _BY_KEY and isinstance(value, Mapping):
            for name, text in value.items():
                if text is None:
                    yield base.problem((*path, key, name), message)


def _over(app: Source, path: FieldPath, own: Data, theirs: Data, problems: list[Problem]) -> dict[str, object]:
    """Return the fields that stand at `path` in an app over the defaults, without those that are set to null."""
    merged = {**theirs, **own}
    for key in _BY_KEY:
        if isinstance(own.get(key), Mapping):
            defaults = _mapping(theirs, key)
            merged[key] = _present(app, (*path, key), {**defaults, **_mapping(own, key)}, defaults, problems)
    return _present(app, path, merged, theirs, problems)


def _present(app: Source, path: FieldPath, data: Data, theirs: Data, problems: list[Problem]) -> dict[str, object]:
    """Return what is not null; a null that removes nothing is a problem, and most likely a wrong name."""
    for key, value in data.items():
        if value is None and theirs.get(key) is None and app.find((*path, key)):
            what = "a service" if path == ("services",) else "a default"
            problems.append(app.problem((*path, key), f"removes {what} that the base does not have"))
    return {key: value for key, value in data.items() if value is not None}


def _mapping(data: Data, key: str) -> Data:
    return cast("Data", data.get(key) or {})
