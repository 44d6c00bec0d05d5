"""What declarations refer to and do not make themselves, and whether it exists and is as it has to be."""

from __future__ import annotations

import shlex
from collections import defaultdict
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib.config.images import ImageName
from constructs_lib.config.model import AdHocBaseConfig, AppConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.config.routing import host
from gitops.aws import acm
from gitops.aws.acm import Acm
from gitops.aws.ecr import Ecr
from gitops.aws.route53 import Route53
from gitops.aws.secrets_manager import SecretsManager
from gitops.aws.session import AwsError
from gitops.deploy.preflight.check import PreflightCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from constructs_lib.config.environments import AccountRegion, BaseConfig, Environment
    from constructs_lib.config.model import Architecture
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.session import Session

OCI_ARCHITECTURE = {"arm64": "arm64", "x86_64": "amd64"}
"""What the manifests of images call an architecture.

https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""


STANDARD_INPUT = "file:///dev/stdin"

_UNKNOWN = "unknown"
"""What attestations, which stand in lists of manifests too, have for an architecture."""


class Image(NamedTuple):
    """An image in ECR. `version` is a tag, or a digest."""

    where: AccountRegion
    repository: str
    version: str
    architecture: Architecture

    def __str__(self) -> str:
        return str(ImageName(self.repository, self.version))


class Secret(NamedTuple):
    """A secret in Secrets Manager. `key` is empty where the whole secret is meant, else a key of the JSON in it."""

    where: AccountRegion
    name: str
    key: str

    def __str__(self) -> str:
        return f"{self.name}:{self.key}" if self.key else self.name


class HostedZone(NamedTuple):
    """A hosted zone in Route 53 and a domain that it has to hold."""

    where: AccountRegion
    zone_id: str
    domain: str

    def __str__(self) -> str:
        return f"{self.zone_id} ({self.domain})"


class Certificate(NamedTuple):
    """A certificate in ACM and a host name that it has to cover, with `*` for any label."""

    where: AccountRegion
    arn: str
    host: str

    def __str__(self) -> str:
        return f"{self.arn.rpartition('/')[2]} ({self.host})"


Reference = Image | Secret | HostedZone | Certificate


def collect(environments: Iterable[Environment]) -> Mapping[Reference, list[EnvironmentName]]:
    """Return everything that `environments` refer to, in their order, with those that do."""
    references: defaultdict[Reference, list[EnvironmentName]] = defaultdict(list)
    for environment in environments:
        for reference in dict.fromkeys(_references(environment)):
            references[reference].append(environment.name)
    return references


def _references(environment: Environment) -> Iterator[Reference]:
    where = environment.place
    base = (environment.base or environment).config
    if not isinstance(base, AdHocBaseConfig | ProdBaseConfig):
        return  # an account refers to nothing
    yield HostedZone(where, base.hosted_zone_id, base.domain)
    if base.certificate_arn:
        for name in _hosts(environment, base):
            yield Certificate(where, base.certificate_arn, name)
    if isinstance(environment.config, AppConfig):
        yield from _of_application(where, environment.config)


def _hosts(environment: Environment, base: BaseConfig) -> Iterator[str]:
    """Yield the host names at which an environment answers; those of a base for ad hoc ones are not known yet."""
    config = environment.config
    if isinstance(config, AppConfig):
        yield host(environment.name, base.domain, config.hostname if isinstance(config, ProdAppConfig) else None)
    elif isinstance(config, AdHocBaseConfig):
        yield f"*.{base.domain}"


def _of_application(where: AccountRegion, config: AppConfig) -> Iterator[Reference]:
    for image in config.images:
        yield Image(where, *image, config.architecture)
    for reference in config.secrets.values():
        name, _, key = reference.partition(":")
        yield Secret(where, name, key)


def reference_checks(
    session: Session, references: Mapping[Reference, Sequence[EnvironmentName]]
) -> Iterator[PreflightCheck]:
    """Yield a check of each reference, for the environments that have it."""
    registry, secrets = cache(partial(Ecr, session)), cache(partial(SecretsManager, session))
    zones, certificates = cache(partial(Route53, session)), cache(partial(Acm, session))
    for reference, names in references.items():
        match reference:
            case Image():
                subject = f"image {reference} ({reference.architecture})"
                problem = partial(image_problem, registry(reference.where), reference)
            case Secret():
                subject = f"secret {reference.name}"
                problem = partial(secret_problem, secrets(reference.where), reference)
            case HostedZone():
                subject = f"hosted zone {reference}"
                problem = partial(zone_problem, zones(reference.where), reference)
            case Certificate():
                subject = f"certificate {reference}"
                problem = partial(certificate_problem, certificates(reference.where), reference)
        yield PreflightCheck(subject, names, problem)


def image_problem(ecr: Ecr, image: Image) -> str:
    """An image has to be in its repository, for the architecture that is declared.

    Raises AwsError when the registry does not say for which architecture it was built.
    """
    if not ecr.has_repository(image.repository):
        return f"there is no ECR repository {image.repository} in {image.where}"
    manifest = ecr.manifest(image.repository, image.version)
    if manifest is None:
        return f"the repository {image.repository} has no image {image.version}: push it, or declare another"
    built = _architectures(ecr, image, manifest)
    if OCI_ARCHITECTURE[image.architecture] not in built:
        return (
            f"the image is built for {', '.join(sorted(built))}, and {image.architecture} is declared (`architecture`)"
        )
    return ""


def _architectures(ecr: Ecr, image: Image, manifest: Mapping[str, Any]) -> set[str]:
    """Return the architectures that an image is built for, by its list of manifests or by its one configuration."""
    if "manifests" in manifest:
        listed = {entry.get("platform", {}).get("architecture", _UNKNOWN) for entry in manifest["manifests"]}
    elif digest := manifest.get("config", {}).get("digest"):
        listed = {ecr.configuration(image.repository, digest).get("architecture") or _UNKNOWN}
    else:
        listed = {_UNKNOWN}
    if listed <= {_UNKNOWN}:
        raise AwsError(f"neither the manifest nor the configuration of {image} names an architecture")
    return listed - {_UNKNOWN}


def secret_problem(secrets: SecretsManager, secret: Secret) -> str:
    """A secret has to exist. Its value, and so whether it holds a declared key, is for the tasks' roles to read."""
    existence = secrets.existence(secret.name)
    if existence == "absent":
        return f"there is no secret {secret.name} in {secret.where}; {_how_to_create(secret)}"
    if existence == "being deleted":
        return f"the secret is being deleted; to keep it: aws secretsmanager restore-secret --secret-id {secret.name}"
    return ""


def _how_to_create(secret: Secret) -> str:
    """Return the command that creates a secret; its value comes from standard input, so that no shell's history has it.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
    """
    command = ["aws", "secretsmanager", "create-secret", "--region", secret.where.region, "--name", secret.name]
    value = f"its value, JSON with the key {secret.key}," if secret.key else "its value"
    return f"to create it, with {value} on standard input: {shlex.join([*command, '--secret-string', STANDARD_INPUT])}"


def zone_problem(route53: Route53, zone: HostedZone) -> str:
    """A hosted zone has to exist, to be public, and to hold the domain."""
    found = route53.zone(zone.zone_id)
    if found is None:
        return f"the account {zone.where.account} has no hosted zone {zone.zone_id}"
    if found.private:
        return "the hosted zone is private: the environment would only be found inside its VPCs"
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
