from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.test import Client

from microblog.accounts.models import User
from microblog.social import services
from microblog.social.models import Follow
from tests.factories import FollowFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_following_counts_once_and_ends(signed_in: Client, user: User) -> None:
    other = UserFactory.create()

    for _ in range(2):
        answer = signed_in.post(f"/@{other.handle}/follow/", headers={"hx-request": "true"})
    assert "Unfollow" in answer.content.decode()
    assert "<strong>1</strong> follower<" in signed_in.get(f"/@{other.handle}/").content.decode()
    assert other.handle in signed_in.get(f"/@{user.handle}/following/").content.decode()
    assert f'href="/@{user.handle}/"' in signed_in.get(f"/@{other.handle}/followers/").content.decode()
    for _ in range(2):
        answer = signed_in.post(f"/@{other.handle}/unfollow/", headers={"hx-request": "true"})
    assert "Unfollow" not in answer.content.decode()
    assert not Follow.objects.exists()


def test_nobody_follows_themselves(signed_in: Client, user: User) -> None:
    assert signed_in.post(f"/@{user.handle}/follow/").status_code == 422
    with pytest.raises(IntegrityError):
        Follow.objects.create(follower=user, followed=user)


def test_who_has_not_confirmed_the_address_cannot_be_found(signed_in: Client, user: User) -> None:
    hidden = UserFactory.create(email_confirmed_at=None)
    closed = UserFactory.create(is_active=False)

    assert signed_in.get(f"/@{hidden.handle}/").status_code == 404
    assert signed_in.post(f"/@{closed.handle}/follow/").status_code == 404
    assert list(services.suggestions(user)) == []


def test_suggestions_are_people_whom_one_does_not_follow_yet(user: User) -> None:
    followed = FollowFactory.create(follower=user).followed
    famous, unknown = UserFactory.create(), UserFactory.create()
    FollowFactory.create(follower=followed, followed=famous)

    assert list(services.suggestions(user)) == [famous, unknown]
