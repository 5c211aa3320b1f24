"""Attack book, group E: what the metadata promise, and ID tokens in the wrong hands."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from idp import keyring
from tests.actors import Person, Portal, decode, portal, query
from tests.records import nothing_changed, one_event

AUTH_METHODS = [
    "none", "client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt",
    "tls_client_auth", "self_signed_tls_client_auth",
]  # fmt: skip
GRANTS = [
    "implicit", "password", "authorization_code", "refresh_token", "client_credentials",
    "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba",
    "urn:ietf:params:oauth:grant-type:token-exchange",
]  # fmt: skip
RESPONSE_TYPES = [
    "code", "code id_token", "token", "id_token", "none", "id_token token", "code token",
    "code id_token token",
]  # fmt: skip
MODES = ["query", "fragment", "form_post", "web_message", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]


def metadata(person: Person) -> dict[str, Any]:
    return dict(person.get("/.well-known/openid-configuration").json or {})


def half(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.mark.parametrize("grant", GRANTS)
def test_e17_a_grant_is_known_when_it_is_announced_and_only_then(me: Person, tax: Portal, grant: str) -> None:
    error = (me.token(tax, {"grant_type": grant, "code": "x"}).json or {})["error"]
    announced = grant in metadata(me)["grant_types_supported"]
    assert (error == "unsupported_grant_type") is not announced


@pytest.mark.parametrize("kind", RESPONSE_TYPES)
def test_e17_a_response_type_is_known_when_it_is_announced_and_only_then(
    me: Person, stores: None, kind: str
) -> None:
    both = portal("both", response_types=("code", "code id_token"), response_modes=("query", "fragment"))
    location = me.authorize(both, response_type=kind).location
    announced = kind in metadata(me)["response_types_supported"]
    assert ("unsupported_response_type" in location) is not announced


@pytest.mark.parametrize("mode", MODES)
def test_e17_a_response_mode_is_known_when_it_is_announced_and_only_then(
    me: Person, stores: None, mode: str
) -> None:
    announced = metadata(me)["response_modes_supported"]
    every = portal(
        "every",
        response_types=("code", "code id_token"),
        response_modes=tuple(m for m in MODES if m in announced),
    )
    answer = me.authorize(every, response_mode=mode, prompt="none")
    refused = "error" in query(answer.location or "") and query(answer.location)["error"] == "invalid_request"
    assert refused is (mode not in announced)


def test_e17_the_endpoints_that_are_announced_are_there(me: Person) -> None:
    told = metadata(me)
    issuer = told["issuer"]
    for name, uri in told.items():
        if name.endswith(("_endpoint", "_uri", "_iframe")):
            assert uri.startswith(issuer + "/"), name
            assert me.get(uri.removeprefix(issuer)).status_code != 404, name


def test_e17_only_announced_methods_authenticate(me: Person, tax: Portal) -> None:
    told = metadata(me)
    announced = {*told["token_endpoint_auth_methods_supported"]}
    assert announced <= {*AUTH_METHODS}
    assert "client_secret_jwt" not in announced
    assert "none" not in told["introspection_endpoint_auth_methods_supported"]
    assert "client_secret_post" in announced
    for alg in told["token_endpoint_auth_signing_alg_values_supported"]:
        assert not alg.startswith("HS")
        assert alg != "none"
    form = {"grant_type": "client_credentials", "client_id": "tax", "client_secret": tax.secret}
    with one_event("client.auth_failed"):
        assert me.post("/token", form).status_code == 401, "tax registered client_secret_basic"


def test_e17_what_signs_is_announced_and_published(me: Person, tax: Portal) -> None:
    told = metadata(me)
    published = {key["kid"]: key.get("alg") for key in json.loads(keyring.jwks())["keys"]}
    made = me.tokens(tax)
    for token in (made["id_token"], made["access_token"]):
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        assert header["alg"] in told["id_token_signing_alg_values_supported"]
        assert published[header["kid"]] in (header["alg"], None)


def test_e17_challenges_and_prompts_are_the_announced_ones(me: Person, tax: Portal) -> None:
    told = metadata(me)
    me.tokens(tax)
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "invalid_request" in me.authorize(tax, code_challenge_method="plain").location
    for prompt in (*told["prompt_values_supported"], "create"):
        wrong = "error=invalid_request" in (me.authorize(tax, prompt=prompt).location or "")
        assert wrong is (prompt not in told["prompt_values_supported"]), prompt


def test_e02_the_id_token_of_one_portal_is_no_hint_of_another(
    me: Person, tax: Portal, health: Portal
) -> None:
    theirs = me.tokens(tax)["id_token"]
    me.tokens(health)
    with nothing_changed():
        answer = me.authorize(health, prompt="none", id_token_hint=theirs)
    told = query(answer.location)
    assert told["error"] in ("invalid_request", "login_required")
    assert "code" not in told


def test_e02_the_id_token_of_one_portal_is_no_credential_of_another(
    me: Person, tax: Portal, health: Portal
) -> None:
    theirs = me.tokens(tax)["id_token"]
    assert decode(theirs)["aud"] == "tax"
    with nothing_changed():
        assert me.get("/userinfo", headers={"Authorization": f"Bearer {theirs}"}).status_code == 401
        told = me.post("/introspect", {"token": theirs}, headers=health.basic).json
    assert told == {"active": False}


def test_e02_the_same_person_has_another_name_at_the_other_portal(
    me: Person, tax: Portal, health: Portal
) -> None:
    assert decode(me.tokens(tax)["id_token"])["sub"] != decode(me.tokens(health)["id_token"])["sub"]


def test_e20_every_id_token_holds_the_hash_of_what_came_with_it(me: Person, stores: None) -> None:
    both = portal("both", response_types=("code", "code id_token"), response_modes=("query", "fragment"))
    me.tokens(both)
    told = parse_qs(urlsplit(me.authorize(both, response_type="code id_token").location).fragment)
    assert decode(told["id_token"][0])["c_hash"] == half(told["code"][0])
    made = me.token(both, both.token_form(told["code"][0])).json or {}
    assert decode(made["id_token"])["at_hash"] == half(made["access_token"])
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    again = me.token(both, refresh).json or {}
    assert decode(again["id_token"])["at_hash"] == half(again["access_token"])
