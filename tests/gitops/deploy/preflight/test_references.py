import json
import shlex
from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion, Environments, load
from gitops.aws.acm import Acm, IssuedCertificate
from gitops.aws.ecr import INDEX, Ecr
from gitops.aws.route53 import Route53
from gitops.aws.secrets_manager import SecretsManager
from gitops.aws.session import Session
from gitops.deploy.preflight.references import (
    Certificate,
    HostedZone,
    Image,
    Reference,
    Secret,
    certificate_problem,
    collect,
    covers,
    image_problem,
    secret_problem,
    zone_problem,
)
from tests.gitops.checkouts import CommandLine

HERE = AccountRegion("111111111111", "us-east-1")
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012"
ZONE = HostedZone(HERE, "Z0123456789ABCDEFGHIJ", "dev.example.com")


@pytest.fixture
def declarations(bare_checkout: CommandLine) -> CommandLine:
    bare_checkout.account(HERE.account)
    bare_checkout.base("dev")
    bare_checkout.app("dev/alpha", image="v7")
    return bare_checkout


def add(declarations: CommandLine, name: str, text: str) -> None:
    file = declarations.root / "environments" / f"{name}.yaml"
    file.write_text(file.read_text() + text)


def collected(declarations: CommandLine, name: str) -> list[Reference]:
    environments = loaded(declarations.root)
    return list(collect(environment for environment in environments if str(environment.name) == name))


def loaded(root: Path) -> Environments:
    return load(root / "environments")


def test_a_base_refers_to_its_hosted_zone(declarations: CommandLine) -> None:
    assert collected(declarations, "dev/base") == [ZONE]


def test_an_app_refers_to_the_images_of_all_its_services_each_once(declarations: CommandLine) -> None:
    services = """\
services:
  frontend: {repository: microblog-frontend, port: 3000, paths: ["/app/*"]}
  worker: {}
architecture: x86_64
"""
    add(declarations, "dev/alpha", services)

    assert collected(declarations, "dev/alpha") == [
        ZONE,
        Image(HERE, "microblog", "v7", "x86_64"),
        Image(HERE, "microblog-frontend", "v7", "x86_64"),
    ]


@pytest.mark.parametrize(
    "command",
    [
        "",
        "release_command: [migrate]\n",
        "post_release_command: [notify]\n",
        'jobs: {cleanup: {command: [clean], schedule: "0 3 * * *"}}\n',
    ],
)
def test_a_command_beside_services_needs_the_application_s_own_image(command: str, declarations: CommandLine) -> None:
    add(declarations, "dev/alpha", f"services: {{web: {{repository: microblog-web}}}}\n{command}")

    own = Image(HERE, "microblog", "v7", "arm64")
    assert (own in collected(declarations, "dev/alpha")) == bool(command)


def test_a_service_needs_the_image_of_its_own_and_commands_that_of_the_application(declarations: CommandLine) -> None:
    services = "services: {web: {image: v9}, frontend: {repository: microblog-frontend, image: v3}}\n"
    add(declarations, "dev/alpha", services)
    declarations.app("dev/beta", image="v7")
    add(declarations, "dev/beta", f"{services}release_command: [migrate]\n")
    theirs = [Image(HERE, "microblog", "v9", "arm64"), Image(HERE, "microblog-frontend", "v3", "arm64")]

    assert collected(declarations, "dev/alpha") == [ZONE, *theirs]
    assert collected(declarations, "dev/beta") == [ZONE, *theirs, Image(HERE, "microblog", "v7", "arm64")]


def test_secrets_are_told_from_their_keys(declarations: CommandLine) -> None:
    add(declarations, "dev/alpha", "secrets: {SENTRY_DSN: dev/sentry:dsn, TOKEN: dev/token}\n")

    secrets = [reference for reference in collected(declarations, "dev/alpha") if isinstance(reference, Secret)]

    assert secrets == [Secret(HERE, "dev/sentry", "dsn"), Secret(HERE, "dev/token", "")]


def test_a_given_certificate_has_to_cover_the_hosts(declarations: CommandLine) -> None:
    add(declarations, "dev/base", f"certificate_arn: {CERTIFICATE}\n")

    assert Certificate(HERE, CERTIFICATE, "alpha.dev.example.com") in collected(declarations, "dev/alpha")
    assert Certificate(HERE, CERTIFICATE, "*.dev.example.com") in collected(declarations, "dev/base")


