"""Group E (JOSE, keys, rotation): what is not exactly one of our tokens is refused, quickly and alike."""

import base64
import hmac
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwk, jws
from joserfc.jws import JWSRegistry

from idp import keyring
from idp.base.errors import Rejected
from idp.base.secret import b64url, b64url_decode
from idp.keyring import pem, service, suites
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD, LIFETIME

CLAIMS = {"sub": "u1", "aud": "tax"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with keys.in_use(tmp_path / "keys") as made:
        yield made


def refused(token: str) -> str:
    with pytest.raises(Rejected) as answer:
        keyring.verify(token, typ="JWT")
    assert (answer.value.code, answer.value.hint) == ("invalid_token", "The token is invalid")
    return answer.value.why


def forged(header: dict[str, object], key: jwk.Key, claims: object = CLAIMS) -> str:
    registry = JWSRegistry(algorithms=[str(header["alg"])], strict_check_header=False)
    return jws.serialize_compact(header, orjson.dumps(claims), key, registry=registry)


def unsigned(header: object, signature: bytes = b"", body: bytes | None = None) -> str:
    payload = orjson.dumps(CLAIMS) if body is None else body
    return f"{b64url(orjson.dumps(header))}.{b64url(payload)}.{b64url(signature)}"


def ours(alg: str = "ES256") -> dict[str, object]:
    return {"alg": alg, "kid": keyring.active()[alg], "typ": "JWT"}


def private(alg: str = "ES256") -> jwk.Key:
    path = keys.file_of(keyring.current().folder, alg)
    return (jwk.ECKey if alg == "ES256" else jwk.RSAKey).import_key(path.read_bytes())


def published(alg: str) -> dict[str, str]:
    return next(key for key in orjson.loads(keyring.jwks())["keys"] if key["alg"] == alg)


def test_the_forging_hand_can_also_write_a_good_token() -> None:
    assert keyring.verify(forged(ours(), private()), typ="JWT") == CLAIMS


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 0])
def test_e01_an_unsigned_token_is_refused(alg: object) -> None:
    token = keyring.sign(CLAIMS)
    for signature in (b"", b64url_decode(token.split(".")[2])):
        refused(unsigned(ours() | {"alg": alg}, signature))


@pytest.mark.parametrize("alg", keyring.algorithms())
@pytest.mark.parametrize("mac", ["HS256", "HS512"])
def test_e01_a_mac_keyed_with_a_public_key_is_refused(alg: str, mac: str) -> None:
    pems = [private(alg).as_pem(private=False), private(alg).as_pem(private=False).strip()]
    for secret in (*pems, orjson.dumps(published(alg)), keyring.jwks()):
        data = unsigned(ours(alg) | {"alg": mac}).rstrip(".")
        tag = hmac.digest(secret, data.encode(), f"sha{mac[2:]}")
        assert refused(f"{data}.{b64url(tag)}") == "token: algorithm is not the key's"


def test_e01_another_key_under_our_kid_is_refused() -> None:
    refused(forged(ours(), jwk.ECKey.generate_key("P-256")))


@pytest.mark.parametrize(("one", "other"), [("ES256", "RS256"), ("RS256", "ES256")])
def test_e01_the_key_decides_the_algorithm_not_the_header(one: str, other: str) -> None:
    refused(forged({"alg": one, "kid": keyring.active()[other], "typ": "JWT"}, private(one)))


def test_e01_changed_claims_are_refused() -> None:
    head, _, tail = keyring.sign(CLAIMS).split(".")
    refused(f"{head}.{b64url(orjson.dumps(CLAIMS | {'sub': 'u2'}))}.{tail}")


def test_e01_a_second_spelling_of_the_signature_is_refused() -> None:
    """Four bits of the last character carry nothing; whoever remembers tokens by text must not be fooled."""
    token = keyring.sign(CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    assert base64.urlsafe_b64decode(twin.split(".")[2] + "==") == b64url_decode(token.split(".")[2])
    refused(twin)


@pytest.mark.parametrize("frame", ["{}=", "{}\n", " {}", "{}.", ".{}", "{}%00"])
def test_e01_a_decorated_token_is_refused(frame: str) -> None:
    refused(frame.format(keyring.sign(CLAIMS)))


def test_e03_no_private_member_is_published() -> None:
    document = orjson.loads(keyring.jwks())
    assert list(document) == ["keys"]
    for key in document["keys"]:
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
        assert key["kty"] in ("EC", "RSA")


def test_e04_nobody_meets_an_unknown_key_during_a_rotation(time_travel: MovableClock) -> None:
    """A portal fetches the keys each ten minutes; a thousand logins over the whole rotation verify."""
    known: set[str] = set()
    start = keyring.active()["ES256"]
    service.rotate("ES256", operator="tester", record=keys.Record())
    step = (LEAD + LIFETIME) / 1000
    signers = set()
    for n in range(1000):
        if n % max(1, int(600 / step)) == 0:
            known = {key["kid"] for key in orjson.loads(keyring.jwks())["keys"]}
        token = keyring.sign(CLAIMS)
        signer = orjson.loads(b64url_decode(token.split(".")[0]))["kid"]
        signers.add(signer)
        assert signer in known
        assert keyring.verify(token, typ="JWT") == CLAIMS
        time_travel.advance(step)
    assert len(signers) == 2
    assert start in signers


def test_e05_a_key_retired_as_compromised_signs_nothing_that_counts(folder: Path) -> None:
    stolen, header, old = private(), ours(), keyring.sign(CLAIMS)
    service.retire(keyring.active()["ES256"], operator="tester", record=keys.Record())
    assert refused(old) == refused(forged(header, stolen)) == "token: unknown key"
    assert header["kid"] not in keyring.jwks().decode()


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["x"], "x": 1},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"zip": "DEF"},
        {"jku": "https://attacker.example/jwks"},
        {"x5u": "https://attacker.example/cert"},
        {"x5c": ["AA=="]},
        {"cty": "JWT"},
    ],
)
def test_e07_a_header_with_more_is_refused_though_our_key_signed_it(
    extra: dict[str, object],
) -> None:
    head = b64url(orjson.dumps(ours() | extra))
    data = f"{head}.{b64url(orjson.dumps(CLAIMS))}"
    signature = keyring.current().now().signers["ES256"]._signer.sign(data.encode())
    assert refused(f"{data}.{b64url(signature)}") == "token: foreign header"


