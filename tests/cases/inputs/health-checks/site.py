"""A Django site in one file. Arguments: HOST:PORT to bind, and `redirect` for a site that insists on HTTPS."""

import sys
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

redirects = "redirect" in sys.argv
settings.configure(
    ALLOWED_HOSTS=["*"] if redirects else ["www.example.com"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a test",  # noqa: S106 - it signs nothing
    SECURE_SSL_REDIRECT=redirects,
)
urlpatterns = [path("health/", lambda _: HttpResponse("well"))]

host, _, port = sys.argv[1].partition(":")
with make_server(host, int(port), get_wsgi_application()) as server:
    server.serve_forever()
