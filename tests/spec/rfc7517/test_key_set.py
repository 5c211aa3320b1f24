"""RFC 7517: JSON Web Key and key set, as portals fetch it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import KeySet

from idp import keyring
from idp.keyring import service
from tests import keys


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with keys.in_use(tmp_path / "keys") as made:
        service.rotate("ES256", operator="tester", record=keys.Record())
        yield made


def published() -> list[dict[str, Any]]:
    members: list[dict[str, Any]] = orjson.loads(keyring.jwks())["keys"]
    return members


def test_5_1_the_set_is_an_array_named_keys_that_another_library_reads() -> None:
    assert len(KeySet.import_key_set(orjson.loads(keyring.jwks())).keys) == len(published()) == 4


def test_4_1_and_4_4_every_key_tells_its_type_and_algorithm() -> None:
    assert sorted((key["kty"], key.get("alg", "")) for key in published()) == [
        ("EC", ""),
        ("EC", "ES256"),
        ("EC", "ES256"),
        ("RSA", "RS256"),
    ]


def test_4_2_every_key_tells_its_one_use_and_one_is_to_encrypt_to() -> None:
    assert [key["use"] for key in published()] == ["sig", "sig", "sig", "enc"]
    assert not any("key_ops" in key for key in published())


def test_4_5_every_key_has_its_own_kid() -> None:
    assert len({key["kid"] for key in published()}) == len(published())


def test_9_2_only_public_members_are_there() -> None:
    allowed = {"kty", "use", "alg", "kid", "crv", "x", "y", "n", "e"}
    assert all(key.keys() <= allowed for key in published())


def test_7518_6_2_1_coordinates_have_the_full_length_of_the_curve() -> None:
    for key in published():
        if key["kty"] == "EC":
            assert [len(key["x"]), len(key["y"])] == [43, 43]
