"""RFC 9101: an authorization request as a signed JWT, by value and by reference."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from idp.base.clock import now
from tests.actors import ISSUER, Person, Portal, portal, query
from tests.records import events, nothing_changed
from tests.signing import ANYTHING, SigningPortal, signing_portal


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal that signs; the citizen has been there before."""
    made = signing_portal(request_uris=("https://bank.example.gov/object.jwt",))
    me.code_for(made)
    return made


def ask(me: Person, bank: Portal, text: str, **beside: str) -> TestResponse:
    """The browser at /authorize with an object, and what is needed to answer beside it."""
    outer = {"client_id": bank.client.client_id, "redirect_uri": bank.redirect_uri, "state": "outer"}
    return me.http.get("/authorize", query_string=outer | beside | {"request": text}, base_url=ISSUER)


def error_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.data
    told = query(answer.location)
    assert "code" not in told
    assert told["iss"] == ISSUER
    return told["error"]


def accepted(answer: TestResponse) -> bool:
    return answer.status_code == 303 and "code" in query(answer.location)


def test_4_the_object_is_the_request(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §4: the claims of the object are the parameters."""
    answer = ask(me, bank, bank.object(state="inner", nonce="n-inner"))
    told = query(answer.location)
    assert told["state"] == "inner"
    assert me.post("/token", {**bank.token_form(told["code"]), **bank.credentials()}).status_code == 200


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_4_an_object_holds_no_other_object(me: Person, bank: SigningPortal, name: str) -> None:
    """RFC 9101 §4: request and request_uri MUST NOT be included."""
    text = bank.object(**{name: "https://bank.example.gov/object.jwt"})
    assert error_of(ask(me, bank, text)) == "invalid_request_object"


def test_4_numbers_and_json_may_be_written_as_such(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §4, OIDC Core §6.1: max_age is a number, claims is an object."""
    text = bank.object(max_age=0, claims={"userinfo": {"name": None}})
    assert ask(me, bank, text).location.startswith("/login/")


def test_4_what_may_be_repeated_in_a_form_is_a_list(me: Person, stores: None) -> None:
    """RFC 9101 §4, RFC 8707 §2: several resources are an array of texts."""
    services = ("https://one.example.gov/", "https://two.example.gov/")
    asker = signing_portal("asker", resources=services)
    me.code_for(asker)
    for value, good in ((list(services), True), (services[0], True), ([services[0], 7], False)):
        answer = ask(me, asker, asker.object(resource=value))
        assert accepted(answer) if good else error_of(answer) == "invalid_request_object"


@pytest.mark.parametrize("value", [True, 1.5, "a\0b", "\ud800", {"deep": [[[[[[[[1]]]]]]]]}, 10**30])
def test_4_a_claim_that_is_no_parameter_is_refused(me: Person, bank: SigningPortal, value: Any) -> None:
    """RFC 9101 §4: parameters are texts, numbers or JSON."""
    header = {"alg": "ES256", "kid": bank.key.kid, "typ": "oauth-authz-req+jwt"}
    from joserfc import jws

    payload = json.dumps({**bank.request(), "extra": value}).encode()
    text = jws.serialize_compact(header, payload, bank.key, registry=ANYTHING)
    assert error_of(ask(me, bank, text)) == "invalid_request_object"


def test_5_request_and_request_uri_exclude_each_other(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §5: they MUST NOT be used together."""
    answer = ask(me, bank, bank.object(), request_uri="https://bank.example.gov/object.jwt")
    assert error_of(answer) == "invalid_request"


def test_5_the_client_must_be_named_beside_the_object(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §5: client_id is REQUIRED as a parameter."""
    answer = me.http.get("/authorize", query_string={"request": bank.object()}, base_url=ISSUER)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("inside", ["health", None, 7])
def test_6_3_both_client_ids_must_be_the_same(me: Person, bank: SigningPortal, inside: Any) -> None:
    """RFC 9101 §6.3: the client_id inside and outside MUST be identical."""
    portal("health")
    assert error_of(ask(me, bank, bank.object(client_id=inside))) == "invalid_request_object"


def test_6_3_nothing_outside_the_object_is_used(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §6.3: only the parameters in the object are used, whatever stands beside it."""
    text = bank.object(state=None, nonce=None)
    answer = ask(me, bank, text, nonce="outer", response_mode="form_post", prompt="login", scope="openid x")
    told = query(answer.location)
    assert "state" not in told
    assert told["code"]


def test_6_3_a_redirect_uri_outside_is_not_used_for_one_that_is_missing_inside(
    me: Person, bank: SigningPortal
) -> None:
    """RFC 9101 §6.3: a redirect URI that nobody signed is followed by nobody."""
    for inside in (None, "https://evil.example/cb"):
        answer = ask(me, bank, bank.object(redirect_uri=inside))
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_6_3_a_wrong_redirect_uri_outside_does_no_harm(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §6.3: the good one stands in the object."""
    answer = ask(me, bank, bank.object(), redirect_uri="https://evil.example/cb")
    assert answer.location.startswith(bank.redirect_uri)
    assert accepted(answer)


def test_6_1_an_encrypted_object_is_opened_and_its_signature_checked(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §6.1, §6.2: a JWE holds a JWS."""
    for text, good in ((bank.object(), True), (json.dumps(bank.request()), False)):
        answer = ask(me, bank, encrypted(me, text))
        assert accepted(answer) if good else error_of(answer) == "invalid_request_object"


def encrypted(me: Person, text: str) -> str:
    """A JWE to the key that we publish for it."""
    (key,) = (key for key in (me.get("/jwks").json or {})["keys"] if key["use"] == "enc")
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": key["kid"], "cty": "oauth-authz-req+jwt"}
    registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
    return jwe.encrypt_compact(header, text.encode(), ECKey.import_key(key), registry=registry)


def test_6_2_the_signature_is_by_a_key_of_the_client(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §6.2: a signature that does not verify is invalid_request_object."""
    stranger = ECKey.generate_key("P-256", {"kid": bank.key.kid})
    text = bank.object()
    for bad in (
        bank.object(key=stranger),
        bank.object({"kid": "unknown"}),
        text[:-8] + "AAAAAAAA",
        text.rpartition(".")[0] + ".",
        text + "x",
        "x",
        "a.b.c",
        json.dumps(bank.request()),
    ):
        with nothing_changed():
            assert error_of(ask(me, bank, bad)) == "invalid_request_object"
    assert events("authz.reject")[-1].client == "bank"


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "HS256"])
def test_10_2_an_unsigned_object_is_none(me: Person, bank: SigningPortal, algorithm: str) -> None:
    """RFC 9101 §10.2: the algorithm is one of a list; ``none`` is never on it."""
    claims = {**bank.request(), "iss": "bank", "aud": ISSUER}
    if algorithm == "HS256":
        secret = OctKey.import_key(json.dumps(bank.key.as_dict(private=False)))
        text = bank.sign(claims, {"alg": "HS256", "kid": None}, secret)
    else:
        head, body = (json.dumps(part).encode() for part in ({"alg": algorithm}, claims))
        text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (head, body)) + "."
    assert error_of(ask(me, bank, text)) == "invalid_request_object"


def test_10_2_a_registered_algorithm_is_the_only_one(me: Person, stores: None) -> None:
    """RFC 9101 §10.2, OIDC Registration 1.0 §2: request_object_signing_alg is enforced."""
    keys = [
        ECKey.generate_key("P-256", {"kid": "e", "use": "sig"}),
        RSAKey.generate_key(2048, {"kid": "r", "use": "sig"}),
    ]
    jwks = {"keys": [key.as_dict(private=False) for key in keys]}
    chooser = signing_portal("chooser", jwks=jwks, request_object_signing_alg="PS256")
    me.code_for(chooser)
    assert accepted(ask(me, chooser, chooser.object({"alg": "PS256", "kid": "r"}, keys[1])))
    for header, key in (({"alg": "RS256", "kid": "r"}, keys[1]), ({"alg": "ES256", "kid": "e"}, keys[0])):
        assert error_of(ask(me, chooser, chooser.object(header, key))) == "invalid_request_object"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "health"},
        {"iss": ["bank"]},
        {"sub": "bank"},
        {"aud": "https://other.example"},
        {"aud": ISSUER + "/"},
        {"aud": ["https://other.example"]},
        {"aud": {"a": ISSUER}},
        {"exp": 1},
        {"exp": "4000000000"},
        {"exp": 4_000_000_000.0},
        {"nbf": 4_000_000_000, "exp": 4_000_000_100},
        {"iat": 4_000_000_000},
        {"iat": True},
        {"jti": 7},
        {"jti": ""},
        {"jti": "j" * 300},
    ],
)
def test_6_2_what_the_object_says_of_itself_is_judged(
    me: Person, bank: SigningPortal, claims: dict[str, Any]
) -> None:
    """RFC 9101 §4, §10.8: issuer, audience and times are those of a request to us, now, by this client."""
    with nothing_changed():
        answer = ask(me, bank, bank.object(**claims))
    assert error_of(answer) == "invalid_request_object"
    assert query(answer.location)["error_description"].isascii()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": None, "aud": None, "exp": None, "nbf": None},
        {"aud": [ISSUER, "https://other.example"]},
        {"nbf": "soon", "iat": "soon"},
    ],
)
def test_4_what_it_need_not_say_it_need_not_say(
    me: Person, bank: SigningPortal, claims: dict[str, Any]
) -> None:
    """RFC 9101 §4: iss and aud are SHOULD; clocks may differ a little."""
    said = {name: now() + 8 if value == "soon" else value for name, value in claims.items()}
    assert accepted(ask(me, bank, bank.object(**said)))


