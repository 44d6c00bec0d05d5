"""Service Quotas, an AWS service that MiniStack lacks, and Elastic Load Balancing's DescribeAccountLimits.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.ministack import seams
from local_aws.strictness import quotas

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.ministack.seams import Record, Response
    from local_aws.strictness.quotas import Quota

    Request = dict[str, Any]

_LIMITS = {
    "rules-per-application-load-balancer": quotas.RULES,
    "target-groups-per-application-load-balancer": quotas.TARGET_GROUPS,
}


def register() -> None:
    """Add the service to MiniStack, and the operation to Elastic Load Balancing."""
    ministack.add_service("servicequotas", "ServiceQuotasV20190624", _handle)
    seams.balancing_actions["DescribeAccountLimits"] = _account_limits


async def _handle(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    operation = headers["x-amz-target"].rpartition(".")[2]
    request = json.loads(body)
    perform = _OPERATIONS.get(operation)
    answer, status = ({"__type": "InvalidAction", "message": f"The embedded AWS has no {operation}."}, 400)
    if perform is not None:
        answer, status = perform(request)
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _get(request: Request) -> tuple[Request, int]:
    found = _quota(request)
    return ({"Quota": _described(found)}, 200) if found else _none()


def _list(request: Request) -> tuple[Request, int]:
    return {"Quotas": [_described(one) for one in quotas.QUOTAS if one.service == request["ServiceCode"]]}, 200


def _raise(request: Request) -> tuple[Request, int]:
    found = _quota(request)
    if found is None:
        return _none()
    wanted = float(request["DesiredValue"])
    if wanted <= quotas.value(found):
        message = "You must provide a quota value greater than or equal to the current quota value."
        return {"__type": "IllegalArgumentException", "message": message}, 400
    quotas.raise_to(found, wanted)
    return {
        "RequestedQuota": {
            "Id": uuid.uuid4().hex,
            "ServiceCode": found.service,
            "QuotaCode": found.code,
            "QuotaName": found.name,
            "DesiredValue": wanted,
            "Status": "APPROVED",
        }
    }, 200


def _none() -> tuple[Request, int]:
    message = "The request failed because the specified quota does not exist."
    return {"__type": "NoSuchResourceException", "message": message}, 400


def _quota(request: Request) -> Quota | None:
    found = quotas.quota(request["QuotaCode"])
    return found if found and found.service == request["ServiceCode"] else None


def _described(of: Quota) -> dict[str, Any]:
    arn = f"arn:aws:servicequotas:{ministack.region()}:{ministack.account_id()}:{of.service}/{of.code}"
    return {
        "ServiceCode": of.service,
        "QuotaArn": arn,
        "QuotaCode": of.code,
        "QuotaName": of.name,
        "Value": quotas.value(of),
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _account_limits(_parameters: Record) -> Response:
    members = "".join(
        f"<member><Name>{name}</Name><Max>{quotas.value(one):.0f}</Max></member>" for name, one in _LIMITS.items()
    )
    result = f"<DescribeAccountLimitsResult><Limits>{members}</Limits></DescribeAccountLimitsResult>"
    namespace = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
    text = f'<DescribeAccountLimitsResponse xmlns="{namespace}">{result}</DescribeAccountLimitsResponse>'
    return 200, {"Content-Type": "text/xml"}, text.encode()


_OPERATIONS: dict[str, Callable[[Request], tuple[Request, int]]] = {
    "GetServiceQuota": _get,
    "ListServiceQuotas": _list,
    "RequestServiceQuotaIncrease": _raise,
}
