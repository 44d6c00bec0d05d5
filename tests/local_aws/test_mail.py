"""Mail of tasks."""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from tests.gitops.checkouts import wait_until
from tests.local_aws.runtimes import TRUST_TASKS

if TYPE_CHECKING:
    from email.message import Message

    from tests.local_aws.runtimes import Runtime

SEND = """
import os, smtplib
with smtplib.SMTP(os.environ["EMAIL_HOST"], int(os.environ["EMAIL_PORT"])) as relay:
    relay.sendmail("shop@example.com", ["octocat@example.com"], "Subject: Hello\\r\\n\\r\\nhttps://example.com/confirm")
"""

SMTP = """
import os, smtplib, sys
sender = sys.argv[1]
with smtplib.SMTP(os.environ["EMAIL_HOST"], int(os.environ["EMAIL_PORT"])) as relay:
    try:
        relay.sendmail(sender, ["mona@example.com"], f"From: {sys.argv[2]}\\r\\nSubject: Hello\\r\\n\\r\\nx")
        print("taken")
    except smtplib.SMTPResponseException as error:
        print(error.smtp_code, error.smtp_error.decode())
"""
DOMAIN = "dev.example.com"


def role(runtime: Runtime, domain: str) -> str:
    """Return the ARN of a role that may send from a domain with SES."""
    iam = runtime.client("iam")
    name = f"sender-{domain}"
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST_TASKS))
    statement = {
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": f"arn:aws:ses:eu-central-1:{runtime.number}:identity/{domain}",
        "Condition": {"StringLike": {"ses:FromAddress": f"*@{domain}"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="mail", PolicyDocument=document)
    return str(made["Role"]["Arn"])


def said(runtime: Runtime, python: str, task_role: str, sender: str, author: str = "") -> str:
    """Send a mail by SMTP in a task with a role; return what the relay said."""
    definition = runtime.definition(python, "-c", SMTP, sender, author or sender, task_role=task_role)
    task = runtime.run(definition)
    runtime.ended(task)
    (line,) = runtime.log(task)
    return line


def kept(runtime: Runtime, recipient: str) -> list[Message]:
    """Return the mails to somebody that are files."""
    read = [message_from_bytes(file.read_bytes()) for file in sorted((runtime.state_dir / "mail").glob("*.eml"))]
    return [message for message in read if message["X-Envelope-To"] == recipient]


@pytest.mark.denied("ses:SendRawEmail")
def test_a_task_that_may_send_with_ses_sends_what_ses_takes(runtime: Runtime, python: str) -> None:
    own, other = f"noreply@{DOMAIN}", "ceo@example.com"
    task_role = role(runtime, DOMAIN)
    before = kept(runtime, "mona@example.com")

    unverified = said(runtime, python, task_role, own)
    runtime.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)
    beyond, disguised = said(runtime, python, task_role, other), said(runtime, python, task_role, own, other)

    assert unverified.startswith("554 Message rejected: Email address is not verified. The following identities failed")
    assert unverified.endswith(f"in region EU-CENTRAL-1: {own}")
    for refused in (beyond, disguised):
        assert refused.startswith("554 Access denied: User: arn:aws:sts::")
        assert "is not authorized to perform: ses:SendRawEmail" in refused
    assert len(kept(runtime, "mona@example.com")) == len(before)
    assert said(runtime, python, task_role, f"noreply@{DOMAIN}", f"Shop <shop@{DOMAIN}>") == "taken"
    assert len(kept(runtime, "mona@example.com")) == len(before) + 1


def test_a_task_that_may_not_send_with_ses_has_a_mail_server_that_is_not_known(runtime: Runtime, python: str) -> None:
    runtime.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)

    assert said(runtime, python, runtime.execution_role(), "ceo@example.com") == "taken"


def test_mail_that_was_sent_by_the_api_is_a_file_too(runtime: Runtime) -> None:
    runtime.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)
    body = {"Subject": {"Data": "By the API"}, "Body": {"Text": {"Data": "x"}}}

    runtime.client("ses").send_email(
        Source=f"noreply@{DOMAIN}", Destination={"ToAddresses": ["hubot@example.com"]}, Message=body
    )

    wait_until(lambda: bool(kept(runtime, "hubot@example.com")))
    (message,) = kept(runtime, "hubot@example.com")
    assert message["Subject"] == "By the API"


def test_what_a_task_sends_is_a_file(runtime: Runtime, python: str) -> None:
    task = runtime.ended(runtime.run(runtime.definition(python, "-c", SEND)))

    assert task["containers"][0]["exitCode"] == 0, runtime.log(task["taskArn"])
    (message,) = kept(runtime, "octocat@example.com")
    assert message["Subject"] == "Hello"
    assert str(message.get_payload()).strip() == "https://example.com/confirm"


def test_a_definition_s_own_relay_is_kept(runtime: Runtime) -> None:
    environment = [{"name": "EMAIL_HOST", "value": "smtp.example.com"}]
    task = runtime.run(runtime.definition("sh", "-c", "echo $EMAIL_HOST", environment=environment))

    runtime.ended(task)
    assert runtime.log(task) == ["smtp.example.com"]
