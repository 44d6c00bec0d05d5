"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from microblog.api.api import api
from microblog.core import storage

admin.site.site_header = admin.site.site_title = "μblog"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("media/<str:ticket>", storage.serve, name="media"),
    path("favicon.ico", RedirectView.as_view(url="/static/core/favicon.svg")),
    path("", include("microblog.accounts.urls")),
    path("", include("microblog.posts.urls")),
    path("", include("microblog.social.urls")),
]
