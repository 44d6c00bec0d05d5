"""The gate before the embedded AWS: every request to an API is authorised for its caller, or refused."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.authorisation import callers, engine, mapping, requests, web_identity
from local_aws.authorisation.authority import Authority
from local_aws.authorisation.existing import Existing
from local_aws.authorisation.questions import Questions
from local_aws.authorisation.records import Records
from local_aws.authorisation.refusals import refusal
from local_aws.ministack import identities

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from local_aws.authorisation.callers import Caller
    from local_aws.authorisation.requests import Call, Request
    from local_aws.ministack.identities import Dispatch
    from local_aws.ministack.seams import Response


def enforce(state_dir: Path, questions: Path | None) -> Authority:
    """Authorise every call from now on and return the authority. Questions are kept in a folder, if one is given.

    Raises:
        EngineError: the policy engine is not installed.
    """
    kept = Questions(questions) if questions else None
    authority = Authority(engine.Engine(), Existing(), Records(state_dir), kept)
    identities.put_before_services(Gate(authority).before)
    identities.give_functions_credentials(_credentials_of_function)
    return authority


def _credentials_of_function(configuration: dict[str, Any]) -> dict[str, str]:
    """Return the variables with which a function is a session of its execution role."""
    return callers.credentials(configuration["Role"], configuration["FunctionName"][:64])


class Gate:
    """Lets calls through that their callers may make."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def before(self, dispatch: Dispatch) -> Dispatch:
        """Return what serves requests, with this gate before it."""

        async def serve(  # noqa: PLR0917 - MiniStack's own signature
            method: str,
            path: str,
            headers: dict[str, str],
            body: bytes,
            query: dict[str, list[str]],
            request_id: str,
        ) -> Response:
            request = requests.Request(method=method, path=path, headers=headers, query=query, body=body)
            refused = self.refuse(request, request_id)
            return refused or await dispatch(method, path, headers, body, query, request_id)

        return serve

    def refuse(self, request: Request, request_id: str) -> Response | None:
        """Return the answer to a request that its caller may not make, or None."""
        credential = request.credential
        place = mapping.Place(ministack.account_id(), ministack.region())
        try:
            who = callers.caller(credential[0], place.account) if credential else None
        except callers.UnknownCallerError as error:
            return self._refuse(request, "InvalidClientTokenId", str(error), request_id)
        if who is not None and who.is_administrator and not _concerns_roles(request):
            return None
        try:
            call = requests.read(request)
            needed = mapping.requirements(call, place, Existing())
        except (requests.UnknownCallError, mapping.UnknownActionError) as error:
            message = f"the embedded AWS cannot tell whether this is allowed: {error}"
            return self._refuse(request, "AccessDenied", message, request_id)
        if who is None or web_identity.has_token(call):
            return self._refuse_unsigned(request, call, request_id)
        if (call.service, call.operation) == ("sts", "AssumeRole") and not Existing().has_role(
            call.parameters["RoleArn"]
        ):
            return self._refuse_missing_role(request, call, who, request_id)
        denial = self._authority.judge(who, needed, place)
        return refusal(call.protocol, "AccessDenied", denial.message, request_id) if denial else None

    def _refuse(self, request: Request, code: str, message: str, request_id: str) -> Response:
        """Record a refusal without a decision, and return the answer to it."""
        who = request.credential[0] if request.credential else "nobody"
        self._authority.refused(who, _asked(request), mapping.ANY, message)
        return refusal(_protocol(request), code, message, request_id)

    def _refuse_missing_role(self, request: Request, call: Call, who: Caller, request_id: str) -> Response:
        """Refuse to assume a role that does not exist, which AWS does not tell from one that trusts others.

        The CDK CLI goes on with an administrator's own credentials then, before an account is bootstrapped: like all
        that administrators do, that is not recorded.
        """
        message = (
            f"User: {who.arn} is not authorized to perform: sts:AssumeRole on resource: {call.parameters['RoleArn']}"
        )
        if who.is_administrator:
            return refusal(call.protocol, "AccessDenied", message, request_id)
        return self._refuse(request, "AccessDenied", message, request_id)

    def _refuse_unsigned(self, request: Request, call: Call, request_id: str) -> Response | None:
        """Refuse an unsigned call, unless it has a token of a web identity provider, instead, that the role trusts."""
        if not web_identity.has_token(call):
            message = "Request is missing Authentication Token"
            return self._refuse(request, "MissingAuthenticationToken", message, request_id)
        refused = web_identity.refusal(call)
        if refused:
            return self._refuse(request, refused.code, refused.message, request_id)
        self._authority.admitted(f"{call.service}:{call.operation}", call.parameters["RoleArn"])
        return None


def _concerns_roles(request: Request) -> bool:
    """Tell whether a request is for STS, where the policy of a role decides for administrators too."""
    credential = request.credential
    return credential is not None and credential[1] == "sts"


def _asked(request: Request) -> str:
    """Return what a request asks for, as far as it shows."""
    try:
        call = requests.read(request)
    except requests.UnknownCallError:
        return f"{request.method} {request.path}"
    return f"{call.service}:{call.operation}"


def _protocol(request: Request) -> str:
    """Return the protocol of a request, as far as it shows where no model describes the request."""
    with suppress(requests.UnknownCallError):
        return requests.read(request).protocol
    if "x-amz-target" in request.headers:
        return "json"
    return "query" if "form" in request.headers.get("content-type", "") else "rest-xml"
