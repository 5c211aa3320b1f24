"""The members of the standards and our own: what a client says of itself, and what it is answered.

RFC 7591 §2, OIDC Dynamic Client Registration 1.0 §2. Members nobody here understands are ignored (RFC 7591
§2); what only an operator may say is not among those that are understood (attack book L02).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clients import profiles, scopes, uris
from clients.client import Client, loopback_place
from clients.profiles import SecurityProfile
from clients.registration.policy import GIVEN, Policy
from clients.rules import Fault
from idp import keyring

#: Members that are called the same in the standards and in ``Client``.
SAME = (
    "application_type",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "backchannel_authentication_request_signing_alg",
    "backchannel_client_notification_endpoint",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_token_delivery_mode",
    "backchannel_user_code_parameter",
    "contacts",
    "default_acr_values",
    "default_max_age",
    "dpop_bound_access_tokens",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "introspection_signed_response_alg",
    "jwks",
    "jwks_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "request_object_signing_alg",
    "request_uris",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "response_modes",
    "response_types",
    "sector_identifier_uri",
    "software_id",
    "software_version",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_email",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_uri",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
)
#: Members that people read, in any language: Chinese first, then English, as our pages have them.
_BILINGUAL = {"client_name": ("name", "name_en"), "policy_uri": ("policy_uri", "policy_uri_en"),
              "tos_uri": ("tos_uri", "tos_uri_en")}  # fmt: skip
_ONE_LANGUAGE = {"client_uri": "home_uri", "logo_uri": "logo_uri"}
_LANGUAGES = ("zh", "en")
#: What our answer adds, and no request may set (RFC 7592 §2.2).
OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
#: Our names of members → those of the standards, for faults.
_STANDARD_NAMES = {
    "name": "client_name", "name_en": "client_name", "home_uri": "client_uri", "scopes": "scope",
    "policy_uri_en": "policy_uri", "tos_uri_en": "tos_uri", "sector": "sector_identifier_uri",
}  # fmt: skip


def entry(said: Mapping[str, Any], policy: Policy, client_id: str) -> dict[str, Any]:
    """What a client says, with the defaults of the standards and of its policy, as a manifest entry."""
    present = {name: value for name, value in said.items() if value is not None}
    made: dict[str, Any] = {name: getattr(policy, name) for name in GIVEN}
    made |= {"client_id": client_id, "token_endpoint_auth_method": "client_secret_basic"}
    made |= {name: present[name] for name in SAME if name in present}
    made |= _words(present)
    if "code id_token" in _texts(made.get("response_types")) and isinstance(made.get("grant_types"), list):
        # The standard wants the word for the ID token that comes with the code (§2); there is no such grant.
        made["grant_types"] = [grant for grant in made["grant_types"] if grant != "implicit"]
    made.setdefault("name", client_id)
    made.setdefault("name_en", made["name"])
    made.setdefault("id_token_signed_response_alg", _algorithm(profiles.REGISTER[policy.profile]))
    made.setdefault("response_modes", _modes(made, profiles.REGISTER[policy.profile]))
    made["scopes"] = _scopes(present, made.get("grant_types"), policy)
    known = made["scopes"] if isinstance(made["scopes"], list) else []
    made["legal_basis"] = {name: basis for name, basis in policy.legal_basis.items() if name in known}
    made["sector"] = policy.sector or _sector(made, client_id)
    return made


def faults(said: Mapping[str, Any]) -> Iterator[Fault]:
    """What cannot be said in terms of a manifest."""
    if said.get("subject_type") not in (None, "pairwise"):
        yield "subject_type", "must be pairwise"
    if not isinstance(said.get("scope"), str | None):
        yield "scope", "must be one text, scopes separated by spaces"


def standard_name(key: str) -> str:
    """The standards' name of a member that is at fault, with the place in it."""
    name, bracket, place = key.partition("[")
    return _STANDARD_NAMES.get(name, name) + bracket + place


