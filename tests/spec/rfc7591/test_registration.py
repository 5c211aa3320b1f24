"""RFC 7591 §2, §3: what a client says, what it is answered, and by what right it may ask."""

import pytest
from flask import Flask

import clients
from idp import settings
from tests.actors import Person, Portal
from tests.conftest import MovableClock
from tests.records import nothing_changed, one_event
from tests.registrants import Registrant, initial_token, open_to_all


def test_the_plainest_client_registers_and_logs_somebody_in(program: Registrant, me: Person) -> None:
    """RFC 7591 §3.2.1: what is answered is enough to use the server."""
    own = program.register()
    client = clients.find(own.id)
    assert client
    assert me.tokens(Portal(client=client, secret=own.told["client_secret"]), scope="openid profile")[
        "id_token"
    ]


def test_the_answer_is_201_json_that_nobody_stores(program: Registrant) -> None:
    """RFC 7591 §3.2.1: 201 Created, application/json, with all that is registered, defaults included."""
    answer = program.post()
    assert answer.status_code == 201
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = dict(answer.json or {})
    assert told["redirect_uris"] == ["https://app.example.org/cb"]
    assert told["client_name"] == "Plain Application"
    assert told["client_id_issued_at"] > 0


def test_every_client_has_an_id_of_its_own_that_we_chose(program: Registrant) -> None:
    """RFC 7591 §3.2.1: client_id is unique, and not the client's to choose."""
    ids = {program.register(client_id="tax").id for _ in range(10)}
    assert len(ids) == 10
    assert "tax" not in ids


def test_a_secret_comes_with_its_end(program: Registrant) -> None:
    """RFC 7591 §3.2.1: client_secret_expires_at is there when a secret is, 0 when it does not expire."""
    told = program.register().told
    assert len(told["client_secret"]) >= 43
    assert told["client_secret_expires_at"] == 0


def test_who_authenticates_without_a_secret_gets_none(program: Registrant) -> None:
    """RFC 7591 §3.2.1: no secret is issued to a client that has no use for one."""
    told = program.register(
        token_endpoint_auth_method="none", application_type="native", redirect_uris=["http://127.0.0.1/cb"]
    ).told
    assert not {"client_secret", "client_secret_expires_at"} & told.keys()


def test_the_defaults_are_those_of_the_standard(program: Registrant) -> None:
    """RFC 7591 §2: client_secret_basic, authorization_code and code when nothing else is said."""
    told = program.register().told
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]


def test_without_a_name_the_id_stands_in_its_place(program: Registrant) -> None:
    """RFC 7591 §2: a client that sends no client_name is shown by its client_id."""
    own = program.register(client_name=None)
    assert own.told["client_name"] == own.id


def test_what_is_not_understood_is_ignored(program: Registrant) -> None:
    """RFC 7591 §2: unknown members are ignored, and not told back."""
    told = program.register(colour="red", nested={"a": [1]}, **{"client_name#x-klingon": "tlh"}).told
    assert not {"colour", "nested", "client_name#x-klingon"} & told.keys()


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_say_nothing(program: Registrant, value: object) -> None:
    """RFC 7591 §2: a member without a value is as if it were left out."""
    answer = program.post(
        {"redirect_uris": ["https://app.example.org/cb"], "scope": value, "policy_uri": value}
    )
    assert answer.status_code == 201, answer.data
    assert (answer.json or {})["scope"] == "openid profile realname"


def test_scopes_are_a_text_and_those_asked_for_are_those_registered(program: Registrant) -> None:
    """RFC 7591 §2: scope is a text of scopes separated by spaces."""
    assert program.register(scope="openid profile").told["scope"] == "openid profile"
    assert program.refused(scope=["openid"])[:2] == (400, "invalid_client_metadata")


def test_a_client_that_names_no_scope_gets_those_it_can_use(program: Registrant) -> None:
    """RFC 7591 §2: the server may choose the default; ours is the policy of the initial access token."""
    assert program.register().told["scope"] == "openid profile realname"
    grants = ["authorization_code", "refresh_token"]
    assert program.register(grant_types=grants).told["scope"] == "openid profile realname offline_access"


