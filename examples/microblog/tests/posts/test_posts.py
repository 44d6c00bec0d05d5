from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from microblog.accounts.models import User
from microblog.posts import images, services, tasks
from microblog.posts.models import Like, Post
from tests.factories import LikeFactory, PostFactory, image_file


@pytest.mark.django_db(transaction=True)
def test_a_post_appears_on_top(signed_in: Client, user: User) -> None:
    PostFactory.create(author=user)

    answer = signed_in.post("/posts/", {"text": "Fresh <b>bread</b>"}, follow=True)

    assert answer.context["page"].items[0].text == "Fresh <b>bread</b>"
    assert "Fresh &lt;b&gt;bread&lt;/b&gt;" in answer.content.decode()
    assert "<b>bread" not in answer.content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_a_text_that_is_empty_or_too_long_is_refused(signed_in: Client, text: str) -> None:
    answer = signed_in.post("/posts/", {"text": text})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    assert not Post.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_an_upright_copy_without_metadata(signed_in: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "A camera"
    upload = image_file(size=(1600, 1200), exif=exif.tobytes())

    signed_in.post("/posts/", {"text": "Look", "image": upload, "image_alt": "Teal"})

    post = Post.objects.get()
    assert post.image_state == Post.ImageState.READY
    assert (post.thumbnail_width, post.thumbnail_height) == (720, 960)
    with post.thumbnail.open() as file, Image.open(file) as image:
        assert (image.format, image.size) == ("WEBP", (720, 960))
        assert not image.getexif()
    page = signed_in.get("/").content.decode()
    assert 'alt="Teal"' in page
    assert str(post.image.name) not in page


@pytest.mark.django_db(transaction=True)
def test_the_image_is_reached_by_a_signed_link_only(signed_in: Client, client: Client) -> None:
    signed_in.post("/posts/", {"text": "Look", "image": image_file(), "image_alt": "Teal"})
    link = Post.objects.get().thumbnail.url

    answer = client.get(link)

    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == "sandbox"
    assert client.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 404
    assert client.get(f"/media/{Post.objects.get().thumbnail.name}").status_code == 404


@pytest.mark.parametrize(
    ("upload", "problem"),
    [
        (SimpleUploadedFile("a.jpg", b"not an image"), "no JPEG"),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "ends in none of"),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n" + b"0" * (images.MAX_BYTES + 1)), "more than 5 MB"),
        (image_file("a.png", (6000, 5000)), "more than 25 megapixels"),
    ],
    ids=["text", "svg", "heavy", "vast"],
)
@pytest.mark.django_db
def test_what_is_no_image_is_refused(signed_in: Client, upload: SimpleUploadedFile, problem: str) -> None:
    answer = signed_in.post("/posts/", {"text": "Look", "image": upload, "image_alt": "What"})

    assert answer.status_code == 422
    assert problem in str(answer.context["form"].errors["image"])
    assert not Post.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_image_that_cannot_be_decoded_is_said_to_be_so(signed_in: Client) -> None:
    cut = SimpleUploadedFile("a.jpg", image_file().read()[:2000])

    signed_in.post("/posts/", {"text": "Look", "image": cut, "image_alt": "Half"})

    assert Post.objects.get().image_state == Post.ImageState.FAILED
    assert "could not be read" in signed_in.get("/").content.decode()


def test_an_image_needs_a_description(signed_in: Client) -> None:
    answer = signed_in.post("/posts/", {"text": "Look", "image": image_file()})

    assert list(answer.context["form"].errors) == ["image_alt"]


@pytest.mark.django_db(transaction=True)
def test_making_a_thumbnail_twice_has_the_effect_of_once(user: User) -> None:
    post = services.publish(author=user, text="Look", image=image_file(), image_alt="Teal")
    before = Post.objects.values().get(pk=post.pk)
    files = default_storage.listdir("posts")[1]

    assert services.make_thumbnail(post.pk) is False
    Post.objects.filter(pk=post.pk).update(image_state=Post.ImageState.WAITING)  # as if a worker died before the commit
    assert services.make_thumbnail(post.pk) is True

    assert Post.objects.values().get(pk=post.pk) == before
    assert default_storage.listdir("posts")[1] == files


@pytest.mark.django_db(transaction=True)
def test_a_thumbnail_whose_task_was_lost_is_made_later(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without_broker:
        without_broker.setattr(tasks.make_thumbnail, "delay", _refuse)
        lost = services.publish(author=user, text="Look", image=image_file(), image_alt="Teal")
        fresh = services.publish(author=user, text="Look", image=image_file(), image_alt="Teal")
    Post.objects.filter(pk=lost.pk).update(created_at=timezone.now() - timedelta(minutes=6))

    tasks.catch_up()

    states = dict(Post.objects.values_list("pk", "image_state"))
    assert states == {lost.pk: "ready", fresh.pk: "waiting"}


def _refuse(*_: object) -> None:
    raise OSError("no broker")


@pytest.mark.django_db(transaction=True)
def test_deleting_a_post_deletes_its_files(signed_in: Client, user: User) -> None:
    post = services.publish(author=user, text="Look", image=image_file(), image_alt="Teal")
    post.refresh_from_db()
    names = [post.image.name, post.thumbnail.name]
    assert all(default_storage.exists(str(name)) for name in names)

    signed_in.post(f"/posts/{post.pk}/delete/")

    assert not Post.objects.exists()
    assert not any(default_storage.exists(str(name)) for name in names)


def test_nobody_deletes_what_somebody_else_wrote(signed_in: Client) -> None:
    post = PostFactory.create()

    assert signed_in.post(f"/posts/{post.pk}/delete/").status_code == 404
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_like_counts_once_and_is_taken_back(signed_in: Client) -> None:
    post = LikeFactory.create().post

    for _ in range(2):
        answer = signed_in.post(f"/posts/{post.pk}/like/", headers={"hx-request": "true"})
    assert 'aria-pressed="true"' in answer.content.decode()
    assert "Like, 2 so far" in answer.content.decode()
    for _ in range(2):
        answer = signed_in.post(f"/posts/{post.pk}/unlike/", headers={"hx-request": "true"})
    assert 'aria-pressed="false"' in answer.content.decode()
    assert Like.objects.count() == 1


def test_liking_works_without_htmx_and_goes_back_to_pages_of_ours_only(signed_in: Client) -> None:
    post = PostFactory.create()

    ours = signed_in.post(f"/posts/{post.pk}/like/", headers={"referer": "https://alpha.dev.example.com/everyone/"})
    foreign = signed_in.post(f"/posts/{post.pk}/like/", headers={"referer": "https://evil.example.org/"})

    assert ours["Location"].endswith("/everyone/")
    assert foreign["Location"] == post.get_absolute_url()


def test_a_like_changes_nothing_when_it_is_a_link(signed_in: Client) -> None:
    post = PostFactory.create()

    assert signed_in.get(f"/posts/{post.pk}/like/").status_code == 405
    assert not Like.objects.exists()
