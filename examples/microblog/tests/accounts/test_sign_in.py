from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from microblog.accounts.models import User
from tests.accounts.test_sign_up import link_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(client: Client, email: str, password: str = PASSWORD, **form: str) -> int:
    return client.post("/sign-in/", {"username": email, "password": password, **form}).status_code


def test_address_in_any_case_and_password_sign_in(client: Client, user: User) -> None:
    assert sign_in(client, user.email.upper()) == 302
    assert client.get("/").context["user"] == user


def test_the_session_cookie_is_for_this_host_alone(client: Client, user: User) -> None:
    sign_in(client, user.email)

    cookie = client.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_signing_out_takes_a_button(client: Client, user: User) -> None:
    client.force_login(user)

    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/").context["user"].is_anonymous


def test_one_does_not_get_sent_to_another_site(client: Client, user: User) -> None:
    answer = client.post(
        "/sign-in/", {"username": user.email, "password": PASSWORD, "next": "https://evil.example.org/"}
    )

    assert answer["Location"] == "/"


def test_an_unconfirmed_address_gets_its_link_again_instead(client: Client) -> None:
    user = UserFactory.create(email_confirmed_at=None)

    assert sign_in(client, user.email) == 200
    assert client.get("/").context["user"].is_anonymous
    assert [message.subject for message in mail.outbox] == ["Confirm your address"]


def test_guessing_is_limited_even_for_the_right_password(client: Client, user: User) -> None:
    for _ in range(10):
        sign_in(client, user.email, "wrong")

    assert sign_in(client, user.email) == 200
    assert client.get("/").context["user"].is_anonymous


def test_guesses_are_counted_by_the_address_that_the_load_balancer_saw(client: Client, user: User) -> None:
    for number in range(10):
        client.post(
            "/sign-in/",
            {"username": f"{number}@example.com", "password": "wrong"},
            headers={"x-forwarded-for": f"10.0.0.{number}, 203.0.113.9"},
        )
    form = {"username": user.email, "password": PASSWORD}

    same = client.post("/sign-in/", form, headers={"x-forwarded-for": "10.9.9.9, 203.0.113.9"})
    another = client.post("/sign-in/", form, headers={"x-forwarded-for": "203.0.113.9, 203.0.113.10"})

    assert (same.status_code, another.status_code) == (200, 302)


def test_a_forgotten_password_is_replaced_through_a_mail(client: Client, user: User) -> None:
    client.post("/forgotten-password/", {"email": user.email})
    form_page = client.get(link_in(mail.outbox[0]))

    answer = client.post(
        form_page["Location"], {"new_password1": "another good one", "new_password2": "another good one"}
    )

    assert answer["Location"] == "/sign-in/"
    assert sign_in(client, user.email) == 200
    assert sign_in(client, user.email, "another good one") == 302
    assert client.get(link_in(mail.outbox[0])).context["validlink"] is False


def test_a_new_password_by_mail_confirms_the_address(client: Client) -> None:
    user = UserFactory.create(email_confirmed_at=None)
    client.post("/forgotten-password/", {"email": user.email})
    form_page = client.get(link_in(mail.outbox[0]))

    client.post(form_page["Location"], {"new_password1": "another good one", "new_password2": "another good one"})

    user.refresh_from_db()
    assert user.email_confirmed_at is not None


def test_asking_for_a_new_password_does_not_tell_whether_there_is_an_account(client: Client, user: User) -> None:
    known = client.post("/forgotten-password/", {"email": user.email})
    unknown = client.post("/forgotten-password/", {"email": "nobody@example.com"})

    assert known["Location"] == unknown["Location"] == "/forgotten-password/sent/"
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_a_form_without_its_token_is_refused(user: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "alpha.dev.example.com", "x-forwarded-proto": "https"})

    assert client.post("/sign-in/", {"username": user.email, "password": PASSWORD}).status_code == 403


def test_the_admin_opens_for_staff_alone(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    client.force_login(User.objects.create_superuser("root@example.com", "rooty", PASSWORD))
    for page in ("", "accounts/user/", "accounts/user/add/", "posts/post/", "mail/mail/", "digest/digest/"):
        assert client.get(f"/admin/{page}").status_code == 200


def test_settings_change_what_others_see(client: Client, user: User) -> None:
    client.force_login(user)

    client.post("/settings/", {"display_name": "Somebody Else", "bio": "Hello"})

    user.refresh_from_db()
    assert (user.display_name, user.bio, user.wants_digest) == ("Somebody Else", "Hello", False)
