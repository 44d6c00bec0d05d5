"""People and posts."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password
from PIL import Image

from microblog.accounts.models import User
from microblog.posts.models import Like, Post
from microblog.social.models import Follow

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """Somebody whose address is confirmed."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    handle = Sequence(lambda number: f"person_{number}")
    email = LazyAttribute(lambda user: f"{user.handle}@example.com")
    display_name = LazyAttribute(lambda user: user.handle.replace("_", " ").title())
    password = Password(PASSWORD)
    email_confirmed_at = LazyFunction(timezone.now)


class PostFactory(DjangoModelFactory[Post]):
    """A post without an image."""

    class Meta:
        model = Post

    author = SubFactory(UserFactory)
    text = Sequence(lambda number: f"Thought number {number}")


class LikeFactory(DjangoModelFactory[Like]):
    """A like."""

    class Meta:
        model = Like

    user = SubFactory(UserFactory)
    post = SubFactory(PostFactory)


class FollowFactory(DjangoModelFactory[Follow]):
    """A follow."""

    class Meta:
        model = Follow

    follower = SubFactory(UserFactory)
    followed = SubFactory(UserFactory)


def image_file(
    name: str = "holiday.jpg", size: tuple[int, int] = (1600, 1200), exif: bytes = b""
) -> SimpleUploadedFile:
    """Return an upload with an image."""
    data = BytesIO()
    kind = "PNG" if name.endswith("png") else "JPEG"
    Image.new("RGB", size, "teal").save(data, kind, exif=exif)
    return SimpleUploadedFile(name, data.getvalue(), content_type=f"image/{kind.lower()}")
