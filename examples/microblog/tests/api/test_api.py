from __future__ import annotations

import json

import pytest
from django.test import Client

from microblog.accounts.models import User
from microblog.api import services
from microblog.api.models import ApiToken
from microblog.posts.models import Post
from tests.factories import PostFactory, UserFactory, image_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token_client(user: User) -> Client:
    """A program with a token."""
    secret = services.create_token(user=user, name="a program")
    return Client(
        enforce_csrf_checks=True,
        headers={
            "authorization": f"Bearer {secret}",
            "host": "alpha.dev.example.com",
            "x-forwarded-proto": "https",
        },
    )


def test_without_a_token_nothing_is_told(client: Client) -> None:
    PostFactory.create()

    assert client.get("/api/posts/").status_code == 401
    assert client.get("/api/posts/", headers={"authorization": "Bearer microblog_guess"}).status_code == 401


def test_a_program_posts_reads_likes_and_deletes(token_client: Client, user: User) -> None:
    made = token_client.post("/api/posts/", {"text": "From a program"})
    assert made.status_code == 201
    number = made.json()["id"]

    assert token_client.get("/api/posts/").json()["items"][0]["text"] == "From a program"
    assert token_client.get(f"/api/people/{user.handle}/posts/").json()["items"][0]["id"] == number
    for _ in range(2):
        liked = token_client.put(f"/api/posts/{number}/like/").json()
    assert (liked["like_count"], liked["liked"]) == (1, True)
    assert token_client.delete(f"/api/posts/{number}/like/").json()["like_count"] == 0
    assert token_client.delete(f"/api/posts/{number}/").status_code == 204
    assert token_client.get(f"/api/posts/{number}/").status_code == 404


def test_an_image_over_the_api_gets_its_thumbnail(token_client: Client) -> None:
    made = token_client.post("/api/posts/", {"text": "Look", "image": image_file(), "image_alt": "Teal"})

    image = token_client.get(f"/api/posts/{made.json()['id']}/").json()["image"]
    assert (image["state"], image["alt"], image["width"], image["height"]) == ("ready", "Teal", 960, 720)
    assert image["url"].startswith("/media/")


def test_what_the_pages_refuse_the_api_refuses(token_client: Client) -> None:
    answer = token_client.post("/api/posts/", {"text": "x" * 501})

    assert answer.status_code == 422
    assert "text" in answer.json()["detail"]
    assert token_client.get("/api/posts/?before=x").status_code == 422
    assert not Post.objects.exists()


def test_nobody_deletes_what_somebody_else_wrote(token_client: Client) -> None:
    post = PostFactory.create()

    assert token_client.delete(f"/api/posts/{post.pk}/").status_code == 404
    assert Post.objects.exists()


def test_following_decides_what_the_timeline_holds(token_client: Client, user: User) -> None:
    post = PostFactory.create()

    assert token_client.get("/api/posts/?following=true").json()["items"] == []
    assert token_client.put(f"/api/people/{post.author.handle}/follow/").status_code == 204
    assert [item["id"] for item in token_client.get("/api/posts/?following=true").json()["items"]] == [post.pk]
    assert token_client.delete(f"/api/people/{post.author.handle}/follow/").status_code == 204
    assert token_client.put(f"/api/people/{user.handle}/follow/").status_code == 422


def test_pages_follow_the_cursor(token_client: Client, user: User) -> None:
    PostFactory.create_batch(25, author=user)

    first = token_client.get("/api/posts/").json()
    second = token_client.get(f"/api/posts/?before={first['next']}").json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [20, 5, None]


def test_a_session_may_use_the_api_but_another_site_may_not(user: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "alpha.dev.example.com", "x-forwarded-proto": "https"})
    client.force_login(user)

    assert client.get("/api/me/").json()["handle"] == user.handle
    assert client.post("/api/posts/", {"text": "Forged"}).status_code == 403


def test_a_token_is_shown_once_kept_as_a_hash_and_can_be_deleted(signed_in: Client, user: User) -> None:
    page = signed_in.post("/settings/tokens/", {"name": "phone"})
    secret = page.context["secret"]

    assert services.user_of_token(secret) == user
    assert secret not in str(list(ApiToken.objects.values()))
    assert secret not in signed_in.get("/settings/").content.decode()
    token = ApiToken.objects.get()
    stranger = ApiToken.objects.create(user=UserFactory.create(), name="theirs", hash="0" * 64)
    signed_in.post(f"/settings/tokens/{stranger.pk}/delete/")
    assert ApiToken.objects.count() == 2
    signed_in.post(f"/settings/tokens/{token.pk}/delete/")
    assert services.user_of_token(secret) is None


def test_a_closed_account_closes_its_tokens(user: User) -> None:
    secret = services.create_token(user=user, name="a program")
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert services.user_of_token(secret) is None


def test_the_api_describes_itself(client: Client) -> None:
    description = json.loads(client.get("/api/openapi.json").content)

    assert {"/api/posts/", "/api/posts/{number}/like/", "/api/people/{handle}/follow/"} <= set(description["paths"])
    assert "multipart/form-data" in description["paths"]["/api/posts/"]["post"]["requestBody"]["content"]
    assert client.get("/api/docs").status_code == 200
