"""Headers on their way through the reverse proxy."""

import pytest

from local_aws.proxy.headers import inwards, outwards

HERE = "alpha.dev.localhost:4566"
PUBLIC = "alpha.dev.example.com"
HOSTS = {PUBLIC: HERE, "beta.dev.example.com": "beta.dev.localhost:4566"}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (("host", HERE), {"host": f"{PUBLIC}:443"}),
        (("origin", f"http://{HERE}"), {"origin": f"https://{PUBLIC}"}),
        (("origin", "https://elsewhere.example.org"), {"origin": "https://elsewhere.example.org"}),
        (("origin", "null"), {"origin": "null"}),
        (("referer", f"http://{HERE}/a?b=1"), {"referer": f"https://{PUBLIC}/a?b=1"}),
        (("cookie", "proxy-host-session=1; b=2"), {"cookie": "__Host-session=1; b=2"}),
        (("accept", "text/html"), {"accept": "text/html"}),
    ],
)
def test_inwards(sent: tuple[str, str], seen: dict[str, str]) -> None:
    assert inwards([sent], HERE, PUBLIC) == seen


def test_cookies_in_two_headers_are_one_list() -> None:
    assert inwards([("cookie", "a=1"), ("cookie", "b=2")], HERE, PUBLIC) == {"cookie": "a=1; b=2"}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (("Location", f"https://{PUBLIC}/next?x=1#y"), [("Location", f"http://{HERE}/next?x=1#y")]),
        (("Location", f"https://{PUBLIC}:443/next"), [("Location", f"http://{HERE}/next")]),
        (("location", "https://beta.dev.example.com/"), [("location", "http://beta.dev.localhost:4566/")]),
        (("Location", "/next"), [("Location", "/next")]),
        (("Location", "https://example.org/"), [("Location", "https://example.org/")]),
        (
            ("Set-Cookie", f"session=1; Domain={PUBLIC}; Path=/; Secure; HttpOnly; SameSite=Lax"),
            [("Set-Cookie", "session=1; Path=/; HttpOnly; SameSite=Lax")],
        ),
        (("Set-Cookie", "__Host-session=1; Path=/; Secure"), [("Set-Cookie", "proxy-host-session=1; Path=/")]),
        (("Set-Cookie", "__Secure-a=1; Secure"), [("Set-Cookie", "proxy-secure-a=1")]),
        (("Strict-Transport-Security", "max-age=1"), []),
        (("Transfer-Encoding", "chunked"), []),
        (("Content-Type", "text/html"), [("Content-Type", "text/html")]),
    ],
)
def test_outwards(sent: tuple[str, str], seen: list[tuple[str, str]]) -> None:
    assert outwards([sent], HOSTS) == seen
