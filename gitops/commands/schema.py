"""`gitops schema`: reference documentation of the declarations, in Markdown."""

import dataclasses
import sys
import typing
from collections.abc import Iterator, Mapping

from constructs_lib.config import schema as config_schema
from constructs_lib.config.model import CONFIG_OF_KIND
from constructs_lib.config.references import REFERENCES, Secrecy
from constructs_lib.config.rules import RULES
from constructs_lib.config.schema import Schema, resolved
from gitops.declarations import to_yaml

_INTRODUCTION = """\
<!-- Printed by `gitops schema` from environments/schema.json, the defaults in constructs_lib/config/model.py and
     the rules in constructs_lib/config/rules/: change it there. -->

# Declarations

{description} `environments/dev/alpha.yaml` is the environment `dev/alpha`: the app `alpha` on the base `dev`, which
is `environments/dev/base.yaml`. Accounts are in `environments/accounts/`. `gitops new KIND NAME` writes a first
version of any of them, and an editor with a YAML language server completes and checks it from its first line:

```yaml
# yaml-language-server: $schema=../schema.json
```

| kind | declares |
| --- | --- |
{kinds}

An app takes missing fields from the `app_defaults` of its base: `environment`, `secrets` and `jobs` are merged key by
key, `services` by name and then field by field, and any other field of the app replaces the default. `null` removes a
default: a field, a service, a field of a service, a variable or a secret. "Required" therefore means for an app: here
or in the defaults of its base.

Unknown keys, duplicate keys, tags and numbers with leading zeros are errors. Dates and words such as `yes` and `on`
are text; a number where text is wanted, such as a version `1.10`, goes in quotes.
"""

_RULES = """\
## Rules

`gitops validate` also checks rules between fields and between files:

{rules}
"""

_REFERENCES = """\
## References

A value in `environment` may refer to what the environment is given, alone or in a longer text:

```yaml
environment:
  DATABASE_URL: "{{database.url}}"
  CSRF_TRUSTED_ORIGINS: "https://{{host}},https://www.example.com"
```

| reference | value | secret |
| --- | --- | --- |
{references}

A value with a secret in it reaches tasks through Secrets Manager, never as a plain variable; a longer text becomes a
secret of its own. `{{{{host}}}}` is the text `{{host}}`. Only a name in braces is a reference, so that JSON stays as it
is: `'{{"hosts": ["{{host}}"]}}'`.
"""

_SECRECY: Mapping[Secrecy, str] = {"plain": "", "secret": "yes", "secret in production": "in production"}

_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "mapping"}


def schema() -> int:
    """Print the reference documentation. Returns 0."""
    sys.stdout.write(reference())
    return 0


def reference() -> str:
    """Return the reference documentation: an introduction, a section for each kind, references, rules."""
    parts = {kind: config_schema.schema()["$defs"][name] for kind, name in config_schema.definitions().items()}
    introduction = _INTRODUCTION.format(
        description=config_schema.schema()["description"],
        kinds="\n".join(f"| [`{kind}`](#{kind}) | {part['description']} |" for kind, part in parts.items()),
    )
    rules = _RULES.format(
        rules="\n".join(
            f"- **{rule.__name__.replace('_', ' ').capitalize()}.** {(rule.__doc__ or '').splitlines()[0]}"
            for rule in RULES
        )
    )
    named = _REFERENCES.format(
        references="\n".join(
            f"| `{{{name}}}` | {meaning.text} | {_SECRECY[meaning.secrecy]} |" for name, meaning in REFERENCES.items()
        )
    )
    return "\n".join([introduction, *(_section(kind, part) for kind, part in parts.items()), named, rules])


def _section(kind: str, part: Schema) -> str:
    rows = "\n".join(_rows(part, CONFIG_OF_KIND[kind], ""))
    example = to_yaml(part["examples"][0])
    return (
        f"## {kind}\n\n{part['description']}\n\n```yaml\n{example}```\n\n"
        f"| field | type | default | description |\n| --- | --- | --- | --- |\n{rows}\n"
    )


def _rows(part: Schema, config: type, prefix: str) -> Iterator[str]:
    """Yield a table row for each field of a mapping, those of mappings inside it below their own."""
    types = typing.get_type_hints(config)
    defaults = {item.name: item for item in dataclasses.fields(config)}
    for name, reference_or_part in part["properties"].items():
        if name not in defaults:
            continue  # `kind`, which is the heading
        inner = resolved(reference_or_part)
        cells = (
            f"`{prefix}{name}`",
            _type(inner),
            _default(defaults[name]),
            _description(inner, defaults[name].default),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        if name == "app_defaults":
            continue  # its fields are those of the apps
        nested = _config_within(types[name])
        values = inner.get("additionalProperties")
        if nested and isinstance(values, Mapping):
            yield from _rows(resolved(values), nested, f"{prefix}{name}.NAME.")
        elif nested and inner["type"] == "array":
            yield from _rows(resolved(inner["items"]), nested, f"{prefix}{name}[].")
        elif nested:
            yield from _rows(inner, nested, f"{prefix}{name}.")


def _config_within(hint: object) -> type | None:
    """Return the class of the model in a type such as `X`, `X | None`, `tuple[X, ...]` or `Mapping[str, X]`."""
    candidates = (hint, *typing.get_args(hint))
    return next((item for item in candidates if isinstance(item, type) and dataclasses.is_dataclass(item)), None)


def _type(part: Schema) -> str:
    if values := part.get("enum"):
        return "one of " + ", ".join(f"`{value}`" for value in values if value is not None)
    kind = part["type"] if isinstance(part["type"], str) else part["type"][0]
    if kind == "array":
        items = resolved(part["items"])["type"]
        return "list of mappings" if items == "object" else f"list of {_TYPES[items]}"
    if kind == "integer" and "minimum" in part:
        return f"whole number, {part['minimum']} to {part['maximum']}"
    return _TYPES[kind]


def _default(item: "dataclasses.Field[object]") -> str:
    if item.default is dataclasses.MISSING:
        return "required" if item.default_factory is dataclasses.MISSING else ""
    if item.default is None or item.default == ():
        return ""
    return f"`{_written(item.default)}`"


def _description(part: Schema, default: object) -> str:
    text = str(part["description"])
    example = next(iter(part.get("examples", ())), None)
    return text if example in (None, default) else f"{text} Example: `{_written(example)}`."


def _written(value: object) -> str:
    return to_yaml({"value": value}).removeprefix("value:").strip()
