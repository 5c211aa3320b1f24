"""What may be registered about signed and encrypted answers."""

import pytest

from tests.keyhost import new_key, public
from tests.recipient import RSA
from tests.registrations import entry, refusal

EC = public(new_key("ec", use="enc"))
SIG = public(new_key("sig"))
NARROW = public(new_key("narrow", use="enc")) | {"alg": "ECDH-ES+A256KW"}
KINDS = ("id_token", "userinfo", "introspection", "authorization")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alg", ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256"])
def test_a_client_chooses_an_algorithm_its_keys_serve(kind: str, alg: str) -> None:
    chosen = {f"{kind}_encrypted_response_alg": alg, f"{kind}_encrypted_response_enc": "A256GCM"}
    assert refusal(entry(jwks={"keys": [SIG, EC, public(RSA)]}, **chosen)) is None
    assert refusal(entry(jwks_uri="https://good.example/jwks", **chosen)) is None
    other = [SIG, EC] if alg.startswith("RSA") else [SIG, public(RSA)]
    for keys in ({"jwks": {"keys": other}}, {"jwks": {"keys": [SIG]}}, {}):
        assert refusal(entry(**keys, **chosen)), "no key serves it"


def test_a_key_that_names_another_algorithm_does_not_serve() -> None:
    for alg, good in (("ECDH-ES+A256KW", True), ("ECDH-ES", False)):
        refused = refusal(entry(jwks={"keys": [NARROW]}, id_token_encrypted_response_alg=alg))
        assert (refused is None) is good


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        ("RSA1_5", ""), ("RSA-OAEP", ""), ("PBES2-HS256+A128KW", ""), ("dir", ""), ("A128KW", ""),
        ("none", ""), ("ECDH-ES", "A128GCMKW"), ("ECDH-ES", "A192GCM"), ("ECDH-ES", "none"), ("", "A128GCM"),
    ],
)  # fmt: skip
def test_other_algorithms_are_refused(kind: str, alg: str, enc: str) -> None:
    chosen = {f"{kind}_encrypted_response_alg": alg, f"{kind}_encrypted_response_enc": enc}
    refused = refusal(entry(jwks={"keys": [EC, public(RSA)]}, **chosen))
    assert refused
    assert f": {kind}_encrypted_response_" in refused.problems[0]


@pytest.mark.parametrize("kind", ["userinfo", "introspection"])
@pytest.mark.parametrize("alg", ["none", "HS256", "ES512", "x"])
def test_a_signature_we_do_not_have_is_refused(kind: str, alg: str) -> None:
    assert refusal(entry(**{f"{kind}_signed_response_alg": alg}))
    assert refusal(entry(**{f"{kind}_signed_response_alg": "RS256"})) is None


def test_an_unsound_key_set_is_named_by_its_own_rule() -> None:
    refused = refusal(entry(jwks={"keys": [EC, EC]}, id_token_encrypted_response_alg="ECDH-ES"))
    assert refused
    assert any("every key needs its own kid" in problem for problem in refused.problems)
