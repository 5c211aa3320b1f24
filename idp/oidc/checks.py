"""The law of the authorization endpoint, one function per MUST, in the order of ``LAW``.

The client and the redirect URI come first: before both are known to be good nothing may redirect, and a
person reads a page instead (RFC 6749 §4.1.2.1). After that every refusal goes to the portal.
"""

import re
from collections.abc import Callable
from typing import Any

import clients
from clients import Client, authorization_details, profiles
from clients import scopes as scope_register
from idp import claims, keyring, settings
from idp.base import levels
from idp.base.errors import Rejected
from idp.keyring import usage
from idp.oidc import demands, need, pkce, resources, response_modes
from idp.oidc.answers import Page
from idp.oidc.authorization import AuthorizationRequest

Check = Callable[[AuthorizationRequest], None]

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)
_PROMPTS = {"none", "login", "consent", "select_account"}
_TOLD = {"acr_values", "claims", "code_challenge", "max_age", "nonce", "prompt", "state"}
_LONGEST = {"state": 2048, "nonce": 1024, "scope": 1024, "login_hint": 256, "acr_values": 512}


def client_of(parameters: dict[str, str]) -> Client:
    """The client exists and is in service; raises ``Page``."""
    client = clients.find(parameters.get("client_id", ""))
    if client is None:
        raise Page("APP-003", why="unknown client")
    if not client.enabled:
        raise Page("APP-002", why="client disabled", status=403, client_id=client.client_id)
    return client


def begun(client: Client, parameters: dict[str, str]) -> AuthorizationRequest:
    """A request whose redirect URI the client registered exactly so; raises ``Page``."""
    redirect_uri = parameters.get("redirect_uri", "")
    if not client.redirect_allowed(redirect_uri):
        told = redirect_uri if client.environment == "sandbox" else ""
        raise Page(
            "APP-001",
            why="redirect_mismatch" if redirect_uri else "redirect_missing",
            client_id=client.client_id,
            redirect_uri=told.partition("?")[0],
        )
    return AuthorizationRequest(
        client=client,
        parameters=parameters,
        redirect_uri=redirect_uri,
        response_mode=profiles.of(client).response_mode,
    )


def what_was_sent(request: AuthorizationRequest) -> None:
    """What the developers of a sandbox client are told of its request: names, never values."""
    if request.client.environment == "sandbox":
        request.sent = tuple(sorted(request.parameters.keys() & _TOLD))


def state_comes_back_whole(request: AuthorizationRequest) -> None:
    """``state`` is returned byte for byte or not at all (RFC 6749 §4.1.2)."""
    state = request.parameters.get("state")
    if state is not None and len(state) > _LONGEST["state"]:
        raise Page("APP-003", why="state is too long", client_id=request.client.client_id)
    request.state = state


def response_mode_is_registered(request: AuthorizationRequest) -> None:
    """A response mode we have and the client registered (OAuth 2.0 Multiple Response Types §2.1).

    What brings a token travels in the fragment, also when it is refused (§5).
    """
    brings_token = "id_token" in request.parameters.get("response_type", "").split(" ")
    if brings_token and "code id_token" in request.client.response_types:
        request.response_mode = "fragment"
    mode = request.parameters.get("response_mode", request.response_mode)
    if request.response_mode == "fragment" and mode in ("query", "query.jwt"):
        raise Rejected("invalid_request", "response_mode=query cannot carry an ID token")
    if mode not in response_modes.SUPPORTED or mode not in request.client.response_modes:
        raise Rejected("invalid_request", "response_mode is not registered for this client")
    if mode == "jwt" and request.response_mode == "fragment":
        mode = "fragment.jwt"  # the signed form of the default (JARM §2.3.4)
    request.response_mode = mode


def lengths_are_bounded(request: AuthorizationRequest) -> None:
    """No parameter is longer than any honest one."""
    for name, longest in _LONGEST.items():
        if len(request.parameters.get(name, "")) > longest:
            raise Rejected("invalid_scope" if name == "scope" else "invalid_request", f"{name} is too long")


