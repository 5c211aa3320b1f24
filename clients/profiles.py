"""Security profiles: what every request of a client must keep, chosen by its registration.

One object a profile; whoever judges a request asks it and nothing else.
"""

from dataclasses import dataclass

from clients.client import AuthMethod, Client, Profile, ResponseType

_FAPI_ALGORITHMS = ("PS256", "ES256", "EdDSA", "Ed25519")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityProfile:
    """The demands of one profile; the first of them in force for ``standard`` are those of RFC 9700."""

    name: Profile
    pushed_requests: bool = False
    """Authorization requests are pushed (RFC 9126 §5)."""
    signed_requests: bool = False
    """Pushed requests are signed objects (FAPI 2.0 Message Signing §5.3)."""
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


REGISTER: dict[Profile, SecurityProfile] = {
    profile.name: profile
    for profile in (
        SecurityProfile(name="standard"),
        SecurityProfile(
            name="fapi2",
            pushed_requests=True,
            sender_constrained=True,
            issuer_is_only_audience=True,
            rotates_refresh_tokens=False,
            authentication_methods=("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"),
            algorithms=_FAPI_ALGORITHMS,
            response_types=("code",),
        ),
        SecurityProfile(
            name="fapi2-message-signing",
            pushed_requests=True,
            signed_requests=True,
            signed_responses=True,
            sender_constrained=True,
            issuer_is_only_audience=True,
            rotates_refresh_tokens=False,
            authentication_methods=("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"),
            algorithms=_FAPI_ALGORITHMS,
            response_types=("code",),
        ),
    )
}


def of(client: Client) -> SecurityProfile:
    """The profile a client registered for."""
    return REGISTER[client.profile]
