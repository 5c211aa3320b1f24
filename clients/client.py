"""What is registered about one relying party, and the rules that need nothing else."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

from joserfc.jwk import KeySet
from pydantic import ConfigDict, with_config

from clients.jwks import Use, key_set
from idp.base import clock
from idp.base.secret import b64url, digest, same
from idp.divisions import NATION

ApplicationType = Literal["web", "native"]
AuthMethod = Literal[
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
]
Environment = Literal["production", "sandbox"]
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
]
Origin = Literal["manifest", "registration", "application", "team"]
LegalBasis = Literal["statutory_duty", "consent", "separate_consent", "mandate"]
Profile = Literal["standard", "fapi2", "fapi2-message-signing"]
ResponseMode = Literal["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]
ResponseType = Literal["code", "code id_token"]
SubjectType = Literal["natural", "legal"]

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
LONGEST_URI = 2000

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?(/[\x21-\x7e]*)?", re.ASCII)
#: Compared when a client has no secret, or does not exist, so that both cost the same (attack book C08).
_DECOY = digest("no client has this secret")


@with_config(ConfigDict(strict=True, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretHash:
    """The SHA-256 of a client secret; ``expires_at`` is set once a successor exists."""

    digest: str
    expires_at: int | None = None

    def live(self, moment: int) -> bool:
        """Whether the secret is still good (RFC 7591 §3.2.1, client_secret_expires_at)."""
        return self.expires_at is None or moment < self.expires_at


@with_config(ConfigDict(strict=True, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A relying party (OIDC Dynamic Client Registration 1.0 §2); never changed, only replaced."""

    client_id: str
    name: str
    name_en: str
    organization: str
    organization_en: str
    contact: str
    purpose: str
    purpose_en: str
    retention: str
    retention_en: str
    sector: str
    token_endpoint_auth_method: AuthMethod
    division: str = NATION
    """Where it stands in the administration tree (GB/T 2260): who reaches there administers it."""
    department: str = ""
    """Id of the public body that runs it; empty when the division itself does."""
    environment: Environment = "production"
    profile: Profile = "standard"
    """Which security profile every request of this client must keep (``idp.oidc.profiles``)."""
    application_type: ApplicationType = "web"
    place: str = ""
    """Where a kiosk or a window stands, told to whoever is to log in there from another device."""
    place_en: str = ""
    home_uri: str = ""
    listed: bool = True
    """Whether citizens find it in our list of services."""
    logo_uri: str = ""
    policy_uri: str = ""
    policy_uri_en: str = ""
    tos_uri: str = ""
    tos_uri_en: str = ""
    language: Literal["zh", "en"] = "zh"
    """The language of what it registered without a language tag (OIDC Registration 1.0 §2.1)."""
    contacts: tuple[str, ...] = ()
    """Whom we write to; ``contact`` is what citizens are shown."""
    software_id: str = ""
    software_version: str = ""
    initiate_login_uri: str = ""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    """It understands no logout of all sessions at once (Back-Channel Logout 1.0 §2.2)."""
    frontchannel_logout_uri: str = ""
    frontchannel_logout_session_required: bool = False
    sector_identifier_uri: str = ""
    grant_types: tuple[GrantType, ...] = ("authorization_code",)
    response_types: tuple[ResponseType, ...] = ("code",)
    response_modes: tuple[ResponseMode, ...] = ("query",)
    scopes: tuple[str, ...] = ()
    legal_basis: Mapping[str, LegalBasis] = field(default_factory=dict)
    legal_reference: Mapping[str, str] = field(default_factory=dict)
    """The law that a scope's statutory duty stands in, as citizens are told."""
    item_codes: tuple[str, ...] = ()
    """The service items for which it may ask what is restricted."""
    impact_assessment: str = ""
    """The number of the impact assessment of what is restricted (PIPL art. 55)."""
    restricted_until: int = 0
    """When the approval of what is restricted ends."""
    subject_types_allowed: tuple[SubjectType, ...] = ("natural",)
    min_level: int = 1
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    authorization_details_types: tuple[str, ...] = ()
    assertion_issuers: tuple[Mapping[str, Any], ...] = ()
    """Who may vouch for systems that act as it (RFC 7523 §2.1): ``issuer``, ``jwks``, ``subjects``."""
    may_act: str = ""
    """The one client that may exchange its tokens (RFC 8693 §4.4); empty where their audience decides."""
    resources: tuple[str, ...] = ()
    """The resource indicators it may ask tokens for (RFC 8707), beside ``audience``."""
    jwks: Mapping[str, Any] = field(default_factory=dict)
    jwks_uri: str = ""
    token_endpoint_auth_signing_alg: str = ""
    tls_client_auth_subject_dn: str = ""
    tls_client_auth_san_dns: str = ""
    tls_client_auth_san_uri: str = ""
    tls_client_auth_san_ip: str = ""
    tls_client_auth_san_email: str = ""
    dpop_bound_access_tokens: bool = False
    tls_client_certificate_bound_access_tokens: bool = False
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    request_object_signing_alg: str = ""
    request_uris: tuple[str, ...] = ()
    authorization_signed_response_alg: str = ""
    authorization_encrypted_response_alg: str = ""
    authorization_encrypted_response_enc: str = ""
    id_token_signed_response_alg: str = "ES256"
    id_token_encrypted_response_alg: str = ""
    id_token_encrypted_response_enc: str = ""
    userinfo_signed_response_alg: str = ""
    userinfo_encrypted_response_alg: str = ""
    userinfo_encrypted_response_enc: str = ""
    introspection_signed_response_alg: str = ""
    introspection_encrypted_response_alg: str = ""
    introspection_encrypted_response_enc: str = ""
    backchannel_token_delivery_mode: Literal["", "poll", "ping"] = ""
    backchannel_client_notification_endpoint: str = ""
    backchannel_authentication_request_signing_alg: str = ""
    backchannel_user_code_parameter: bool = False
    id_token_lifetime: int = 300
    access_token_lifetime: int = 600
    refresh_token_lifetime: int = 28800
    audience: str = ""
    introspects: tuple[str, ...] = ()
    secrets: tuple[SecretHash, ...] = field(default=(), repr=False)
    origin: Origin = "manifest"
    logo: str = ""
    """The name under which we show its logo, fetched and judged once (``clients.logos``)."""
    enabled: bool = True
    created_at: int = 0
    fingerprint: str = field(init=False)
    _key_sets: dict[Use, KeySet] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("legal_basis", "legal_reference"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "jwks", MappingProxyType(dict(self.jwks)))
        object.__setattr__(self, "fingerprint", fingerprint(self))
        object.__setattr__(self, "_key_sets", {})

    @property
    def public(self) -> bool:
        """Whether the client cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"

    def redirect_allowed(self, uri: str) -> bool:
        """Whether the browser may be sent to ``uri``: equal character by character (RFC 9700 §4.1.3).

        One exception: a native client's loopback listener may sit at any port (RFC 8252 §7.3).
        """
        if len(uri) > LONGEST_URI:
            return False
        if uri in self.redirect_uris:
            return True
        place = loopback_place(uri) if self.application_type == "native" else None
        return place is not None and place in map(loopback_place, self.redirect_uris)

    def post_logout_allowed(self, uri: str) -> bool:
        """Whether the browser may be sent to ``uri`` after logout (RP-Initiated Logout 1.0 §3)."""
        return uri in self.post_logout_redirect_uris

    def secret_matches(self, secret: str) -> bool:
        """Whether ``secret`` is one of this client's live secrets."""
        return secret_matches(self, secret)

    def key_set(self, use: Use = "sig") -> KeySet:
        """The registered keys for one use, parsed at first use and kept: an RSA key costs milliseconds.

        Keys that lie at the client's own address are not here: ``clients.client_keys`` knows both.
        """
        if use not in self._key_sets:
            self._key_sets[use] = key_set(self.jwks.get("keys", []), use)
        return self._key_sets[use]


