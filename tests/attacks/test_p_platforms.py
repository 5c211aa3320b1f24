"""Attack book, groups P and F: what another platform says, shows and signs.

Other platforms speak here by the assertions of approved issuers alone: of systems, never of persons.
"""

import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from clients import service as registry
from idp.base.secret import b64url
from tests.actors import ISSUER, Person, Portal, citizen, decode, portal
from tests.records import events, nothing_changed, one_event

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EAST, WEST = "https://id.east.example.gov", "https://id.west.example.gov"
EAST_KEY, WEST_KEY = ECKey.generate_key("P-256", {"kid": "k1"}), ECKey.generate_key("P-256", {"kid": "k1"})


def approved(issuer: str, key: ECKey, *subjects: str) -> dict[str, Any]:
    return {"issuer": issuer, "jwks": {"keys": [key.as_dict(private=False)]}, "subjects": [*subjects]}


def bridged(*issuers: dict[str, Any]) -> Portal:
    """The account that systems of neighbouring platforms act as."""
    return portal(
        "bridge", grant_types=(BEARER,), redirect_uris=(), post_logout_redirect_uris=(),
        scopes=("data.query",), assertion_issuers=issuers, audience="https://api.data.example.gov",
    )  # fmt: skip


@pytest.fixture
def bridge(stores: None) -> Portal:
    """Two platforms are approved, each for a system of its own; by chance their keys have one name."""
    return bridged(approved(EAST, EAST_KEY, "batch-east"), approved(WEST, WEST_KEY, "batch-west"))


def assertion(key: Any = EAST_KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    moment = int(time.time())
    claims = {
        "iss": EAST, "sub": "batch-east", "aud": ISSUER, "iat": moment, "exp": moment + 300,
        "jti": str(uuid4()), **changes,
    }  # fmt: skip
    head = {"alg": "ES256", "kid": "k1", **(header or {})}
    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(head, told, key, algorithms=[head["alg"]])


def headed(algorithm: str) -> str:
    return b64url(json.dumps({"alg": algorithm, "kid": "k1"}).encode())


def ask(person: Person, bridge: Portal, text: str, **form: str) -> dict[str, Any]:
    answer = person.token(bridge, {"grant_type": BEARER, "assertion": text, **form})
    return {"status": answer.status_code, **(answer.json or {})}


def refused(person: Person, bridge: Portal, text: str) -> None:
    """Refused with one line of record, and nothing else changed."""
    with nothing_changed(), one_event("token.refuse"):
        answer = ask(person, bridge, text)
    assert (answer["status"], answer["error"]) == (400, "invalid_grant")
    assert "access_token" not in answer


def foreign_token(claims: dict[str, Any]) -> str:
    """An access token as another platform makes them."""
    return jwt.encode({"alg": "ES256", "kid": "k1", "typ": "at+jwt"}, claims, EAST_KEY, algorithms=["ES256"])


@pytest.mark.parametrize("issuer", [EAST, ISSUER])
def test_p01_a_token_of_another_platform_opens_nothing_here(me: Person, tax: Portal, issuer: str) -> None:
    ours = decode(me.tokens(tax)["access_token"])
    text = foreign_token({**ours, "iss": issuer})
    with nothing_changed():
        told = me.get("/userinfo", headers={"Authorization": f"Bearer {text}"})
        assert told.status_code == 401
        assert 'error="invalid_token"' in told.headers["WWW-Authenticate"]
        introspected = me.post("/introspect", {"token": text}, headers=tax.basic)
        assert introspected.json == {"active": False}
        assert me.post("/revoke", {"token": text}, headers=tax.basic).status_code in (200, 400)
        hinted = me.authorize(tax, prompt="none", id_token_hint=text)
    assert "error=" in hinted.location


def test_p02_a_platform_gets_no_more_than_the_registration_gives(me: Person, bridge: Portal) -> None:
    claim: dict[str, Any] = {
        "acr": "urn:gov-sso:acr:l4", "scope": "data.query openid profile", "role": "admin", "admin": True,
        "act": {"sub": "somebody"}, "client_id": "tax", "region": "440000", "auth_time": 1,
    }  # fmt: skip
    answer = ask(me, bridge, assertion(**claim))
    told = decode(answer["access_token"])
    assert (answer["scope"], told["scope"], told["client_id"]) == ("data.query", "data.query", "bridge")
    assert (told["sub"], told["act"]) == ("bridge", {"iss": EAST, "sub": "batch-east"})
    assert not {"acr", "role", "admin", "region", "auth_time"} & told.keys()
    assert ask(me, bridge, assertion(**claim), scope="openid")["error"] == "invalid_scope"


@pytest.mark.parametrize("subject", ["batch-west", "bridge", "tax", "*", "", "BATCH-EAST"])
def test_p02_a_platform_speaks_of_no_other_subject_than_its_own(
    me: Person, bridge: Portal, subject: str
) -> None:
    refused(me, bridge, assertion(sub=subject))


def test_p05_an_assertion_is_good_once(me: Person, bridge: Portal) -> None:
    text = assertion()
    assert ask(me, bridge, text)["status"] == 200
    refused(me, bridge, text)
    assert "shown before" in str(events("token.refuse")[-1])


def test_p05_an_assertion_that_another_client_was_given_is_nothing_here(
    me: Person, bridge: Portal, tax: Portal
) -> None:
    with nothing_changed():
        assert ask(me, tax, assertion())["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": WEST}, {"aud": None}, {"aud": [ISSUER, WEST]}, {"aud": ISSUER + "/"},
        {"aud": ISSUER + ".evil"},
        {"exp": None}, {"exp": 1}, {"iat": None}, {"iat": int(time.time()) + 7200}, {"jti": None},
        {"exp": int(time.time()) + 10**8},
    ],
)  # fmt: skip
def test_p06_an_assertion_for_others_or_without_end_is_refused(
    me: Person, bridge: Portal, changes: dict[str, Any]
) -> None:
    refused(me, bridge, assertion(**changes))


