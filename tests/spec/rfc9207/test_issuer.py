"""RFC 9207: the issuer stands in every authorization response."""

from html import unescape

import pytest

from tests.actors import ISSUER, Person, Portal, query


def test_section_2_it_stands_in_a_successful_response(me: Person, tax: Portal) -> None:
    me.tokens(tax)
    answer = query(me.authorize(tax).location)
    assert set(answer) == {"code", "state", "iss", "session_state"}
    assert answer["iss"] == ISSUER


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "none"},
        {"response_type": "token"},
        {"scope": "x"},
        {"request": "x"},
        {"response_mode": "fragment"},
        {"max_age": "x"},
        {"acr_values": "l4", "prompt": "none"},
        {"id_token_hint": "x"},
    ],
)
def test_section_2_it_stands_in_every_error_response(
    me: Person, tax: Portal, changes: dict[str, str | None]
) -> None:
    answer = query(me.authorize(tax, **changes).location)
    assert set(answer) <= {"error", "error_description", "state", "iss"}
    assert (answer["iss"], answer["state"]) == (ISSUER, "st-1")


def test_section_2_it_stands_in_a_response_that_is_posted(me: Person, tax: Portal) -> None:
    page = me.authorize(tax, response_mode="form_post", prompt="none").text
    assert f'name="iss" value="{ISSUER}"' in unescape(page)


def test_section_2_4_it_is_the_issuer_of_the_metadata(me: Person, tax: Portal) -> None:
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["issuer"] == query(me.authorize(tax, prompt="none").location)["iss"]
