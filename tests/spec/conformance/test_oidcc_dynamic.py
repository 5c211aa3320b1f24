"""Checklist A3, the plan of dynamic clients."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

import clients
from idp import keyring
from idp.keyring import service
from tests import keys
from tests.actors import ISSUER, Person, Portal, citizen, decode, portal, query
from tests.conftest import MovableClock
from tests.keyhost import assertion, key_host, new_key, public
from tests.pictures import png
from tests.registrants import Registrant, initial_token
from tests.sink import document, sink

CALLBACK = "https://suite.example.org/test/a/alias/callback"


def test_oidcc_registration_jwks_uri(me: Person) -> None:
    """A3 oidcc-registration-jwks-uri: the keys of a client that registered jwks_uri are fetched there."""
    key = new_key("one")
    with key_host(key) as host:
        tax = portal("tax", token_endpoint_auth_method="private_key_jwt", jwks_uri=host.uri)
        answer = me.post("/token", tax.token_form(me.code_for(tax), **assertion("tax", key)))
        assert (answer.status_code, host.visits) == (200, 1)


def test_oidcc_refresh_token_rp_key_rotation(me: Person, time_travel: MovableClock) -> None:
    """A3 oidcc-refresh-token-rp-key-rotation: within 60 s of its exchange a new key works at a refresh."""
    old, new = new_key("old"), new_key("new")
    with key_host(old) as host:
        tax = portal("tax", token_endpoint_auth_method="private_key_jwt", jwks_uri=host.uri)
        first = me.post("/token", tax.token_form(me.code_for(tax), **assertion("tax", old))).json or {}
        host.publish(new)
        time_travel.advance(59)
        form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        assert me.post("/token", form | assertion("tax", new)).status_code == 200
        assert me.post("/token", form | assertion("tax", old)).status_code == 401


def test_oidcc_userinfo_rs256(me: Person) -> None:
    """A3 oidcc-userinfo-rs256: announced, registered, answered as a JWT signed by RS256, without a nonce."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "RS256" in metadata["userinfo_signing_alg_values_supported"]
    tax = portal("tax", userinfo_signed_response_alg="RS256")
    access = me.tokens(tax)["access_token"]
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})
    assert (answer.status_code, answer.content_type) == (200, "application/jwt")
    claims = keyring.verify(answer.text, typ="JWT")
    assert decode("." + answer.text.partition(".")[0])["alg"] == "RS256"
    assert (claims["iss"], claims["aud"]) == (ISSUER, "tax")
    assert "nonce" not in claims


@dataclass
class Module:
    """The suite as a relying party: it registers a client of its own in each module."""

    me: Person
    program: Registrant

    def register(self, **metadata: object) -> Portal:
        """A client that registered itself, and logs people in."""
        own = self.program.register(**({"redirect_uris": [CALLBACK]} | metadata))
        client = clients.find(own.id)
        assert client
        return Portal(client=client, secret=own.told.get("client_secret", ""))

    def page(self, portal: Portal, **request: str | None) -> str:
        """The page a request ends at; nobody was sent anywhere."""
        answer = self.me.authorize(portal, **request)
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        return answer.text

    def consent(self, portal: Portal) -> str:
        """The page that asks the person."""
        answer = self.me.authorize(portal)
        while not answer.location.startswith("/consent/"):
            answer = self.me.get(answer.location)
        return self.me.get(answer.location).text


@pytest.fixture
def suite(me: Person, program: Registrant) -> Module:
    """A person logged in, and the suite with an initial access token."""
    return Module(me, program)


def head(token: str) -> dict[str, object]:
    return decode("." + token.partition(".")[0])


def test_oidcc_idtoken_rs256(suite: Module) -> None:
    """A3 oidcc-idtoken-rs256: id_token_signed_response_alg=RS256 is honoured, the header has a kid."""
    token = suite.me.tokens(suite.register(id_token_signed_response_alg="RS256"))["id_token"]
    assert head(token)["alg"] == "RS256"
    assert head(token)["kid"] in {key["kid"] for key in (suite.me.get("/jwks").json or {})["keys"]}


