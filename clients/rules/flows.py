"""Grants, response modes, and for whom the client may act."""

from collections.abc import Iterator

from clients.client import Client
from clients.rules.device import CIBA, DEVICE_CODE
from clients.rules.rule import Fault, Terms, distinct

#: Grants by which a person logs in, and for which a refresh token may be given.
_LOGINS = frozenset({"authorization_code", DEVICE_CODE, CIBA})


def flows(client: Client, terms: Terms) -> Iterator[Fault]:
    """Grants with what they need (RFC 6749 §3.1.2.2), modes and subjects at least one."""
    code, login = "authorization_code" in client.grant_types, bool(_LOGINS & {*client.grant_types})
    if not client.grant_types or not distinct(client.grant_types):
        yield "grant_types", "must name at least one grant, each once"
    if "refresh_token" in client.grant_types and not login:
        yield "grant_types", "refresh_token needs authorization_code, device_code or ciba beside it"
    if code != bool(client.redirect_uris):
        yield "redirect_uris", "must be given with authorization_code, and only then (RFC 6749 §3.1.2.2)"
    signs_out = client.post_logout_redirect_uris or client.frontchannel_logout_uri
    if not code and (signs_out or client.initiate_login_uri):
        yield "grant_types", "addresses for sign-in and sign-out need authorization_code"
    if not login and client.backchannel_logout_uri:
        yield "backchannel_logout_uri", "needs a grant by which a person logs in"
    if not client.response_modes or not distinct(client.response_modes):
        yield "response_modes", "must name at least one mode, each once"
    hybrid = "code id_token" in client.response_types
    if not client.response_types or not distinct(client.response_types):
        yield "response_types", "must name at least one type, each once"
    if hybrid and not {"fragment", "form_post", "fragment.jwt", "form_post.jwt"} & {*client.response_modes}:
        yield "response_modes", "code id_token needs fragment or form_post (Multiple Response Types §5)"
    if not client.subject_types_allowed or not distinct(client.subject_types_allowed):
        yield "subject_types_allowed", "must name natural, legal or both"
