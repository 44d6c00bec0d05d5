"""What can be read from one file, and what is refused before anything is made of it."""

import os
from pathlib import Path

import pytest

from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.loader import MAX_BYTES, load, parse
from constructs_lib.config.source import FieldPath


def refusal(content: bytes) -> str:
    with pytest.raises(DeclarationError) as error:
        parse(content, "x.yaml")
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("1.10", 1.1),
        ("5e3", 5000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("Off", "Off"),
        ("2026-12-05", "2026-12-05"),
        ("12:30:45", "12:30:45"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ('"5"', "5"),
        ("'012'", "012"),
        ('"tab\\tand\\nline"', "tab\tand\nline"),
        ("[1, {a: b}]", [1, {"a": "b"}]),
    ],
)
def test_scalars_are_read_as_yaml_1_2_reads_them(text: str, value: object) -> None:
    read = parse(f"value: {text}\n".encode(), "x.yaml").data["value"]

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["012", "012345670123", "-01", "01.5"])
def test_number_with_a_leading_zero_is_refused_with_the_advice_to_quote_it(text: str) -> None:
    assert refusal(f"a: 1\nvalue: {text}\n".encode()) == (
        f'x.yaml:2:8: {text} is a number with a leading zero; as text, put it in quotes: "{text}"'
    )


def test_number_that_is_too_long_is_refused() -> None:
    assert refusal(b"value: " + b"1" * 5000) == (
        "x.yaml:1:8: is a number of 5000 characters; as text, put it in quotes"
    )


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse(b"on: 1\n1: 2\nnull: 3\n", "x.yaml").data == {"on": 1, "1": 2, "null": 3}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"kind: a\x00b\n", "x.yaml:1:8: holds the control character U+0000; remove it"),
        (b"kind: app\n# \x1b[31m\n", "x.yaml:2:3: holds the control character U+001B; remove it"),
        ("kind: \u202eapp\n".encode(), "x.yaml:1:7: holds a character that cannot be seen: U+202E RIGHT-TO-LEFT"),
        (b'kind: "a\\0b"\n', "x.yaml:1:7: holds the control character U+0000; remove it"),
        (b'"ki\\0nd": app\n', "x.yaml:1:1: holds the control character U+0000; remove it"),
        (b"kind: app\nowner: caf\xe9\n", "x.yaml:2:11: is not UTF-8 text (byte 0xe9); save the file as UTF-8"),
        ("kind: app\n".encode("utf-16"), "x.yaml:1:1: is not UTF-8 text (byte 0xff); save the file as UTF-8"),
        (b'kind: "\\ud800"\n', "x.yaml:1:10: is not valid YAML: found invalid Unicode character escape code"),
    ],
)
def test_content_that_is_no_plain_text_is_refused(content: bytes, message: str) -> None:
    assert refusal(content).startswith(message)


@pytest.mark.parametrize(
    ("character", "name", "remedy"),
    [
        ("\u200b", "ZERO WIDTH SPACE", "remove it"),
        ("\u200d", "ZERO WIDTH JOINER", "remove it"),
        ("\u2060", "WORD JOINER", "remove it"),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE", "remove it"),
        ("\u200f", "RIGHT-TO-LEFT MARK", "remove it"),
        ("\u061c", "ARABIC LETTER MARK", "remove it"),
        ("\u2067", "RIGHT-TO-LEFT ISOLATE", "remove it"),
        ("\u00ad", "SOFT HYPHEN", "remove it"),
        ("\U000e0041", "TAG LATIN CAPITAL LETTER A", "remove it"),
        ("\u00a0", "NO-BREAK SPACE", "write a plain space"),
        ("\u2009", "THIN SPACE", "write a plain space"),
        ("\u3000", "IDEOGRAPHIC SPACE", "write a plain space"),
    ],
)
def test_characters_that_cannot_be_seen_are_named_with_their_place(character: str, name: str, remedy: str) -> None:
    code = f"U+{ord(character):04X}"
    expected = f"holds a character that cannot be seen: {code} {name}; {remedy}"

    assert refusal(f"kind: app\nowner: oc{character}to\n".encode()) == f"x.yaml:2:10: {expected}"
    assert refusal(f"kind: app # so{character}\n".encode()) == f"x.yaml:1:15: {expected}"
    escaped = f"\\U{ord(character):08x}"
    assert refusal(f'kind: "a{escaped}"\n'.encode()) == f"x.yaml:1:7: {expected}"


