"""A small web application, as images have it: answers slowly when asked to, and finishes what it has begun."""

import argparse
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = Path("version").read_text()


class Handler(BaseHTTPRequestHandler):
    """Answers with the version, and on some paths with more."""

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            time.sleep(1)
        if self.path.startswith("/redirect"):
            self.answer(302, "", Location="https://alpha.dev.example.com/elsewhere?x=1")
        elif self.path.startswith("/headers"):
            cookies = "__Host-session=1; Path=/; Secure; HttpOnly; Domain=alpha.dev.example.com"
            self.answer(200, str(self.headers), **{"Set-Cookie": cookies})
        else:
            self.answer(200, VERSION)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.answer(200, f"{self.headers['Origin']} {len(self.rfile.read(length))}")

    def answer(self, status: int, text: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the signature is http.server's
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # the end waits for requests under way


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bind", required=True)
    address, _, port = parser.parse_args().bind.partition(":")
    server = Server((address, int(port)), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"{VERSION} listens on {address} with {os.environ.get('GREETING')}", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    print("stopped well", flush=True)
    sys.exit(0)


main()