def test_4_a_jti_is_good_once(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §4, RFC 7519 §4.1.7: an object with a jti cannot be shown twice."""
    text = bank.object(jti="once")
    assert accepted(ask(me, bank, text))
    assert error_of(ask(me, bank, text)) == "invalid_request_object"
    assert error_of(ask(me, bank, bank.object(jti="once", state="other"))) == "invalid_request_object"
    assert accepted(ask(me, bank, bank.object(jti="twice")))


@pytest.mark.parametrize(
    ("typ", "good"),
    [
        ("oauth-authz-req+jwt", True),
        ("OautH-auThZ-REQ+jWt", True),
        ("application/oauth-authz-req+jwt", True),
        ("JWT", True),
        (None, True),
        ("at+jwt", False),
        ("dpop+jwt", False),
        ("logout+jwt", False),
    ],
)
def test_10_8_the_type_is_that_of_a_request_in_any_case(
    me: Person, bank: SigningPortal, typ: Any, good: bool
) -> None:
    """RFC 9101 §10.8: explicit typing; media types compare case-insensitively (RFC 7515 §4.1.9)."""
    answer = ask(me, bank, bank.object({"typ": typ}))
    assert accepted(answer) if good else error_of(answer) == "invalid_request_object"


def test_10_8_an_assertion_is_no_request(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §10.8: a JWT whose sub is the client authenticates it and asks for nothing."""
    assertion = bank.credentials(**bank.request())["client_assertion"]
    assert error_of(ask(me, bank, assertion)) == "invalid_request_object"


def test_5_2_a_reference_must_be_registered(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §5.2, OIDC Core §6.2: nothing else is fetched, and the portal is told."""
    for uri in (
        "https://evil.example/object.jwt",
        "https://bank.example.gov/object.jwt?x",
        "https://bank.example.gov/OBJECT.jwt",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request-uri:x",
    ):
        asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "state": "s", "request_uri": uri}
        answer = me.http.get("/authorize", query_string=asked, base_url=ISSUER)
        assert error_of(answer) == "invalid_request_uri"
        assert query(answer.location)["state"] == "s"


def test_7_without_a_good_way_back_the_error_is_a_page(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §7: what nobody signed and nobody registered is no address to answer to."""
    answer = ask(me, bank, "broken", redirect_uri="https://evil.example/cb")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_10_5_a_client_can_be_bound_to_sign(me: Person, stores: None) -> None:
    """RFC 9101 §10.5: require_signed_request_object of a client is enforced everywhere."""
    bound = signing_portal("bound", require_signed_request_object=True)
    assert query(me.authorize(bound).location)["error"] == "invalid_request"
    assert bound.push(me, bound.request()).json == {
        "error": "invalid_request",
        "error_description": "this client must sign its authorization requests",
    }
    assert ask(me, bound, bound.object()).location.startswith("/login/")
    assert bound.push(me, {"client_id": "bound", "request": bound.object()}).status_code == 201


def test_9_the_metadata_says_what_is_supported(me: Person, stores: None) -> None:
    """RFC 9101 §9: metadata of request objects."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["request_parameter_supported"] is True
    assert metadata["request_uri_parameter_supported"] is True
    assert metadata["require_request_uri_registration"] is True
    assert metadata["require_signed_request_object"] is False
    assert {"ES256", "PS256", "RS256"} <= set(metadata["request_object_signing_alg_values_supported"])
    assert "none" not in metadata["request_object_signing_alg_values_supported"]
    assert "ECDH-ES" in metadata["request_object_encryption_alg_values_supported"]


def test_by_post_an_object_comes_as_well(me: Person, stranger: Person, bank: SigningPortal) -> None:
    """RFC 9101 §5: the authorization endpoint takes the same parameters by POST."""
    form = {"client_id": "bank", "request": bank.object(jti="posted")}
    bounced = stranger.post("/authorize", form)
    assert bounced.location.startswith("/authorize?")
    assert stranger.get(bounced.location).location.startswith("/login/")
    assert accepted(me.post("/authorize", {**form, "request": bank.object()}))
