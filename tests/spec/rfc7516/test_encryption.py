"""RFC 7516 and RFC 7518 §4, §5: what we encrypt, opened by another hand, down to the arithmetic."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from clients import client_keys
from idp.base.errors import Unavailable
from idp.base.secret import b64url_decode
from idp.tokens import envelope
from tests.keyhost import key_host, new_key
from tests.recipient import ALGORITHMS, EC, ENCODINGS, P384, X25519, opened, reading_portal

pytestmark = pytest.mark.usefixtures("stores")


def closed(alg: str, enc: str = "A128GCM", *keys: Any, content: str = "content", cty: str = "JWT") -> str:
    client = reading_portal(
        "tax", *keys, id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc
    ).client
    return envelope.closed(client, "id_token", content, cty=cty)


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("enc", ENCODINGS)
def test_section_7_1_the_compact_form_opens_with_the_clients_key(alg: str, enc: str) -> None:
    """RFC 7516 §7.1: five parts, of which the key of the recipient makes the content."""
    text = closed(alg, enc, content="姓名")
    assert text.count(".") == 4
    assert opened(text).text == "姓名"


@pytest.mark.parametrize("key", [EC, P384, X25519])
def test_7518_section_4_6_a_key_may_be_of_each_curve(key: Any) -> None:
    """RFC 7518 §4.6: P-256, P-384 and (RFC 8037 §3.2) X25519."""
    for alg in ALGORITHMS[:3]:
        made = opened(closed(alg, "A256GCM", key))
        assert (made.header["kid"], made.header["epk"]["crv"]) == (key.kid, key.as_dict(private=False)["crv"])


def test_section_4_1_the_header_names_algorithms_key_and_what_is_inside() -> None:
    """RFC 7516 §4.1.1, §4.1.2, §4.1.6, §4.1.12: alg, enc, kid, cty; no zip (§4.1.3)."""
    assert opened(closed("RSA-OAEP-256")).header == {
        "alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "enc-rsa", "cty": "JWT"
    }  # fmt: skip
    header = opened(closed("ECDH-ES", cty="")).header
    assert set(header) == {"alg", "enc", "kid", "epk"}
    assert set(header["epk"]) == {"kty", "crv", "x", "y"}, "the ephemeral key is public"


def test_7518_section_4_6_2_the_derivation_is_that_of_the_standard() -> None:
    """RFC 7518 §4.6.2: Z by ECDH, the key by Concat KDF over algorithm, parties and length; done by hand."""
    head, key, iv, body, tag = closed("ECDH-ES", "A128GCM").split(".")
    header = json.loads(b64url_decode(head))
    assert key == "", "direct agreement has no encrypted key (§4.6)"
    x, y = (int.from_bytes(b64url_decode(header["epk"][name])) for name in ("x", "y"))
    ephemeral = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    private = EC.private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    info = b"\0\0\0\x07A128GCM" + b"\0\0\0\0" + b"\0\0\0\0" + (128).to_bytes(4)
    derived = ConcatKDFHash(SHA256(), 16, info).derive(private.exchange(ec.ECDH(), ephemeral))
    sealed = b64url_decode(body) + b64url_decode(tag)
    assert AESGCM(derived).decrypt(b64url_decode(iv), sealed, head.encode()) == b"content"


def test_section_5_1_every_message_has_its_own_key_and_vector() -> None:
    """RFC 7516 §5.1 steps 2 and 9: nothing of one message stands in another of the same content."""
    for alg in ("ECDH-ES", "RSA-OAEP-256"):
        one, two = (closed(alg).split(".") for _ in range(2))
        pairs = [pair for pair in zip(one[1:], two[1:], strict=True) if any(pair)]
        assert [left for left, right in pairs if left == right] == []


def test_the_key_is_one_that_serves_the_algorithm() -> None:
    """RFC 7517 §4.4: a key that names an algorithm is used with no other."""
    narrow = EC.as_dict(private=False) | {"alg": "ECDH-ES+A256KW", "kid": "narrow"}
    from joserfc.jwk import ECKey

    keys = (ECKey.import_key(narrow), P384)
    assert opened(closed("ECDH-ES", "A128GCM", *keys)).header["kid"] == "enc-384"
    assert opened(closed("ECDH-ES+A256KW", "A128GCM", *keys), EC).header["kid"] == "narrow"


def test_a_signature_key_encrypts_nothing() -> None:
    """OIDC Core §10.2: the recipient's key is one for encryption."""
    with key_host(new_key("sig")) as host:
        client = reading_portal(
            "tax", id_token_encrypted_response_alg="ECDH-ES", jwks={}, jwks_uri=host.uri
        ).client
        envelope.ready(client)
        with pytest.raises(Unavailable):
            envelope.closed(client, "id_token", "content")


def test_the_key_in_use_is_the_one_the_address_shows_now(time_travel: Any) -> None:
    """OIDC Core §10.2.1: a client exchanges its encryption key by publishing another."""
    old, new = new_key("old", use="enc"), new_key("new", use="enc")
    with key_host(old) as host:
        client = reading_portal(
            "tax", id_token_encrypted_response_alg="ECDH-ES", jwks={}, jwks_uri=host.uri
        ).client
        envelope.ready(client)
        assert opened(envelope.closed(client, "id_token", "x"), old).header["kid"] == "old"
        host.publish(new)
        time_travel.advance(600)
        envelope.ready(client)
        assert opened(envelope.closed(client, "id_token", "x"), new).header["kid"] == "new"
    assert client_keys.at_hand(client, "enc").keys[0].kid == "new"


def test_what_a_client_did_not_ask_for_is_not_encrypted() -> None:
    client = reading_portal("tax", id_token_encrypted_response_alg="ECDH-ES").client
    others = [kind for kind in envelope.KINDS if kind != "id_token"]
    assert {envelope.closed(client, kind, "a.b.c") for kind in others} == {"a.b.c"}


def test_the_default_content_encryption_is_that_of_the_standard() -> None:
    """OIDC Dynamic Client Registration 1.0 §2: A128CBC-HS256 when enc is left out."""
    assert opened(closed("ECDH-ES", "")).header["enc"] == "A128CBC-HS256"
