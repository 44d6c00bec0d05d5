"""A page that says which version answers."""

import os

from django.http import HttpRequest, HttpResponse
from django.urls import path


def version(_request: HttpRequest) -> HttpResponse:
    """Say the version."""
    return HttpResponse(os.environ["VERSION"])


urlpatterns = [path("", version)]
