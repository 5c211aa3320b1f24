"""OAuth 2.0 Form Post Response Mode: the response is a page whose form the browser posts to the client."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.actors import ISSUER, Person, Portal, portal


@pytest.fixture
def page(me: Person, tax: Portal) -> TestResponse:
    """The response to a request that asked for the mode."""
    me.tokens(tax)
    return me.authorize(tax, response_mode="form_post", state='a"<b>&c')


def fields(page: TestResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def test_section_2_the_parameters_are_fields_of_a_form(page: TestResponse) -> None:
    """Form Post Response Mode §2: encoded as HTML form values, posted by the browser."""
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert set(fields(page)) == {"code", "state", "iss", "session_state"}
    assert (fields(page)["state"], fields(page)["iss"]) == ('a"<b>&c', ISSUER)


def test_section_2_the_form_is_posted_to_the_redirection_uri(page: TestResponse, tax: Portal) -> None:
    """Form Post Response Mode §2: method POST, the action is the redirection URI, nothing in the query."""
    assert re.findall(r"<form ([^>]+)>", page.text) == [f'method="post" action="{tax.redirect_uri}"']
    assert "Location" not in page.headers


def test_section_2_it_goes_off_by_itself_and_by_a_button(page: TestResponse) -> None:
    """Form Post Response Mode §2: auto-submitted; whoever runs no scripts has the button."""
    assert "document.forms[0].submit()" in page.text
    assert '<button type="submit">' in page.text


def test_section_4_no_browser_and_no_cache_keeps_it(page: TestResponse) -> None:
    """Form Post Response Mode §4: the response is for once: nobody may store or reuse it."""
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Pragma"] == "no-cache"


def test_section_2_errors_are_posted_too(me: Person, tax: Portal) -> None:
    """Form Post Response Mode §2: Authorization Response parameters, whatever they say."""
    told = fields(me.authorize(tax, response_mode="form_post", scope="x"))
    assert (told["error"], told["state"], told["iss"]) == ("invalid_scope", "st-1", ISSUER)
    assert "code" not in told


def test_section_2_a_registered_query_stays_in_the_action(me: Person) -> None:
    """RFC 6749 §3.1.2: the query of the redirection URI is kept."""
    one = portal("one", redirect_uris=("https://one.example.gov/cb?a=1&b=2",))
    me.tokens(one)
    answer = me.authorize(one, response_mode="form_post")
    (action,) = re.findall(r'action="([^"]+)"', answer.text)
    assert unescape(action) == "https://one.example.gov/cb?a=1&b=2"