def comes_as_it_must(request: AuthorizationRequest) -> None:
    """Pushed or signed, where registration or profile demand it (RFC 9126 §6, RFC 9101 §10.5)."""
    client, profile = request.client, profiles.of(request.client)
    if (profile.pushed_requests or client.require_pushed_authorization_requests) and not request.pushed:
        raise Rejected("invalid_request", "this client must push its authorization requests")
    if (profile.signed_requests or client.require_signed_request_object) and not request.signed:
        raise Rejected("invalid_request", "this client must sign its authorization requests")
    if "registration" in request.parameters:
        raise Rejected("registration_not_supported", "the parameter registration is not supported")


def response_type_is_registered(request: AuthorizationRequest) -> None:
    """The code flow, or for clients that registered it the hybrid one (RFC 9700 §2.1.2, OIDC Core §3.3)."""
    asked = request.parameters.get("response_type")
    if asked is None:
        raise Rejected("invalid_request", "response_type is missing")
    if sorted(asked.split(" ")) == ["code", "id_token"] and "code id_token" in request.client.response_types:
        request.hybrid = True
        if "nonce" not in request.parameters:
            raise Rejected("invalid_request", "nonce is required with an ID token from this endpoint")
    elif asked != "code" or "code" not in request.client.response_types:
        raise Rejected("unsupported_response_type", "the response_type is not registered for this client")
    if "authorization_code" not in request.client.grant_types:
        raise Rejected("unauthorized_client", "the client is not registered for the code flow")


def scopes_are_known(request: AuthorizationRequest) -> None:
    """Scope syntax of RFC 6749 §3.3; unknown ones refused, known but unapproved ones dropped (§3.3)."""
    text = request.parameters.get("scope", "")
    if not _SCOPE.fullmatch(text):
        raise Rejected("invalid_scope", "scope is missing or malformed")
    asked = tuple(dict.fromkeys(text.split(" ")))
    if any(scope_register.find(name) is None for name in asked):
        raise Rejected("invalid_scope", "a scope is unknown")
    if "openid" not in asked:
        raise Rejected("invalid_scope", "the scope openid is required")
    request.scopes = tuple(name for name in asked if scope_register.held(request.client, name))


def resources_are_registered(request: AuthorizationRequest) -> None:
    """The services that tokens are wanted for (RFC 8707 §2.1)."""
    if "resource" in request.parameters:
        request.resources = resources.asked(request.parameters, request.client)


def details_are_registered(request: AuthorizationRequest) -> None:
    """What in particular is asked for, each of a type the client may use (RFC 9396 §5)."""
    if "authorization_details" in request.parameters:
        allowed = request.client.authorization_details_types
        request.details = authorization_details.read(request.parameters["authorization_details"], allowed)


def pkce_is_used(request: AuthorizationRequest) -> None:
    """A challenge by S256 is demanded of everybody (RFC 7636 §4.4.1; RFC 9700 §2.1.1)."""
    challenge = request.parameters.get("code_challenge", "")
    if request.parameters.get("code_challenge_method") != "S256":
        raise Rejected("invalid_request", "code_challenge_method must be S256")
    if not pkce.is_challenge(challenge):
        raise Rejected("invalid_request", "code_challenge is missing or malformed")
    request.challenge = challenge


def key_is_named(request: AuthorizationRequest) -> None:
    """The thumbprint of the key that alone may redeem the code (RFC 9449 §10)."""
    thumbprint = request.parameters.get("dpop_jkt", "")
    if thumbprint and not pkce.is_challenge(thumbprint):
        raise Rejected("invalid_request", "dpop_jkt is not a SHA-256 thumbprint")
    request.dpop_jkt = thumbprint


def prompt_is_consistent(request: AuthorizationRequest) -> None:
    """Known prompts; ``none`` stands alone (OIDC Core §3.1.2.1)."""
    prompts = frozenset(request.parameters.get("prompt", "").split())
    if not prompts <= _PROMPTS:
        raise Rejected("invalid_request", "prompt holds an unknown value")
    if "none" in prompts and len(prompts) > 1:
        raise Rejected("invalid_request", "prompt=none cannot be combined")
    request.prompts = prompts


def max_age_is_a_number(request: AuthorizationRequest) -> None:
    """``max_age`` counts seconds (OIDC Core §3.1.2.1); unsaid, it is the client's (Registration 1.0 §2)."""
    text = request.parameters.get("max_age")
    if text is None:
        request.max_age = request.client.default_max_age
        return
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Rejected("invalid_request", "max_age must be a number of seconds")
    request.max_age = int(text)


