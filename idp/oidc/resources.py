"""Resource indicators: which services a token is for (RFC 8707).

A token asked for with ``resource`` is for those services alone; without, it is for this server's UserInfo
and the client's own audience.
"""

from urllib.parse import urlsplit

from clients import Client
from idp import settings
from idp.base.errors import Rejected
from idp.tokens import Grant

_MOST = 10
_LONGEST = 500


def asked(parameters: dict[str, str], client: Client) -> tuple[str, ...]:
    """The services a request names, each the client's to ask for; raises ``invalid_target`` (§2)."""
    if "resource" not in parameters:
        return ()
    named = tuple(dict.fromkeys(parameters["resource"].split(" ")))
    if len(named) > _MOST or not all(map(_is_indicator, named)):
        raise Rejected("invalid_target", "resource must be an absolute URI without a fragment")
    if not {*named} <= {*client.resources, settings.current().issuer}:
        raise Rejected("invalid_target", "the client may not ask for this resource")
    return named


def narrowed(form: dict[str, str], client: Client, grant: Grant) -> tuple[str, ...]:
    """Which of the granted services this token request is about (§2.2); all of them when it names none.

    UserInfo of this server is always among them: it gives what the scopes say and no more.
    """
    named = asked(form, client)
    if not {*named} <= {*grant.resources, settings.current().issuer}:
        raise Rejected("invalid_target", "the resource was not asked for in the authorization request")
    return named or tuple(uri for uri in grant.resources if uri in client.resources)


def audience(client: Client, resources: tuple[str, ...]) -> list[str]:
    """The ``aud`` of an access token (RFC 9068 §3)."""
    if resources:
        return list(resources)
    return [settings.current().issuer, *([client.audience] if client.audience else [])]


def _is_indicator(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    plain = len(uri) <= _LONGEST and uri.isascii() and uri.isprintable() and "#" not in uri
    return plain and bool(parts.scheme) and bool(parts.netloc or parts.path)
