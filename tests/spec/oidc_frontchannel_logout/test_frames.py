"""OpenID Connect Front-Channel Logout 1.0: portals are told in frames of the last page."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests import registrations
from tests.actors import ISSUER, Person, Portal, decode, portal, query

BYE = "https://tax.example.gov/bye"
OUT = "https://tax.example.gov/out"


@pytest.fixture
def framed(stores: None) -> Portal:
    return portal("tax", frontchannel_logout_uri=OUT, frontchannel_logout_session_required=True)


def leave(person: Person, **parameters: str) -> TestResponse:
    return person.get(person.get("/end_session?" + urlencode(parameters)).location)


def frames(page: str) -> list[str]:
    return [unescape(uri) for uri in re.findall(r'<iframe src="([^"]+)"', page)]


def test_section_3_discovery_says_that_frames_are_used(me: Person) -> None:
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True


def test_section_2_the_frame_is_loaded_with_iss_and_sid_and_nothing_else(me: Person, framed: Portal) -> None:
    hint = me.tokens(framed)["id_token"]
    page = leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s").text
    (frame,) = frames(page)
    assert frame.startswith(OUT + "?")
    assert query(frame) == {"iss": ISSUER, "sid": decode(hint)["sid"]}


def test_section_2_a_query_of_the_registered_address_is_kept(me: Person) -> None:
    hint = me.tokens(portal("tax", frontchannel_logout_uri=OUT + "?a=1"))["id_token"]
    (frame,) = frames(leave(me, id_token_hint=hint).text)
    assert frame.startswith(OUT + "?a=1&iss=")


def test_the_page_leads_on_to_the_portal_with_its_state(me: Person, framed: Portal) -> None:
    hint = me.tokens(framed)["id_token"]
    page = leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a&b").text
    assert f'id="continue" href="{BYE}?state=a%26b"' in page
    assert query(me.authorize(framed, prompt="none").location)["error"] == "login_required"


def test_only_the_portals_hosts_may_be_framed_and_one_script_may_run(me: Person, framed: Portal) -> None:
    answer = leave(me, id_token_hint=me.tokens(framed)["id_token"])
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src https://tax.example.gov;" in policy
    assert re.search(r"script-src 'sha256-[\w+/=]{44}';", policy)
    assert "frame-ancestors 'none'" in policy


def test_a_page_without_frames_runs_no_script(me: Person, tax: Portal) -> None:
    policy = me.get("/").headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "frame-src" not in policy


def test_every_portal_of_the_session_is_told_and_no_other(me: Person, framed: Portal) -> None:
    portal("never", frontchannel_logout_uri="https://never.example.gov/out")
    second = portal("second", frontchannel_logout_uri="https://second.example.gov/out")
    hint = me.tokens(framed)["id_token"]
    me.tokens(second)
    told = {frame.partition("?")[0] for frame in frames(leave(me, id_token_hint=hint).text)}
    assert told == {OUT, "https://second.example.gov/out"}


@pytest.mark.parametrize(
    "changes",
    [
        {"frontchannel_logout_uri": "http://good.example/out"},
        {"frontchannel_logout_uri": "https://other.example/out"},
        {"frontchannel_logout_uri": "https://good.example:444/out"},
        {"frontchannel_logout_uri": "https://good.example/out#x"},
        {"frontchannel_logout_uri": "javascript:alert(1)"},
        {"frontchannel_logout_session_required": True},
    ],
)
def test_section_2_the_address_is_of_a_registered_host(changes: dict[str, object]) -> None:
    good = {"frontchannel_logout_uri": "https://good.example/out"}
    assert registrations.refusal(registrations.entry(**good)) is None
    assert registrations.refusal(registrations.entry(**changes)) is not None
