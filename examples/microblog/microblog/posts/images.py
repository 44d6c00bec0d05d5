"""Images: which are taken, and the smaller copies that people see."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 5 * 2**20
MAX_PIXELS = 25_000_000
"""Decoded, about 75 MB: what the smallest container has room for."""

THUMBNAIL_SIZE = (960, 960)
"""Pixels; sharp on a phone, and on a desktop's column of half that."""


class UnusableImageError(Exception):
    """A file that we do not show, and why not."""


def check(file: IO[bytes]) -> None:
    """Look at the head of a file, without decoding the image.

    Raises:
        UnusableImageError: It is no image of ours, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            width, height = image.size
            image.verify()
    except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnusableImageError("This is no JPEG, PNG or WebP image, or it is too large.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnusableImageError("This image is damaged.") from error
    if width * height > MAX_PIXELS:
        raise UnusableImageError(f"This image has more than {MAX_PIXELS // 1_000_000} megapixels.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """An encoded image and its size in pixels."""

    data: bytes
    width: int
    height: int


def thumbnail(file: IO[bytes]) -> Thumbnail:
    """Return a WebP image that fits THUMBNAIL_SIZE, upright, without metadata: no place, no camera.

    Raises:
        UnusableImageError: The file cannot be decoded.
    """
    try:
        image: Image.Image = Image.open(file, formats=FORMATS)
        image.draft("RGB", THUMBNAIL_SIZE)  # A JPEG is decoded at a fraction of its size.
        image = ImageOps.exif_transpose(image)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.thumbnail(THUMBNAIL_SIZE)
        result = BytesIO()
        image.save(result, "WEBP", quality=82, exif=b"", icc_profile=None)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusableImageError("This image is damaged.") from error
    return Thumbnail(data=result.getvalue(), width=image.width, height=image.height)
