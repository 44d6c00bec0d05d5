"""Posts and people over the API."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile as DjangoUploadedFile
from django.shortcuts import get_object_or_404
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Router
from ninja.files import UploadedFile
from ninja.responses import Status

from microblog.accounts.models import User
from microblog.api.schemas import PersonOut, PostOut, PostsOut, ProblemOut
from microblog.core import keyset
from microblog.core.http import UserRequest
from microblog.posts import services
from microblog.posts.forms import PostForm
from microblog.posts.models import Post, PostQuerySet
from microblog.social import services as social

PAGE_SIZE = 20

router = Router()


@router.get("/posts/", response=PostsOut, tags=["posts"])
def read_timeline(request: UserRequest, before: str = "", following: bool = False) -> PostsOut:  # noqa: FBT001, FBT002
    """The newest posts: of everyone, or of those whom you follow."""
    posts = _posts(request)
    return _page(posts.followed_by(request.user) if following else posts, before)


@router.post("/posts/", response={201: PostOut, 422: ProblemOut}, tags=["posts"])
def publish(
    request: UserRequest,
    text: Form[str],
    image_alt: Form[str] = "",
    image: File[UploadedFile | None] = None,
) -> Status[PostOut] | Status[ProblemOut]:
    """Publish a post, with an image if you like. It is ready to be shown a moment later."""
    files: MultiValueDict[str, DjangoUploadedFile[Any]] = MultiValueDict({"image": [image]} if image else {})
    form = PostForm({"text": text, "image_alt": image_alt}, files)
    if not form.is_valid():
        problems = [f"{field}: {' '.join(str(error) for error in errors)}" for field, errors in form.errors.items()]
        return Status(422, ProblemOut(detail=" ".join(problems)))
    post = services.publish(author=request.user, **form.cleaned_data)
    return Status(201, PostOut.of(get_object_or_404(_posts(request), pk=post.pk)))


@router.get("/posts/{number}/", response={200: PostOut, 404: ProblemOut}, tags=["posts"])
def read_post(request: UserRequest, number: int) -> PostOut:
    """One post."""
    return PostOut.of(get_object_or_404(_posts(request), pk=number))


@router.delete("/posts/{number}/", response={204: None, 404: ProblemOut}, tags=["posts"])
def delete_post(request: UserRequest, number: int) -> Status[None]:
    """Delete a post of your own."""
    services.delete(get_object_or_404(Post, pk=number, author=request.user))
    return Status(204, None)


@router.put("/posts/{number}/like/", response={200: PostOut, 404: ProblemOut}, tags=["posts"])
def like(request: UserRequest, number: int) -> PostOut:
    """Like a post; twice is once."""
    services.like(user=request.user, post=get_object_or_404(Post, pk=number))
    return PostOut.of(get_object_or_404(_posts(request), pk=number))


@router.delete("/posts/{number}/like/", response={200: PostOut, 404: ProblemOut}, tags=["posts"])
def unlike(request: UserRequest, number: int) -> PostOut:
    """Take a like back."""
    services.unlike(user=request.user, post=get_object_or_404(Post, pk=number))
    return PostOut.of(get_object_or_404(_posts(request), pk=number))


@router.get("/me/", response=PersonOut, tags=["people"])
def read_myself(request: UserRequest) -> PersonOut:
    """Whom your token stands for."""
    return PersonOut.of(request.user)


@router.get("/people/{handle}/", response={200: PersonOut, 404: ProblemOut}, tags=["people"])
def read_person(request: UserRequest, handle: str) -> PersonOut:  # noqa: ARG001
    """Somebody."""
    return PersonOut.of(_person(handle))


@router.get("/people/{handle}/posts/", response={200: PostsOut, 404: ProblemOut}, tags=["people"])
def read_posts_of(request: UserRequest, handle: str, before: str = "") -> PostsOut:
    """Somebody's posts."""
    return _page(_posts(request).filter(author=_person(handle)), before)


@router.put("/people/{handle}/follow/", response={204: None, 404: ProblemOut, 422: ProblemOut}, tags=["people"])
def follow(request: UserRequest, handle: str) -> Status[None] | Status[ProblemOut]:
    """Follow somebody; twice is once."""
    try:
        social.follow(follower=request.user, followed=_person(handle))
    except social.FollowOneselfError:
        return Status(422, ProblemOut(detail="You cannot follow yourself."))
    return Status(204, None)


@router.delete("/people/{handle}/follow/", response={204: None, 404: ProblemOut}, tags=["people"])
def unfollow(request: UserRequest, handle: str) -> Status[None]:
    """Follow somebody no longer."""
    social.unfollow(follower=request.user, followed=_person(handle))
    return Status(204, None)


def _posts(request: UserRequest) -> PostQuerySet:
    return Post.objects.all().as_seen_by(request.user)


def _page(posts: PostQuerySet, before: str) -> PostsOut:
    return PostsOut.of(keyset.page(posts, before=before, size=PAGE_SIZE))


def _person(handle: str) -> User:
    return get_object_or_404(User, handle=handle, is_active=True, email_confirmed_at__isnull=False)
