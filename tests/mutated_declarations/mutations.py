"""Ways to change a declaration: its values, its fields, and its text."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

Place = tuple[Any, Any]
"""A mapping or a list, and the key or position of a value in it."""

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 3, 5, 60, 256, 512, 1024, 2048, 65535, 65536, 2**31, 2**63, 10**400, 0.5, 1.0),
    *(float("inf"), float("nan"), 1e308, "", " ", "a", "A", "-", "--", ".", "..", "/", "/*", "*", "${HOME}", "{{x}}"),
    *("yes", "on", "0x1f", "0o17", "017", "1_000", "12:30:45", "2026-11-27", "2026-02-30", "9999-12-31", "0001-01-01"),
    *("{{resolve:secretsmanager:x}}", "${AWS::Region}", "arn:aws:s3:::x", "é", "日本語", "\u202e", "\ufeff", "\u00a0"),
    *("\x07", "\x7f", "😀", "a\nb", "a\tb", "x" * 255, "x" * 256, "x" * 5000, "a,b", "a b", "'", '"', "#", "<script>"),
    *("../../etc/passwd", "$(id)", "::error::x", "%s%n", "10.0.0.0/16", "10.0.0.0/33", "0.0.0.0/0", "fd00::/8"),
    *("web", "base", "alpha", "main", "accounts", "9", "1.5", "17", "latest", "sha256:" + "0" * 64, [], {}, [[]]),
    *([None], {"": ""}, {"a": None}, ["a", "a"], [1, "1"], {"web": {}}, {"kind": "account"}),
)
KEYS = (
    "",
    " ",
    "kind",
    "web",
    "base",
    "x",
    "X",
    "é",
    "$ref",
    "a.b",
    "a b",
    "1",
    "true",
    "null",
    "<<",
    "\u200b",
    "k" * 300,
)
TOKENS = (
    *("\t", "\r", "\r\n", "\n", "\x00", "\x85", "\u2028", "\ufeff", "\ud7ff", "\U0001f600", "\u202e", ": ", "- ", "? "),
    *("{", "}", "[", "]", ",", "&a ", "*a ", "*b", "!!python/object:os.system ", "!!int ", "!x ", "| ", "> ", "|2-\n"),
    *("---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n", "#", "'", '"', "@", "`", "<<: *a\n", "<<<<<<< HEAD\n", "0" * 30),
    *("\\", "\x1b[31m", "{{resolve:ssm:x}}", "=======\n", "a: b: c", "? [a]\n: b\n", "kind: account\n"),
)
DEEP = ("[" * 1000, "{a: " * 300, "- " * 500, "&a [*a]", "x: &a [1]\ny: [*a, *a]\n", "a" * 70000)


def mutate(random: Random, file: bytes, known: Mapping[str, tuple[Any, ...]]) -> bytes:
    """Return a declaration with one change, or a few. `known` has the values of valid declarations by their keys."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = _parsed(file) if random.random() < 0.75 else None  # the others change text
        file = _text(random, file) if data is None else _structure(random, data, known)
    return file


def values(data: Any) -> Iterator[Place]:
    """Yield the places of all values of a declaration."""
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from values(data[key])


def _parsed(file: bytes) -> dict[str, Any] | None:
    """Return the data of a declaration, with every scalar as text unless quoted tells nothing; None if it has none."""
    try:
        data = yaml.load(file, yaml.CSafeLoader)  # safe, and quick
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError, IndexError):  # IndexError: `!!int ""`
        return None
    return data if isinstance(data, dict) and data else None


def _structure(random: Random, data: dict[str, Any], known: Mapping[str, tuple[Any, ...]]) -> bytes:
    changed = copy.deepcopy(data)
    holder, key = random.choice(list(values(changed)))
    random.choice(_STRUCTURES)(random, holder, key, known)
    style = random.choice((None, None, None, True, False))
    text = yaml.safe_dump(changed, allow_unicode=random.random() < 0.5, default_flow_style=style, sort_keys=False)
    return text.encode("utf-8", "surrogatepass")


def _another_value(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    del known
    holder[key] = random.choice(VALUES)


def _known_value(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    """The value of the same key elsewhere: most of these are valid."""
    holder[key] = random.choice(known.get(str(key), VALUES))


def _known_field(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    name = random.choice(list(known))
    if isinstance(holder, dict):
        holder[name] = random.choice(known[name])
    else:
        holder[key] = random.choice(known[name])


def _near_value(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    """A little more, a little less, another spelling."""
    del known
    match holder[key]:
        case bool() as flag:
            holder[key] = not flag
        case int() | float() as number:
            holder[key] = random.choice((number + 1, number - 1, number * 2, number // 2, -number, str(number)))
        case str() as text:
            place = random.randrange(len(text) + 1)
            holder[key] = random.choice(
                (text.upper(), text + "-2", text[:place] + text[place + 1 :], text[:place] + "é" + text[place:], [text])
            )
        case list() as items:
            holder[key] = random.choice((items * 2, items[1:], items[::-1], [*items, items], items * 200))
        case other:
            holder[key] = [other]


def _without(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    del random, known
    del holder[key]


def _another_key(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    if isinstance(holder, dict):
        holder[random.choice((*KEYS, *known, f"{key}s", str(key).upper()))] = holder.pop(key)


def _nested(random: Random, holder: Any, key: Any, known: Mapping[str, tuple[Any, ...]]) -> None:
    del known
    for _ in range(random.choice((1, 2, 19, 25, 90))):
        holder[key] = [holder[key]] if random.random() < 0.5 else {"a": holder[key]}


_STRUCTURES: tuple[Callable[[Random, Any, Any, Mapping[str, tuple[Any, ...]]], None], ...] = (
    *(_known_value, _known_value, _known_value, _known_field, _near_value, _near_value, _another_value),
    *(_another_value, _without, _without, _another_key, _nested),
)


def _text(random: Random, file: bytes) -> bytes:
    text = file.decode("utf-8", "replace")
    lines = text.split("\n")
    line = random.randrange(len(lines))
    place = random.randrange(len(text) + 1)
    match random.randrange(12):
        case 0 | 1 | 2:
            text = text[:place] + random.choice(TOKENS) + text[place:]
        case 3:
            text = text[:place] + text[place + random.choice((1, 1, 2, 10, 100)) :]
        case 4:
            text = "\n".join([*lines[:line], random.choice((lines[line], "  " + lines[line])), *lines[line:]])
        case 5:
            text = "\n".join([*lines[:line], *lines[line + 1 :]])
        case 6:
            text = "\n".join([*lines[:line], "\t" + lines[line], *lines[line + 1 :]])
        case 7:
            text = random.choice((text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text, text * 2))
        case 8:
            text = text[:place] + random.choice(DEEP) + text[place:]
        case 9:
            return random.choice((text.encode("utf-16"), text.encode("utf-32"), text.encode("utf-8-sig"), b"", b"\xff"))
        case 10:
            raw = text.encode()
            place = random.randrange(len(raw) + 1)
            return raw[:place] + bytes([random.randrange(256)]) + raw[place + 1 :]
        case _:
            text = text.replace(
                ": ", random.choice((": &a ", ": *a ", ": !!str ", ":  ", " : ", ":\n  ")), random.randrange(1, 3)
            )
    return text.encode("utf-8", "surrogatepass")
