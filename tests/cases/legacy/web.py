"""Answers every request, once the settings are read."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import settings  # noqa: F401 # as any server of the application does


class Handler(BaseHTTPRequestHandler):
    """Says that it is well."""

    def do_GET(self) -> None:  # the name of the interface
        """Answer 200."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"well")


ThreadingHTTPServer((sys.argv[1], 8000), Handler).serve_forever()
