"""OpenID Connect Dynamic Client Registration 1.0 §2: defaults, keys, addresses, languages."""

from typing import Any

import pytest
from flask import Flask

import clients
from clients import jwks
from tests.actors import Person, Portal
from tests.keyhost import new_key, public
from tests.registrants import PLAIN, Registrant, initial_token


def test_id_tokens_are_signed_by_rs256_when_nothing_is_said(program: Registrant, me: Person) -> None:
    """OIDC Registration 1.0 §2: the default of id_token_signed_response_alg is RS256."""
    own = program.register()
    assert own.told["id_token_signed_response_alg"] == "RS256"
    client = clients.find(own.id)
    assert client
    tokens = me.tokens(Portal(client=client, secret=own.told["client_secret"]))
    assert '"alg":"RS256"' in header(tokens["id_token"])


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_the_signature_that_is_asked_for_is_used(program: Registrant, me: Person, alg: str) -> None:
    """OIDC Registration 1.0 §2: id_token_signed_response_alg is the client's choice."""
    own = program.register(id_token_signed_response_alg=alg)
    client = clients.find(own.id)
    assert client
    token = me.tokens(Portal(client=client, secret=own.told["client_secret"]))["id_token"]
    assert f'"alg":"{alg}"' in header(token)
    assert '"kid":' in header(token)


def header(token: str) -> str:
    import base64

    head = token.split(".")[0]
    return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode().replace(" ", "")


def test_the_application_is_of_the_web_when_nothing_is_said(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: the default of application_type is web."""
    assert program.register().told["application_type"] == "web"


@pytest.mark.parametrize(
    "uri",
    ["http://app.example.org/cb", "https://localhost/cb", "http://localhost/cb", "https://127.0.0.1/cb"],
)
def test_web_clients_use_https_and_no_name_of_this_machine(program: Registrant, uri: str) -> None:
    """OIDC Registration 1.0 §2: web clients using the code flow register https URIs, not localhost."""
    assert program.refused(redirect_uris=[uri])[:2] == (400, "invalid_redirect_uri")


def test_native_clients_may_listen_on_loopback(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: native clients use http with a loopback host."""
    told = program.register(
        application_type="native", token_endpoint_auth_method="none", redirect_uris=["http://127.0.0.1/cb"]
    ).told
    assert told["redirect_uris"] == ["http://127.0.0.1/cb"]


def test_subjects_are_pairwise(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: subject_type is one of subject_types_supported."""
    assert program.register().told["subject_type"] == "pairwise"
    assert program.register(subject_type="pairwise").told["subject_type"] == "pairwise"
    assert program.refused(subject_type="public")[:2] == (400, "invalid_client_metadata")


def test_keys_are_registered_by_value(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: jwks."""
    key = public(new_key("k"))
    told = program.register(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key]}).told
    assert told["jwks"] == {"keys": [key]}


