"""Private files on disk, for a machine without S3: links to them are signed and expire, as presigned ones do."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse

_SALT = "microblog.core.storage"


class SignedFileSystemStorage(FileSystemStorage):
    """Files below a folder, each reached by a link that tells who has it that they may."""

    def __init__(self, *, location: str) -> None:
        # As on S3, saving under a name again replaces the file.
        super().__init__(location=location, allow_overwrite=True)

    def url(self, name: str | None) -> str:
        """Return a link that works for `settings.IMAGE_LINK_SECONDS`."""
        return reverse("media", args=[signing.dumps(name, salt=_SALT)])


def serve(_request: HttpRequest, ticket: str) -> FileResponse:
    """Send the file that a link was signed for."""
    try:
        name = signing.loads(ticket, salt=_SALT, max_age=settings.IMAGE_LINK_SECONDS)
        file = default_storage.open(name)
    except (signing.BadSignature, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(file)
    response["Cache-Control"] = f"private, max-age={settings.IMAGE_LINK_SECONDS}"
    # An upload is never a page of this site, whatever it claims to be.
    response["Content-Security-Policy"] = "sandbox"
    return response
