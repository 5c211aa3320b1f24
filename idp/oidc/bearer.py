"""How a protected resource of ours reads an access token, and proves that its sender may show it.

``Authorization: Bearer`` or a form (RFC 6750 §2), ``Authorization: DPoP`` with a proof beside it (RFC 9449
§7), a certificate for tokens bound to one (RFC 8705 §3); never the address (RFC 9700 §4.3.2).
"""

import re
from dataclasses import dataclass

import clients
from idp import persons, settings, tokens
from idp.base import levels
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.base.secret import same
from idp.oidc import challenge, dpop, mtls
from idp.oidc.answers import Challenge
from idp.oidc.challenge import Scheme
from idp.oidc.request import FORM, Request
from idp.store.once import Mark
from idp.tokens import confirmation
from idp.tokens.mint import AccessToken

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
_SCHEMES: dict[str, Scheme] = {"bearer": "Bearer", "dpop": "DPoP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A token as it came, unread."""

    scheme: Scheme
    text: str


def read(http: Request, *, scope: str = "") -> AccessToken:
    """The token of a request: ours, for us, alive, with this scope, and its sender's to show.

    Raises ``Challenge``, of which the answer is made; what was refused is on record.
    """
    token_shown = shown(http)
    scheme, client = token_shown.scheme, None
    try:
        token = tokens.read_access_token(token_shown.text)
        scheme, client = confirmation.token_type(token.binding), token.client_id
        _judge(http, token_shown, token, scope)
    except Rejected as error:
        told = {"scope": scope} if error.code == "insufficient_scope" else {}
        raise challenge.refusing(http, error, scheme, client=client, **told) from error
    return token


def shown(http: Request) -> Shown:
    """The one token of a request (RFC 6750 §2: no more than one way in a request); raises ``Challenge``."""
    scheme, _, in_header = http.header("Authorization").partition(" ")
    known = _SCHEMES.get(scheme.lower())
    text = in_header.strip() if known else ""
    in_form = _in_form(http)
    in_address = "access_token" in http.query() if http.environ.get("QUERY_STRING") else False
    if bool(text) + bool(in_form) + in_address > 1:
        error = Rejected("invalid_request", "the access token is given twice")
        raise challenge.refusing(http, error, known or "Bearer")
    if in_address:
        raise challenge.refusing(http, _invalid("an access token in the address is not taken"), "Bearer")
    if not text and not in_form:
        raise challenge.nothing_shown(http)
    if text and not _TOKEN.fullmatch(text):
        raise challenge.refusing(http, _invalid("the access token is malformed"), known or "Bearer")
    return Shown(scheme=known or "Bearer", text=text or in_form)


def demand(http: Request, token: AccessToken, *, level: int, max_age: int | None = None) -> None:
    """Ask for a login that is sure and recent enough; raises ``Challenge`` (RFC 9470 §3)."""
    reached = levels.level_of(str(token.claims.get("acr", ""))) or 0
    age = now() - int(token.claims.get("auth_time", 0))
    told = {"acr_values": levels.acr(level)} if reached < level else {}
    if max_age is not None and age > max_age:
        told["max_age"] = str(max_age)
    if told:
        hint = "a stronger or more recent login is required"
        error = Rejected("insufficient_user_authentication", hint, why=f"l{reached}, {age} s ago")
        raise refusing(http, token, error, **told)


def refusing(http: Request, token: AccessToken, error: Rejected, **attributes: str) -> Challenge:
    """A refusal by the resource itself, after the token was read."""
    scheme = confirmation.token_type(token.binding)
    return challenge.refusing(http, error, scheme, client=token.client_id, **attributes)


def in_service(token: AccessToken) -> bool:
    """Whether the client it was issued to, the one it was exchanged from, and its person still are."""
    for name in {token.client_id, token.handle.origin or token.client_id}:
        client = clients.find(name)
        if client is None or not client.enabled:
            return False
    person = persons.find(token.handle.person) if token.handle.person else None
    return token.handle.person is None or (person is not None and person.active)


def _judge(http: Request, token_shown: Shown, token: AccessToken, scope: str) -> None:
    if settings.current().issuer not in token.audience:
        raise _invalid("the access token is not for this resource")
    mark = _possession(http, token_shown, token)
    alive = tokens.alive(token.handle, token.client_id, token.claims["jti"], mark)
    if mark:
        dpop.judge(mark)
    if not alive:
        raise _invalid("the access token was revoked or its session has ended")
    if not in_service(token):
        raise _invalid("the client or the user is no longer in service")
    if scope and scope not in token.scopes:
        raise Rejected("insufficient_scope", f"the scope {scope} is required")


def _possession(http: Request, token_shown: Shown, token: AccessToken) -> Mark | None:
    """The key a token is bound to was shown, in the way that belongs to it; the mark of the proof."""
    kind, _, thumbprint = token.binding.partition(":")
    if (token_shown.scheme == "DPoP") != (kind == confirmation.JKT):
        raise _invalid("the access token belongs to the other scheme", why="scheme is not the token's")
    if kind == confirmation.JKT:
        proof = dpop.read(http, access_token=token_shown.text)
        if not same(proof.thumbprint, thumbprint):
            raise _invalid("the access token is bound to another key", why="dpop.key")
        return proof.mark
    if kind == confirmation.X5T:
        certificate = mtls.certificate(http)
        if certificate is None or not same(certificate.thumbprint, thumbprint):
            raise _invalid("the access token is bound to another certificate", why="mtls.certificate")
    return None


def _in_form(http: Request) -> str:
    """A token in a form (RFC 6750 §2.2); any other body is none of ours."""
    is_form = http.method == "POST" and str(http.environ.get("CONTENT_TYPE", "")).lower().startswith(FORM)
    return http.form().get("access_token", "") if is_form else ""


def _invalid(hint: str, *, why: str = "") -> Rejected:
    return Rejected("invalid_token", hint, why=why, status=401)
