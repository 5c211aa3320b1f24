"""The modules about request objects of oidcc-basic and oidcc-dynamic certification plans."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from tests.actors import ISSUER, Person, Portal, query
from tests.signing import SigningPortal, signing_portal
from tests.sink import document, sink


@pytest.fixture
def rsa() -> RSAKey:
    """The RS256 key that the suite registers."""
    return RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"})


@pytest.fixture
def client(me: Person, rsa: RSAKey) -> Iterator[SigningPortal]:
    """A client of the suite; the citizen has been there before."""
    made = signing_portal("suite", jwks={"keys": [rsa.as_dict(private=False)]})
    made.key = rsa  # type: ignore[assignment]
    me.code_for(made)
    return made


def ask(me: Person, client: Portal, **parameters: str) -> TestResponse:
    asked = {"client_id": client.client.client_id, "response_type": "code", "scope": "openid"}
    return me.http.get("/authorize", query_string=asked | parameters, base_url=ISSUER)


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    me: Person, client: SigningPortal
) -> None:
    """A1 oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: never ignored."""
    uri = "https://suite.example/unsigned"
    answer = ask(me, client, redirect_uri=client.redirect_uri, state="s", request_uri=uri)
    assert query(answer.location)["error"] == "invalid_request_uri"
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "none" not in metadata["request_object_signing_alg_values_supported"]


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    me: Person, client: SigningPortal
) -> None:
    """A1 oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: never ignored."""
    _, body, _ = client.object({"alg": "RS256"}).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    answer = ask(me, client, redirect_uri=client.redirect_uri, state="s", request=unsigned)
    assert query(answer.location)["error"] == "invalid_request_object"


def test_oidcc_ensure_request_object_with_redirect_uri(me: Person, client: SigningPortal) -> None:
    """A1 oidcc-ensure-request-object-with-redirect-uri: the good one inside is used."""
    text = client.object({"alg": "RS256"})
    answer = ask(me, client, redirect_uri=client.redirect_uri + "/invalid", request=text)
    assert answer.location.startswith(client.redirect_uri + "?")
    assert query(answer.location)["code"]


def test_oidcc_request_uri_signed_rs256(me: Person, rsa: RSAKey) -> None:
    """A3 oidcc-request-uri-signed-rs256: the object is fetched from an address with a fragment, and used."""
    body: dict[str, bytes] = {}
    with sink(lambda http, stop: document(body["object"], "application/jwt")(http, stop)) as host:
        uri = f"http://127.0.0.1:{host.port}/object#fragment"
        client = signing_portal("suite", jwks={"keys": [rsa.as_dict(private=False)]}, request_uris=(uri,))
        client.key = rsa  # type: ignore[assignment]
        me.code_for(client)
        body["object"] = client.object({"alg": "RS256"}, state="inside").encode()
        answer = ask(me, client, redirect_uri=client.redirect_uri, request_uri=uri)
        assert query(answer.location)["state"] == "inside"
        assert query(answer.location)["code"]
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["request_uri_parameter_supported"] is True
    assert "RS256" in metadata["request_object_signing_alg_values_supported"]


def test_oidcc_request_uri_unsigned(me: Person, client: SigningPortal) -> None:
    """A3 oidcc-request-uri-unsigned: skipped by the suite, for none is not announced."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "none" not in metadata["request_object_signing_alg_values_supported"]
