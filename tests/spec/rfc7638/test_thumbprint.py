"""RFC 7638: JSON Web Key thumbprint."""

import orjson
import pytest
from joserfc import jwk

from idp.keyring import material, suites

#: §3.1, the key of the example, without its optional members.
EXAMPLE = {
    "kty": "RSA",
    "n": (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK"
        "RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
        "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3"
        "XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    ),
    "e": "AQAB",
}


def test_3_1_the_example_gives_the_published_thumbprint() -> None:
    assert material.thumbprint(EXAMPLE) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_3_3_the_order_of_members_does_not_matter() -> None:
    assert material.thumbprint(dict(reversed(EXAMPLE.items()))) == material.thumbprint(EXAMPLE)


@pytest.mark.parametrize("suite", suites.SUITES, ids=lambda suite: suite.ALG)
def test_3_2_exactly_the_required_members_are_digested(suite: suites.Suite) -> None:
    kid, signer = material.parse(suite.ALG, suite.generate())
    assert not isinstance(signer, bytes)
    required = {"EC": {"crv", "kty", "x", "y"}, "RSA": {"e", "kty", "n"}}[signer.jwk["kty"]]
    assert signer.jwk.keys() == required
    other = jwk.import_key(orjson.loads(orjson.dumps(signer.jwk)))
    assert kid == other.thumbprint()
