"""Authorization details at the token endpoint (RFC 9396 §6, §7): those granted, or fewer."""

from typing import Any

from clients import Client, authorization_details
from idp.base.errors import Rejected
from idp.tokens import Grant

Details = tuple[dict[str, Any], ...]


def narrowed(form: dict[str, str], client: Client, grant: Grant) -> Details:
    """What this token is for: all that was granted, or those that the request names of it (§6).

    Details are compared as wholes: whether one is less than another only its type could tell.
    """
    held = tuple(
        one for one in grant.authorization_details if one["type"] in client.authorization_details_types
    )
    if "authorization_details" not in form:
        return held
    wanted = authorization_details.read(form["authorization_details"], client.authorization_details_types)
    if not all(one in held for one in wanted):
        raise Rejected("invalid_authorization_details", "more is asked for than was granted")
    return wanted
