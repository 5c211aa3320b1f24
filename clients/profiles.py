"""Security profiles: what every request of a client must keep, chosen by its registration.

One object a profile; whoever judges a request asks it and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from clients.client import AuthMethod, Client, Profile, ResponseMode, ResponseType


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityProfile:
    """The demands of one profile; the first of them in force for ``standard`` are those of RFC 9700."""

    name: Profile
    pushed_requests: bool = False
    """Authorization requests are pushed (RFC 9126 §5)."""
    signed_requests: bool = False
    """Authorization requests are signed objects (FAPI 2.0 Message Signing §5.3)."""
    request_object_claims: tuple[str, ...] = ()
    """What a request object must say beside its parameters (FAPI 2.0 Message Signing §5.3.1)."""
    longest_request_object: int | None = None
    """Seconds from ``nbf`` to ``exp``, at most (FAPI 2.0 Message Signing §5.3.1)."""
    signed_backchannel_requests: bool = False
    """Backchannel authentication requests are signed objects (FAPI-CIBA §5.2.2)."""
    signed_responses: bool = False
    """Authorization responses are JWTs (JARM; FAPI 2.0 Message Signing §5.4)."""
    sender_constrained: bool = False
    """Access tokens are bound to a key (RFC 9449, RFC 8705)."""
    issuer_is_only_audience: bool = False
    """A client assertion names the issuer, as one text, and nothing else (FAPI 2.0 §5.3.2.1)."""
    rotates_refresh_tokens: bool = True
    """Off where the sender is constrained: a lost answer must not cost the grant (FAPI 2.0 §5.3.2.1)."""
    authentication_methods: tuple[AuthMethod, ...] = (
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "none",
    )
    algorithms: tuple[str, ...] = ("ES256", "ES384", "PS256", "RS256", "EdDSA", "Ed25519")
    """Signatures that the client may use, and that it may ask of us."""
    response_types: tuple[ResponseType, ...] = ("code", "code id_token")

    @property
    def response_mode(self) -> ResponseMode:
        """How a request is answered that asks for no response mode."""
        return "jwt" if self.signed_responses else "query"


_STANDARD = SecurityProfile(name="standard")
_FAPI2 = SecurityProfile(
    name="fapi2",
    pushed_requests=True,
    request_object_claims=("aud", "exp", "nbf"),
    longest_request_object=3600,
    signed_backchannel_requests=True,
    sender_constrained=True,
    issuer_is_only_audience=True,
    rotates_refresh_tokens=False,
    authentication_methods=("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"),
    algorithms=("PS256", "ES256", "EdDSA", "Ed25519"),
    response_types=("code",),
)
_MESSAGE_SIGNING = replace(_FAPI2, name="fapi2-message-signing", signed_requests=True, signed_responses=True)

REGISTER: dict[Profile, SecurityProfile] = {one.name: one for one in (_STANDARD, _FAPI2, _MESSAGE_SIGNING)}


def of(client: Client) -> SecurityProfile:
    """The profile a client registered for."""
    return REGISTER[client.profile]


def defaults(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the profile of a registration says for it, so that an entry need not repeat its profile."""
    name = entry.get("profile")
    profile = next((one for one in REGISTER.values() if one.name == name), _STANDARD)
    by_certificate = entry.get("tls_client_certificate_bound_access_tokens") is True
    demanded = {
        "require_pushed_authorization_requests": profile.pushed_requests,
        "require_signed_request_object": profile.signed_requests,
        "dpop_bound_access_tokens": profile.sender_constrained and not by_certificate,
    }
    modes = {"response_modes": [profile.response_mode]} if profile.signed_responses else {}
    return {key: True for key, holds in demanded.items() if holds} | modes