def test_oidcc_idtoken_unsigned(suite: Module) -> None:
    """A3 oidcc-idtoken-unsigned [S]: none is not announced, and cannot be registered."""
    metadata = suite.me.get("/.well-known/openid-configuration").json or {}
    assert "none" not in metadata["id_token_signing_alg_values_supported"]
    assert suite.program.refused(id_token_signed_response_alg="none")[0] == 400


def test_oidcc_ensure_redirect_uri_in_authorization_request(suite: Module) -> None:
    """A3 oidcc-ensure-redirect-uri-in-authorization-request: two registered, none sent: a page."""
    assert suite.page(suite.register(redirect_uris=[CALLBACK, CALLBACK + "2"]), redirect_uri=None)


def test_oidcc_redirect_uri_query_ok(suite: Module) -> None:
    """A3 oidcc-redirect-uri-query-OK: a registered query is kept beside what we add."""
    portal = suite.register(redirect_uris=[CALLBACK + "?foo=bar"])
    suite.me.tokens(portal)
    location = suite.me.authorize(portal).location
    assert location.startswith(CALLBACK + "?foo=bar&")
    assert query(location)["code"]


def test_oidcc_redirect_uri_query_mismatch(suite: Module) -> None:
    """A3 oidcc-redirect-uri-query-mismatch: another query than the registered one: a page."""
    portal = suite.register(redirect_uris=[CALLBACK + "?foo=bar"])
    assert suite.page(portal, redirect_uri=CALLBACK + "?bar=foo")


def test_oidcc_redirect_uri_query_added(suite: Module) -> None:
    """A3 oidcc-redirect-uri-query-added: registered without a query, sent with one: a page."""
    assert suite.page(suite.register(), redirect_uri=CALLBACK + "?foo=bar")


def test_oidcc_redirect_uri_regfrag(suite: Module) -> None:
    """A3 oidcc-redirect-uri-regfrag: a redirect URI with a fragment: 400 invalid_redirect_uri, JSON."""
    answer = suite.program.post({"redirect_uris": [CALLBACK + "#foobar"]})
    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert (answer.json or {})["error"] == "invalid_redirect_uri"