def test_redirect_uris_are_demanded_of_a_client_that_redirects(program: Registrant) -> None:
    """RFC 7591 §2: clients of redirect-based flows must register their redirect URIs."""
    answer = program.post({"client_name": "No address"})
    assert answer.status_code == 400
    assert (answer.json or {})["error"] == "invalid_redirect_uri"


@pytest.mark.parametrize(
    ("grant_types", "response_types"), [(["refresh_token"], None), (["implicit"], None), ([], None),
                                        (None, ["token"]), (None, ["none"]), (["password"], None)]
)  # fmt: skip
def test_grants_and_response_types_fit_together(
    program: Registrant, grant_types: object, response_types: object
) -> None:
    """RFC 7591 §2.1: a client cannot register itself into an inconsistent state."""
    status, code, _ = program.refused(grant_types=grant_types, response_types=response_types)
    assert (status, code) == (400, "invalid_client_metadata")


def test_jwks_and_jwks_uri_are_not_given_together(program: Registrant) -> None:
    """RFC 7591 §2: jwks and jwks_uri must not both be present."""
    key = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    both = {"jwks": {"keys": [key]}, "jwks_uri": "https://app.example.org/jwks"}
    assert program.refused(**both)[:2] == (400, "invalid_client_metadata")
    assert program.register(jwks=both["jwks"]).told["jwks"] == both["jwks"]


def test_metadata_is_told_back_as_it_was_registered(program: Registrant) -> None:
    """RFC 7591 §3.2.1: all registered metadata is in the answer."""
    said = {
        "client_uri": "https://app.example.org/",
        "tos_uri": "https://app.example.org/terms",
        "policy_uri": "https://app.example.org/privacy",
        "contacts": ["ops@app.example.org", "12345"],
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.2",
        "post_logout_redirect_uris": ["https://app.example.org/bye"],
        "initiate_login_uri": "https://app.example.org/start",
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post",
    }
    told = program.register(**said).told
    assert {name: told[name] for name in said} == said


def test_without_a_token_nobody_registers(app: Flask, stores: None) -> None:
    """RFC 7591 §3: the endpoint may demand an initial access token; ours does."""
    initial_token()
    with one_event("client.register_refused"), nothing_changed():
        answer = Registrant(app).post()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="register"'


def test_a_token_registers_as_often_as_its_operator_said(app: Flask, stores: None) -> None:
    """RFC 7591 §3: how an initial access token may be used is for the server to say."""
    program = Registrant(app, initial_token(uses=2))
    assert [program.post().status_code for _ in range(3)] == [201, 201, 401]
    assert 'error="invalid_token"' in program.post().headers["WWW-Authenticate"]


def test_a_token_ends_at_its_time(app: Flask, stores: None, time_travel: MovableClock) -> None:
    """RFC 7591 §3: an initial access token may expire."""
    program = Registrant(app, initial_token(lifetime=60))
    time_travel.advance(59)
    assert program.post().status_code == 201
    time_travel.advance(1)
    assert program.post().status_code == 401


def test_a_refused_registration_costs_no_use(app: Flask, stores: None) -> None:
    """RFC 7591 §3.2.2: nothing is registered, so nothing is spent."""
    program = Registrant(app, initial_token(uses=1))
    assert program.refused(redirect_uris=["http://app.example.org/"])[0] == 400
    assert program.post().status_code == 201


def test_an_operator_may_open_registration_to_all(app: Flask, stores: None) -> None:
    """RFC 7591 §3: open registration, under a policy, until it is used up."""
    open_to_all()
    assert Registrant(app).post().status_code == 201
    assert Registrant(app, "a-token-nobody-made").post().status_code == 401


def test_the_endpoint_is_announced(program: Registrant) -> None:
    """RFC 8414 §2: registration_endpoint in the metadata."""
    for path in ("openid-configuration", "oauth-authorization-server"):
        document = program.send("GET", f"/.well-known/{path}").json or {}
        assert document["registration_endpoint"] == f"{settings.current().issuer}/register"
