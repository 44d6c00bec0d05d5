"""Runs in a task of the example application: pages of the timelines, their queries, and the 95th percentile of times.

Times are in milliseconds, from the request in Django to its response, so that only application and database count.
"""

import json
import time
from statistics import quantiles

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from microblog.accounts.models import User  # type: ignore[import-not-found]

RUNS = 200
PAGES = ("/", "/everyone/")

connection.cursor().execute("ANALYZE")  # as the database does by itself, a little later
reader, _ = User.objects.get_or_create(email="reader@example.com", handle="reader")
client = Client(headers={"host": settings.SITE_HOST, "x-forwarded-proto": "https"})
client.force_login(reader)


def get(path: str) -> float:
    started = time.perf_counter()
    response = client.get(path, secure=True)
    assert response.status_code == 200, response.status_code
    return (time.perf_counter() - started) * 1000


measured = {}
for page in PAGES:
    get(page)
    with CaptureQueriesContext(connection) as captured:
        get(page)
    queries = len(captured)
    times = [get(page) for _ in range(RUNS)]
    measured[page] = {"queries": queries, "p95": quantiles(times, n=20)[-1]}
print("MEASURED " + json.dumps(measured))
