"""RFC 7523 §2.2, §3.2: clients that prove themselves by a JWT."""

from joserfc.jwk import RSAKey

from tests.actors import Person
from tests.records import nothing_changed
from tests.signing import signing_portal


def test_section_2_2_a_client_id_beside_it_is_the_same_client(me: Person) -> None:
    """RFC 7523 §2.2: client_id is not needed; where it stands it is that of the assertion."""
    bank = signing_portal("bank")
    signing_portal("other")
    form = {"grant_type": "authorization_code", "code": "x"}
    with nothing_changed():
        answer = me.post("/token", {**form, **bank.credentials(), "client_id": "other"})
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")
    for beside in ({}, {"client_id": "bank"}):
        answer = me.post("/token", {**form, **bank.credentials(), **beside})
        assert (answer.json or {})["error"] == "invalid_grant"


def test_section_5_rs256_is_understood(me: Person) -> None:
    """RFC 7523 §5: RS256 is mandatory to implement; it is announced."""
    key = RSAKey.generate_key(2048, {"kid": "bank-1", "use": "sig", "alg": "RS256"})
    bank = signing_portal("bank", jwks={"keys": [key.as_dict(private=False)]})
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "RS256" in metadata["token_endpoint_auth_signing_alg_values_supported"]
    form = {"grant_type": "authorization_code", "code": "x", **bank.credentials(key=key, alg="RS256")}
    assert (me.post("/token", form).json or {})["error"] == "invalid_grant"
