"""RFC 7592: a client reads, changes and deletes its own registration."""

import pytest
from flask import Flask

import clients
from clients import service as registry
from clients.registration import metadata
from tests.actors import ISSUER, Person, Portal
from tests.records import events, nothing_changed, one_event
from tests.registrants import PLAIN, Own, Registrant, initial_token


@pytest.fixture
def own(program: Registrant) -> Own:
    """A client that registered itself."""
    return program.register(grant_types=["authorization_code", "refresh_token"])


def test_the_registration_says_where_and_by_what_it_is_managed(own: Own) -> None:
    """RFC 7592 §3: registration_client_uri and registration_access_token, in the first answer too."""
    assert own.told["registration_client_uri"] == f"{ISSUER}/register/{own.id}"
    assert len(own.token) >= 43


def test_reading_tells_what_is_registered(own: Own) -> None:
    """RFC 7592 §2.1: 200, the registration, with its address and the token that still is good."""
    answer = own.get()
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    secret = ("client_secret", "client_secret_expires_at")
    assert answer.json == {name: value for name, value in own.told.items() if name not in secret}


def test_reading_changes_nothing(own: Own) -> None:
    """RFC 7592 §2.1: a read is a read."""
    with nothing_changed():
        own.get()
        own.get()


def test_a_change_replaces_everything(own: Own) -> None:
    """RFC 7592 §2.2: what is sent replaces what was there; what is left out is deleted."""
    assert own.put(client_uri="https://app.example.org/", contacts=["ops@app.example.org"]).status_code == 200
    assert own.told["client_uri"] == "https://app.example.org/"
    assert own.put(client_uri=None, contacts=None, grant_types=None, scope=None).status_code == 200
    assert not {"client_uri", "contacts"} & own.told.keys()
    assert own.told["grant_types"] == ["authorization_code"]


def test_a_change_is_in_force_when_it_is_answered(own: Own) -> None:
    """RFC 7592 §2.2: 200 with all that is registered now."""
    assert own.put(client_name="New Name").status_code == 200
    client = clients.find(own.id)
    assert client
    assert client.name == "New Name"
    assert (own.get().json or {})["client_name"] == "New Name"


def test_a_change_replaces_the_token_and_the_old_one_is_dead(own: Own) -> None:
    """RFC 7592 §2.2, §5: the token may be rotated; the client then forgets the old one, and so do we."""
    before = own.token
    assert own.put().status_code == 200
    assert own.token != before
    assert own.get(token=before).status_code == 401
    assert own.get().status_code == 200


def test_the_id_must_be_sent_and_cannot_change(own: Own) -> None:
    """RFC 7592 §2.2: the client includes its client_id, which must not change."""
    for client_id in (None, "tax", 7):
        with nothing_changed():
            assert own.put(client_id=client_id).status_code == 400


@pytest.mark.parametrize("member", metadata.OURS)
def test_what_is_ours_to_say_must_not_be_sent(own: Own, member: str) -> None:
    """RFC 7592 §2.2: the request must not include what the server alone sets."""
    with nothing_changed():
        answer = own.put(**{member: own.told[member]})
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_client_metadata")


def test_a_secret_may_be_repeated_and_not_chosen(own: Own) -> None:
    """RFC 7592 §2.2: client_secret, if sent, is the one that was issued."""
    assert own.put().status_code == 200, "the secret was among what was sent back"
    secret = own.told["client_secret"]
    with nothing_changed():
        assert own.put(client_secret="chosen-by-the-client").status_code == 400
        assert own.put(client_secret=["x"]).status_code == 400
    assert own.put(client_secret=None).status_code == 200
    assert "client_secret" not in own.told
    client = clients.find(own.id)
    assert client
    assert client.secret_matches(secret), "and it still is good"


