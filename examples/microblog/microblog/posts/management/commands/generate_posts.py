"""`manage.py generate_posts N`: posts to look at, and to measure with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from microblog.accounts.models import User
from microblog.posts.models import Like, Post
from microblog.social.models import Follow

AUTHORS = 40
BATCH = 5_000
LIKES_OF_A_POST = 3
FIRST = ("Ada", "Ben", "Cleo", "Dario", "Edda", "Finn", "Greta", "Hugo")
LAST = ("Ash", "Birch", "Cedar", "Elm", "Fir")
OPENINGS = (
    "Today:",
    "Note to self:",
    "Finally,",
    "It turns out that",
    "Small joy:",
    "Question:",
    "After lunch,",
    "Still",
)
MIDDLES = (
    "the migration ran before anybody noticed",
    "a walk by the river clears more than a profiler does",
    "the queue is empty and the coffee is not",
    "two lines of SQL took the place of two hundred of something else",
    "I repaired the bicycle and it even brakes now",
    "the tests are green on the first run, which is suspicious",
    "somebody left a very good book in the tram",
    "naming it properly was most of the work",
    "the bread has risen",
    "the cache was right and I was wrong",
)
CLOSINGS = (".", "!", ", and that is that.", ". More tomorrow.", ", I think.", ".", ", they say.")


class Command(BaseCommand):
    """Inserts posts by the thousand, by people without a password."""

    help = "Adds generated posts by generated people, who follow each other and like some of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a number."""
        parser.add_argument("number", type=int, help="how many posts")
        parser.add_argument("--seed", type=int, default=1, help="the same seed writes the same texts")

    def handle(self, *_arguments: Any, number: int, seed: int, **_options: Any) -> None:
        """Run it."""
        chance = random.Random(seed)  # noqa: S311  texts, no secrets
        authors = _authors(chance)
        now = timezone.now()
        posts = _posts(number, authors, chance, now)
        written = 0
        while batch := list(islice(posts, BATCH)):
            with transaction.atomic():
                Post.objects.bulk_create(batch)
                Like.objects.bulk_create(_likes(batch, authors, chance), ignore_conflicts=True, batch_size=BATCH)
            written += len(batch)
            self.stdout.write(f"{written} of {number} posts")


def _authors(chance: random.Random) -> list[User]:
    """Return the generated people, made when they are not there; everybody else follows a few of them."""
    names = [(first, last) for first in FIRST for last in LAST][:AUTHORS]
    now = timezone.now()
    User.objects.bulk_create(
        [
            User(
                email=f"{first}.{last}@example.com".lower(),
                handle=f"{first}_{last}".lower(),
                display_name=f"{first} {last}",
                bio="Generated, but friendly.",
                password="!",  # noqa: S106  no password matches it
                wants_digest=False,
                email_confirmed_at=now,
            )
            for first, last in names
        ],
        ignore_conflicts=True,
    )
    authors = list(User.objects.filter(handle__in=[f"{first}_{last}".lower() for first, last in names]).order_by("pk"))
    readers = list(User.objects.exclude(pk__in=[author.pk for author in authors])[:1000])
    Follow.objects.bulk_create(
        [
            Follow(follower=reader, followed=author)
            for reader in [*authors, *readers]
            for author in chance.sample(authors, 12)
            if reader != author
        ],
        ignore_conflicts=True,
    )
    return authors


def _posts(number: int, authors: list[User], chance: random.Random, now: datetime) -> Iterator[Post]:
    """Make posts, oldest first, about three minutes apart, up to now."""
    for index in range(number):
        text = f"{chance.choice(OPENINGS)} {chance.choice(MIDDLES)}{chance.choice(CLOSINGS)}"
        age = timedelta(minutes=3 * (number - index), seconds=chance.randrange(60))
        yield Post(author=chance.choice(authors), text=text, created_at=now - age)


def _likes(posts: list[Post], authors: list[User], chance: random.Random) -> list[Like]:
    return [
        Like(post=post, user=author)
        for post in posts
        for author in chance.sample(authors, chance.randrange(LIKES_OF_A_POST + 1))
    ]