def test_oidcc_discovery_endpoint_verification(suite: Module) -> None:
    """A3 oidcc-discovery-endpoint-verification: registration_endpoint, code, RS256.

    The suite also wants ``implicit`` and ``id_token token``, which RFC 9700 §2.1.2 forbids: never here.
    """
    metadata = suite.me.get("/.well-known/openid-configuration").json or {}
    assert metadata["registration_endpoint"] == f"{ISSUER}/register"
    assert "code" in metadata["response_types_supported"]
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert "implicit" not in metadata["grant_types_supported"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
def test_oidcc_server(suite: Module, method: str) -> None:
    """A3 oidcc-server: the plain code flow, by a client that registered itself a moment ago."""
    key = new_key("suite")
    portal = suite.register(token_endpoint_auth_method=method, jwks={"keys": [public(key)]})
    form = portal.token_form(suite.me.code_for(portal))
    if method == "client_secret_basic":
        answer = suite.me.token(portal, form)
    elif method == "client_secret_post":
        shown = {"client_id": portal.client.client_id, "client_secret": portal.secret}
        answer = suite.me.post("/token", form | shown)
    else:
        answer = suite.me.post("/token", form | assertion(portal.client.client_id, key))
    assert answer.status_code == 200, answer.data
    claims = decode((answer.json or {})["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, portal.client.client_id, "n-1")
    assert "name" not in claims


def test_oidcc_registration_logo_uri(suite: Module) -> None:
    """A3 oidcc-registration-logo-uri: the logo is shown on the consent page, from our own address."""
    with sink(document(png(64, 64), "image/png")) as place:
        page = suite.consent(suite.register(logo_uri=place.uri))
    (source,) = re.findall(r'<img class="client-logo"[^>]* src="([^"]+)"', page)
    picture = suite.me.get(source)
    assert (picture.status_code, picture.content_type, picture.data) == (200, "image/png", png(64, 64))
    assert place.uri not in page


def test_oidcc_registration_policy_uri(suite: Module) -> None:
    """A3 oidcc-registration-policy-uri: the policy is linked on the consent page."""
    page = suite.consent(suite.register(policy_uri="https://suite.example.org/policy"))
    assert 'href="https://suite.example.org/policy" target="_blank" rel="noopener noreferrer"' in page


def test_oidcc_registration_tos_uri(suite: Module) -> None:
    """A3 oidcc-registration-tos-uri: the terms are linked on the consent page."""
    page = suite.consent(suite.register(tos_uri="https://suite.example.org/tos"))
    assert 'href="https://suite.example.org/tos" target="_blank" rel="noopener noreferrer"' in page


def test_oidcc_registration_jwks_uri_by_a_program(suite: Module) -> None:
    """A3 oidcc-registration-jwks-uri: registered with jwks_uri, where the keys are fetched."""
    key = new_key("one")
    with key_host(key) as host:
        portal = suite.register(token_endpoint_auth_method="private_key_jwt", jwks_uri=host.uri)
        form = portal.token_form(suite.me.code_for(portal))
        answer = suite.me.post("/token", form | assertion(portal.client.client_id, key))
        assert (answer.status_code, host.visits) == (200, 1)


def test_oidcc_registration_sector_uri(suite: Module) -> None:
    """A3 oidcc-registration-sector-uri: pairwise with a sector document that lists the redirect URIs."""
    with sink(document(json.dumps([CALLBACK]).encode())) as place:
        portal = suite.register(subject_type="pairwise", sector_identifier_uri=place.uri)
    assert suite.me.tokens(portal)["id_token"]


def test_oidcc_registration_sector_bad(suite: Module) -> None:
    """A3 oidcc-registration-sector-bad: a document without them: 400 invalid_client_metadata, JSON."""
    with sink(document(json.dumps(["https://suite.example.org/not_the_callback"]).encode())) as place:
        answer = suite.program.post({"redirect_uris": [CALLBACK], "sector_identifier_uri": place.uri})
        assert len(place.requests) == 1
    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert (answer.json or {})["error"] == "invalid_client_metadata"


def test_oidcc_server_rotate_keys(app: Flask, stores: None, tmp_path: Path) -> None:
    """A3 oidcc-server-rotate-keys: a new key with a new kid, the old one still published."""
    with keys.of_server(tmp_path / "keys"):
        suite = Module(Person(app), Registrant(app, initial_token()))
        suite.me.log_in(citizen())
        portal = suite.register()
        old = head(suite.me.tokens(portal)["id_token"])["kid"]
        service.rotate("RS256", operator="tester", record=keys.Record())
        published = {key["kid"] for key in (suite.me.get("/jwks").json or {})["keys"]}
        new = head(suite.me.tokens(portal)["id_token"])["kid"]
    assert old != new
    assert {old, new} <= published


def test_oidcc_refresh_token(suite: Module) -> None:
    """A3 oidcc-refresh-token: same subject, newer token; another client's refresh token is refused."""
    grants = ["authorization_code", "refresh_token"]
    first, second = (suite.register(grant_types=grants) for _ in range(2))
    tokens = suite.me.tokens(first)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    stolen = suite.me.token(second, form)
    assert (stolen.status_code, (stolen.json or {})["error"]) == (400, "invalid_grant")
    renewed = suite.me.tokens(first)
    answer = suite.me.token(first, form | {"refresh_token": renewed["refresh_token"]})
    assert answer.status_code == 200
    before, after = decode(tokens["id_token"]), decode((answer.json or {})["id_token"])
    assert (before["iss"], before["sub"], before["aud"]) == (after["iss"], after["sub"], after["aud"])


def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(suite: Module) -> None:
    """A3 oidcc-ensure-client-assertion-with-iss-aud-succeeds: the audience may be the issuer."""
    key = new_key("suite")
    portal = suite.register(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [public(key)]})
    form = portal.token_form(suite.me.code_for(portal))
    shown = assertion(portal.client.client_id, key, aud=ISSUER)
    assert suite.me.post("/token", form | shown).status_code == 200