def test_p06_an_assertion_without_a_real_signature_is_refused(me: Person, bridge: Portal) -> None:
    head, body, _ = assertion().split(".")
    refused(me, bridge, f"{head}.{body}.")
    refused(me, bridge, f"{headed('none')}.{body}.")
    for public in (EAST_KEY.as_pem(private=False), json.dumps(EAST_KEY.as_dict(private=False)).encode()):
        data = f"{headed('HS256')}.{body}"
        keyed = b64url(hmac.digest(public, data.encode(), "sha256"))
        refused(me, bridge, f"{data}.{keyed}")


def test_p07_f27_a_platform_out_of_service_vouches_for_nobody(me: Person, bridge: Portal) -> None:
    waiting = assertion()
    assert ask(me, bridge, assertion())["status"] == 200
    bridged(approved(WEST, WEST_KEY, "batch-west"))
    refused(me, bridge, waiting)
    assert ask(me, bridge, assertion(WEST_KEY, iss=WEST, sub="batch-west"))["status"] == 200


def test_f27_an_account_out_of_service_gets_nothing_and_what_it_got_is_dead(
    me: Person, bridge: Portal
) -> None:
    made = ask(me, bridge, assertion())["access_token"]
    registry.disable("bridge", operator="test")
    with nothing_changed(), one_event("client.auth_failed"):
        answer = ask(me, bridge, assertion())
    assert (answer["status"], answer["error"]) == (401, "invalid_client")
    reader = portal("reader", introspects=("https://api.data.example.gov",))
    told = me.post("/introspect", {"token": made}, headers=reader.basic).json
    assert told == {"active": False}


def test_f27_no_assertion_speaks_of_a_person(me: Person, bridge: Portal) -> None:
    refused(me, bridge, assertion(sub=citizen("010102195109231025", "李示兰")))
    with nothing_changed():
        assert ask(me, bridge, assertion(), scope="openid profile")["error"] == "invalid_scope"


def test_p09_the_key_of_one_platform_signs_for_no_other(me: Person, bridge: Portal) -> None:
    refused(me, bridge, assertion(EAST_KEY, iss=WEST, sub="batch-west"))
    refused(me, bridge, assertion(WEST_KEY, iss=EAST, sub="batch-east"))
    brought = {"jwk": WEST_KEY.as_dict(private=False)}
    refused(me, bridge, assertion(WEST_KEY, brought, iss=EAST, sub="batch-east"))


def test_p16_a_region_in_the_request_gives_no_power(me: Person, tax: Portal) -> None:
    plain = decode(me.tokens(tax)["access_token"])
    me.http.set_cookie("region", "440000", domain="127.0.0.1")
    told: dict[str, str | None] = {
        "region": "440000",
        "realm": "440000",
        "tenant": "gd",
        "organization": "91010101MA01DEM07P",
    }
    code = me.code_for(tax, **told)
    made = me.token(tax, tax.token_form(code, **told), **{"X-Region": "440000"}).json or {}
    each = ("iat", "exp", "jti")
    assert {n: v for n, v in decode(made["access_token"]).items() if n not in each} == {
        n: v for n, v in plain.items() if n not in each
    }


@pytest.mark.parametrize("path", ["/440000/authorize", "/gd/token", "/realms/gd/token", "/token/440000"])
def test_p16_no_region_has_a_path_of_its_own(me: Person, tax: Portal, path: str) -> None:
    with nothing_changed():
        assert me.post(path, tax.token_form("x"), headers=tax.basic).status_code == 404
