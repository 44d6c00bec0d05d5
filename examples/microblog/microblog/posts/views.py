"""Timelines and posts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from microblog.core import keyset
from microblog.core.http import HtmxRequest, UserRequest, viewer
from microblog.posts import services
from microblog.posts.forms import PostForm
from microblog.posts.models import Post, PostQuerySet
from microblog.social.services import suggestions

PAGE_SIZE = 20

View = Callable[..., HttpResponse]


def readable_by_visitors(view: View) -> View:
    """Let visitors in where the environment's timeline is public, and send them to sign in elsewhere."""
    signed_in = login_required(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        return (view if settings.FEATURE_TIMELINE else signed_in)(request, *arguments, **options)

    return wrapped


def timeline(request: HtmxRequest, posts: PostQuerySet, template: str, **context: object) -> HttpResponse:
    """Show a page of posts; HTMX gets the posts alone, to put them below those that are there."""
    try:
        page = keyset.page(posts.as_seen_by(viewer(request)), before=request.GET.get("before"), size=PAGE_SIZE)
    except keyset.CursorError as error:
        raise Http404(str(error)) from error
    if request.htmx and "before" in request.GET:
        return render(request, "posts/_page.html", {"page": page})
    people = suggestions(request.user) if request.user.is_authenticated else []
    return render(request, template, {"page": page, "suggestions": people, **context})


@require_GET
def home(request: HtmxRequest) -> HttpResponse:
    """Show the posts of those whom one follows, and visitors what this is."""
    if not request.user.is_authenticated:
        return render(request, "posts/welcome.html")
    posts = Post.objects.all().followed_by(request.user)
    return timeline(request, posts, "posts/home.html", form=PostForm())


@readable_by_visitors
@require_GET
def everyone(request: HtmxRequest) -> HttpResponse:
    """Show all posts."""
    return timeline(request, Post.objects.all(), "posts/everyone.html")


@login_required
@require_POST
def publish(request: UserRequest) -> HttpResponse:
    """Publish a post."""
    form = PostForm(request.POST, request.FILES)
    if not form.is_valid():
        response = timeline(request, Post.objects.all().followed_by(request.user), "posts/home.html", form=form)
        response.status_code = 422
        return response
    services.publish(author=request.user, **form.cleaned_data)
    messages.success(request, "Posted.")
    return redirect("home")


@readable_by_visitors
@require_GET
def show(request: HtmxRequest, number: int) -> HttpResponse:
    """Show one post."""
    post = get_object_or_404(Post.objects.all().as_seen_by(viewer(request)), pk=number)
    return render(request, "posts/post.html", {"post": post})


@login_required
@require_POST
def delete(request: UserRequest, number: int) -> HttpResponse:
    """Delete one's own post."""
    services.delete(get_object_or_404(Post, pk=number, author=request.user))
    messages.success(request, "Deleted.")
    return redirect("home")


@login_required
@require_POST
def like(request: UserRequest, number: int) -> HttpResponse:
    """Like a post."""
    services.like(user=request.user, post=get_object_or_404(Post, pk=number))
    return _like_button(request, number)


@login_required
@require_POST
def unlike(request: UserRequest, number: int) -> HttpResponse:
    """Take a like back."""
    services.unlike(user=request.user, post=get_object_or_404(Post, pk=number))
    return _like_button(request, number)


@require_GET
@login_required
def picture(request: UserRequest, number: int) -> HttpResponse:
    """Show the image of a post, or that it is still being prepared: the page asks until it is there."""
    return render(request, "posts/_picture.html", {"post": get_object_or_404(Post, pk=number)})


def back(request: HttpRequest, default: str) -> HttpResponse:
    """Return to the page whose button was pressed, if it is one of ours."""
    target = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = default
    return redirect(target)


def _like_button(request: UserRequest, number: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.all().as_seen_by(request.user), pk=number)
    if not request.htmx:
        return back(request, post.get_absolute_url())
    return render(request, "posts/_like.html", {"post": post})