def need_is_stated(request: AuthorizationRequest) -> None:
    """What is restricted is asked for with purpose and item, of who logged in just now (PIPL art. 28)."""
    if scope_register.restricted(request.scopes):
        request.need = need.stated(request.parameters, request.client)
        request.max_age = min(need.recent(), need.recent() if request.max_age is None else request.max_age)


def claims_are_read(request: AuthorizationRequest) -> None:
    """Single claims, and of whom they are asked (OIDC Core §5.5)."""
    text = request.parameters.get("claims")
    if text is None:
        return
    asked = claims.requested.read(text, request.offered)
    request.claims, request.hint_subject = asked.kept, asked.subject
    request.level = max(request.level, asked.level)


def level_is_read(request: AuthorizationRequest) -> None:
    """The lowest level that satisfies the request; a client's own minimum can only raise it.

    ``acr_values`` lists alternatives (OIDC Core §3.1.2.1), so the weakest known one is enough. Scopes and
    details bring minimum levels of their own, as do essential claims.
    """
    asked = request.parameters.get("acr_values", "").split() or request.client.default_acr_values
    alternatives = [level for level in map(levels.level_of, asked) if level is not None]
    request.level = max(
        request.level,
        request.client.min_level,
        scope_register.level(request.scopes),
        authorization_details.level(request.details),
        min(alternatives, default=1),
    )


def nonce_is_kept(request: AuthorizationRequest) -> None:
    """The nonce goes into the ID token unmodified (OIDC Core §3.1.2.1)."""
    request.nonce = request.parameters.get("nonce")
    request.ui_locales = request.parameters.get("ui_locales", "")[:100]


def hint_is_ours(request: AuthorizationRequest) -> None:
    """``id_token_hint`` is an ID token we issued to this client; expired ones serve (OIDC Core §3.1.2.1)."""
    hint = request.parameters.get("id_token_hint")
    if hint is None:
        return
    told = read_hint(hint)
    if told["aud"] != request.client.client_id:
        raise Rejected("invalid_request", "id_token_hint was not issued to this client")
    if request.hint_subject not in (None, told["sub"]):
        raise Rejected("invalid_request", "id_token_hint and claims speak of different users")
    request.hint_subject = told["sub"]


#: Every check after the first, in the order in which a portal hears of its mistakes.
LAW: tuple[Check, ...] = (
    what_was_sent,
    state_comes_back_whole,
    response_mode_is_registered,
    lengths_are_bounded,
    comes_as_it_must,
    response_type_is_registered,
    scopes_are_known,
    resources_are_registered,
    details_are_registered,
    pkce_is_used,
    key_is_named,
    prompt_is_consistent,
    max_age_is_a_number,
    demands.item_is_known,
    need_is_stated,
    claims_are_read,
    level_is_read,
    nonce_is_kept,
    hint_is_ours,
)


def judge(request: AuthorizationRequest) -> None:
    """Every check of the law; raises ``Rejected`` for the portal, ``Page`` for what nobody could answer."""
    for check in LAW:
        check(request)


def read_hint(hint: str) -> dict[str, Any]:
    """The claims of an ID token of ours, expired or not; raises ``invalid_request``."""
    try:
        # It may come back encrypted, to us (OIDC Core §3.1.2.1).
        kid, content = keyring.opened(hint) if hint.count(".") == 4 else (None, hint.encode())
        text = content.decode("ascii")
        told = keyring.verify(text, typ="JWT")
    except (Rejected, ValueError) as error:
        raise Rejected("invalid_request", "id_token_hint is not an ID token of this issuer") from error
    texts = all(isinstance(told.get(name), str) for name in ("aud", "sub", "sid"))
    if told.get("iss") != settings.current().issuer or not texts:
        # Other JWTs of ours, such as signed responses, speak of nobody, or of no session.
        raise Rejected("invalid_request", "id_token_hint is not an ID token of this issuer")
    usage.met(kid, told["aud"], "encryption")
    usage.met(keyring.old_signer(text), told["aud"], "id_token_hint")
    return told
