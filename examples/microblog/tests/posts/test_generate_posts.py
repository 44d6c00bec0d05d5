from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from microblog.accounts.models import User
from microblog.posts.models import Like, Post
from tests.factories import FollowFactory

pytestmark = pytest.mark.django_db


def test_generated_posts_fill_the_timelines_of_who_is_there(user: User) -> None:
    call_command("generate_posts", "120", stdout=StringIO())
    call_command("generate_posts", "30", stdout=StringIO())

    assert Post.objects.count() == 150
    assert Post.objects.followed_by(user).exists()
    assert Like.objects.exists()
    assert User.objects.count() == 41
    assert not any(person.has_usable_password() for person in User.objects.exclude(pk=user.pk))


def test_nobody_generated_gets_a_digest(user: User) -> None:
    FollowFactory.create(follower=user)
    call_command("generate_posts", "5", stdout=StringIO())

    assert not User.objects.filter(bio__startswith="Generated", wants_digest=True).exists()
