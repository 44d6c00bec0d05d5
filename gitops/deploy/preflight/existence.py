"""Whether what declarations refer to exists, and is what it has to be."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import TYPE_CHECKING

from gitops.aws import acm
from gitops.aws.acm import Acm
from gitops.aws.ecr import Ecr
from gitops.aws.route53 import Route53
from gitops.aws.secrets_manager import SecretsManager
from gitops.deploy.preflight.check import Check
from gitops.deploy.preflight.references import Certificate, HostedZone, Image, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.session import Session
    from gitops.deploy.preflight.references import Reference

OCI_ARCHITECTURE = {"arm64": "arm64", "x86_64": "amd64"}
"""What the manifests of images call an architecture.

https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""


def checks(session: Session, references: Mapping[Reference, Sequence[EnvironmentName]]) -> Iterator[Check]:
    """Yield a check of each reference, for the environments that have it."""
    registry, secrets = cache(partial(Ecr, session)), cache(partial(SecretsManager, session))
    zones, certificates = cache(partial(Route53, session)), cache(partial(Acm, session))
    for reference, names in references.items():
        match reference:
            case Image():
                subject = f"image {reference} ({reference.architecture})"
                problem = partial(image_problem, registry(reference.where), reference)
            case Secret():
                subject = f"secret {reference}"
                problem = partial(secret_problem, secrets(reference.where), reference)
            case HostedZone():
                subject = f"hosted zone {reference}"
                problem = partial(zone_problem, zones(reference.where), reference)
            case Certificate():
                subject = f"certificate {reference}"
                problem = partial(certificate_problem, certificates(reference.where), reference)
        yield Check(subject, names, problem)


def image_problem(ecr: Ecr, image: Image) -> str:
    """An image has to be in its repository, for the architecture that is declared where its manifest says."""
    if not ecr.has_repository(image.repository):
        return f"there is no ECR repository {image.repository} in {image.where}"
    manifest = ecr.manifest(image.repository, image.version)
    if manifest is None:
        return f"the repository {image.repository} has no image {image.version}: push it, or declare another"
    platforms = {entry.get("platform", {}).get("architecture", "unknown") for entry in manifest.get("manifests", [])}
    if platforms and OCI_ARCHITECTURE[image.architecture] not in platforms:
        # Attestations stand in the list too, as images for an unknown architecture.
        built = ", ".join(sorted(platforms - {"unknown"}))
        return f"the image is built for {built}, and {image.architecture} is declared (`architecture`)"
    return ""


def secret_problem(secrets: SecretsManager, secret: Secret) -> str:
    """A secret has to exist, and to hold JSON with the key where one is declared."""
    existence = secrets.existence(secret.name)
    if existence == "absent":
        return f"there is no secret {secret.name} in {secret.where}"
    if existence == "being deleted":
        return f"the secret is being deleted; to keep it: aws secretsmanager restore-secret --secret-id {secret.name}"
    if not secret.key:
        return ""
    try:
        values = json.loads(secrets.value(secret.name))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return f"the secret holds no JSON object, and so no key {secret.key}"
    return "" if secret.key in values else f"the secret has no key {secret.key}; it has {', '.join(values) or 'none'}"


def zone_problem(route53: Route53, zone: HostedZone) -> str:
    """A hosted zone has to exist, to be public, and to hold the domain."""
    found = route53.zone(zone.zone_id)
    if found is None:
        return f"the account {zone.where.account} has no hosted zone {zone.zone_id}"
    if found.private:
        return "the hosted zone is private: nobody outside its VPCs would find the environment"
    if zone.domain != found.name and not zone.domain.endswith(f".{found.name}"):
        return f"the hosted zone is for {found.name}, which cannot hold {zone.domain}"
    return ""


def certificate_problem(certificates: Acm, certificate: Certificate) -> str:
    """A certificate has to be in the region of its load balancer, issued, and for the host name."""
    region = certificate.arn.split(":")[3]
    if region != certificate.where.region:
        return f"the certificate is in {region}, and its load balancer in {certificate.where.region}"
    found = certificates.certificate(certificate.arn)
    if found is None:
        return f"there is no certificate {certificate.arn}"
    if found.status != acm.ISSUED:
        return f"the certificate is not issued; its status is {found.status}"
    if not covers(found.names, certificate.host):
        return f"the certificate is for {', '.join(found.names)}, and not for {certificate.host}"
    return ""


def covers(names: Iterable[str], host: str) -> bool:
    """Whether a certificate for `names` is one for `host`; a wildcard stands for exactly one label.

    https://datatracker.ietf.org/doc/html/rfc6125#section-6.4.3
    """
    wildcard = f"*.{host.partition('.')[2]}"
    return any(name.lower() in {host.lower(), wildcard.lower()} for name in names)
