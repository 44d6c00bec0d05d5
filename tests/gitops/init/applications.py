"""Applications as others write them, as files to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
WSGI = 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napplication = object()\n'
SETTINGS = 'ROOT_URLCONF = "shop.urls"\nWSGI_APPLICATION = "shop.wsgi.application"\n'

PLAIN = {
    "manage.py": MANAGE,
    "requirements.txt": "Django==5.2\ngunicorn==23.0\n",
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/urls.py": "urlpatterns = []\n",
    "shop/wsgi.py": WSGI,
}
"""What `django-admin startproject shop` makes, and a list of packages."""

HEROKU = {
    **PLAIN,
    "Procfile": "release: python manage.py migrate && python manage.py loadcities\n"
    "web: gunicorn shop.wsgi --bind 0.0.0.0:$PORT\n"
    "worker: celery -A shop worker\n",
}
"""Processes in a Procfile."""

CELERY = {
    **PLAIN,
    "Dockerfile": "FROM python:3.13 AS build\n"
    'CMD ["python"]\n'
    "FROM build\n"
    "ENV PYTHONUNBUFFERED=1 \\\n    DJANGO_SETTINGS_MODULE=shop.settings.production\n"
    "EXPOSE 9000/tcp\n"
    "HEALTHCHECK CMD curl --fail http://localhost:9000/well/ || exit 1\n"
    'CMD ["gunicorn", "shop.wsgi", "--bind=0.0.0.0:9000"]\n',
    "shop/celery.py": 'from celery import Celery\n\napp = Celery("shop")\napp.conf.beat_schedule = {}\n',
    "shop/core/management/commands/pre_update.py": "",
}
"""A Dockerfile of two stages, and Celery."""


SCRIPTED = {
    "manage.py": MANAGE.replace("shop.settings", "config.settings.local"),
    "pyproject.toml": '[project]\ndependencies = ["celery==5.6", "django-environ", "gunicorn==26.1", "whitenoise"]\n',
    "compose/production/django/Dockerfile": "FROM python:3.13\n"
    "COPY ./compose/production/django/entrypoint /entrypoint\n"
    "COPY ./compose/production/django/start /start\n"
    'EXPOSE 5000\nENTRYPOINT ["/entrypoint"]\n',
    "config/__init__.py": "",
    "config/wsgi.py": WSGI.replace("shop.settings", "config.settings.production"),
    "config/settings/__init__.py": "",
    "config/settings/base.py": "import os\nimport environ\n\nenv = environ.Env(TRACES=(float, 0.0))\n"
    'STATIC_ROOT = "static"\n'
    'DEBUG = env.bool("DJANGO_DEBUG", False)\n'
    'if os.getenv("DATABASE_URL", default=None):\n'
    '    DATABASES = {"default": env.db("DATABASE_URL")}\n'
    "else:\n"
    '    DATABASES = {"default": {"NAME": env.str("POSTGRES_DB"), "PASSWORD": env.str("POSTGRES_PASSWORD")}}\n'
    'CACHES = {"default": env.cache()}\n'
    'REDIS_URL = env("REDIS_URL", default="redis://redis:6379/0")\n'
    'TRACES = env("TRACES")\n',
    "config/settings/production.py": "from .base import *\nfrom .base import env\n\n"
    'SECRET_KEY = env("DJANGO_SECRET_KEY")\n'
    'ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["example.com"])\n'
    'AWS_ACCESS_KEY_ID = env("DJANGO_AWS_ACCESS_KEY_ID")\n'
    'ADMIN_URL = env("DJANGO_ADMIN_URL")\n'
    'MAIL_KEY = os.environ["MAIL_KEY"]\n',
}
"""The layout of cookiecutter-django: a Dockerfile below `compose`, and settings that read names of their own."""


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write an application below `root`, and return its folder."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root
