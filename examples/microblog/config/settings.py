"""Settings, by environment variables alone: README.md lists them.

Those that every container of an environment gets (`constructs_lib/config/contract.py` of this repository) are
SECRET_KEY, FRONTEND_URL, DOMAIN_NAME, APP_NAME, BASE_STACK_NAME, POSTGRES_*, REDIS_URL and S3_BUCKET_NAME.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from config import environment

django_stubs_ext.monkeypatch()  # Lets classes say what they are about: ModelAdmin[Post].

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.text("SECRET_KEY", "for development only, on one machine" if DEBUG else None)

# Which environment this is, and which version of the application

APP_NAME = environment.text("APP_NAME", "microblog")
BASE_STACK_NAME = environment.text("BASE_STACK_NAME", "local")
APP_VERSION = environment.text("APP_VERSION", "development")
FEATURE_TIMELINE = environment.flag("FEATURE_TIMELINE")
"""Whether visitors who have not signed in may read posts and profiles."""

# Where it answers

FRONTEND_URL = environment.text("FRONTEND_URL", "http://localhost:8000").rstrip("/")
_FRONTEND = urlsplit(FRONTEND_URL)
if _FRONTEND.scheme not in {"http", "https"} or not _FRONTEND.hostname:
    raise ImproperlyConfigured(f"FRONTEND_URL is {FRONTEND_URL!r}: not the address of a site")
SITE_HOST = _FRONTEND.hostname
DOMAIN_NAME = environment.text("DOMAIN_NAME", SITE_HOST)
"""The domain below which this and other environments answer; mails are sent from it."""
ALLOWED_HOSTS = sorted({SITE_HOST, *environment.words("EXTRA_ALLOWED_HOSTS")})
CSRF_TRUSTED_ORIGINS = [FRONTEND_URL, *environment.words("EXTRA_TRUSTED_ORIGINS")]

# TLS ends at the load balancer, which sets this header itself. A site of http:// is one on a developer's machine.
HTTPS = _FRONTEND.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Only the owner of a whole registered domain can put it on the browsers' preload list: https://hstspreload.org/
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Neighbours share the parent domain: with this prefix a browser takes no cookie that one of them set for all.
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
_COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True

# What it is made of

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "microblog.core",
    "microblog.accounts",
    "microblog.mail",
    "microblog.posts",
    "microblog.social",
    "microblog.digest",
    "microblog.api",
]
MIDDLEWARE = [
    "microblog.core.middleware.RequestLogMiddleware",
    "microblog.core.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "microblog.core.middleware.BrowserPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "microblog.core.context_processors.site",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "handle", "display_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

# Database. libpq reads PGSSLMODE and PGSSLROOTCERT by itself: the image asks for a verified certificate.

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": environment.text("POSTGRES_SERVICE_HOST", "localhost"),
        "PORT": environment.text("POSTGRES_SERVICE_PORT", ""),
        "NAME": environment.text("POSTGRES_NAME", "microblog"),
        "USER": environment.text("POSTGRES_USERNAME", "microblog"),
        "PASSWORD": environment.text("POSTGRES_PASSWORD", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # Many environments share one small server: one that idles gives its connections back.
            "pool": {"min_size": 0, "max_size": 4, "max_idle": 60, "timeout": 5},
            "connect_timeout": 5,
            # Milliseconds. A statement that waits longer fails instead of holding up everybody behind it.
            "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000",
        },
    }
}

# Cache, and Celery's broker, in one database of the environment's own server

REDIS_URL = environment.text("REDIS_URL", "")
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }

# Tasks. Messages are acknowledged when a task is done; a worker that dies leaves its message to another one, so every
# task has the same effect when it runs twice. Times are in seconds.

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL  # Without a broker a task runs where it is asked for.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Less than the 120 that a container gets from SIGTERM to SIGKILL: a task that has begun can end.
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SOFT_TIME_LIMIT = 75
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = environment.number("CELERY_CONCURRENCY", 2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
_VISIBILITY_TIMEOUT = environment.number("CELERY_VISIBILITY_TIMEOUT", 300)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # When the message of a killed worker is delivered again. Longer than a message waits behind a task and runs itself.
    "visibility_timeout": _VISIBILITY_TIMEOUT,
    # Look for such messages that often: by default it is every 100 seconds, and a worker killed while it looks keeps
    # the others from looking for 300.
    "unacked_restore_interval": min(10, _VISIBILITY_TIMEOUT),
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
if REDIS_URL.startswith("rediss://"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
# A request does not wait long for a broker that is away: `catch_up` finds what was not asked for.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # Keeps no file: nothing is writable in a container, nothing persists.
CELERY_BEAT_SCHEDULE = {
    # Asked for often and done once a night: a beat that was down at the hour makes up for it.
    "nightly-digest": {"task": "microblog.digest.tasks.send_digest", "schedule": crontab(minute="*/15")},
    "catch-up-mail": {"task": "microblog.mail.tasks.catch_up", "schedule": crontab()},
    "catch-up-thumbnails": {"task": "microblog.posts.tasks.catch_up", "schedule": crontab(minute="*/5")},
    "clear-sessions": {"task": "microblog.accounts.tasks.clear_sessions", "schedule": crontab(minute="30", hour="3")},
}
DIGEST_HOUR = environment.number("DIGEST_HOUR", 5)
"""UTC. From then on yesterday's digest is due."""
QUEUE_METRIC_SERVICE = environment.text("QUEUE_METRIC_SERVICE", "")
"""The service that works off the queue, by the name of its declaration."""

