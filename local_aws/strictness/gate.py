"""The gate before the APIs: a call that AWS would refuse for the state of an account is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.authorisation import requests
from local_aws.authorisation.refusals import refusal
from local_aws.ministack import ApiError, identities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.ministack.identities import Dispatch
    from local_aws.ministack.seams import Response

    Refusals = Mapping[tuple[str, str], Callable[[Mapping[str, Any]], None]]
    """By botocore's names of service and operation: raises ApiError when a call with these parameters is refused."""

BAD_REQUEST = 400


def install(refusals: Refusals) -> None:
    """Ask `refusals` before each call of an operation that they name."""
    services = {service for service, _ in refusals}
    signing_names = {one.signing_name for one in requests.catalogue() if one.name in services}

    def before(dispatch: Dispatch) -> Dispatch:
        async def serve(  # noqa: PLR0917 - MiniStack's own signature
            method: str,
            path: str,
            headers: dict[str, str],
            body: bytes,
            query: dict[str, list[str]],
            request_id: str,
        ) -> Response:
            request = requests.Request(method=method, path=path, headers=headers, query=query, body=body)
            credential = request.credential
            if credential and credential[1] in signing_names:
                refused = _refused(refusals, request, request_id)
                if refused is not None:
                    return refused
            return await dispatch(method, path, headers, body, query, request_id)

        return serve

    identities.put_before_services(before)


def _refused(refusals: Refusals, request: requests.Request, request_id: str) -> Response | None:
    try:
        call = requests.read(request)
    except requests.UnknownCallError:
        return None  # MiniStack says so itself
    refuse = refusals.get((call.service, call.operation))
    if refuse is None:
        return None
    try:
        refuse(call.parameters)
    except ApiError as error:
        _, headers, body = refusal(call.protocol, error.code, error.message, request_id)
        return BAD_REQUEST, headers, body
    return None
