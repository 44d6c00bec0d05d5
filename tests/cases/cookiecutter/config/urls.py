"""The home page, and the admin where the settings say."""

from django.conf import settings
from django.contrib import admin
from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html")),
    path(settings.ADMIN_URL, admin.site.urls),
]