def test_what_several_environments_refer_to_is_there_once_with_all_of_them(declarations: CommandLine) -> None:
    declarations.app("dev/beta", image="v7")

    references = collect(loaded(declarations.root))

    assert list(map(str, references[Image(HERE, "microblog", "v7", "arm64")])) == ["dev/alpha", "dev/beta"]
    assert list(map(str, references[ZONE])) == ["dev/base", "dev/alpha", "dev/beta"]


def test_an_account_refers_to_nothing(bare_checkout: CommandLine) -> None:
    bare_checkout.account(HERE.account)

    assert collect(loaded(bare_checkout.root)) == {}


DIGEST = f"sha256:{'a' * 64}"


def push(session: Session, where: AccountRegion, manifest: object, **image_id: str) -> None:
    ecr = session.client("ecr", where)
    ecr.create_repository(repositoryName="microblog")
    ecr.put_image(
        repositoryName="microblog", imageManifest=json.dumps(manifest), imageManifestMediaType=INDEX, **image_id
    )


def index(*architectures: str) -> object:
    return {"manifests": [{"platform": {"os": "linux", "architecture": a}} for a in architectures]}


@pytest.mark.parametrize(("version", "image_id"), [("v1", {"imageTag": "v1"}), (DIGEST, {"imageDigest": DIGEST})])
def test_an_image_is_found_by_its_tag_and_by_its_digest(
    session: Session, where: AccountRegion, version: str, image_id: dict[str, str]
) -> None:
    push(session, where, index("arm64"), **image_id)

    assert image_problem(Ecr(session, where), Image(where, "microblog", version, "arm64")) == ""


def test_a_repository_or_an_image_that_is_missing_is_said(session: Session, where: AccountRegion) -> None:
    push(session, where, {}, imageTag="v1")
    ecr = Ecr(session, where)

    no_image = image_problem(ecr, Image(where, "microblog", "v2", "arm64"))
    no_repository = image_problem(ecr, Image(where, "frontend", "v1", "arm64"))

    assert "the repository microblog has no image v2" in no_image
    assert f"there is no ECR repository frontend in {where}" in no_repository


def test_an_image_for_several_platforms_has_to_be_one_for_the_declared_architecture(
    session: Session, where: AccountRegion
) -> None:
    push(session, where, index("amd64", "unknown"), imageTag="v1")
    ecr = Ecr(session, where)

    assert image_problem(ecr, Image(where, "microblog", "v1", "x86_64")) == ""
    wrong = image_problem(ecr, Image(where, "microblog", "v1", "arm64"))
    assert wrong == "the image is built for amd64, and arm64 is declared (`architecture`)"


def test_a_secret_has_to_exist(session: Session, where: AccountRegion) -> None:
    session.client("secretsmanager", where).create_secret(Name="dev/key", SecretString="plain")
    secrets = SecretsManager(session, where)

    assert secret_problem(secrets, Secret(where, "dev/key", "")) == ""


@pytest.mark.parametrize(
    ("key", "value"), [("", "with its value on"), ("dsn", "with its value, JSON with the key dsn, on")]
)
def test_a_secret_that_is_missing_is_said_with_the_command_that_creates_it(
    session: Session, where: AccountRegion, key: str, value: str
) -> None:
    secrets = SecretsManager(session, where)
    secret = Secret(where, "dev/none", key)

    problem = secret_problem(secrets, secret)

    assert problem.startswith(f"there is no secret dev/none in {where}; to create it, {value} standard input: ")
    command = shlex.split(problem.rpartition("standard input: ")[2])
    # What the command says, with a value in place of standard input, is what the check asks for.
    options = dict(zip(command[3::2], command[4::2], strict=True))
    assert command[:3] == ["aws", "secretsmanager", "create-secret"]
    assert options == {"--region": where.region, "--name": secret.name, "--secret-string": "file:///dev/stdin"}
    session.client("secretsmanager", where).create_secret(Name=options["--name"], SecretString="value")
    assert secret_problem(secrets, secret) == ""


def test_a_secret_that_is_being_deleted_is_said_with_the_remedy(session: Session, where: AccountRegion) -> None:
    client = session.client("secretsmanager", where)
    client.create_secret(Name="dev/key", SecretString="plain")
    client.delete_secret(SecretId="dev/key")

    problem = secret_problem(SecretsManager(session, where), Secret(where, "dev/key", ""))

    assert "aws secretsmanager restore-secret --secret-id dev/key" in problem


