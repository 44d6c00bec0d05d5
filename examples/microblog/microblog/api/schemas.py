"""What the API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from microblog.accounts.models import User
from microblog.core.keyset import Page
from microblog.posts.models import Post


class PersonOut(Schema):
    """Somebody, as everybody may know them."""

    handle: str
    name: str
    bio: str

    @classmethod
    def of(cls, person: User) -> PersonOut:
        """Return what a user looks like."""
        return cls(handle=person.handle, name=person.name, bio=person.bio)


class ImageOut(Schema):
    """An image of a post."""

    state: Literal["waiting", "ready", "failed"]
    alt: str
    url: str | None = Field(description="Works for an hour. Null until the state is `ready`.")
    width: int | None
    height: int | None


class PostOut(Schema):
    """A post, as the caller sees it."""

    id: int
    author: PersonOut
    text: str
    image: ImageOut | None
    like_count: int
    liked: bool = Field(description="Whether the caller likes it.")
    created_at: datetime

    @classmethod
    def of(cls, post: Post) -> PostOut:
        """Return what a post of `PostQuerySet.as_seen_by` looks like."""
        return cls(
            id=post.pk,
            author=PersonOut.of(post.author),
            text=post.text,
            image=_image(post),
            like_count=post.like_count,
            liked=post.liked,
            created_at=post.created_at,
        )


class PostsOut(Schema):
    """A page of posts, newest first."""

    items: list[PostOut]
    next: str | None = Field(description="`before` of the next page. Null on the last.")

    @classmethod
    def of(cls, page: Page[Post]) -> PostsOut:
        """Return what a page looks like."""
        return cls(items=[PostOut.of(post) for post in page.items], next=page.next_cursor)


class ProblemOut(Schema):
    """What was wrong."""

    detail: str


def _image(post: Post) -> ImageOut | None:
    if post.image_state == Post.ImageState.NONE:
        return None
    ready = post.image_state == Post.ImageState.READY
    return ImageOut.model_validate(
        {
            "state": post.image_state,
            "alt": post.image_alt,
            "url": post.thumbnail.url if ready else None,
            "width": post.thumbnail_width,
            "height": post.thumbnail_height,
        }
    )
