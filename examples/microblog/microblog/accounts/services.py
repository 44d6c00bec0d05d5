"""What people do with their accounts."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from microblog.accounts import confirmation
from microblog.accounts.models import User
from microblog.mail.services import queue_mail

logger = logging.getLogger(__name__)


class HandleTakenError(Exception):
    """Somebody else was faster."""


def sign_up(*, email: str, handle: str, password: str) -> None:
    """Make an account and send a link that confirms its address.

    Whoever asks learns the same in both cases; the owner of an address that has an account is told by mail.

    Raises:
        HandleTakenError: The handle is somebody else's.
    """
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is not None and known.email_confirmed_at is not None:
        _send_already_known(known)
        return
    if known is not None:
        # The password stays that of whoever signed up first. To confirm takes the password too, and who forgot it, or
        # never knew it, sets another one by mail: nobody gets into an account whose address somebody else confirmed.
        send_confirmation(known)
        return
    try:
        with transaction.atomic():
            send_confirmation(User.objects.create_user(email, handle, password))
    except IntegrityError as error:
        raise HandleTakenError from error


def send_confirmation(user: User) -> None:
    """Send the link that confirms the user's address."""
    queue_mail(
        recipient=user.email,
        subject="Confirm your address",
        template="accounts/mail/confirm.txt",
        context={"user": user, "link": confirmation.link(user)},
    )


def confirm(user: User) -> None:
    """Note that the user reads the address; a second time changes nothing."""
    if User.objects.filter(pk=user.pk, email_confirmed_at=None).update(email_confirmed_at=timezone.now()):
        logger.info("address confirmed", extra={"user": user.pk})


def _send_already_known(user: User) -> None:
    queue_mail(
        recipient=user.email,
        subject="You already have an account",
        template="accounts/mail/already_known.txt",
        context={"user": user, "link": settings.FRONTEND_URL + reverse("password_reset")},
    )
