"""Profiles, and following."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from microblog.accounts.models import User
from microblog.core.http import HtmxRequest, UserRequest, viewer
from microblog.posts.views import back, readable_by_visitors, timeline
from microblog.social import services

PEOPLE_SHOWN = 200


@readable_by_visitors
@require_GET
def profile(request: HtmxRequest, handle: str) -> HttpResponse:
    """Show somebody and the posts of that person."""
    person = _person(handle)
    posts = person.posts.all()
    if request.htmx and "before" in request.GET:
        return timeline(request, posts, "social/profile.html")
    return timeline(
        request,
        posts,
        "social/profile.html",
        person=person,
        follows=services.follows(viewer(request), person),
        follower_count=person.followers.count(),
        following_count=person.following.count(),
    )


@login_required
@require_GET
def followers(request: HtmxRequest, handle: str) -> HttpResponse:
    """Show who follows somebody."""
    person = _person(handle)
    people = User.objects.filter(following__followed=person).order_by("-following__created_at")
    return _people(request, person, people, f"Who follows {person.name}")


@login_required
@require_GET
def following(request: HtmxRequest, handle: str) -> HttpResponse:
    """Show whom somebody follows."""
    person = _person(handle)
    people = User.objects.filter(followers__follower=person).order_by("-followers__created_at")
    return _people(request, person, people, f"Whom {person.name} follows")


@login_required
@require_POST
def follow(request: UserRequest, handle: str) -> HttpResponse:
    """Follow somebody."""
    person = _person(handle)
    try:
        services.follow(follower=request.user, followed=person)
    except services.FollowOneselfError:
        return HttpResponse("You cannot follow yourself.", status=422, content_type="text/plain")
    return _follow_button(request, person, follows=True)


@login_required
@require_POST
def unfollow(request: UserRequest, handle: str) -> HttpResponse:
    """Follow somebody no longer."""
    person = _person(handle)
    services.unfollow(follower=request.user, followed=person)
    return _follow_button(request, person, follows=False)


def _person(handle: str) -> User:
    return get_object_or_404(User, handle=handle, is_active=True, email_confirmed_at__isnull=False)


def _people(request: HtmxRequest, person: User, people: QuerySet[User], title: str) -> HttpResponse:
    context = {"person": person, "people": people[:PEOPLE_SHOWN], "title": title}
    return render(request, "social/people.html", context)


def _follow_button(request: UserRequest, person: User, *, follows: bool) -> HttpResponse:
    if not request.htmx:
        return back(request, person.get_absolute_url())
    return render(request, "social/_follow.html", {"person": person, "follows": follows})
