"""Attack book, group C: client authentication at the endpoints."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from clients import service
from idp.base.clock import now
from idp.store import redis
from tests.actors import ISSUER, Person, Portal, portal
from tests.conftest import MovableClock

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LENIENT = jws.JWSRegistry(algorithms=["ES256", "HS256", "RS256"], strict_check_header=False)
KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})


@pytest.fixture
def signer(stores: None) -> Portal:
    """A portal that authenticates by private_key_jwt."""
    return portal(
        "signer", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [KEY.as_dict(private=False)]}
    )


def assertion(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims: dict[str, Any] = {
        "iss": "signer",
        "sub": "signer",
        "aud": ISSUER,
        "jti": str(uuid4()),
        "iat": now(),
        "exp": now() + 60,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "k1", **(header or {})}, claims, key, registry=LENIENT)


def ask(me: Person, assertion: str, **changes: str | None) -> TestResponse:
    form: dict[str, str | None] = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
        **changes,
    }
    return me.post("/token", {name: value for name, value in form.items() if value is not None})


def accepted(answer: TestResponse) -> bool:
    """Authentication held: the request fails later, for its refresh token."""
    body = answer.json or {}
    assert answer.status_code in (400, 401)
    if answer.status_code == 401:
        assert body["error"] == "invalid_client"
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    return bool(body["error"] == "invalid_grant")


def test_a_right_assertion_is_accepted_for_issuer_and_token_endpoint(me: Person, signer: Portal) -> None:
    assert accepted(ask(me, assertion()))
    assert accepted(ask(me, assertion(aud=f"{ISSUER}/token")))
    assert accepted(ask(me, assertion(header={"typ": "JWT", "unknown": "harmless"})))


@pytest.mark.parametrize("method", ["basic", "post", "none"])
def test_c02_another_method_than_the_registered_one_fails(me: Person, signer: Portal, method: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    headers = {}
    if method == "basic":
        headers["Authorization"] = "Basic " + base64.b64encode(b"signer:x").decode()
    elif method == "post":
        form |= {"client_id": "signer", "client_secret": "x"}
    else:
        form["client_id"] = "signer"
    answer = me.post("/token", form, headers=headers)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Bearer",
        "Bearer x",
        "basic\tx",
        "Basic !!!",
        "Basic eA==",
        "Basic x, Bearer y",
        "Basic " + "A" * 64_000,
    ],
)
def test_c06_a_malformed_authorization_header_is_refused(me: Person, tax: Portal, header: str) -> None:
    answer = me.post(
        "/token", {"grant_type": "refresh_token", "refresh_token": "x"}, headers={"Authorization": header}
    )
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_c07_basic_credentials_are_decoded_exactly_once(me: Person, tax: Portal) -> None:
    from urllib.parse import quote_plus

    from clients.client import Client

    assert isinstance(tax.client, Client)
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    encoded = base64.b64encode(f"tax:{quote_plus(tax.secret)}".encode()).decode()
    assert accepted(me.post("/token", form, headers={"Authorization": f"Basic {encoded}"}))
    twice = base64.b64encode(f"tax:{quote_plus('%2B' + tax.secret)}".encode()).decode()
    assert not accepted(me.post("/token", form, headers={"Authorization": f"Basic {twice}"}))


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_c08_an_unknown_client_and_a_wrong_secret_look_the_same(me: Person, tax: Portal, path: str) -> None:
    answers = []
    for credentials in (b"tax:wrong", b"nobody:wrong"):
        header = "Basic " + base64.b64encode(credentials).decode()
        answers.append(
            me.post(path, {"grant_type": "refresh_token", "token": "x"}, headers={"Authorization": header})
        )
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].data == answers[1].data
    assert list(answers[0].headers) == list(answers[1].headers)


def test_two_methods_in_one_request_are_refused(me: Person, tax: Portal) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        "client_id": "tax",
        "client_secret": tax.secret,
    }
    answer = me.post("/token", form, headers=tax.basic)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "audience",
    [
        f"{ISSUER}/par",
        f"{ISSUER}/userinfo",
        ISSUER + "/",
        ISSUER + ".evil",
        "HTTP://127.0.0.1:8080",
        [ISSUER, "https://evil.example"],
        [ISSUER],
        None,
        1,
    ],
)
def test_c11_an_assertion_for_anything_else_fails(me: Person, signer: Portal, audience: Any) -> None:
    assert not accepted(ask(me, assertion(aud=audience)))


@pytest.mark.parametrize(
    "times",
    [
        {"exp": None},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"exp": "4000000000"},
        {"exp": 4_000_000_000},
        {"exp": True},
        {"iat": None},
        {"exp": 1e999},
        {"jti": None},
        {"jti": 7},
        {"jti": "j" * 300},
    ],
)
def test_c14_times_and_jti_are_judged(me: Person, signer: Portal, times: dict[str, Any]) -> None:
    assert not accepted(ask(me, assertion(**times)))


def test_c15_issuer_and_subject_are_the_signer(me: Person, signer: Portal, tax: Portal) -> None:
    assert not accepted(ask(me, assertion(iss="tax")))
    assert not accepted(ask(me, assertion(sub="tax")))
    assert not accepted(ask(me, assertion(iss="tax", sub="tax")))
    assert not accepted(ask(me, assertion(sub=None)))
    assert not accepted(ask(me, assertion(sub=["signer"])))


def test_c16_algorithms_are_not_confused(me: Person, signer: Portal) -> None:
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    assert not accepted(ask(me, assertion(public, {"alg": "HS256"})))
    assert not accepted(ask(me, assertion(RSAKey.generate_key(2048), {"alg": "RS256"})))
    _, payload, _ = assertion().split(".")
    for algorithm in ("none", "None", "nOnE"):
        header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()
        assert not accepted(ask(me, f"{header}.{payload}."))


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_c17_a_key_in_the_header_is_not_used(me: Person, signer: Portal, name: str) -> None:
    own = ECKey.generate_key("P-256")
    value = {"jwk": own.as_dict(private=False), "x5c": ["AAAA"]}.get(name, "https://evil.example/k")
    assert not accepted(ask(me, assertion(own, {name: value, "kid": "k1"})))


@pytest.mark.parametrize("kid", ["../../dev/null", "' OR 1=1--", "*", "k" * 10_000, 7, {"a": 1}])
def test_c18_a_strange_kid_is_only_unknown(me: Person, signer: Portal, kid: Any) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": kid}).encode()).rstrip(b"=").decode()
    _, payload, signature = assertion().split(".")
    assert not accepted(ask(me, f"{header}.{payload}.{signature}"))


@pytest.mark.parametrize(
    "shape",
    ["{}", '{"payload":"","signatures":[]}', "a.b", "a.b.c", "a.b.c.d.e", "", "." * 1000, "é.é.é", "\ud7ff"],
)
def test_c20_other_shapes_are_refused(me: Person, signer: Portal, shape: str) -> None:
    answer = ask(me, shape)
    assert answer.status_code == 401


def test_c21_a_removed_key_is_refused_at_once(me: Person, signer: Portal) -> None:
    other = ECKey.generate_key("P-256", {"kid": "k2"})
    portal(
        "signer", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [other.as_dict(private=False)]}
    )
    assert not accepted(ask(me, assertion()))
    assert accepted(ask(me, assertion(other, {"kid": "k2"})))


def test_c24_a_rotated_secret_ends_with_its_overlap(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    new = service.rotate_secret("tax", overlap=60, operator="test").reveal()
    assert accepted(me.token(tax, form))
    assert accepted(me.token(Portal(client=tax.client, secret=new), form))
    time_travel.advance(61)
    assert not accepted(me.token(tax, form))


def test_c25_a_public_client_may_not_introspect(me: Person, stores: None) -> None:
    portal(
        "app",
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=("http://127.0.0.1/cb",),
        post_logout_redirect_uris=(),
    )
    assert me.post("/introspect", {"client_id": "app", "token": "x"}).status_code == 401


def test_c26_the_assertion_type_must_be_right(me: Person, signer: Portal) -> None:
    assert ask(me, assertion(), client_assertion_type=None).status_code in (400, 401)
    assert ask(me, assertion(), client_assertion_type="urn:x").status_code in (400, 401)


def test_an_assertion_is_accepted_once_also_after_a_flush(me: Person, signer: Portal) -> None:
    one = assertion(iat=now() - 5)
    assert accepted(ask(me, one)) or redis.call("GET", "once:{jti}:epoch")
    two = assertion()
    assert accepted(ask(me, two))
    assert not accepted(ask(me, two))
    redis.call("FLUSHALL")
    assert not accepted(ask(me, assertion(iat=now() - 5, exp=now() + 60)))
