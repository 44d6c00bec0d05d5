"""How the AWS APIs answer a call that is refused, by protocol.

https://smithy.io/2.0/aws/protocols/index.html and, for EC2,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from local_aws.ministack.seams import Response

FORBIDDEN = 403


def refusal(protocol: str, code: str, message: str, request_id: str) -> Response:
    """Return the answer to a refused call. `code` is the error code as the query protocol has it."""
    if protocol in {"json", "rest-json", "smithy-rpc-v2-cbor"}:
        return _json(protocol, code, message)
    if protocol == "ec2":
        code = "UnauthorizedOperation" if code == "AccessDenied" else code
        error = f"<Errors><Error>{_xml(code, message)}</Error></Errors><RequestID>{request_id}</RequestID>"
        text = f"<Response>{error}</Response>"
    elif protocol == "rest-xml":
        text = f"<Error>{_xml(code, message)}<RequestId>{request_id}</RequestId></Error>"
    else:
        error = f"<Error><Type>Sender</Type>{_xml(code, message)}</Error><RequestId>{request_id}</RequestId>"
        text = f"<ErrorResponse>{error}</ErrorResponse>"
    return FORBIDDEN, {"Content-Type": "text/xml"}, text.encode()


def _json(protocol: str, code: str, message: str) -> Response:
    name = "AccessDeniedException" if code == "AccessDenied" else code
    status = 400 if protocol == "json" else FORBIDDEN
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": name}
    if protocol == "smithy-rpc-v2-cbor":
        # botocore reads the name from the header of the query protocol, and the status says the rest.
        headers["x-amzn-query-error"] = f"{name};Sender"
    return status, headers, json.dumps({"__type": name, "message": message, "Message": message}).encode()


def _xml(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
