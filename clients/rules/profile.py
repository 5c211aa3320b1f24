"""What the registered security profile leaves no choice about (``clients.profiles``)."""

from collections.abc import Iterator

from clients import jwks, profiles
from clients.client import Client
from clients.profiles import SecurityProfile
from clients.rules.rule import Fault, Terms

#: Every member by which a client chooses a signature, its own or one of ours.
_SIGNATURES = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "backchannel_authentication_request_signing_alg",
    "authorization_signed_response_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "introspection_signed_response_alg",
)


def profile(client: Client, terms: Terms) -> Iterator[Fault]:
    """A registration does not contradict its profile: what its requests would fail for is refused here."""
    demanded = profiles.of(client)
    yield from _ways(client, demanded)
    if client.token_endpoint_auth_method not in demanded.authentication_methods:
        methods = ", ".join(demanded.authentication_methods)
        yield "token_endpoint_auth_method", f"must be one of {methods} under the profile {demanded.name}"
    algorithms = ", ".join(demanded.algorithms)
    for key in _SIGNATURES:
        if getattr(client, key) and getattr(client, key) not in demanded.algorithms:
            yield key, f"must be one of {algorithms} under the profile {demanded.name}"
    for position, key_algorithms in enumerate(_keys(client)):
        if key_algorithms and not any(one in demanded.algorithms for one in key_algorithms):
            yield f"jwks.keys[{position}]", f"signs by none of {algorithms} under the profile {demanded.name}"
    if not set(client.response_types) <= set(demanded.response_types):
        types = ", ".join(demanded.response_types)
        yield "response_types", f"must be among {types} under the profile {demanded.name}"


def _ways(client: Client, demanded: SecurityProfile) -> Iterator[Fault]:
    """How requests come, how answers go, to what tokens are bound."""
    true = f"must be true under the profile {demanded.name}"
    if demanded.pushed_requests and not client.require_pushed_authorization_requests:
        yield "require_pushed_authorization_requests", true
    if demanded.signed_requests and not client.require_signed_request_object:
        yield "require_signed_request_object", true
    if demanded.signed_responses and not all(mode.endswith("jwt") for mode in client.response_modes):
        yield (
            "response_modes",
            f"must be jwt, query.jwt, fragment.jwt or form_post.jwt under the profile {demanded.name}",
        )
    bound = client.dpop_bound_access_tokens or client.tls_client_certificate_bound_access_tokens
    if demanded.sender_constrained and not bound:
        yield (
            "dpop_bound_access_tokens",
            f"or tls_client_certificate_bound_access_tokens must be true under the profile {demanded.name}",
        )


def _keys(client: Client) -> Iterator[tuple[str, ...]]:
    """What each registered key may sign with; nothing for one that is unsound, which its own rule names."""
    keys = client.jwks.get("keys", ())
    for key in keys if isinstance(keys, list) else ():
        try:
            yield jwks.algorithms(key) if key.get("use") != "enc" else ()
        except (AttributeError, KeyError, TypeError):
            yield ()
