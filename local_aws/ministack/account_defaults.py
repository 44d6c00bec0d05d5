"""Resources that exist in an AWS account beforehand: public parameters, and hosted zones with ids that are known."""

from __future__ import annotations

import functools
import re
from contextvars import ContextVar
from itertools import product
from typing import TYPE_CHECKING

from local_aws.ministack import seams

if TYPE_CHECKING:
    from local_aws.ministack.seams import Response

HOSTED_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")


def add_public_parameters() -> None:
    """Add the public SSM parameters of Amazon Linux 2023 images; MiniStack has one of them.

    https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
    """
    parameters = seams.ami_parameters
    prefix = "/aws/service/ami-amazon-linux-latest"
    image = parameters[f"{prefix}/al2023-ami-kernel-default-x86_64"]
    images, kernels = ("al2023-ami", "al2023-ami-minimal"), ("default", "6.1", "6.12")
    for name, kernel, architecture in product(images, kernels, ("arm64", "x86_64")):
        parameters.setdefault(f"{prefix}/{name}-kernel-{kernel}-{architecture}", image)


def let_clients_choose_hosted_zone_ids() -> None:
    """Use the caller reference of a new hosted zone as its id, where it has the form of one.

    On AWS, Route 53 chooses the id. Templates refer to zones that their account has already, by id; here a client can
    create those zones under these ids.
    """
    create, generate = seams.create_hosted_zone.current, seams.new_zone_id.current
    chosen: ContextVar[str] = ContextVar("chosen", default="")

    @functools.wraps(create)
    def create_as_called(body: bytes, query: dict[str, list[str]]) -> Response:
        root = seams.parse_route53_body(body)
        reference = "" if root is None else seams.route53_text(root, "CallerReference")
        chosen.set(reference if HOSTED_ZONE_ID.fullmatch(reference) else "")
        return create(body, query)

    seams.create_hosted_zone.replace(create_as_called)
    seams.new_zone_id.replace(lambda: chosen.get() or generate())
