"""What people fill in to post."""

from __future__ import annotations

from typing import IO, Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from microblog.posts import images
from microblog.posts.models import MAX_CHARACTERS


class PostForm(forms.Form):
    """A text, and an image with its description if there is one."""

    text = forms.CharField(
        label="What is on your mind?",
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_CHARACTERS}),
    )
    image = forms.FileField(
        label="Image",
        required=False,
        help_text="JPEG, PNG or WebP, up to 5 MB.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    image_alt = forms.CharField(
        label="Description of the image",
        max_length=300,
        required=False,
        help_text="For those who cannot see it.",
        widget=forms.TextInput(),
    )

    EXTENSIONS: ClassVar = {"jpg", "jpeg", "png", "webp"}

    def clean_image(self) -> UploadedFile[Any] | None:
        """Return an image that can be shown, or None."""
        image: UploadedFile[Any] | None = self.cleaned_data["image"]
        if image is None:
            return None
        if (image.name or "").rpartition(".")[2].lower() not in self.EXTENSIONS:
            raise ValidationError("The file's name ends in none of jpg, jpeg, png and webp.", code="extension")
        if (image.size or 0) > images.MAX_BYTES:
            raise ValidationError(f"The image has more than {images.MAX_BYTES // 2**20} MB.", code="size")
        try:
            images.check(cast("IO[bytes]", image))
        except images.UnusableImageError as error:
            raise ValidationError(str(error), code="image") from error
        image.seek(0)
        return image

    def clean(self) -> dict[str, Any]:
        """Ask for a description with every image."""
        data = super().clean() or {}
        if data.get("image") and not data.get("image_alt"):
            self.add_error("image_alt", "Describe the image in a few words.")
        return data