# Mail

EMAIL_HOST = environment.text("EMAIL_HOST", "")
EMAIL_PORT = environment.number("EMAIL_PORT", 587 if environment.flag("EMAIL_USE_TLS") else 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", f"μblog <no-reply@{DOMAIN_NAME}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Files. Static ones are in the image; images that people post are private, and reached by signed links.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
IMAGE_LINK_SECONDS = 3600
S3_BUCKET_NAME = environment.text("S3_BUCKET_NAME", "")
AWS_REGION = environment.text("AWS_REGION", environment.text("AWS_DEFAULT_REGION", "us-east-1"))
AWS_ENDPOINT_URL = environment.text("AWS_ENDPOINT_URL", "")
IMAGE_ORIGIN = ""
"""From where browsers load images, when it is not the site itself."""
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "microblog.core.storage.SignedFileSystemStorage",
        "OPTIONS": {"location": environment.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if S3_BUCKET_NAME:
    IMAGE_ORIGIN = AWS_ENDPOINT_URL.rstrip("/") or f"https://{S3_BUCKET_NAME}.s3.{AWS_REGION}.amazonaws.com"
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET_NAME,
            "location": "media",
            "region_name": AWS_REGION,
            "endpoint_url": AWS_ENDPOINT_URL or None,
            "addressing_style": "path" if AWS_ENDPOINT_URL else "virtual",
            "signature_version": "s3v4",
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": IMAGE_LINK_SECONDS,
            # Names are random. Asking whether one is taken (HeadObject) needs a right that the role does not have.
            "file_overwrite": True,
            "object_parameters": {"CacheControl": f"private, max-age={IMAGE_LINK_SECONDS}"},
        },
    }
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20  # Bytes. Uploads stay in memory: the file system may be read-only.

# Logs: one JSON object a line

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "microblog.core.logs.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": DEBUG},
        "botocore": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
    },
}

SENTRY_DSN = environment.text("SENTRY_DSN", "")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        environment=f"{BASE_STACK_NAME}/{APP_NAME}",
        release=APP_VERSION,
        send_default_pii=False,
        traces_sample_rate=environment.number("SENTRY_TRACES_PERCENT", 0) / 100,
    )
