"""RFC 7515: JSON Web Signature, the compact serialization of our own tokens."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from idp import keyring
from idp.base.errors import Rejected
from idp.base.secret import b64url, b64url_decode
from idp.keyring import pem
from idp.keyring.jws import SigningKey, verify
from idp.keyring.suites import es256
from tests import keys

#: Appendix A.3: an ES256 signature over 'eyJhbGciOiJFUzI1NiJ9.<payload>'.
A3_D = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
A3_X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
A3_DATA = (
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
A3_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with keys.in_use(tmp_path / "keys") as made:
        yield made


@pytest.fixture
def a3() -> es256.Es256Key:
    """The key of appendix A.3."""
    number = int.from_bytes(b64url_decode(A3_D), "big")
    return es256.load(pem.dump(ec.derive_private_key(number, ec.SECP256R1())))


def test_a_3_the_published_key_and_signature_are_understood(a3: es256.Es256Key) -> None:
    assert a3.jwk["x"] == A3_X
    assert a3.verify(A3_DATA.encode(), b64url_decode(A3_SIGNATURE))
    assert not a3.verify(A3_DATA.encode() + b"x", b64url_decode(A3_SIGNATURE))


def test_a_3_a_signature_is_r_and_s_of_32_bytes_each(a3: es256.Es256Key) -> None:
    assert {len(a3.sign(bytes([n]))) for n in range(64)} == {64}


def test_7_1_three_base64url_segments_without_padding() -> None:
    segments = keyring.sign({"name": "张示", "n": 1}).split(".")
    assert len(segments) == 3
    assert [b64url(b64url_decode(segment)) for segment in segments] == segments


def test_4_1_9_the_type_is_in_the_header() -> None:
    for typ in ("JWT", "at+jwt", "logout+jwt"):
        head = keyring.sign({}, typ=typ).split(".")[0]
        assert orjson.loads(b64url_decode(head))["typ"] == typ


def test_4_1_1_the_header_names_the_algorithm_of_the_key(a3: es256.Es256Key) -> None:
    """RFC 7515 §4.1.1, RFC 8725 §3.1: a good signature under another algorithm's name is none."""
    for alg, good in (("ES256", True), ("RS256", False), ("ES384", False), ("none", False), ("es256", False)):
        data = f"{b64url(orjson.dumps({'alg': alg, 'kid': 'a3', 'typ': 'JWT'}))}.{b64url(b'{}')}"
        token = f"{data}.{b64url(a3.sign(data.encode()))}"
        if good:
            assert verify(token, {"a3": SigningKey("a3", "ES256", a3)}, "JWT") == {}
        else:
            with pytest.raises(Rejected):
                verify(token, {"a3": SigningKey("a3", "ES256", a3)}, "JWT")


def test_4_1_11_a_critical_extension_is_refused(a3: es256.Es256Key) -> None:
    header = {"alg": "ES256", "kid": "a3", "typ": "JWT", "crit": ["exp"], "exp": 1}
    data = f"{b64url(orjson.dumps(header))}.{b64url(b'{}')}"
    with pytest.raises(Rejected):
        verify(f"{data}.{b64url(a3.sign(data.encode()))}", {"a3": SigningKey("a3", "ES256", a3)}, None)


def test_7_2_the_json_serialization_is_refused() -> None:
    head, body, tail = keyring.sign({}).split(".")
    general = {"payload": body, "signatures": [{"protected": head, "signature": tail}]}
    flattened = {"payload": body, "protected": head, "signature": tail}
    for form in (general, flattened):
        with pytest.raises(Rejected):
            keyring.verify(orjson.dumps(form).decode(), typ="JWT")