def test_another_authentication_brings_or_ends_a_secret(own: Own) -> None:
    """RFC 7592 §2.2: the answer holds a new secret when there is one, and then the old one is dead."""
    old = own.told["client_secret"]
    key = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    keyed = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]}}
    assert own.put(**keyed).status_code == 200
    assert "client_secret" not in own.told
    assert own.put(token_endpoint_auth_method="client_secret_post", jwks=None).status_code == 200
    assert own.told["client_secret"] != old
    assert own.told["client_secret_expires_at"] == 0
    client = clients.find(own.id)
    assert client
    assert client.secret_matches(own.told["client_secret"])
    assert not client.secret_matches(old)


def test_a_refused_change_leaves_everything_as_it_was(own: Own) -> None:
    """RFC 7592 §2.2: errors are those of RFC 7591 §3.2.2, and the token stays good."""
    with one_event("client.register_refused"), nothing_changed():
        answer = own.put(redirect_uris=["http://app.example.org/"])
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_redirect_uri")
    assert own.get().status_code == 200


def test_deleting_is_204_and_for_good(own: Own) -> None:
    """RFC 7592 §2.3: 204 without content; id, secret and token are dead."""
    answer = own.delete()
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in answer.headers
    assert clients.find(own.id) is None
    for again in (own.get(), own.delete(), own.put()):
        assert again.status_code == 401


def test_deleting_ends_every_grant_and_token(own: Own, me: Person) -> None:
    """RFC 7592 §2.3: authorization grants and tokens of the client are invalid."""
    client = clients.find(own.id)
    assert client
    portal = Portal(client=client, secret=own.told["client_secret"])
    tokens = me.tokens(portal, scope="openid offline_access")
    code = me.code_for(portal)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert me.get("/userinfo", headers=bearer).status_code == 200
    own.delete()
    assert me.get("/userinfo", headers=bearer).status_code == 401
    for form in (portal.token_form(code), refresh):
        answer = me.token(portal, form)
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")
    assert me.authorize(portal).status_code == 400, "a page: nobody is sent to a client that is not there"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_client_and_a_wrong_token_are_answered_alike(own: Own, method: str) -> None:
    """RFC 7592 §2.1, §2.3: 401, whether there is such a client or not."""
    body = None if method != "PUT" else own.metadata
    answers = [
        own.by.send(method, path, body, token=token)
        for path, token in (
            (own.path, "wrong"),
            ("/register/nobody", own.token),
            ("/register/", own.token),
            ("/register/%2e%2e/token", own.token),
            (own.path + "/", own.token),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert all('error="invalid_token"' in answer.headers["WWW-Authenticate"] for answer in answers)
    assert own.get().status_code == 200


def test_without_a_token_there_is_a_bare_challenge(own: Own) -> None:
    """RFC 6750 §3: no error code for who shows nothing."""
    answer = own.by.send("GET", own.path, token="")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="register"')


def test_a_client_that_an_operator_disabled_is_not_its_own_to_manage(own: Own) -> None:
    """RFC 7592 §2.1: 403 for who may not read; a disabled client cannot help itself."""
    registry.disable(own.id, operator="tester")
    for answer in (own.get(), own.put(), own.delete()):
        assert (answer.status_code, (answer.json or {})["error"]) == (403, "access_denied")
    registry.enable(own.id, operator="tester")
    assert own.get().status_code == 200


def test_other_methods_are_refused(own: Own) -> None:
    """RFC 7592 §2: GET, PUT, DELETE."""
    for method in ("POST", "PATCH"):
        answer = own.by.send(method, own.path, PLAIN, token=own.token)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT, DELETE")


def test_the_policy_of_the_initial_token_goes_on(app: Flask, stores: None) -> None:
    """RFC 7592 §2.2: a change gets nothing that the registration could not."""
    own = Registrant(app, initial_token(uses=1, scopes=["openid"])).register()
    assert own.put(scope="openid profile").status_code == 400
    assert own.put(grant_types=["client_credentials"]).status_code == 400


def test_every_act_is_on_record(own: Own) -> None:
    """RFC 7592 §5: who holds the token can do all this; so each of it is recorded."""
    own.get()
    own.put(client_name="New Name")
    own.delete()
    assert [event.client for event in events("client.register")] == [own.id] * 3
