"""Attack book, group M: nothing in a proof makes us call anybody."""

import pytest

from tests.actors import Person, Portal
from tests.possession import Holder
from tests.sink import document, sink


@pytest.mark.parametrize("member", ["jku", "x5u", "jwks_uri", "kid"])
def test_m06_an_address_in_the_header_of_a_proof_is_not_visited(me: Person, tax: Portal, member: str) -> None:
    """The key is the one in the header, and nowhere else (ASVS 9.1.3)."""
    with sink(document(b'{"keys":[]}')) as listening:
        address = f"http://127.0.0.1:{listening.port}/jwks"
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        for left_out in ([], ["jwk"]):
            me.token(tax, form, DPoP=Holder().proof(header={member: address}, without=left_out))
        assert listening.requests == []