def test_e07_a_key_in_the_header_is_not_believed() -> None:
    key = jwk.ECKey.generate_key("P-256")
    refused(forged(ours() | {"jwk": key.as_dict(private=False)}, key))


@pytest.mark.parametrize("kid", ["../../../dev/null", "' OR 1=1--", "", None, 7, ["a"], {"a": 1}, "x" * 5000])
def test_e07_an_odd_kid_finds_nothing(kid: object) -> None:
    assert refused(unsigned(ours() | {"kid": kid}, b"x" * 64)) == "token: unknown key"


@pytest.mark.parametrize("name", ["RSA1_5", "RSA-OAEP", "dir", "PBES2-HS256+A128KW", "ECDH-ES"])
def test_e08_e09_e10_no_encrypted_token_is_read(name: str) -> None:
    header = {"alg": name, "enc": "A128GCM", "zip": "DEF", "p2c": 2_147_483_647, "p2s": "AA"}
    token = ".".join(b64url(part) for part in (orjson.dumps(header), b"key", b"iv", b"x" * 1000, b"tag"))
    started = time.thread_time()
    assert refused(token) == "token: not a compact JWS"
    assert time.thread_time() - started < 0.05


@pytest.mark.parametrize("unit", ["a", ".", "{", "a.", "é"])
@pytest.mark.parametrize("times", [16_385, 10_000_000])
def test_e11_an_oversized_token_is_refused_at_once(unit: str, times: int) -> None:
    token = unit * times
    started = time.thread_time()
    refused(token)
    assert time.thread_time() - started < 0.05


def test_e11_even_our_own_token_is_refused_when_it_is_oversized() -> None:
    assert refused(keyring.sign({"text": "x" * 12_500})) == "token: too long"
    assert keyring.verify(keyring.sign({"text": "x" * 12_000}), typ="JWT")


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b", "é.é.é", "\ud800..", "null.null.null", "bnVsbA.bnVsbA.AA", "W10.W10.AA"],
)
def test_e11_what_is_no_token_is_refused(token: str) -> None:
    refused(token)


def test_e11_deep_json_is_refused() -> None:
    refused(f"{b64url(b'[' * 6000)}.{b64url(b'{}')}.AA")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"7", b"null", b"{", b"\xff", b'{"a":NaN}'])
def test_e11_a_body_that_is_no_object_is_refused_though_our_key_signed_it(body: bytes) -> None:
    data = f"{b64url(orjson.dumps(ours()))}.{b64url(body)}"
    signature = keyring.current().now().signers["ES256"]._signer.sign(data.encode())
    refused(f"{data}.{b64url(signature)}")


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize(
    "signature",
    [
        b"\0" * 64,
        _ORDER.to_bytes(32, "big") * 2,
        b"\xff" * 64,
        b"\0" * 63,
        b"\0" * 65,
        b"",
        (1).to_bytes(32, "big") + b"\0" * 32,
    ],
)
def test_e14_the_psychic_signatures_are_refused(signature: bytes) -> None:
    """r = s = 0 and its kin (CVE-2022-21449)."""
    refused(unsigned(ours(), signature))


def test_e14_a_der_signature_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    head, body, tail = keyring.sign(CLAIMS).split(".")
    raw = b64url_decode(tail)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    refused(f"{head}.{body}.{b64url(der)}")


@pytest.mark.parametrize(
    ("suite", "key"),
    [
        (suites.es256, lambda: ec.generate_private_key(ec.SECP384R1())),
        (suites.es256, lambda: ec.generate_private_key(ec.SECP256K1())),
        (suites.es256, lambda: rsa.generate_private_key(65537, 2048)),
        (suites.rs256, lambda: rsa.generate_private_key(65537, 1024)),
        (suites.rs256, lambda: rsa.generate_private_key(3, 2048)),
        (suites.rs256, lambda: ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["P-384", "secp256k1", "RSA for ES256", "RSA-1024", "e=3", "EC for RS256"],
)
def test_e14_a_weak_or_odd_key_of_our_own_is_refused(
    suite: suites.Suite, key: Callable[[], ec.EllipticCurvePrivateKey]
) -> None:
    with pytest.raises(ValueError, match=r"not a|RSA key below"):
        suite.load(pem.dump(key()))


@pytest.mark.parametrize("alg", ["SM2SM3", "ES256K", "ES384", "PS256", "EdDSA", "RS512", "es256", "ES256 "])
def test_e19_an_algorithm_we_do_not_have_is_refused(alg: str) -> None:
    refused(unsigned(ours() | {"alg": alg}, b64url_decode(keyring.sign(CLAIMS).split(".")[2])))


def test_a_token_of_one_kind_is_no_token_of_another() -> None:
    token = keyring.sign(CLAIMS, typ="logout+jwt")
    assert refused(token) == "token: token of another type"
