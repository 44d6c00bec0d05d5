from __future__ import annotations

import smtplib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from microblog.mail import services, tasks
from microblog.mail.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_mail(**fields: object) -> Mail:
    return Mail.objects.create(recipient="a@example.com", subject="Hello", body="A secret link", **fields)


def test_a_mail_is_sent_once_and_what_it_said_is_forgotten() -> None:
    mail = waiting_mail()

    assert [services.send_mail(mail.pk) for _ in range(3)] == [True, False, False]

    assert [message.body for message in outbox.outbox] == ["A secret link"]
    mail.refresh_from_db()
    assert mail.is_sent
    assert mail.body == ""


def test_two_workers_with_the_same_mail_send_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = waiting_mail()
    inside, done = Barrier(2, timeout=10), Barrier(2, timeout=10)
    sent = EmailMessage.send

    def slowly(message: EmailMessage) -> int:
        inside.wait()
        done.wait()
        return sent(message)

    monkeypatch.setattr(EmailMessage, "send", slowly)
    results: list[bool] = []

    def work() -> None:
        results.append(services.send_mail(mail.pk))
        connection.close()

    first = Thread(target=work)
    first.start()
    inside.wait()
    second = services.send_mail(mail.pk)  # while the first speaks to the mail server
    done.wait()
    first.join(timeout=10)

    assert (results, second) == ([True], False)
    assert len(outbox.outbox) == 1


def test_a_mail_server_that_is_away_keeps_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = waiting_mail(created_at=timezone.now() - timedelta(minutes=3))

    def refuse(*_: object, **__: object) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            services.send_mail(mail.pk)
    mail.refresh_from_db()
    assert not mail.is_sent

    tasks.catch_up()

    assert len(outbox.outbox) == 1


def test_what_is_rolled_back_is_not_mailed() -> None:
    with transaction.atomic():
        services.queue_mail(
            recipient="a@example.com", subject="No", template="accounts/mail/confirm.txt", context={"link": "x"}
        )
        transaction.set_rollback(True)

    assert outbox.outbox == []
    assert not Mail.objects.exists()


def test_a_repeated_mail_has_the_id_of_the_first() -> None:
    mail = waiting_mail()
    services.send_mail(mail.pk)
    Mail.objects.filter(pk=mail.pk).update(sent_at=None)  # as if the worker died before the commit
    services.send_mail(mail.pk)

    first, second = (message.extra_headers["Message-ID"] for message in outbox.outbox)
    assert first == second
    assert first.endswith("@alpha.dev.example.com>")
