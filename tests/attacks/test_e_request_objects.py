"""Attack book, group E: what can be done to a JWT, done to request objects."""

import base64
import json
import time
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from tests.actors import ISSUER, Person, query
from tests.signing import SigningPortal, signing_portal


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal that signs; the citizen has been there before."""
    made = signing_portal()
    me.code_for(made)
    return made


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shown(me: Person, bank: SigningPortal, text: str) -> str:
    """How an object is answered when it is pushed (no line is too long there), in less than 200 ms."""
    began = time.process_time()
    answer = bank.push(me, {"client_id": "bank", "request": text})
    assert time.process_time() - began < 0.2
    return str((answer.json or {}).get("error", ""))


def rewritten(text: str, key: ECKey, **header: Any) -> str:
    """The object under another protected header, signed correctly over it."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    head, body, _ = text.split(".")
    said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) | header
    data = f"{b64(json.dumps(said).encode())}.{body}"
    private = key.get_op_key("sign")
    r, s = decode_dss_signature(private.sign(data.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{data}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def test_a_rewritten_header_that_changes_nothing_is_taken(me: Person, bank: SigningPortal) -> None:
    assert shown(me, bank, rewritten(bank.object(), bank.key, harmless=1)) == ""


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["x"], "x": 1},
        {"crit": ["exp"], "exp": 1},
        {"crit": "x"},
        {"crit": 7},
        {"b64": False, "crit": ["b64"]},
    ],
)
def test_e07_an_unknown_critical_header_is_refused(
    me: Person, bank: SigningPortal, header: dict[str, Any]
) -> None:
    assert shown(me, bank, rewritten(bank.object(), bank.key, **header)) == "invalid_request_object"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 2**31 - 1, "p2s": "AAAA"},
        {"alg": "RSA1_5", "enc": "A128CBC-HS256"},
        {"alg": "RSA-OAEP", "enc": "A128CBC-HS256"},
        {"alg": "A128KW", "enc": "A128GCM"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"alg": "ECDH-ES", "enc": "A256GCM"},
    ],
)
def test_e08_e09_e10_dangerous_encryptions_are_refused_at_no_cost(
    me: Person, bank: SigningPortal, header: dict[str, Any]
) -> None:
    parts = [json.dumps(header).encode(), b"k" * 256, b"i" * 12, b"c" * 1024, b"t" * 16]
    assert shown(me, bank, ".".join(map(b64, parts))) == "invalid_request_object"


@pytest.mark.parametrize(
    "text",
    [
        "." * 10_000,
        "a" * 40_000,
        ".." + "a" * 40_000,
        "....",
        "a.b.c.d",
        "{}",
        '{"payload":"","signatures":[]}',
        "[" * 9000,
    ],
)
def test_e11_other_shapes_and_sizes_are_refused_at_no_cost(
    me: Person, bank: SigningPortal, text: str
) -> None:
    assert shown(me, bank, text) == "invalid_request_object"


@pytest.mark.parametrize("issuer", [ISSUER + "/", ISSUER + ".evil", ISSUER[:-1], ISSUER.upper(), "", None])
def test_e18_only_the_issuer_itself_is_the_audience(me: Person, bank: SigningPortal, issuer: Any) -> None:
    assert shown(me, bank, bank.object(aud=[issuer])) == "invalid_request_object"


@pytest.mark.parametrize("client_id", ["bank/", "BANK", "bank.evil", "ban", ""])
def test_e18_only_the_client_itself_is_the_issuer(me: Person, bank: SigningPortal, client_id: str) -> None:
    assert shown(me, bank, bank.object(iss=client_id)) == "invalid_request_object"


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_in_the_header_of_an_object_is_not_used(me: Person, bank: SigningPortal, name: str) -> None:
    own = ECKey.generate_key("P-256")
    value = {"jwk": own.as_dict(private=False), "x5c": ["AAAA"]}.get(name, "https://evil.example/k")
    text = rewritten(bank.object(), own, **{name: value})
    assert shown(me, bank, text) == "invalid_request_object"


def test_algorithms_of_an_object_are_not_confused(me: Person, bank: SigningPortal) -> None:
    public = OctKey.import_key(json.dumps(bank.key.as_dict(private=False)))
    text = bank.sign({**bank.request(), "aud": ISSUER}, {"alg": "HS256", "kid": None}, public)
    assert shown(me, bank, text) == "invalid_request_object"


def test_a_doubled_claim_is_refused(me: Person, bank: SigningPortal) -> None:
    """Attack book N06: two readers would believe different values."""
    from joserfc import jws

    payload = json.dumps(bank.request())[:-1] + ', "redirect_uri": "https://evil.example/cb"}'
    text = jws.serialize_compact({"alg": "ES256", "kid": bank.key.kid}, payload, bank.key)
    assert shown(me, bank, text) == "invalid_request_object"


def test_an_object_never_leads_to_an_address_that_nobody_registered(me: Person, bank: SigningPortal) -> None:
    asked = {"client_id": "bank", "redirect_uri": "https://evil.example/cb", "request": "broken"}
    answer = me.http.get("/authorize", query_string=asked, base_url=ISSUER)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert query(f"?{answer.headers.get('Location', '')}") == {}
