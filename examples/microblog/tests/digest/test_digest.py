from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.core import mail as outbox
from django.db import connection

from microblog.digest import services
from microblog.digest.models import Digest
from microblog.mail import tasks
from microblog.mail.models import Mail
from tests.factories import FollowFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_each_reader_gets_one_mail_with_what_was_posted_that_day() -> None:
    follow = FollowFactory.create()
    FollowFactory.create(follower=follow.follower)  # who posted nothing
    PostFactory.create(author=follow.followed, text="In time", created_at=NOON)
    PostFactory.create(author=follow.followed, text="Too late", created_at=datetime(2026, 3, 5, tzinfo=UTC))
    PostFactory.create(text="By a stranger", created_at=NOON)

    assert services.make_digest(DAY) is True
    tasks.catch_up()
    assert outbox.outbox == [], "the grace of catch_up has not passed"
    for number in Mail.objects.values_list("pk", flat=True):
        tasks.send(number)

    assert [message.to for message in outbox.outbox] == [[follow.follower.email]]
    body = str(outbox.outbox[0].body)
    assert "In time" in body
    assert f"@{follow.followed.handle}: https://alpha.dev.example.com/posts/" in body
    assert "Too late" not in body
    assert "stranger" not in body


def test_a_mail_holds_the_newest_few() -> None:
    follow = FollowFactory.create()
    for minute in range(8):
        PostFactory.create(author=follow.followed, text=f"Minute {minute}.", created_at=NOON.replace(minute=minute))

    services.make_digest(DAY)

    body = Mail.objects.get().body
    assert [f"Minute {minute}." in body for minute in range(8)] == [False] * 3 + [True] * 5


def test_who_does_not_want_it_or_is_closed_or_unconfirmed_gets_none() -> None:
    for unwilling in ({"wants_digest": False}, {"is_active": False}, {"email_confirmed_at": None}):
        follow = FollowFactory.create(follower=UserFactory.create(**unwilling))
        PostFactory.create(author=follow.followed, created_at=NOON)

    services.make_digest(DAY)

    assert not Mail.objects.exists()
    assert Digest.objects.get().mails == 0


def test_a_second_time_makes_nothing() -> None:
    PostFactory.create(author=FollowFactory.create().followed, created_at=NOON)

    assert [services.make_digest(DAY) for _ in range(3)] == [True, False, False]
    assert Mail.objects.count() == 1


def test_two_at_the_same_time_make_it_once() -> None:
    PostFactory.create(author=FollowFactory.create().followed, created_at=NOON)
    results: list[bool] = []

    def work() -> None:
        results.append(services.make_digest(DAY))
        connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(results) == [False, False, True]
    assert Mail.objects.count() == Digest.objects.count() == 1


def test_who_dies_in_the_middle_leaves_nothing_and_the_next_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    PostFactory.create(author=FollowFactory.create().followed, created_at=NOON)

    def die(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(Mail.objects, "bulk_create", die)
        with pytest.raises(SystemExit):
            services.make_digest(DAY)
    assert not Digest.objects.exists()

    assert services.make_digest(DAY) is True
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(("hour", "day"), [(0, None), (4, None), (5, date(2026, 3, 3)), (23, date(2026, 3, 3))])
def test_yesterdays_digest_is_due_from_five_on(hour: int, day: date | None) -> None:
    assert services.due(NOON.replace(hour=hour)) == day
