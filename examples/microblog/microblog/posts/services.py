"""What people do with posts."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from microblog.accounts.models import User
from microblog.core.background import enqueue
from microblog.posts import images
from microblog.posts.models import Like, Post

logger = logging.getLogger(__name__)


def publish(*, author: User, text: str, image: UploadedFile[Any] | None = None, image_alt: str = "") -> Post:
    """Publish a post; the worker prepares its image."""
    from microblog.posts import tasks  # noqa: PLC0415  tasks are made of services

    post = Post(author=author, text=text)
    if image is not None:
        post.image_alt = image_alt
        post.image_state = Post.ImageState.WAITING
        post.image.save(image.name or "image", image, save=False)
    with transaction.atomic():
        post.save()
        if image is not None:
            enqueue(tasks.make_thumbnail, post.pk)
    return post


@transaction.atomic
def delete(post: Post) -> None:
    """Delete a post, and its files once nothing refers to them."""
    files = [(field.storage, str(field.name)) for field in (post.image, post.thumbnail) if field]
    post.delete()

    def delete_files() -> None:
        for storage, name in files:
            storage.delete(name)

    transaction.on_commit(delete_files, robust=True)


def like(*, user: User, post: Post) -> None:
    """Like a post; a second time changes nothing."""
    Like.objects.bulk_create([Like(user=user, post=post)], ignore_conflicts=True)


def unlike(*, user: User, post: Post) -> None:
    """Take a like back, if there is one."""
    Like.objects.filter(user=user, post=post).delete()


def make_thumbnail(number: int) -> bool:
    """Make what people see of a post's image and return True, or return False when that is done already.

    Running it twice, or twice at once, has the effect of running it once: the copy's name follows from the original's,
    and the row changes only while it waits.
    """
    post = Post.objects.filter(pk=number, image_state=Post.ImageState.WAITING).first()
    if post is None:
        return False
    name = f"{str(post.image.name).rpartition('.')[0]}-960.webp"
    waiting = Post.objects.filter(pk=number, image_state=Post.ImageState.WAITING)
    try:
        with post.image.open() as file:
            thumbnail = images.thumbnail(file)
    except images.UnusableImageError:
        logger.warning("image cannot be shown", exc_info=True, extra={"post": number})
        return bool(waiting.update(image_state=Post.ImageState.FAILED))
    changed = waiting.update(
        thumbnail=post.thumbnail.storage.save(name, ContentFile(thumbnail.data)),
        thumbnail_width=thumbnail.width,
        thumbnail_height=thumbnail.height,
        image_state=Post.ImageState.READY,
    )
    logger.info("thumbnail made", extra={"post": number, "bytes": len(thumbnail.data)})
    return bool(changed)


def overdue_images(*, older_than: timedelta, limit: int) -> list[int]:
    """Return the numbers of posts whose image should be ready by now, oldest first."""
    waiting = Post.objects.filter(image_state=Post.ImageState.WAITING, created_at__lt=timezone.now() - older_than)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:limit])