def document(client: Client) -> dict[str, Any]:
    """What is registered, in the words of the standards (RFC 7591 §3.2.1)."""
    values = {name: _plain(getattr(client, name)) for name in SAME}
    values |= {
        "client_id_issued_at": client.created_at,
        "client_uri": client.home_uri,
        "logo_uri": client.logo_uri,
        "scope": " ".join(client.scopes),
        "subject_type": "pairwise" if client.redirect_uris else "",
    }
    for member, (chinese, english) in _BILINGUAL.items():
        values |= _tagged(member, getattr(client, chinese), getattr(client, english), client.language)
    return {
        "client_id": client.client_id,
        **{name: value for name, value in values.items() if _is_set(value)},
    }


def _words(present: Mapping[str, Any]) -> dict[str, Any]:
    """Names and addresses that people read, in the languages of our pages (OIDC Registration 1.0 §2.1)."""
    words: dict[str, Any] = {}
    for member, names in _BILINGUAL.items():
        spoken = [_in(present, member, language) for language in _LANGUAGES]
        words |= {
            name: value
            for name, value in zip(names, (spoken[0] or spoken[1], spoken[1] or spoken[0]), strict=True)
            if value
        }
    for member, name in _ONE_LANGUAGE.items():
        if value := _in(present, member, "zh") or _in(present, member, "en"):
            words[name] = value
    untagged = [member for member in _BILINGUAL if member in present]
    if untagged and present[untagged[0]] != _in(present, untagged[0], "zh"):
        words["language"] = "en"
    return words


def _in(present: Mapping[str, Any], member: str, language: str) -> Any:
    """A member in a language, or without any (BCP 47: ``zh-Hans`` is Chinese, tags ignore case)."""
    for name, value in sorted(present.items()):
        stem, hash_sign, tag = name.partition("#")
        if stem == member and hash_sign and tag.lower().split("-")[0] == language:
            return value
    return present.get(member)


def _tagged(member: str, chinese: str, english: str, language: str) -> dict[str, str]:
    if not english or chinese == english:
        return {member: chinese}
    untagged = english if language == "en" else chinese
    return {member: untagged, f"{member}#zh-Hans": chinese, f"{member}#en": english}


def _algorithm(profile: SecurityProfile) -> str:
    """RS256, the standard's default (OIDC Registration 1.0 §2), or the first that the profile allows."""
    if "RS256" in profile.algorithms:
        return "RS256"
    return next(name for name in keyring.algorithms() if name in profile.algorithms)


def _modes(made: Mapping[str, Any], profile: SecurityProfile) -> list[str]:
    """The standards have no word for response modes: all that the rest of the registration makes sense of."""
    if profile.signed_responses:
        return ["jwt", "query.jwt", "form_post.jwt"]
    modes = ["query", "form_post"]
    if made.get("response_types") not in (None, ["code"]):
        modes.append("fragment")
    if made.get("authorization_signed_response_alg"):
        modes += ["jwt", "query.jwt", "form_post.jwt"]
    return modes


def _scopes(present: Mapping[str, Any], grant_types: object, policy: Policy) -> object:
    """The scopes asked for; of a client that names none, all of its policy that its grants can use."""
    asked = present.get("scope", "")
    if not isinstance(asked, str):
        return asked
    if asked:
        return asked.split(" ")
    grants = grant_types if isinstance(grant_types, list) else ["authorization_code"]
    usable = []
    for name in policy.scopes:
        scope = scopes.find(name)
        needs = "client_credentials" if scope and scope.service else "refresh_token"
        if (scope and scope.service) or name == "offline_access":
            usable += [name] if needs in grants else []
        elif grants != ["client_credentials"]:
            usable.append(name)
    return usable


def _sector(made: Mapping[str, Any], client_id: str) -> str:
    """The host that makes ``sub`` (OIDC Core §8.1); a listener on a citizen's device has none of its own."""
    if isinstance(uri := made.get("sector_identifier_uri"), str) and uri:
        return uris.host(uri)
    hosts = {uris.host(uri) for uri in _texts(made.get("redirect_uris")) if not loopback_place(uri)} - {""}
    return "" if len(hosts) > 1 else next(iter(hosts), client_id)


def _texts(values: object) -> Iterable[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _is_set(value: object) -> bool:
    return value is not None and value is not False and value not in ("", [], {})
