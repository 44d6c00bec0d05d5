"""Documents from job to job: what is read is what was written, and nothing else is read at all."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from gitops import handoff
from gitops.errors import UserError
from gitops.handoff import AccountDocument, Document, EnvironmentId, ShortText


class Part(Document, frozen=True, kw_only=True):
    name: ShortText
    note: ShortText = ""


class Whole(AccountDocument, frozen=True, kw_only=True):
    environment: EnvironmentId
    parts: Annotated[tuple[Part, ...], Meta(max_length=3)] = ()
    share: float = 0.0
    known: bool = False


WHOLE = Whole(account="main", environment="dev/alpha", parts=(Part(name="é\u202e"),), share=0.5)


def written(folder: Path, content: bytes) -> Path:
    file = folder / "main.json"
    file.write_bytes(content)
    return file


def as_json(**fields: Any) -> bytes:
    whole = {"account": "main", "environment": "dev/alpha", "parts": [], "share": 0.0, "known": False}
    return json.dumps({**whole, **fields}).encode()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    handoff.write(tmp_path / "new" / "main.json", WHOLE)

    assert handoff.read(tmp_path / "new" / "main.json", Whole) == WHOLE


def test_what_breaks_its_limits_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"was not written: wrong at \$\.environment"):
        handoff.write(tmp_path / "main.json", Whole(account="main", environment="../alpha"))
    with pytest.raises(UserError, match="is not Unicode"):
        handoff.write(tmp_path / "main.json", Part(name="\ud800"))

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UserError, match="cannot be written"):
        handoff.write(tmp_path / "file" / "main.json", WHOLE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"account":' * 100_000,
        b"\xff",
        as_json().decode().encode("utf-16"),
        b"\xef\xbb\xbf" + as_json(),
        as_json() + b"x",
        as_json().replace(b"alpha", b"\xffalpha"),
        as_json(share=float("nan")),
        as_json(share=float("inf")),
        as_json().replace(b"0.0", b"1e999"),
        as_json(share="0"),
        as_json(share=True),
        as_json(known=0),
        as_json(known="true"),
        as_json(account=1),
        as_json(parts={}),
        as_json(parts=[None]),
        as_json(parts=[{"name": "a"}]),
        as_json(parts=[{"name": "a", "note": "\ud800"}]),
        as_json(parts=[{"name": "a", "note": "", "more": 1}]),
        as_json(parts=[{"name": "a", "note": ""}] * 4),
        as_json(parts=[{"name": "a" * 301, "note": ""}]),
        as_json(environment="dev/alpha\n"),
        as_json(more=1),
    ],
    ids=lambda content: str(content[:60]),
)
def test_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError, match="is not a valid Whole"):
        handoff.read(written(tmp_path, content), Whole)


@pytest.mark.parametrize("field", Whole.__struct_fields__)
def test_each_field_has_to_be_in_the_file_also_one_with_a_default(tmp_path: Path, field: str) -> None:
    data = json.loads(as_json())
    del data[field]

    with pytest.raises(UserError, match="is not a valid Whole"):
        handoff.read(written(tmp_path, json.dumps(data).encode()), Whole)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(Whole.__struct_fields__), inner),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fields=st.dictionaries(st.sampled_from(Whole.__struct_fields__) | st.text(), ANYTHING))
def test_whatever_is_read_is_within_the_limits_and_everything_else_an_error_of_the_user(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    file = written(tmp_path, as_json(**fields))
    try:
        found = handoff.read(file, Whole)
    except UserError:
        return
    handoff.write(file, found)
    assert handoff.read(file, Whole) == found


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=st.binary())
def test_any_bytes_are_an_error_of_the_user(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError):
        handoff.read(written(tmp_path, content), Whole)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(key=st.text(min_size=8), value=st.text(min_size=8))
def test_the_message_repeats_nothing_of_the_file(tmp_path: Path, key: str, value: str) -> None:
    for content in (
        as_json(**{key: value}),
        as_json(account=f"{value}!"),
        as_json(parts=[{f"{key} - at `$.{value}": 1}]),
    ):
        with pytest.raises(UserError) as caught:
            handoff.read(written(tmp_path, content), Whole)
        message = str(caught.value).removeprefix(str(tmp_path))

        assert "\n" not in message
        assert key not in message
        assert value not in message


def test_a_missing_file_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        handoff.read(tmp_path / "main.json", Whole)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "main.json").open("wb") as file:
        file.truncate(handoff.MAX_BYTES + 1)

    with pytest.raises(UserError, match="bytes"):
        handoff.read(tmp_path / "main.json", Whole)


def test_links_folders_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    real = written(tmp_path, as_json())
    link, pipe, device = tmp_path / "link.json", tmp_path / "pipe.json", tmp_path / "device.json"
    link.symlink_to(real)
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")

    assert handoff.read(real, Whole).account == "main"
    for path in (link, pipe, device, tmp_path, Path("/dev/zero"), Path("/dev/stdin")):
        with pytest.raises(UserError, match="cannot be read"):
            handoff.read(path, Whole)


def test_each_account_has_one_document_about_itself(tmp_path: Path) -> None:
    handoff.write(tmp_path / "a" / "main.json", WHOLE)
    handoff.write(tmp_path / "b" / "other.json", Whole(account="other", environment="qa/alpha"))

    found = handoff.read_per_account(tmp_path, ["main", "other"], Whole)

    assert [document.account for document in found] == ["main", "other"]
    with pytest.raises(UserError, match=r"no files third\.json"):
        handoff.read_per_account(tmp_path, ["main", "third"], Whole)
    handoff.write(tmp_path / "c" / "main.json", WHOLE)
    with pytest.raises(UserError, match=r"2 files main\.json"):
        handoff.read_per_account(tmp_path, ["main"], Whole)
    handoff.write(tmp_path / "b" / "other.json", WHOLE)
    with pytest.raises(UserError, match="is about the account main"):
        handoff.read_per_account(tmp_path, ["other"], Whole)
