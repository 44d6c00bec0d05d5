"""What people write and like."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from microblog.accounts.models import User

MAX_CHARACTERS = 500


def upload_name(_post: Post, file_name: str) -> str:
    """Return a name that nobody guesses and that tells nothing of the file's own name but its kind."""
    return f"posts/{uuid.uuid4().hex}.{file_name.rpartition('.')[2].lower()}"


class PostQuerySet(models.QuerySet["Post"]):
    """Posts as pages show them."""

    def as_seen_by(self, viewer: User | None) -> PostQuerySet:
        """Return the posts with their authors, how many like them, and whether the viewer does: in one query."""
        likes = Like.objects.filter(post=models.OuterRef("pk"))
        counted = likes.order_by().values("post").annotate(number=models.Count("pk")).values("number")
        own = likes.filter(user=viewer) if viewer else Like.objects.none()
        seen: dict[str, Any] = {"like_count": Coalesce(models.Subquery(counted), 0), "liked": models.Exists(own)}
        return self.select_related("author").annotate(**seen)

    def followed_by(self, user: User) -> PostQuerySet:
        """Return the posts of the user and of those whom the user follows."""
        followed = user.following.values("followed_id")
        return self.filter(models.Q(author__in=followed) | models.Q(author=user))


class Post(models.Model):
    """A text, and an image if there is one."""

    class ImageState(models.TextChoices):
        """How far the worker is with the image."""

        NONE = "none"
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts")
    text = models.CharField(max_length=MAX_CHARACTERS)
    image = models.FileField(upload_to=upload_name, blank=True, help_text="As it was uploaded; never shown to others.")
    image_alt = models.CharField("description of the image", max_length=300, blank=True)
    image_state = models.CharField(max_length=8, choices=ImageState, default=ImageState.NONE)
    # Not an ImageField: that one would open the file to measure it.
    thumbnail = models.FileField(
        upload_to=upload_name,
        blank=True,
        help_text="What everybody sees: smaller, without what the camera wrote into the file.",
    )
    thumbnail_width = models.PositiveIntegerField(null=True, blank=True)
    thumbnail_height = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PostQuerySet.as_manager()

    like_count: int
    """Set by `PostQuerySet.as_seen_by`."""
    liked: bool
    """Set by `PostQuerySet.as_seen_by`."""

    class Meta:
        """Both timelines are read along an index, from any place in it."""

        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="posts_post_newest"),
            models.Index(fields=["author", "-created_at", "-id"], name="posts_post_of_author_newest"),
            models.Index(
                fields=["created_at"], condition=models.Q(image_state="waiting"), name="posts_post_image_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.text[:40]}"

    def get_absolute_url(self) -> str:
        """Return the address of the post's own page."""
        return reverse("post", args=[self.pk])


class Like(models.Model):
    """That somebody likes a post: once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """The constraint's index finds a post's likes, so the foreign key's own is enough for the user's."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "user"], name="posts_like_once")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.post_id}"
