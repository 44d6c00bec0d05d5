from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from microblog.accounts.models import User
from microblog.posts.models import Post
from tests.factories import FollowFactory, LikeFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

SESSION_AND_USER = 2


def numbers(client: Client, address: str) -> list[int]:
    """Follow `Load more` to the end and return the posts in the order in which they appear."""
    seen: list[int] = []
    query = ""
    while True:
        page = client.get(f"{address}{query}").context["page"]
        seen += [post.pk for post in page.items]
        if page.next_cursor is None:
            return seen
        query = f"?before={page.next_cursor}"


def test_home_shows_own_posts_and_those_of_whom_one_follows(signed_in: Client, user: User) -> None:
    followed = FollowFactory.create(follower=user).followed
    own, theirs = PostFactory.create(author=user), PostFactory.create(author=followed)
    stranger = PostFactory.create()

    assert numbers(signed_in, "/") == [theirs.pk, own.pk]
    assert numbers(signed_in, "/everyone/") == [stranger.pk, theirs.pk, own.pk]
    assert numbers(signed_in, f"/@{stranger.author.handle}/") == [stranger.pk]


def test_pages_show_every_post_once_even_when_many_have_the_same_moment(signed_in: Client, user: User) -> None:
    now = timezone.now()
    posts = PostFactory.create_batch(50, author=user, created_at=now)
    older = PostFactory.create_batch(20, author=user, created_at=now - timedelta(microseconds=1))

    seen = numbers(signed_in, "/everyone/")

    assert seen == [post.pk for post in [*reversed(posts), *reversed(older)]]


def test_a_post_that_comes_in_between_moves_nothing(signed_in: Client, user: User) -> None:
    posts = PostFactory.create_batch(25, author=user)
    cursor = signed_in.get("/everyone/").context["page"].next_cursor
    PostFactory.create_batch(3, author=user)

    page = signed_in.get(f"/everyone/?before={cursor}").context["page"]

    assert [post.pk for post in page.items] == [post.pk for post in reversed(posts[:5])]


def test_htmx_gets_the_posts_alone(signed_in: Client, user: User) -> None:
    PostFactory.create_batch(25, author=user)
    cursor = signed_in.get("/everyone/").context["page"].next_cursor

    answer = signed_in.get(f"/everyone/?before={cursor}", headers={"hx-request": "true"}).content.decode()

    assert answer.count("<article") == 5
    assert "<html" not in answer
    assert "Load more" not in answer


@pytest.mark.parametrize("cursor", ["x", "!!!!", "MS4y.", "LTEuLTE", "MS45OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "é"])
def test_a_made_up_cursor_is_not_found(signed_in: Client, cursor: str) -> None:
    assert signed_in.get("/everyone/", {"before": cursor}).status_code == 404


@pytest.mark.parametrize("posts", [1, 20])
def test_the_timeline_takes_as_many_queries_for_many_posts_as_for_one(
    signed_in: Client, user: User, posts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(posts):
        post = PostFactory.create(image_state=Post.ImageState.READY, thumbnail="posts/a.webp", image="posts/a.jpg")
        FollowFactory.create(follower=user, followed=post.author)
        LikeFactory.create(post=post)
        LikeFactory.create(post=post, user=user)
    signed_in.get("/")

    with django_assert_num_queries(SESSION_AND_USER + 2):  # posts, suggestions
        answer = signed_in.get("/")
    assert len(answer.context["page"].items) == posts
    assert all((post.like_count, post.liked) == (2, True) for post in answer.context["page"].items)
    with django_assert_num_queries(SESSION_AND_USER + 1):
        signed_in.get("/api/posts/")
    with django_assert_num_queries(SESSION_AND_USER + 6):  # person, posts, suggestions, whether followed, two counts
        signed_in.get(f"/@{post.author.handle}/")


def test_a_page_far_down_is_read_along_the_index() -> None:
    author = UserFactory.create()
    now = timezone.now()
    Post.objects.bulk_create(
        Post(author=author, text="x", created_at=now - timedelta(seconds=number)) for number in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE posts_post")
    from microblog.core import keyset

    far = keyset.encode(Post.objects.order_by("created_at")[100])
    moment, number = keyset.decode(far)
    plan = (
        Post.objects.as_seen_by(None)
        .filter(created_at__lte=moment)
        .exclude(created_at=moment, pk__gte=number)
        .order_by("-created_at", "-pk")[:21]
        .explain()
    )

    assert "posts_post_newest" in plan
    assert "Seq Scan on posts_post" not in plan
    assert "Sort" not in plan


def test_visitors_see_posts_only_where_the_environment_says_so(client: Client, settings: Settings) -> None:
    post = PostFactory.create()
    pages = ["/everyone/", f"/@{post.author.handle}/", f"/posts/{post.pk}/"]

    assert [client.get(page).status_code for page in pages] == [302, 302, 302]
    settings.FEATURE_TIMELINE = True
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert client.get("/settings/").status_code == 302


def test_every_page_names_the_running_version(client: Client) -> None:
    assert '<span class="version">v1.2.3</span>' in client.get("/").content.decode()


@pytest.mark.parametrize("page", ["/", "/everyone/", "/settings/", "/sign-up/", "/sign-in/", "/nothing-here/"])
def test_pages_have_one_main_landmark_one_heading_and_a_language(client: Client, user: User, page: str) -> None:
    if page not in {"/sign-up/", "/sign-in/"}:
        client.force_login(user)
    html = client.get(page).content.decode()

    assert html.count("<main") == html.count("<h1") == 1
    assert '<html lang="en">' in html
    assert 'href="#main"' in html
    assert "<script>" not in html
    assert " style=" not in html
