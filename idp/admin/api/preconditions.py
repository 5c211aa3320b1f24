"""``ETag`` and ``If-Match`` (RFC 9110 §13.1.1): whoever changes something says which state he saw."""

import re

from flask import Response, request

from idp.base.errors import Rejected

_TAG = re.compile(r'"v([0-9]{1,18})"', re.ASCII)


def tag(response: Response, version: int) -> Response:
    """Name the state of what is answered."""
    response.headers["ETag"] = f'"v{version}"'
    return response


def seen() -> int:
    """The version the caller saw; raises ``Rejected`` (428) when he does not say."""
    header = request.headers.get("If-Match")
    if header is None:
        raise Rejected("precondition_required", "Say in If-Match which state you change", status=428)
    found = _TAG.fullmatch(header.strip())
    if found is None:
        raise Rejected("precondition_failed", "If-Match names no state of ours", status=412)
    return int(found[1])
