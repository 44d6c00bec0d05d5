"""Making digests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from microblog.digest.models import Digest
from microblog.mail.models import Mail
from microblog.mail.services import render
from microblog.social.models import Follow

logger = logging.getLogger(__name__)

POSTS_IN_A_MAIL = 5


def due(now: datetime) -> date | None:
    """Return the day whose digest is due: yesterday, once it is DIGEST_HOUR. None before."""
    now = now.astimezone(UTC)
    return now.date() - timedelta(days=1) if now.hour >= settings.DIGEST_HOUR else None


@transaction.atomic
def make_digest(day: date) -> bool:
    """Write the mails of a day's digest and return True, or return False when that has been done.

    Row and mails come with one commit. Whoever comes second, at the same time too, waits for the first and finds the
    row; whoever dies leaves neither. The mails go out by the table of mails.
    """
    digest, created = Digest.objects.get_or_create(day=day)
    if not created:
        return False
    digest.mails = len(Mail.objects.bulk_create(_mails(day), batch_size=500))
    digest.save(update_fields=["mails"])
    logger.info("digest made", extra={"day": day.isoformat(), "mails": digest.mails})
    return True


def _mails(day: date) -> Iterator[Mail]:
    start = datetime.combine(day, time.min, UTC)
    # The newest few for each reader, in one query.
    posts = (
        Follow.objects.filter(
            follower__wants_digest=True,
            follower__is_active=True,
            follower__email_confirmed_at__isnull=False,
            followed__posts__created_at__gte=start,
            followed__posts__created_at__lt=start + timedelta(days=1),
        )
        .annotate(
            place=Window(
                RowNumber(),
                partition_by="follower_id",
                order_by=[F("followed__posts__created_at").desc(), F("followed__posts__pk").desc()],
            )
        )
        .filter(place__lte=POSTS_IN_A_MAIL)
        .order_by("follower_id", "place")
        .values(
            "follower_id",
            email=F("follower__email"),
            handle=F("followed__handle"),
            text=F("followed__posts__text"),
            number=F("followed__posts__pk"),
        )
    )
    for reader, rows in groupby(posts.iterator(chunk_size=2000), key=lambda row: (row["follower_id"], row["email"])):
        number, email = reader
        yield Mail(
            recipient=email,
            subject=f"Yesterday on μblog, {day:%d %B}",
            body=render("digest/mail/digest.txt", {"posts": list(rows), "day": day}),
            key=f"digest:{day.isoformat()}:{number}",
        )
