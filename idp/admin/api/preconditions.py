"""``ETag`` and ``If-Match`` (RFC 9110 §13.1.1): whoever changes something says which state he saw."""

import re

from flask import Response, request

from idp.base.errors import Rejected

_TAG = re.compile(r'"v([0-9]{1,18})"', re.ASCII)
_STATE = re.compile(r'"c([A-Za-z0-9_-]{43})"', re.ASCII)


def tag(response: Response, version: int) -> Response:
    """Name the state of what is answered."""
    response.headers["ETag"] = f'"v{version}"'
    return response


def tag_state(response: Response, digest: str) -> Response:
    """Name the state of a whole that has no version of its own."""
    response.headers["ETag"] = f'"c{digest}"'
    return response


def seen() -> int:
    """The version the caller saw; raises ``Rejected`` (428) when he does not say."""
    return int(_named(_TAG))


def seen_state() -> str:
    """The digest of the state the caller saw; raises as ``seen`` does."""
    return _named(_STATE)


def _named(form: re.Pattern[str]) -> str:
    header = request.headers.get("If-Match")
    if header is None:
        raise Rejected("precondition_required", "Say in If-Match which state you change", status=428)
    found = form.fullmatch(header.strip())
    if found is None:
        raise Rejected("precondition_failed", "If-Match names no state of ours", status=412)
    return found[1]
