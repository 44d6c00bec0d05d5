"""What an AWS account has without having made it: public parameters, and the hosted zones that declarations name."""

from __future__ import annotations

import functools
import re
from contextvars import ContextVar
from itertools import product
from typing import TYPE_CHECKING, cast

from ministack.services import route53 as _route53
from ministack.services import ssm as _ssm

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.ministack.application import Response

HOSTED_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")


def add_public_parameters() -> None:
    """Add the public SSM parameters of Amazon Linux 2023 images; MiniStack has one of them.

    https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
    """
    parameters: MutableMapping[str, str] = _ssm._PUBLIC_AMI_PARAMETERS  # noqa: SLF001
    prefix = "/aws/service/ami-amazon-linux-latest"
    image = parameters[f"{prefix}/al2023-ami-kernel-default-x86_64"]
    images, kernels = ("al2023-ami", "al2023-ami-minimal"), ("default", "6.1", "6.12")
    for name, kernel, architecture in product(images, kernels, ("arm64", "x86_64")):
        parameters.setdefault(f"{prefix}/{name}-kernel-{kernel}-{architecture}", image)


def let_clients_choose_hosted_zone_ids() -> None:
    """Make the caller reference of a new hosted zone its id, where it has the form of one.

    Route 53 chooses the id. Declarations name zones that an account has already, so here they are made under
    the ids that are declared: see ``gitops.deploy.preflight.prerequisites``.
    """
    create, generate = _route53._create_hosted_zone, _route53._zone_id  # noqa: SLF001
    chosen: ContextVar[str] = ContextVar("chosen", default="")

    @functools.wraps(create)
    def create_as_called(body: bytes, query: dict[str, list[str]]) -> Response:
        root = _route53._parse_body(body)  # noqa: SLF001
        reference = "" if root is None else _route53._text(root, "CallerReference")  # noqa: SLF001
        chosen.set(reference if HOSTED_ZONE_ID.fullmatch(reference) else "")
        return cast("Response", create(body, query))

    _route53._create_hosted_zone = create_as_called  # noqa: SLF001
    _route53._zone_id = lambda: chosen.get() or generate()  # noqa: SLF001
