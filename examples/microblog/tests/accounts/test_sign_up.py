from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from microblog.accounts import confirmation
from microblog.accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {"email": "New@Example.com", "handle": "newcomer", "password": PASSWORD}


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https://alpha\.dev\.example\.com(/\S+)", str(message.body))
    assert found
    return found[1]


def test_signing_up_sends_one_mail_whose_link_and_the_password_open_the_account(client: Client) -> None:
    assert client.post("/sign-up/", FORM).status_code == 200

    user = User.objects.get(handle="newcomer", email_confirmed_at=None)
    assert user.email == "new@example.com"
    assert [message.to for message in mail.outbox] == [["new@example.com"]]
    link = link_in(mail.outbox[0])
    assert "One more step" in client.get(link).content.decode()
    assert User.objects.filter(email_confirmed_at=None).exists(), "opening the link confirms nothing"

    answer = client.post(link, {"password": PASSWORD})

    assert answer["Location"] == "/"
    user.refresh_from_db()
    assert user.email_confirmed_at is not None
    assert client.get("/").context["user"] == user


def test_the_link_alone_does_not_open_an_account(client: Client) -> None:
    client.post("/sign-up/", FORM)

    answer = client.post(link_in(mail.outbox[0]), {"password": "not the password"})

    assert answer.status_code == 422
    assert User.objects.get().email_confirmed_at is None
    assert client.get("/").context["user"].is_anonymous


def test_a_link_works_once(client: Client) -> None:
    client.post("/sign-up/", FORM)
    link = link_in(mail.outbox[0])
    client.post(link, {"password": PASSWORD})
    client.post("/sign-out/")

    answer = client.post(link, {"password": PASSWORD})

    assert answer["Location"] == "/sign-in/"
    assert client.get("/").context["user"].is_anonymous


@pytest.mark.parametrize("ticket", ["nonsense", "WzEsImFAYi5jIl0:1tXYZ:forged"])
def test_a_forged_link_is_refused(client: Client, ticket: str) -> None:
    assert client.get(f"/confirm/{ticket}/").status_code == 410


def test_an_old_link_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/sign-up/", FORM)
    monkeypatch.setattr(confirmation, "MAX_AGE_SECONDS", -1)

    assert client.get(link_in(mail.outbox[0])).status_code == 410


def test_signing_up_does_not_tell_whether_an_address_has_an_account(client: Client) -> None:
    known = UserFactory.create(email="known@example.com")

    unknown_answer = client.post("/sign-up/", FORM)
    known_answer = client.post("/sign-up/", FORM | {"email": known.email, "handle": "somebody"})

    assert known_answer.status_code == unknown_answer.status_code == 200
    assert known_answer.content.replace(b"known@example.com", b"") == unknown_answer.content.replace(
        b"New@Example.com", b""
    )
    assert not User.objects.filter(handle="somebody").exists()
    assert mail.outbox[-1].subject == "You already have an account"


def test_who_signs_up_with_the_address_of_somebody_else_does_not_get_in_when_that_person_confirms(
    client: Client,
) -> None:
    client.post("/sign-up/", FORM | {"password": "chosen by a thief"})
    client.post("/sign-up/", FORM | {"handle": "owner"})

    answer = client.post(link_in(mail.outbox[-1]), {"password": PASSWORD})

    assert answer.status_code == 422
    assert User.objects.get().email_confirmed_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "ab"),
        ("handle", "With Space"),
        ("handle", "UPPER"),
        ("handle", "admin"),
        ("handle", "taken"),
        ("email", "no address"),
        ("password", "short"),
        ("password", "password1234"),
        ("password", "newcomer12"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(client: Client, field: str, value: str) -> None:
    UserFactory.create(handle="taken")

    answer = client.post("/sign-up/", FORM | {field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.count() == 1
    assert mail.outbox == []


def test_one_address_signs_up_a_limited_number_of_times(client: Client) -> None:
    for number in range(10):
        client.post("/sign-up/", FORM | {"email": f"{number}@example.com", "handle": f"robot_{number}"})

    answer = client.post("/sign-up/", FORM)

    assert answer.status_code == 422
    assert not User.objects.filter(handle="newcomer").exists()
