"""What a portal needs restricted data for: said in each request, told to the person, kept in the record.

``purpose`` is a sentence, ``item_code`` one of the service items the portal was approved for (domain 5.2).
"""

from clients import Client, authorization_details, texts
from idp import settings
from idp.base.errors import Rejected

#: Seconds after a login in which what is restricted can be asked for; settings may say fewer.
RECENT = 900
_SHORTEST, _LONGEST = 3, 300


def stated(parameters: dict[str, str], client: Client) -> dict[str, str]:
    """Purpose and item of a request; raises ``invalid_request``."""
    purpose, item_code = parameters.get("purpose", ""), parameters.get("item_code", "")
    if not _SHORTEST <= len(purpose) <= _LONGEST:
        raise Rejected("invalid_request", "purpose must say in 3 to 300 characters what the ID number is for")
    try:
        texts.prose(purpose)
    except ValueError as error:
        raise Rejected("invalid_request", f"purpose {error}") from error
    if not authorization_details.CODE.fullmatch(item_code):
        raise Rejected("invalid_request", "item_code must name the service item")
    if item_code not in client.item_codes:
        raise Rejected("invalid_request", "item_code is not one the client was approved for", why="need.item")
    return {"purpose": purpose, "item_code": item_code}


def recent() -> int:
    """How many seconds ago the person may have logged in."""
    return min(RECENT, settings.current().sensitive_max_age or RECENT)
