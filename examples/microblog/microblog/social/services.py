"""Following."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from microblog.accounts.models import User
from microblog.social.models import Follow


class FollowOneselfError(Exception):
    """Nobody follows themselves: one's own posts are in the timeline anyway."""


def follow(*, follower: User, followed: User) -> None:
    """Follow somebody; a second time changes nothing.

    Raises:
        FollowOneselfError: Both are the same person.
    """
    if follower == followed:
        raise FollowOneselfError
    Follow.objects.bulk_create([Follow(follower=follower, followed=followed)], ignore_conflicts=True)


def unfollow(*, follower: User, followed: User) -> None:
    """Follow somebody no longer."""
    Follow.objects.filter(follower=follower, followed=followed).delete()


def follows(follower: User | None, followed: User) -> bool:
    """Return whether one follows the other."""
    return follower is not None and Follow.objects.filter(follower=follower, followed=followed).exists()


def suggestions(user: User, *, limit: int = 4) -> QuerySet[User]:
    """Return people whom the user may want to follow: those whom most others do, among the newest."""
    strangers = User.objects.filter(is_active=True, email_confirmed_at__isnull=False).exclude(pk=user.pk)
    newest = strangers.exclude(followers__follower=user).order_by("-created_at").values("pk")[:100]
    return User.objects.filter(pk__in=newest).annotate(fame=Count("followers")).order_by("-fame", "handle")[:limit]
