"""Checklist A3, the plan of dynamic clients: the modules about keys and documents at the client's address."""

import json

import clients
from idp import keyring
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.conftest import MovableClock
from tests.keyhost import assertion, key_host, new_key
from tests.registrants import Registrant
from tests.sink import document, sink


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


def test_oidcc_registration_sector_uri(program: Registrant, me: Person) -> None:
    """A3 oidcc-registration-sector-uri: accepted with 201; the flow completes."""
    uri = "https://app.example.org/cb"
    with sink(document(json.dumps([uri]).encode())) as place:
        own = program.register(redirect_uris=[uri], sector_identifier_uri=place.uri)
    client = clients.find(own.id)
    assert client is not None
    assert me.tokens(Portal(client=client, secret=own.told["client_secret"]))["id_token"]


def test_oidcc_registration_sector_bad(program: Registrant) -> None:
    """A3 oidcc-registration-sector-bad: a document without the redirect URIs refuses the registration."""
    with sink(document(b'["https://other.example.org/cb"]')) as place:
        refused = program.refused(
            redirect_uris=["https://app.example.org/cb"], sector_identifier_uri=place.uri
        )
    assert refused[:2] == (400, "invalid_client_metadata")
