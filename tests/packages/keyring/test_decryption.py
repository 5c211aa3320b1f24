"""What others encrypt to us: the key we offer, how it is exchanged, what is not understood."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp import keyring
from idp.base.errors import Rejected
from idp.base.secret import b64url, b64url_decode
from idp.keyring import decryption, files, marker, service
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD, LIFETIME

pytestmark = pytest.mark.usefixtures("folder")


def offered() -> dict[str, Any]:
    (key,) = [one for one in orjson.loads(keyring.jwks())["keys"] if one["use"] == "enc"]
    return dict(key)


def encrypted(
    text: str = "content", alg: str = "ECDH-ES", enc: str = "A128GCM", key: Any = None, **header: Any
) -> str:
    to = key or ECKey.import_key(offered())
    members = {"alg": alg, "enc": enc, "kid": offered()["kid"], **header}
    members = {name: value for name, value in members.items() if value is not None}
    return jwe.encrypt_compact(members, text, to, registry=jwe.JWERegistry(algorithms=[alg, enc, "DEF"]))


def refused(text: str) -> None:
    with pytest.raises(keyring.Unreadable):
        keyring.decrypt(text)


@pytest.mark.parametrize("alg", decryption.ALGORITHMS)
@pytest.mark.parametrize("enc", decryption.ENCODINGS)
def test_what_is_encrypted_to_the_offered_key_is_read(alg: str, enc: str) -> None:
    assert keyring.decrypt(encrypted("姓名", alg, enc, cty="JWT", typ="JWT")) == "姓名".encode()


def test_the_key_need_not_be_named() -> None:
    service.rotate("ECDH-ES", operator="tester", record=keys.Record())
    assert keyring.decrypt(encrypted(kid=None)) == b"content"
    refused(encrypted(key=ECKey.generate_key("P-256", {"use": "enc"}), kid=None))


def test_the_life_of_two_keys(time_travel: MovableClock) -> None:
    old = encrypted()
    new = service.rotate("ECDH-ES", operator="tester", record=keys.Record()).kid
    assert offered()["kid"] != new
    time_travel.advance(LEAD)
    assert offered()["kid"] == new
    time_travel.advance(LIFETIME)
    assert keyring.decrypt(old) == keyring.decrypt(encrypted()) == b"content"
    time_travel.advance(61)
    refused(old)
    assert keyring.decrypt(encrypted()) == b"content"


def test_a_key_that_was_stolen_ends_at_once_and_another_is_offered() -> None:
    old, stolen, record = encrypted(), offered()["kid"], keys.Record()
    service.retire(stolen, operator="tester", record=record)
    assert offered()["kid"] != stolen
    refused(old)
    assert keyring.decrypt(encrypted()) == b"content"
    assert record[0][1] | {"operator": ""} == {
        "key_id": stolen, "use": "encryption", "algorithm": "ECDH-ES", "operator": ""
    }  # fmt: skip


def test_a_folder_from_before_there_was_such_a_key_goes_on_and_gets_one_by_a_rotation(folder: Path) -> None:
    entries = [entry for entry in marker.read(folder) if entry.kind != "ECDH-ES"]
    keys.file_of(folder, "ECDH-ES").unlink()
    files.write(folder / marker.NAME, marker.dump(entries))
    keyring.open(folder, create=True)
    assert {key["use"] for key in orjson.loads(keyring.jwks())["keys"]} == {"sig"}
    refused("e30....")
    service.rotate("ECDH-ES", operator="tester", record=keys.Record())
    assert keyring.decrypt(encrypted()) == b"content"


def test_an_encryption_key_signs_nothing() -> None:
    assert "ECDH-ES" not in keyring.active()
    with pytest.raises(KeyError):
        keyring.sign({}, alg="ECDH-ES")
    head = b64url(orjson.dumps({"alg": "ECDH-ES", "kid": offered()["kid"], "typ": "JWT"}))
    with pytest.raises(Rejected):
        keyring.verify(f"{head}.e30.AAAA", typ="JWT")


def forged(**members: Any) -> str:
    """A JWE of ours with another header."""
    head, _, rest = encrypted().partition(".")
    header = orjson.loads(b64url_decode(head)) | members
    return (
        b64url(orjson.dumps({name: value for name, value in header.items() if value is not None}))
        + "."
        + rest
    )


@pytest.mark.parametrize(
    "members",
    [
        {"alg": "RSA1_5"}, {"alg": "RSA-OAEP"}, {"alg": "RSA-OAEP-256"}, {"alg": "dir"}, {"alg": "A128KW"},
        {"alg": "PBES2-HS256+A128KW", "p2s": "AAAA", "p2c": 2_000_000_000}, {"alg": "none"}, {"alg": ""},
        {"alg": None}, {"alg": ["ECDH-ES"]}, {"alg": "ECDH-1PU"}, {"alg": "ECDH-ES+A192KW"},
        {"enc": "A192GCM"}, {"enc": "A192CBC-HS384"}, {"enc": "none"}, {"enc": None}, {"enc": 1},
        {"zip": "DEF"}, {"crit": ["exp"], "exp": 1}, {"b64": False}, {"jku": "https://evil.example/"},
        {"x5u": "https://evil.example/"}, {"jwk": {}}, {"p2c": 1}, {"iv": "AAAA"}, {"kid": "other"},
        {"kid": 7}, {"kid": None, "epk": None}, {"epk": None}, {"epk": "x"}, {"epk": {}},
        {"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, {"epk": {"kty": "oct", "k": "AAAA"}},
        {"epk": ECKey.generate_key("P-384").as_dict(private=False)},
        {"epk": RSAKey.generate_key(2048).as_dict(private=False)}, {"cty": "JWT"},
    ],
)  # fmt: skip
def test_a_header_with_anything_else_in_it_is_not_understood(members: dict[str, Any]) -> None:
    refused(forged(**members))


def test_a_compressed_content_is_not_opened_and_costs_nothing() -> None:
    """A few kilobytes that become a hundred megabytes (attack book C-class, JWE zip)."""
    bomb = encrypted("x" * 1_000_000, zip="DEF")
    assert len(bomb) < 10_000
    refused(bomb)


def test_a_password_as_key_is_not_tried() -> None:
    password = OctKey.import_key("password password")
    refused(encrypted(alg="PBES2-HS256+A128KW", key=password, kid=None))


@pytest.mark.parametrize("part", range(5))
def test_every_part_counts(part: int) -> None:
    parts = encrypted(alg="ECDH-ES+A128KW").split(".")
    for other in ("", "AAAA", parts[part][:-4], "A" + parts[part], parts[part] + "AAAA", "!", "é"):
        refused(".".join([*parts[:part], other, *parts[part + 1 :]]))


@pytest.mark.parametrize(
    "text", ["", ".", "....", ".....", "e30....", "a.b.c", "x" * 40_000, "e30.." + "A" * 40_000 + ".."]
)
def test_what_is_no_jwe_is_refused(text: str) -> None:
    refused(text)


def test_a_shortened_tag_is_no_tag() -> None:
    for enc in decryption.ENCODINGS:
        head, key, iv, body, tag = encrypted(enc=enc).split(".")
        for length in (0, 1, 4, 8, 12, 15):
            refused(".".join((head, key, iv, body, b64url(b64url_decode(tag)[:length]))))