@pytest.mark.parametrize("text", ["Müller", "日本語", "naïve “quoted”", "🎉", "⚠\ufe0f"])
def test_any_text_that_can_be_seen_is_good(text: str) -> None:
    assert parse(f"kind: {text}\n".encode(), "x.yaml").data == {"kind": text}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (
            b"kind: app\n<<<<<<< HEAD\nimage: v1\n=======\nimage: v2\n>>>>>>> topic\n",
            '2:1: holds a conflict of a merge ("<<<<<<<")',
        ),
        (b"kind: app\n>>>>>>> topic\n", '2:1: holds a conflict of a merge (">>>>>>>")'),
        (b"a: |\n  x\n<<<<<<< HEAD\r\n", '3:1: holds a conflict of a merge ("<<<<<<<")'),
    ],
)
def test_what_a_merge_has_left_is_named(content: bytes, place: str) -> None:
    assert refusal(content).startswith(f"x.yaml:{place}; choose what is right")


def test_other_lines_of_such_characters_are_text() -> None:
    assert parse(b"# =======\na: |\n  <<<<<<< HEAD\n  =======\n", "x.yaml").data == {"a": "<<<<<<< HEAD\n=======\n"}


def test_deep_nesting_is_refused_without_running_out_of_stack() -> None:
    assert refusal(b"a: " + b"[" * 900) == "x.yaml:1:23: is nested more than 20 levels deep"
    # Newer versions of libyaml refuse a thousand levels before an event is read.
    assert "nest" in refusal(b"a: " + b"[" * 60_000)


def test_lists_in_lines_of_their_own_nest_no_deeper() -> None:
    assert refusal(b"a:\n" + b"- " * 10_000).endswith("is nested more than 20 levels deep")


def test_aliases_are_counted_as_what_they_repeat() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]

    assert refusal("\n".join(lines).encode()).endswith("with its aliases written out, it holds more than 10,000 values")


def test_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(5_000_000)

    with pytest.raises(DeclarationError, match=r"x.yaml:1:1: has 5,000,000 bytes; a declaration has at most 65,536$"):
        load(file, "x.yaml")


def test_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"kind: app\n".ljust(MAX_BYTES, b"#"))

    assert load(file, "x.yaml").data == {"kind": "app"}


def test_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")

    with pytest.raises(DeclarationError, match="is not a regular file"):
        load(tmp_path / "pipe.yaml", "x.yaml")


def test_missing_file_is_reported_by_the_system_s_reason(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml", "x.yaml")


CONTENT = b"""\
# a comment
kind: ad-hoc-app
services:
  web:
    paths: ["/a",
            "/b"]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (2, 1)),
        (("kind",), (2, 7)),
        (("services",), (4, 3)),
        (("services", "web", "paths"), (5, 12)),
        (("services", "web", "paths", 1), (6, 13)),
        (("services", "web", "port"), (5, 5)),
        (("missing", "altogether"), (2, 1)),
    ],
)
def test_values_are_located_or_else_what_is_nearest(path: FieldPath, place: tuple[int, int]) -> None:
    assert parse(CONTENT, "x.yaml").locate(path) == place


def test_keys_are_located() -> None:
    source = parse(CONTENT, "x.yaml")

    assert source.locate_key(("services", "web")) == (4, 3)
    assert source.locate_key(("services", "web", "port")) == source.locate(("services", "web"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('environment: {KEY: "{{resolve:secretsmanager:prod-app/key}}"}\n', "1:20"),
        ("environment:\n  KEY: 'a {{resolve:ssm-secure:/prod/key:1}} b'\n", "2:8"),
        ('command: [echo, "{{resolve:ssm:/prod/key}}"]\n', "1:17"),
        ('a: "{{ Resolve : ssm:/prod/key}}"\n', "1:4"),
        ('a: "{{re\\u0073olve:ssm:/prod/key}}"\n', "1:4"),
        ("a: >-\n  {{resolve:ssm:/prod\n  /key}}\n", "1:4"),
        ('"{{resolve:ssm:/prod/key}}": 1\n', "1:1"),
        ('a: &a "{{resolve:ssm:/prod/key}}"\n', "1:4"),
    ],
)
def test_dynamic_reference_is_refused_wherever_it_is(text: str, place: str) -> None:
    assert refusal(text.encode()) == (
        f"x.yaml:{place}: holds a dynamic reference of CloudFormation; name the secret in `secrets`"
    )


@pytest.mark.parametrize("text", ["{{ name }}", "resolve:x", "{resolve:x}", "{{resolved}}"])
def test_braces_alone_are_no_reference(text: str) -> None:
    assert parse(f"a: '{text}'\n".encode(), "x.yaml").data == {"a": text}


def test_what_cannot_be_printed_is_escaped_in_messages() -> None:
    assert "the key a\\nb is here twice" in refusal(b'"a\\nb": 1\n"a\\nb": 2\n')
    assert "the tag !\\nb is not allowed" in refusal(b"a: !%0Ab c\n")
