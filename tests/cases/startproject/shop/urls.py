"""A page, and the admin."""

import os

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(_request: HttpRequest) -> HttpResponse:
    """Greet."""
    return HttpResponse(f"Welcome to {os.environ['SHOP_NAME']}, started by {os.environ['SHOP_STARTED_BY']}")


urlpatterns = [path("", home), path("admin/", admin.site.urls)]
