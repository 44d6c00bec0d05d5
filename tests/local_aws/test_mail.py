"""Mail of tasks."""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_aws.runtimes import Runtime

SEND = """
import os, smtplib
with smtplib.SMTP(os.environ["EMAIL_HOST"], int(os.environ["EMAIL_PORT"])) as relay:
    relay.sendmail("shop@example.com", ["octocat@example.com"], "Subject: Hello\\r\\n\\r\\nhttps://example.com/confirm")
"""


def test_what_a_task_sends_is_a_file(runtime: Runtime, python: str) -> None:
    task = runtime.ended(runtime.run(runtime.definition(python, "-c", SEND)))

    assert task["containers"][0]["exitCode"] == 0, runtime.log(task["taskArn"])
    (file,) = (runtime.state_dir / "mail").glob("*.eml")
    message = message_from_bytes(file.read_bytes())
    assert message["Subject"] == "Hello"
    assert message["X-Envelope-To"] == "octocat@example.com"
    assert str(message.get_payload()).strip() == "https://example.com/confirm"


def test_a_definition_s_own_relay_is_kept(runtime: Runtime) -> None:
    environment = [{"name": "EMAIL_HOST", "value": "smtp.example.com"}]
    task = runtime.run(runtime.definition("sh", "-c", "echo $EMAIL_HOST", environment=environment))

    runtime.ended(task)
    assert runtime.log(task) == ["smtp.example.com"]
