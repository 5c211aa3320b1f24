"""Discovery (OIDC Discovery §3, RFC 8414 §2) and the published keys: bytes made once per state."""

import hashlib
from functools import lru_cache
from typing import Any

import orjson

from clients import scopes
from clients.authorization_details import REGISTER
from clients.jwks import CONTENT_ENCRYPTION, KEY_MANAGEMENT
from idp import claims, keyring, login, settings
from idp.base import levels
from idp.base.secret import b64url
from idp.keyring import decryption
from idp.oidc import client_auth, dpop, grants, mtls, response_modes
from idp.oidc.client_auth.private_key_jwt import ALGORITHMS
from idp.oidc.request import Answer, Request
from idp.tokens import envelope

UI_LOCALES = ("zh-Hans-CN", "en")


def discovery(http: Request) -> Answer:
    """``/.well-known/openid-configuration`` and ``/.well-known/oauth-authorization-server``."""
    conf = settings.current()
    return public(http, _document(conf.issuer, conf.client_certificate, conf.mtls_origin))


def jwks(http: Request) -> Answer:
    """The public keys (RFC 7517 §5); new ones stand here before they sign."""
    return public(http, keyring.jwks())


def public(http: Request, body: bytes) -> Answer:
    """A document that everybody may read and keep for a while."""
    etag = _etag(body)
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", f"public, max-age={settings.current().jwks_max_age}"),
        ("ETag", etag),
        ("Access-Control-Allow-Origin", "*"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if http.header("If-None-Match") == etag:
        return Answer(304, headers)
    return Answer(200, headers, body)


@lru_cache(maxsize=8)
def _etag(body: bytes) -> str:
    return f'"{b64url(hashlib.sha256(body).digest()[:16])}"'


def _reachable() -> list[str]:
    """The levels that a login of ours can reach: nothing is announced that is never given (E17)."""
    return [levels.acr(n) for n in range(1, 5) if levels.needed(n)[1] <= login.policy.HIGHEST_AAL]


def _grantable() -> list[str]:
    """The types of authorization details that a login of ours is strong enough for (RFC 9396 §10)."""
    return [kind.name for kind in REGISTER.values() if levels.acr(kind.level) in _reachable()]


def _encryption() -> dict[str, tuple[str, ...]]:
    """What answers may be encrypted with, and requests to us (OIDC Discovery §3, RFC 9701 §7, JARM §4)."""
    ours = {f"{kind}_encryption": (KEY_MANAGEMENT, CONTENT_ENCRYPTION) for kind in envelope.KINDS}
    theirs = {"request_object_encryption": (decryption.ALGORITHMS, decryption.ENCODINGS)}
    return {
        f"{name}_{member}_values_supported": values
        for name, pair in (ours | theirs).items()
        for member, values in zip(("alg", "enc"), pair, strict=True)
    }


@lru_cache(maxsize=2)
def _document(issuer: str, *_: str) -> bytes:
    methods = client_auth.offered()
    return _with_certificates(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "pushed_authorization_request_endpoint": f"{issuer}/par",
            "require_pushed_authorization_requests": False,
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "device_authorization_endpoint": f"{issuer}/device_authorization",
            "backchannel_authentication_endpoint": f"{issuer}/bc-authorize",
            "introspection_endpoint": f"{issuer}/introspect",
            "revocation_endpoint": f"{issuer}/revoke",
            "registration_endpoint": f"{issuer}/register",
            "end_session_endpoint": f"{issuer}/end_session",
            "scopes_supported": scopes.grantable(),
            "response_types_supported": ["code", "code id_token"],
            "response_modes_supported": response_modes.SUPPORTED,
            "authorization_signing_alg_values_supported": keyring.algorithms(),
            "grant_types_supported": [grant.GRANT_TYPE for grant in grants.REGISTER],
            "acr_values_supported": _reachable(),
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": keyring.algorithms(),
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "userinfo_signing_alg_values_supported": keyring.algorithms(),
            "introspection_signing_alg_values_supported": keyring.algorithms(),
            "introspection_endpoint_auth_methods_supported": [one for one in methods if one != "none"],
            "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "dpop_signing_alg_values_supported": dpop.ALGORITHMS,
            "protected_resources": [issuer, f"{issuer}/userinfo"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid",
                                 "at_hash", *claims.names()],
            "authorization_details_types_supported": _grantable(),
            "code_challenge_methods_supported": ["S256"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": UI_LOCALES,
            "claims_parameter_supported": True,
            "request_parameter_supported": True,
            "request_uri_parameter_supported": True,
            "require_request_uri_registration": True,
            "require_signed_request_object": False,
            "request_object_signing_alg_values_supported": ALGORITHMS,
            **_encryption(),
            "authorization_response_iss_parameter_supported": True,
            "check_session_iframe": f"{issuer}/check_session",
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "backchannel_token_delivery_modes_supported": ["poll", "ping"],
            "backchannel_authentication_request_signing_alg_values_supported": ALGORITHMS,
            "backchannel_user_code_parameter_supported": False,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }
    )  # fmt: skip


def _with_certificates(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document | mtls.metadata(document))
