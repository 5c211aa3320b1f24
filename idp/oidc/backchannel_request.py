"""What a backchannel authentication request says (CIBA Core §7.1, §7.1.1; FAPI-CIBA §5.2.2).

Signed or plain, never both: a client that registered an algorithm must sign, and of a signed request nothing
outside the object counts but the client's authentication.
"""

import re

from clients import Client
from idp import settings
from idp.approvals import binding_message
from idp.approvals.approval import Subject
from idp.base.errors import Rejected
from idp.oidc import checks, login_hints, request_object
from idp.oidc.request_object import Terms
from idp.persons import phone

#: How the client says who it is; all else of a signed request is in the object (§7.1.1).
_OUTSIDE = {"request", "client_id", "client_secret", "client_assertion", "client_assertion_type"}
_HINTS = ("login_hint", "login_hint_token", "id_token_hint")
#: What an object must say about itself (§7.1.1), and the seconds it may live or be old (FAPI-CIBA §5.2.2).
_CLAIMS = ("iss", "aud", "exp", "iat", "nbf", "jti")
_LONGEST_LIFE = 3600
_LONGEST_TOKEN = 1024
#: RFC 6750 §2.1.
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def parameters(form: dict[str, str], client: Client) -> dict[str, str]:
    """The parameters of a request; raises ``invalid_request`` (§13)."""
    algorithm = client.backchannel_authentication_request_signing_alg
    signed = form.get("request")
    if signed is None:
        if algorithm:
            raise Rejected("invalid_request", "this client registered to sign its requests")
        return form
    if not algorithm:
        raise Rejected("invalid_request", "this client did not register to sign requests")
    if form.keys() - _OUTSIDE:
        raise Rejected("invalid_request", "parameters stand beside the signed request")
    terms = Terms(algorithms=(algorithm,), claims=_CLAIMS, longest=_LONGEST_LIFE, code="invalid_request")
    return request_object.as_parameters(request_object.claims_of(client, signed, terms), terms)


def subject(asked: dict[str, str], client: Client, secret: str) -> Subject:
    """Whom the request is for, by exactly one hint (§7.1), and how its client is to be told."""
    given = [name for name in _HINTS if name in asked]
    if len(given) != 1:
        raise Rejected("invalid_request", "exactly one of login_hint and id_token_hint must be given")
    (name,) = given
    token = _notification_token(asked, client)
    if name == "login_hint_token":
        raise Rejected("invalid_request", "login_hint_token is not supported")
    if name == "id_token_hint":
        claims = checks.read_hint(asked[name])
        if claims["aud"] != client.client_id:
            raise Rejected("invalid_request", "id_token_hint was not issued to this client")
        person = login_hints.person(str(claims.get(login_hints.CLAIM, "")), client)
        if person is None:
            # It says nothing about anybody: the token is an older one, without the claim that names a person.
            raise Rejected("unknown_user_id", "id_token_hint does not name the user; use a newer one")
        return Subject(person_id=person, secret=secret, notification_token=token)
    person = login_hints.person(asked[name], client)
    if person is not None:
        return Subject(person_id=person, secret=secret, notification_token=token)
    return Subject(phone=_phone(asked[name]), secret=secret, notification_token=token)


def words_to_compare(asked: dict[str, str]) -> str:
    """The binding message, if there is one; raises ``invalid_binding_message``."""
    text = asked.get("binding_message")
    return "" if text is None else binding_message.check(text)


def lifetime(asked: dict[str, str]) -> int:
    """Seconds the request waits: what the client wishes within our bounds (§7.1, ``requested_expiry``)."""
    conf = settings.current()
    text = asked.get("requested_expiry")
    if text is None:
        return conf.backchannel_lifetime
    if not _NUMBER.fullmatch(text):
        raise Rejected("invalid_request", "requested_expiry must be a positive number of seconds")
    return min(int(text), conf.backchannel_longest)


def demand_no_user_code(asked: dict[str, str]) -> None:
    """No person has such a code here: nobody shall give one away that nobody checks (§7.1)."""
    if "user_code" in asked:
        raise Rejected("invalid_request", "user_code is not supported")


def _notification_token(asked: dict[str, str], client: Client) -> str:
    token = asked.get("client_notification_token", "")
    if client.backchannel_token_delivery_mode != "ping":
        return ""
    if len(token) > _LONGEST_TOKEN or not _BEARER.fullmatch(token):
        raise Rejected(
            "invalid_request", "client_notification_token must be a bearer token of at most 1024 characters"
        )
    return token


def _phone(text: str) -> str:
    """A mobile number; nothing else that is typed starts a request, least of all an ID number (G21)."""
    try:
        return phone.parse(text)
    except Rejected as error:
        raise Rejected(
            "invalid_request", "login_hint must be a mobile number or a login_hint of ours", why=error.code
        ) from error
