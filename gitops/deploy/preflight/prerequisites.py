"""`gitops local prepare`: placeholders in the embedded AWS for what declarations name and is created by hand on AWS.

These are hosted zones, images in repositories of `gitops bootstrap`, secrets, and identities of SES for bases without
`mail` whose apps may send mail. No deployment makes any of them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from constructs_lib.config.images import DIGEST_PREFIX
from constructs_lib.config.model import AdHocBaseConfig, ProdBaseConfig
from gitops.aws.ecr import INDEX, Ecr
from gitops.aws.route53 import Route53
from gitops.aws.secrets_manager import SecretsManager
from gitops.aws.ses import Ses
from gitops.aws.session import translate_errors
from gitops.deploy.preflight.references import HostedZone, Image, Secret, collect
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import AccountRegion, BaseConfig, Environment
    from gitops.aws.session import Session
    from gitops.deploy.preflight.references import Reference

PLACEHOLDER = "placeholder"
NOT_SET = ""
"""The value of a key of a secret: what is empty, an application takes for not set. A whole secret cannot be empty."""
PLATFORMS = ("amd64", "arm64")


def prepare(session: Session, environments: Iterable[Environment]) -> None:
    """Make what `environments` refer to and the embedded AWS lacks, and say what that was.

    Raises:
        UserError: an image has no repository to be pushed to.
        AwsError: the embedded AWS cannot be reached or refuses.
    """
    declared = list(environments)
    made = [_in_words(reference) for reference in collect(declared) if _make(session, reference)]
    made += [
        f"identity of SES {config.domain}" for where, config in _senders(declared) if _verify(session, where, config)
    ]
    if made:
        say(f"made placeholders in the embedded AWS: {', '.join(dict.fromkeys(made))}")


def _senders(environments: Iterable[Environment]) -> Iterator[tuple[AccountRegion, BaseConfig]]:
    """Yield the bases whose domain needs an identity that was created by hand."""
    for environment in environments:
        config = environment.config
        if (
            isinstance(config, AdHocBaseConfig | ProdBaseConfig)
            and config.allowed_permissions.send_email
            and not config.mail
        ):
            yield environment.place, config


def _verify(session: Session, where: AccountRegion, base: BaseConfig) -> bool:
    if Ses(session, where).has_identity(base.domain):
        return False
    with translate_errors():
        session.client("sesv2", where).create_email_identity(EmailIdentity=base.domain)
    return True


def _make(session: Session, reference: Reference) -> bool:
    """Make what is referred to, unless it is there; return whether something was made."""
    with translate_errors():
        match reference:
            case HostedZone():
                return _make_zone(session, reference)
            case Image():
                return _make_image(session, reference)
            case Secret():
                return _make_secret(session, reference)
            case _:
                return False


def _make_zone(session: Session, zone: HostedZone) -> bool:
    """Make a hosted zone for all that can be in it: declarations may put more than one domain there."""
    if Route53(session, zone.where).zone(zone.zone_id):
        return False
    name = ".".join(zone.domain.split(".")[-2:])
    # This server takes the caller reference for the id: local_aws.ministack.
    session.client("route53", zone.where).create_hosted_zone(Name=name, CallerReference=zone.zone_id)
    return True


def _make_image(session: Session, image: Image) -> bool:
    ecr = Ecr(session, image.where)
    client = session.client("ecr", image.where)
    if not ecr.has_repository(image.repository):
        raise UserError(
            f"there is no ECR repository {image.repository} in {image.where} to push {image} to; `gitops bootstrap`"
            " makes the repositories that accounts declare"
        )
    if ecr.manifest(image.repository, image.version):
        return False
    manifest = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [{"platform": {"os": "linux", "architecture": platform}} for platform in PLATFORMS],
        "annotations": {"org.opencontainers.image.version": image.version},
    }
    by = "imageDigest" if image.version.startswith(DIGEST_PREFIX) else "imageTag"
    client.put_image(
        repositoryName=image.repository,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=INDEX,
        **{by: image.version},
    )
    return True


def _make_secret(session: Session, secret: Secret) -> bool:
    """Make a secret, or add a key to the one that is there."""
    secrets = SecretsManager(session, secret.where)
    client = session.client("secretsmanager", secret.where)
    if secrets.existence(secret.name) == "absent":
        value = json.dumps({secret.key: NOT_SET}) if secret.key else PLACEHOLDER
        client.create_secret(Name=secret.name, SecretString=value)
        return True
    if secret.key:
        with suppress(ValueError):  # somebody put something else there, which stays
            values = json.loads(secrets.value(secret.name))
            if isinstance(values, dict) and secret.key not in values:
                client.put_secret_value(SecretId=secret.name, SecretString=json.dumps({**values, secret.key: NOT_SET}))
                return True
    return False


def _in_words(reference: Reference) -> str:
    what = {HostedZone: "hosted zone", Image: "image", Secret: "secret"}[type(reference)]
    return f"{what} {reference}"