def secret_matches(client: Client | None, secret: str) -> bool:
    """Compare with every live secret, in constant time and with the same work for an unknown client.

    SHA-256 is enough: our secrets are 256 random bits, not passwords. Ours are ASCII too.
    """
    shown = digest(secret if secret.isascii() else "")
    moment = clock.now()
    uses_secrets = client and client.token_endpoint_auth_method in SECRET_METHODS
    live = [one.digest for one in client.secrets if one.live(moment)] if client and uses_secrets else []
    matches = [same(shown, known) for known in live or [_DECOY]]
    return bool(live) and any(matches)


def loopback_place(uri: str) -> tuple[str, str] | None:
    """Host and path of a literal loopback http URI, its port left out; ``None`` for any other URI."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match[2] or 80) > 65535:
        return None
    return match[1], match[3] or ""


def fingerprint(client: Client) -> str:
    """A hash of what the citizen was shown; when it changes, consent is asked again (attack book K11)."""
    shown = {
        "name": [client.name, client.name_en],
        "organization": [client.organization, client.organization_en],
        "purpose": [client.purpose, client.purpose_en],
        "retention": [client.retention, client.retention_en],
        "scopes": sorted(client.scopes),
        "hosts": sorted({urlsplit(uri).netloc for uri in client.redirect_uris}),
        "legal_basis": dict(client.legal_basis),
    }
    text = json.dumps(shown, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return b64url(hashlib.sha256(text.encode()).digest())
