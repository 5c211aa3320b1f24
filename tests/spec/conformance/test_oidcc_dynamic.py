"""Checklist A3, the plan of dynamic clients: the modules about keys and documents at the client's address."""

from tests.actors import Person, portal
from tests.conftest import MovableClock
from tests.keyhost import assertion, key_host, new_key


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