def test_the_value_of_a_secret_is_not_read(session: Session, where: AccountRegion) -> None:
    session.client("secretsmanager", where).create_secret(Name="dev/sentry", SecretString="no key in it")
    secrets = SecretsManager(session, where)
    asked: list[str] = []
    secrets._client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))

    assert secret_problem(secrets, Secret(where, "dev/sentry", "dsn")) == ""
    assert asked == ["DescribeSecret"]


@pytest.mark.parametrize(
    ("domain", "problem"),
    [
        ("example.com", ""),
        ("dev.example.com", ""),
        ("dev.example.org", "the hosted zone is for example.com, which cannot hold dev.example.org"),
        ("another-example.com", "the hosted zone is for example.com, which cannot hold another-example.com"),
    ],
)
def test_a_hosted_zone_has_to_hold_the_domain(
    session: Session, where: AccountRegion, domain: str, problem: str
) -> None:
    answer = session.client("route53", where).create_hosted_zone(Name="example.com", CallerReference="1")
    zone_id = answer["HostedZone"]["Id"].rpartition("/")[2]

    assert zone_problem(Route53(session, where), HostedZone(where, zone_id, domain)) == problem


def test_a_hosted_zone_has_to_exist_and_to_be_public(session: Session, where: AccountRegion) -> None:
    answer = session.client("route53", where).create_hosted_zone(
        Name="example.com", CallerReference="1", VPC={"VPCRegion": where.region, "VPCId": "vpc-1"}
    )
    private = answer["HostedZone"]["Id"].rpartition("/")[2]
    route53 = Route53(session, where)

    assert "is private" in zone_problem(route53, HostedZone(where, private, "example.com"))
    missing = zone_problem(route53, HostedZone(where, "Z0", "example.com"))
    assert missing == f"the account {where.account} has no hosted zone Z0"


class Certificates(Acm):
    """An ACM with one certificate, or none."""

    def __init__(self, certificate: IssuedCertificate | None) -> None:
        self._certificate = certificate

    def certificate(self, arn: str) -> IssuedCertificate | None:  # noqa: ARG002 # it is the one
        return self._certificate


@pytest.mark.parametrize(
    ("certificate", "problem"),
    [
        (IssuedCertificate("ISSUED", ("dev.example.com", "*.dev.example.com")), ""),
        (IssuedCertificate("PENDING_VALIDATION", ("*.dev.example.com",)), "its status is PENDING_VALIDATION"),
        (IssuedCertificate("EXPIRED", ("*.dev.example.com",)), "its status is EXPIRED"),
        (IssuedCertificate("ISSUED", ("*.example.com",)), "is for *.example.com, and not for alpha.dev.example.com"),
        (None, f"there is no certificate {CERTIFICATE}"),
    ],
)
def test_a_certificate_has_to_be_issued_for_the_host(certificate: IssuedCertificate | None, problem: str) -> None:
    said = certificate_problem(Certificates(certificate), Certificate(HERE, CERTIFICATE, "alpha.dev.example.com"))

    assert said.endswith(problem)
    assert bool(said) == bool(problem)


def test_a_certificate_has_to_be_in_the_region_of_its_load_balancer() -> None:
    elsewhere = AccountRegion(HERE.account, "eu-central-1")

    said = certificate_problem(Certificates(None), Certificate(elsewhere, CERTIFICATE, "example.com"))

    assert said == "the certificate is in us-east-1, and its load balancer in eu-central-1"


def test_a_certificate_is_described_by_its_door(session: Session, where: AccountRegion) -> None:
    client = session.client("acm", where)
    arn = client.request_certificate(DomainName="example.com", SubjectAlternativeNames=["*.example.com"])[
        "CertificateArn"
    ]

    found = Acm(session, where).certificate(arn)

    assert found is not None
    assert set(found.names) == {"example.com", "*.example.com"}
    assert Acm(session, where).certificate(f"{arn}-none") is None


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (["example.com"], "example.com", True),
        (["EXAMPLE.com"], "example.COM", True),
        (["*.example.com"], "www.example.com", True),
        (["*.example.com"], "*.example.com", True),
        (["*.example.com"], "example.com", False),
        (["*.example.com"], "a.b.example.com", False),
        (["*.com"], "www.example.com", False),
        (["*"], "com", False),
        (["wwww.example.com"], "www.example.com", False),
        ([], "example.com", False),
    ],
)
def test_a_wildcard_stands_for_one_label(names: list[str], host: str, covered: bool) -> None:  # noqa: FBT001 # a table
    assert covers(names, host) == covered
