"""What a base says for its apps, and how an app's own words go over it.

`environment` and `secrets` are merged key by key, `services` by name and then field by field; any other field of
the app replaces the default. A service that the app sets to null is removed.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from constructs_lib.config.environment import APP_DEFAULTS
from constructs_lib.config.errors import Problem
from constructs_lib.config.source import Source

Data = Mapping[str, object]

_BY_KEY = ("environment", "secrets")


def merge(app: Source, base: Source) -> tuple[Data, list[Problem]]:
    """Return the app's data over the defaults of its base, both of the right shape, and what goes wrong."""
    theirs = _mapping(base.data, APP_DEFAULTS)
    merged = _over(app.data, theirs)
    merged.pop("kind", None)
    services = dict(_present(theirs))
    problems = []
    for name, service in _mapping(app.data, "services").items():
        if service is not None:
            services[name] = _over(cast("Data", service), cast("Data", services.get(name, {})))
        elif services.pop(name, None) is None:
            problems.append(app.problem(("services", name), "removes a service that the base does not have"))
    if "services" in app.data or "services" in theirs:
        merged["services"] = services
    return merged, problems


def problems(base: Source) -> Iterator[Problem]:
    """Yield the problems with the defaults of a base that has the right shape."""
    for name, service in _mapping(_mapping(base.data, APP_DEFAULTS), "services").items():
        if service is None:
            path = (APP_DEFAULTS, "services", name)
            yield base.problem(path, "removes a service, but there is nothing below a base; leave it out")


def _over(own: Data, theirs: Data) -> dict[str, object]:
    merged = {**theirs, **own}
    for key in _BY_KEY:
        if key in own and key in theirs:
            merged[key] = {**_mapping(theirs, key), **_mapping(own, key)}
    return merged


def _present(theirs: Data) -> Iterator[tuple[str, object]]:
    return ((name, service) for name, service in _mapping(theirs, "services").items() if service is not None)


def _mapping(data: Data, key: str) -> Data:
    return cast("Data", data.get(key, {}))