def test_a_private_or_symmetric_key_is_refused_and_not_repeated(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: the JWK set must not contain private or symmetric keys."""
    private = new_key("k").as_dict(private=True)
    for key in (private, {"kty": "oct", "k": "c2VjcmV0", "kid": "k"}):
        status, code, description = program.refused(jwks={"keys": [key]})
        assert (status, code) == (400, "invalid_client_metadata")
        assert str(key.get("d", key.get("k"))) not in description


def test_a_key_set_is_bounded(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: at most so many keys as one client can use."""
    many = [public(new_key(str(number))) for number in range(jwks.MOST_KEYS + 1)]
    assert program.refused(jwks={"keys": many})[:2] == (400, "invalid_client_metadata")


def test_default_max_age_and_levels_are_told_back(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: default_max_age, default_acr_values."""
    said: dict[str, Any] = {"default_max_age": 0, "default_acr_values": ["urn:gov-sso:acr:l2"]}
    told = program.register(**said).told
    assert {name: told[name] for name in said} == said


def test_initiate_login_uri_is_https(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: initiate_login_uri must use https."""
    uri = "https://app.example.org/start?from=idp"
    own = program.register(initiate_login_uri=uri)
    assert own.told["initiate_login_uri"] == uri
    assert (own.get().json or {})["initiate_login_uri"] == uri
    refused = program.refused(initiate_login_uri="http://app.example.org/start")
    assert refused[:2] == (400, "invalid_client_metadata")


def test_names_are_registered_in_the_languages_of_our_pages(program: Registrant) -> None:
    """OIDC Registration 1.0 §2.1: a language tag follows a number sign."""
    own = program.register(
        **{"client_name": "Tax App", "client_name#zh-Hans": "税务应用", "policy_uri": "https://app.example.org/p",
           "policy_uri#zh-CN": "https://app.example.org/zh/p", "tos_uri#en-GB": "https://app.example.org/t"}
    )  # fmt: skip
    client = clients.find(own.id)
    assert client
    assert (client.name, client.name_en) == ("税务应用", "Tax App")
    assert (client.policy_uri, client.policy_uri_en) == (
        "https://app.example.org/zh/p",
        "https://app.example.org/p",
    )
    assert client.tos_uri == client.tos_uri_en == "https://app.example.org/t"
    told = [own.told[f"client_name{tag}"] for tag in ("", "#zh-Hans", "#en")]
    assert told == ["Tax App", "税务应用", "Tax App"], "what had no tag is told back as it was sent"


@pytest.mark.parametrize("tag", ["ZH-hans", "zh", "zh-CN", "zh-Hant-TW"])
def test_language_tags_ignore_case_and_what_is_more_special(program: Registrant, tag: str) -> None:
    """BCP 47 §2.1.1: language tags are not case-sensitive."""
    own = program.register(**{f"client_name#{tag}": "税务应用"})
    client = clients.find(own.id)
    assert client
    assert client.name == "税务应用"


def test_what_was_told_can_be_sent_back(program: Registrant) -> None:
    """OIDC Registration 1.0 §2.1, RFC 7592 §2.2: names in two languages survive a change."""
    for names in (
        {"client_name": "Tax App", "client_name#zh-Hans": "税务应用"},
        {"client_name": "税务应用", "client_name#en": "Tax App"},
    ):
        own = program.register(**names)
        before = own.metadata
        assert {name: before[name] for name in names} == names
        assert own.put().status_code == 200
        assert own.metadata == before


@pytest.mark.parametrize("tag", ["fr", "x", "<script>", ""])
def test_other_languages_are_ignored(program: Registrant, tag: str) -> None:
    """OIDC Registration 1.0 §2.1: values for languages we do not speak are not used."""
    told = program.register(**{f"client_name#{tag}": "Réservé"}).told
    assert told["client_name"] == PLAIN["client_name"]
    assert f"client_name#{tag}" not in told


def test_a_name_in_any_language_of_ours_is_judged(program: Registrant) -> None:
    """OIDC Registration 1.0 §2.1: a tag lifts no rule."""
    for tag in ("zh-Hans", "en"):
        assert program.refused(**{f"client_name#{tag}": "国家\u202e平台"})[:2] == (
            400,
            "invalid_client_metadata",
        )


def test_a_profile_of_the_policy_chooses_the_default_signature(app: Flask, stores: None) -> None:
    """FAPI 2.0 §5.4: where RS256 is not allowed, it is no default either."""
    program = Registrant(app, initial_token(profile="fapi2"))
    key = public(new_key("k"))
    answer = program.post(
        PLAIN
        | {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [key]},
            "dpop_bound_access_tokens": True,
            "require_pushed_authorization_requests": True,
        }
    )
    assert answer.status_code == 201, answer.data
    assert (answer.json or {})["id_token_signed_response_alg"] == "ES256"


def test_the_hybrid_flow_is_registered_with_the_grant_types_of_the_standard(program: Registrant) -> None:
    """OIDC Registration 1.0 §2: code id_token goes with implicit, a word for which there is no grant here."""
    both = ["authorization_code", "implicit"]
    told = program.register(response_types=["code id_token"], grant_types=both).told
    assert (told["response_types"], told["grant_types"]) == (["code id_token"], ["authorization_code"])
    assert "fragment" in told["response_modes"]
    assert program.refused(grant_types=both)[:2] == (400, "invalid_client_metadata")
